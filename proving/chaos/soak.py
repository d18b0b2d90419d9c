"""Hours of work without faults: what is looked for is what only time shows, above all what grows."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import psycopg

from proving.chaos.checker import Beside, Findings, check
from proving.chaos.disturbances import Log
from proving.chaos.facts import papers_of, store
from proving.chaos.house import House, open_house
from proving.chaos.keeper import Keeper
from proving.chaos.network import network
from proving.chaos.replicas import Replica
from proving.chaos.watch import Watch

SAMPLE_SECONDS: Final = 2.0
DRAIN_SECONDS: Final = 60.0
WARM_UP: Final = 0.25
"""Of the time: caches fill, pools open. What grows after that grows for ever."""

MIB_AN_HOUR_MAX: Final = 6.0
JUDGED_FROM_MINUTES: Final = 10.0
"""In less time the allocator's steps are larger than any leak worth finding."""

DESCRIPTORS_MAX: Final = 4
_SESSIONS: Final = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'kitchen-printer'"


@dataclass(frozen=True, slots=True)
class Size:
    """What one service took at one moment."""

    at: float
    resident_mib: float
    descriptors: int
    sessions: int


@dataclass(slots=True, kw_only=True)
class Soaked:
    """What came of it; sizes are those of the one service that is never restarted."""

    minutes: float
    findings: Findings
    sizes: list[Size] = field(default_factory=list[Size])
    restarts: int = 0
    odd_ends: list[str] = field(default_factory=list[str])

    @property
    def settled(self) -> list[Size]:
        """The sizes after the warm-up."""
        return self.sizes[int(len(self.sizes) * WARM_UP) :]

    @property
    def mib_an_hour(self) -> float:
        """How fast memory grows, by the least squares of what is left after the warm-up."""
        return slope([(each.at, each.resident_mib) for each in self.settled]) * 3600

    @property
    def more_descriptors(self) -> float:
        """How many more files and sockets are open in the last quarter than in the first after the warm-up."""
        return _growth([each.descriptors for each in self.settled])

    @property
    def more_sessions(self) -> float:
        """The same of sessions at the database, of all services."""
        return _growth([each.sessions for each in self.settled])

    @property
    def problems(self) -> list[str]:
        """Everything that makes it fail, in words."""
        found = [
            *(
                f"{v.invariant.code} {v.invariant.title} does not hold"
                for v in self.findings.verdicts
                if not v.holds
            ),
            *self.odd_ends,
        ]
        if self.minutes >= JUDGED_FROM_MINUTES:
            if self.mib_an_hour > MIB_AN_HOUR_MAX:
                found.append(f"memory grows by {self.mib_an_hour:.1f} MiB an hour")
            if self.more_descriptors > DESCRIPTORS_MAX:
                found.append(f"{self.more_descriptors:.0f} more files are open than at first")
            if self.more_sessions > DESCRIPTORS_MAX:
                found.append(f"{self.more_sessions:.0f} more sessions are open than at first")
        return found


def slope(points: list[tuple[float, float]]) -> float:
    """Return the least squares' slope of y over x; 0 for less than two points."""
    if len(points) < 2:
        return 0.0
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def _growth(values: list[int]) -> float:
    quarter = max(1, len(values) // 4)
    return median(values[-quarter:]) - median(values[:quarter]) if values else 0.0


Tell = Callable[[float, str], None]


async def soak(
    keeper: Keeper, *, minutes: float, orders_a_second: float, restart_every: float, seed: int, tell: Tell
) -> Soaked:
    """Work for so long; every ``restart_every`` minutes all services but the first are restarted, one by one."""
    with TemporaryDirectory(prefix="kps-") as folder, network(2) as net:
        async with open_house(keeper, Path(folder), net, Log(), seed=seed) as house:
            return await _worked(house, minutes, orders_a_second, restart_every, tell)


async def _worked(
    house: House, minutes: float, orders_a_second: float, restart_every: float, tell: Tell
) -> Soaked:
    watch = Watch(house.dsn, house.replicas)
    ordering = asyncio.Event()
    ordering.set()
    rate = orders_a_second / len(house.tills)
    tasks = [
        asyncio.create_task(watch.run()),
        *(asyncio.create_task(till.work(rate, ordering)) for till in house.tills),
    ]
    sizes: list[Size] = []
    restarts = 0
    began = time.monotonic()
    for replica in house.replicas:
        await replica.start()
    try:
        while (gone := time.monotonic() - began) < minutes * 60:
            await asyncio.sleep(SAMPLE_SECONDS)
            sizes.append(await asyncio.to_thread(_size, house, house.replicas[0], gone))
            tell(gone / 60 / minutes, f"{sizes[-1].resident_mib:.1f} MiB")
            if gone > (restarts + 1) * restart_every * 60:
                restarts += 1
                for replica in house.replicas[1:]:
                    await replica.stop()
                    await replica.start()
    finally:
        ordering.set()
        watch.end()
        for till in house.tills:
            till.end()
        await asyncio.gather(*tasks)
    is_drained = await watch.comes_true(watch.is_at_rest, DRAIN_SECONDS)
    undrained = [] if is_drained else await watch.unsettled()
    await watch.close()
    for replica in house.replicas:
        await replica.stop()
    findings = await asyncio.to_thread(_judged, house, watch, undrained)
    ends = [
        f"{replica.log.name}: a service ended by itself with {end.code}"
        for replica in house.replicas
        for end in replica.ends
        if not end.was_wanted
    ]
    return Soaked(minutes=minutes, findings=findings, sizes=sizes, restarts=restarts, odd_ends=ends)


def _size(house: House, replica: Replica, at: float) -> Size:
    pid = replica.pid
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    with psycopg.connect(house.dsn) as connection:
        row = connection.execute(_SESSIONS).fetchone()
    return Size(
        at=at,
        resident_mib=int(resident.split()[1]) / 1024,
        descriptors=len(list(Path(f"/proc/{pid}/fd").iterdir())),
        sessions=int(row[0]) if row else 0,
    )


def _judged(house: House, watch: Watch, undrained: list[str]) -> Findings:
    with psycopg.connect(house.dsn) as connection:
        store(
            connection,
            submissions=house.record.submissions,
            papers=[paper for line in house.lines for paper in papers_of(line.printer)],
            conversations=[each for line in house.lines for each in line.printer.conversations],
            samples=watch.samples,
        )
        connection.commit()
        return check(connection, Beside(undrained=undrained))
