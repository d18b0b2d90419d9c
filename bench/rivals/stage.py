"""Where contenders take their turns: one PostgreSQL for all, a fresh database and fresh printers for each turn."""

import os
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, LiteralString

import psycopg
from psycopg import sql

from bench.processor import processor_seconds
from bench.rivals.contender import Connection, Contender, Scene, contender_named
from bench.rivals.fleet import Fleet, Sheet, printing
from bench.rivals.redis import Redis
from bench.rivals.shop import Ticket
from kitchen_demo.child_process import ChildProcess
from kitchen_demo.postgres import GivenPostgres, Postgres

POLL_SECONDS: Final = 0.02
STUCK_SECONDS_MAX: Final = 60.0
"""So long may pass without a paper while some are due."""


@dataclass(slots=True)
class Place:
    """What all turns share. Each contender's tables are made once, and cloned for each of its turns."""

    postgres: Postgres
    scratch: Path
    redis: Redis | None = None
    _prepared: set[str] = field(default_factory=set[str])

    @contextmanager
    def database(self, contender: Contender) -> Generator[str, None, None]:
        """Yield a fresh database of a contender; it always has the same name."""
        name = f"rivals_{contender.name}"
        template = f"{name}_template"
        with psycopg.connect(self.postgres.dsn(), autocommit=True) as connection:
            if name not in self._prepared:
                connection.execute(_sql("DROP DATABASE IF EXISTS {}", name))
                connection.execute(_sql("DROP DATABASE IF EXISTS {}", template))
                connection.execute(_sql("CREATE DATABASE {}", template))
                contender.prepare(self.postgres.dsn(template))
                self._prepared.add(name)
            connection.execute(_sql("CREATE DATABASE {} TEMPLATE {}", name, template))
            try:
                yield self.postgres.dsn(name)
            finally:
                connection.execute(_sql("DROP DATABASE {} WITH (FORCE)", name))


def _sql(statement: LiteralString, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*(sql.Identifier(name) for name in names))


