"""A campaign: storms, and after each one the quiet in which everything must come to its end."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

import psycopg

from proving.chaos.checker import Beside, Findings, Isolation, check
from proving.chaos.disturbances import Log
from proving.chaos.facts import Found, papers_of, store
from proving.chaos.failpoints import points_reached
from proving.chaos.fault_proxy import Amount, LineFault
from proving.chaos.house import LONELY, STATIONS, House, open_house
from proving.chaos.keeper import Keeper
from proving.chaos.load import Fate, Till
from proving.chaos.nemesis import Nemesis
from proving.chaos.network import network
from proving.chaos.probes import Probe, probes
from proving.chaos.rights import forbidden_things_done
from proving.chaos.watch import Watch

REPLICAS: Final = 3
STORM_SECONDS: Final = 75.0
"""The longest storm; a short campaign has shorter ones, so that it sees some quiet too."""

STORMS_MIN: Final = 4
B_SECONDS: Final = 90.0
"""In so much time with everything well every ticket must have its fate, and in so much more for each before it."""

SECONDS_A_TICKET: Final = 3.0

ISOLATION_EVERY: Final = 3
ISOLATION_ORDERS: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a campaign is to be like; ``orders_a_second`` is of all tills together."""

    seconds: float
    seed: int
    orders_a_second: float = 3.0
    replicas: int = REPLICAS
    is_isolating: bool = True

    @property
    def storm_seconds(self) -> float:
        """How long one storm lasts."""
        return min(STORM_SECONDS, self.seconds / STORMS_MIN)


@dataclass(slots=True, kw_only=True)
class Result:
    """What came of it."""

    wishes: Wishes
    findings: Findings
    probes: list[Probe]
    log: Log
    seconds: float = 0.0
    rounds: int = 0
    kills: int = 0
    starts: int = 0
    restarts: int = 0
    printed_at: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])
    began_at: float = 0.0
    has_cables: bool = False

    @property
    def problems(self) -> list[str]:
        """Everything that makes the campaign fail, in words."""
        return [
            *(
                f"{v.invariant.code} {v.invariant.title} does not hold"
                for v in self.findings.verdicts
                if not v.holds
            ),
            *(f"a service ended by itself: {each}" for each in self.log.odd_ends),
            *(
                f"probe {each.name!r} is zero: this campaign has not tried it"
                for each in self.probes
                if each.is_missing
            ),
        ]


Tell = Callable[[float, str], None]
"""Told how far a campaign is, from 0 to 1, and what it does."""


async def campaign(
    keeper: Keeper, wishes: Wishes, tell: Tell = lambda _share, _what: None, *, logs: Path | None = None
) -> Result:
    """Run one and judge it. The services' logs go to ``logs``, or are not kept."""
    log = Log()
    with TemporaryDirectory(prefix="kp-") as folder, network(wishes.replicas) as net:
        async with open_house(keeper, Path(folder), net, log, seed=wishes.seed, logs=logs) as house:
            return await _Campaign(house, wishes, log, tell).run()


