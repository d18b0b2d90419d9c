"""Which of the servers that a connection string names is the one to talk to.

The driver takes the first that accepts writes. After a failover that may be the old primary, back from a freeze and
shut out by nobody; so of several that accept writes we take the one with the newest timeline.
"""

import asyncio
from contextlib import suppress
from typing import Any, Final, LiteralString

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow

from kitchen_printer.decisions.history import History

ASK_SECONDS: Final = 3.0
"""How long a server may take to say which history it tells, connecting included; a frozen one never does."""

COMPARE_SECONDS: Final = 0.3
"""How long others are heard once one has answered: two that live answer within milliseconds of each other."""

_WHICH: LiteralString = """
SELECT (SELECT system_identifier FROM pg_control_system()) AS system,
       ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint AS timeline
"""


class Servers:
    """The servers of one connection string, and the newest history that any of them has told."""

    def __init__(self, dsn: str, settings: dict[str, Any]) -> None:
        self.newest: History | None = None
        self._dsn = dsn
        self._settings = settings
        self._each = _one_by_one(dsn)

    @property
    def newest_timeline(self) -> int:
        """Its timeline; 0 as long as none was told."""
        return self.newest.timeline if self.newest else 0

    def saw(self, history: History) -> None:
        """Remember the newest history."""
        self.newest = history

    async def address(self) -> str:
        """Return how to connect to the right one. Raises what the driver raises when there is none."""
        if len(self._each) <= 1:
            return self._dsn
        asked = [asyncio.create_task(self._asked(each)) for each in self._each]
        try:
            await self._hear(asked)
        finally:
            for task in asked:
                task.cancel()
        right = self._right(asked)
        if right is None:
            raise psycopg.OperationalError(_why(asked))
        return right

    async def _hear(self, asked: "list[asyncio.Task[tuple[int, int]]]") -> None:
        """Wait until one has given a good answer and others that live had the time to; a frozen one keeps silent."""
        with suppress(TimeoutError):
            async with asyncio.timeout(ASK_SECONDS):
                waiting = set(asked)
                while waiting and self._right(asked) is None:
                    _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                if waiting:
                    await asyncio.wait(waiting, timeout=COMPARE_SECONDS)

    def _right(self, asked: "list[asyncio.Task[tuple[int, int]]]") -> str | None:
        """Return the server with the newest timeline among those that have answered; none with one of the past."""
        answers = [
            (timeline, server)
            for task, server in zip(asked, self._each, strict=True)
            if task.done() and not task.cancelled() and task.exception() is None
            for system, timeline in [task.result()]
            if not (self.newest and History(system, timeline, 0).is_older_than(self.newest))
        ]
        return max(answers, key=lambda each: each[0], default=(0, None))[1]

    async def _asked(self, server: str) -> tuple[int, int]:
        connection = await AsyncConnection[DictRow].connect(server, **self._settings)
        try:
            row = await (await connection.execute(_WHICH)).fetchone()
        finally:
            await connection.close()
        if row is None:
            raise psycopg.OperationalError("the server does not say which history it tells")
        return int(row["system"]), int(row["timeline"])


def for_writing(dsn: str) -> str:
    """Let a connection string with several servers mean the one that takes writes, unless it says what it wants."""
    try:
        parts = conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        return dsn  # The driver says what is wrong with it.
    has_several = any("," in str(parts.get(name) or "") for name in ("host", "hostaddr"))
    if not has_several or "target_session_attrs" in parts:
        return dsn
    return make_conninfo(dsn, target_session_attrs="read-write")


def _one_by_one(dsn: str) -> list[str]:
    """Take a connection string with several servers apart; each must accept writes, since we write."""
    try:
        parts = conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        return [dsn]  # The driver says what is wrong with it.
    hosts, ports = _listed(parts, "host"), _listed(parts, "port")
    addresses = _listed(parts, "hostaddr")
    count = max(len(hosts), len(addresses))
    if count <= 1:
        return [dsn]
    return [
        make_conninfo(
            dsn,
            host=hosts[place] if hosts else None,
            hostaddr=addresses[place] if addresses else None,
            port=ports[place] if len(ports) == count else next(iter(ports), None),
            target_session_attrs="read-write",
        )
        for place in range(count)
    ]


def _listed(parts: dict[str, Any], name: str) -> list[str]:
    value = parts.get(name)
    return str(value).split(",") if value else []


def _why(asked: "list[asyncio.Task[tuple[int, int]]]") -> str:
    """Say of each server why it is not the right one."""
    said = [_said(task) for task in asked]
    return "none of the servers takes writes: " + "; ".join(dict.fromkeys(said))


def _said(task: "asyncio.Task[tuple[int, int]]") -> str:
    if not task.done() or task.cancelled():
        return f"no answer within {ASK_SECONDS:.0f} s"
    error = task.exception()
    if error is not None:
        return str(error).strip().partition("\n")[0] or type(error).__name__
    return f"an old primary is back, on timeline {task.result()[1]}: shut it down"