@dataclass(slots=True)
class Stage:
    """A contender at work: its workers, its database, its printers."""

    contender: Contender
    scene: Scene
    connection: Connection
    fleet: Fleet
    workers: list[ChildProcess]
    server_pids: dict[str, int]
    is_fresh: bool = True
    """Whether its database was empty: then nobody has counted yet what is in it."""

    unplugged: frozenset[str] = frozenset()
    """Printers from which nothing is expected."""

    after: int = 0
    """The number after which its tickets are numbered."""

    _turns: Counter[str] = field(default_factory=Counter[str])
    _ordered: list[Ticket] = field(default_factory=list[Ticket])

    def tickets(self, count: int, printers: Collection[str] = ()) -> list[Ticket]:
        """Make tickets for all printers in turn, or for some."""
        names = list(printers or self.fleet.addresses)
        made: list[Ticket] = []
        for _ in range(count):
            printer = names[self.after % len(names)]
            self.after += 1
            self._turns[printer] += 1
            made.append(Ticket(self.after, self._turns[printer], printer))
        return made

    def order(self, tickets: list[Ticket]) -> float:
        """Order them in one commit; return when that was."""
        self._ordered += [each for each in tickets if each.printer not in self.unplugged]
        return self.contender.order(self.connection, tickets, self.scene)

    def processor(self) -> dict[str, float]:
        """Return the processor seconds so far of everybody who matters."""
        used = {name: processor_seconds(pid) for name, pid in self.server_pids.items()}
        used["workers"] = sum(processor_seconds(each.pid) for each in self.workers)
        used["printers"] = processor_seconds(self.fleet.pid)
        return used

    def pause_and_order(self, backlog: list[Ticket]) -> None:
        """Stop the workers where they are, and order a backlog before they see it."""
        for each in self.workers:
            os.kill(each.pid, signal.SIGSTOP)
        self.order(backlog)
        if self.is_fresh:  # Autovacuum would, in a minute.
            self.connection.execute("ANALYZE")

    def go_on(self) -> float:
        """Let them go on; return when that was."""
        began = time.time()
        for each in self.workers:
            os.kill(each.pid, signal.SIGCONT)
        return began

    def wait_for_papers(self, count: int | None = None) -> None:
        """Return when that many sheets have come out in all, or all that can be expected."""
        wanted = len(self._ordered) if count is None else count
        seen, deadline = self.fleet.look(), time.monotonic() + STUCK_SECONDS_MAX
        while seen < wanted:
            time.sleep(POLL_SECONDS)
            before, seen = seen, self.fleet.look()
            for each in self.workers:
                assert each.pid  # raises when it has ended
            if seen > before:
                deadline = time.monotonic() + STUCK_SECONDS_MAX
            elif time.monotonic() > deadline:
                logs = "\n".join(each.log_end() for each in self.workers)
                raise TimeoutError(f"{self.contender.name}: {seen} of {wanted} papers came out; {logs}")

    def recorded(self, tickets: list[Ticket]) -> dict[int, float]:
        """Wait until all of these are on record as printed; return when each was."""
        numbers = [each.number for each in tickets]
        if self.contender.is_unrecorded:
            return {sheet.number: sheet.cut_at for sheet in self.fleet.sheets if sheet.number in set(numbers)}
        deadline = time.monotonic() + STUCK_SECONDS_MAX
        while len(found := self.contender.recorded(self.connection, numbers)) < len(numbers):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.contender.name}: {len(found)} of {len(numbers)} are on record")
            time.sleep(POLL_SECONDS)
        return found

    def expect_every_paper_once(self) -> list[Sheet]:
        """Hold the papers against the orders: each ticket once, on its printer. Return the sheets."""
        self.fleet.look()
        wanted = Counter((each.printer, each.number) for each in self._ordered)
        came = Counter((each.printer, each.number) for each in self.fleet.sheets)
        missing, surplus = wanted - came, came - wanted
        assert not missing, f"{self.contender.name}: no paper of {sorted(missing)[:5]}"
        assert not surplus, f"{self.contender.name}: too many papers of {sorted(surplus)[:5]}"
        return self.fleet.sheets


@contextmanager
def on_stage(
    place: Place,
    name: str,
    printers: int,
    *,
    workers: int = 1,
    keeps_lines: bool = True,
    unplugged: Collection[str] = (),
    database: AbstractContextManager[str] | None = None,
    after: int = 0,
) -> Generator[Stage, None, None]:
    """Run a contender, warm: each printer has printed one ticket, so that everybody is acquainted and connected.

    A ``database`` that is not a fresh one has tickets up to the number ``after``.
    """
    contender = contender_named(name)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=place.scratch)))
        dsn = stack.enter_context(database or place.database(contender))
        fleet = stack.enter_context(printing(printers, folder, unplugged))
        connection = stack.enter_context(psycopg.connect(dsn, autocommit=True))
        scene = Scene(
            dsn=dsn,
            printers=fleet.addresses,
            folder=str(folder),
            redis=place.redis.url if place.redis else "",
            keeps_lines=keeps_lines,
        )
        processes = [contender.worker(scene, folder / f"worker-{number}.log") for number in range(workers)]
        pids: dict[str, int] = {}
        if not isinstance(place.postgres, GivenPostgres):
            pids["PostgreSQL"] = place.postgres.pid
        if contender.needs_redis and place.redis:
            pids["Redis"] = place.redis.pid
        staged = Stage(
            contender,
            scene,
            connection,
            fleet,
            processes,
            pids,
            is_fresh=database is None,
            unplugged=frozenset(unplugged),
            after=after,
        )
        for each in processes:
            stack.callback(each.kill)
            each.start()
        contender.wait_until_ready(scene, processes)
        alive = [name for name in fleet.addresses if name not in unplugged]
        staged.order(staged.tickets(len(alive), alive))
        staged.wait_for_papers()
        yield staged
        for each in processes:
            assert each.pid  # raises when it has ended meanwhile