class _Campaign:
    """The state of one campaign."""

    def __init__(self, house: House, wishes: Wishes, log: Log, tell: Tell) -> None:
        self._house = house
        self._wishes = wishes
        self._log = log
        self._tell = tell
        self._watch = Watch(house.dsn, house.replicas)
        self._nemesis = Nemesis(house, Random(wishes.seed), log)
        self._ordering = asyncio.Event()
        self._own_till = Till(house.dsn, house.record, (), Random(f"{wishes.seed} own"))
        self._undrained: list[str] = []
        self._calm: list[float] = []
        self._beside: list[float] = []
        self._began_at = time.monotonic()
        self._rounds = 0

    async def run(self) -> Result:
        house = self._house
        rate = self._wishes.orders_a_second / len(house.tills)
        watching = asyncio.create_task(self._watch.run())
        tills = [asyncio.create_task(till.work(rate, self._ordering)) for till in house.tills]
        try:
            for replica in house.replicas:
                await replica.start()
            while not self._undrained and self._left > 0:
                await self._round()
            await self._close_tills(tills)
            await self._drain()  # What a till committed while it was told to stop.
        finally:
            await self._close_tills(tills)
            self._watch.end()
            await watching
            await self._own_till.close()
            await self._watch.close()
        return await self._judged()

    async def _close_tills(self, tills: Sequence[asyncio.Task[None]]) -> None:
        for till in self._house.tills:
            till.end()
        self._ordering.set()
        await asyncio.gather(*tills)

    @property
    def _left(self) -> float:
        return self._began_at + self._wishes.seconds - time.monotonic()

    def _say(self, what: str) -> None:
        self._tell(1 - max(0.0, self._left) / self._wishes.seconds, what)

    async def _round(self) -> None:
        self._rounds += 1
        self._ordering.set()
        self._say(f"storm {self._rounds}")
        await self._nemesis.rage(min(self._wishes.storm_seconds, max(self._left, 5.0)))
        self._ordering.clear()
        self._say(f"quiet {self._rounds}: everything must come to its end")
        if self._rounds % 2 == 0:
            await self._change_shifts()
        await self._drain()
        if self._wishes.is_isolating and not self._undrained and self._rounds % ISOLATION_EVERY == 1:
            self._say("one printer dies, the others must not feel it")
            await self._isolate()
            await self._drain()
        for replica in self._house.replicas:
            self._nemesis.note_ends(replica)

    async def _change_shifts(self) -> None:
        """Restart the services one after the other, the orderly way, as an upgrade does."""
        for replica in self._house.replicas:
            await replica.stop()
            await replica.start()

    async def _drain(self) -> None:
        seconds = B_SECONDS + SECONDS_A_TICKET * await self._watch.longest_queue()
        if not await self._watch.comes_true(self._watch.is_at_rest, seconds):
            self._undrained = await self._watch.unsettled()

    async def _isolate(self) -> None:
        """Order for well printers in calm, then beside a dead one and a broken ticket; note how long each took."""
        till = self._own_till
        stations = [station.code for station in STATIONS if station.code != LONELY]
        self._calm += await self._paced(stations)
        (dead,) = (line for line in self._house.lines if line.name == "three")
        dead.proxy.begin(LineFault.ACCEPT_AND_IGNORE, Amount())
        with self._log.of("isolation", dead.name):
            await till.order(stations=[LONELY])
            await till.order(stations=[stations[0]], is_poison=True)
            self._beside += await self._paced(stations)
        dead.proxy.heal()

    async def _paced(self, stations: list[str]) -> list[float]:
        tags: list[str] = []
        for number in range(ISOLATION_ORDERS):
            order = await self._own_till.order(stations=[stations[number % len(stations)]])
            if order.fate is Fate.ACKNOWLEDGED:
                tags.append(order.dishes[0].tag)
            await asyncio.sleep(0.2)
        await self._watch.comes_true(lambda: self._watch.is_settled(tags), B_SECONDS)
        return await self._watch.delays(tags)

    async def _judged(self) -> Result:
        self._say("the checker reads papers and record")
        seconds = time.monotonic() - self._began_at
        house = self._house
        for replica in house.replicas:
            await replica.stop()
            self._nemesis.note_ends(replica)
            for mishap, times in points_reached(replica.log).items():
                self._log.happened[f"point: {mishap}"] += times
        denied, tried = await asyncio.to_thread(forbidden_things_done, house.service_dsn)
        beside = Beside(
            isolation=Isolation(self._calm, self._beside),
            undrained=self._undrained,
            rights=denied,
            rights_tried=tried,
        )
        papers = [paper for line in house.lines for paper in papers_of(line.printer)]
        findings, found = await asyncio.to_thread(self._stored_and_checked, papers, beside)
        return Result(
            wishes=self._wishes,
            findings=findings,
            probes=found,
            log=self._log,
            seconds=seconds,
            rounds=self._rounds,
            kills=sum(replica.kills for replica in house.replicas),
            starts=sum(replica.starts for replica in house.replicas),
            restarts=house.keeper.restarts,
            printed_at=[(each.at, each.printer) for each in papers if each.piece.is_paper],
            began_at=self._began_at,
            has_cables=house.has_cables,
        )

    def _stored_and_checked(self, papers: list[Found], beside: Beside) -> tuple[Findings, list[Probe]]:
        house = self._house
        with psycopg.connect(house.dsn) as connection:
            store(
                connection,
                submissions=house.record.submissions,
                papers=papers,
                conversations=[each for line in house.lines for each in line.printer.conversations],
                samples=self._watch.samples,
            )
            connection.commit()
            connection.execute("ANALYZE")
            findings = check(connection, beside)
            return findings, probes(connection, self._log, house, self._wishes.seconds / 60)
