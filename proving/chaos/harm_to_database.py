"""Restarts the database, kills it, freezes it, throws everybody out, and spoils one replica's line to it."""

import asyncio
from contextlib import suppress

import psycopg

from kitchen_demo.postgres_server import Stop
from proving.chaos.fault_proxy import Amount, LineFault
from proving.chaos.storm import Act, Storm


class HarmToDatabase:
    """One thing at a time."""

    def __init__(self, storm: Storm) -> None:
        self._storm = storm

    def deck(self) -> list[Act]:
        """Return everything that can be done, ends without warning twice."""

        def restart(name: str, how: Stop) -> Act:
            return lambda: self._restart(name, how)

        def line(fault: LineFault, name: str) -> Act:
            return lambda: self._break_database_line(fault, name)

        return [
            restart("restart", Stop.FAST),
            *[restart("immediate stop", Stop.IMMEDIATE)] * 2,
            restart("kill", Stop.KILL),
            self._freeze_database,
            self._end_sessions,
            self._lock_tickets,
            line(LineFault.LATENCY, "line latency"),
            line(LineFault.TIMEOUT, "line timeout"),
            line(LineFault.RESET_PEER, "line reset"),
        ]

    async def _restart(self, name: str, how: Stop) -> None:
        with self._storm.log.of(f"database: {name}", "database"):
            # Not to be left halfway, whatever else goes wrong: a campaign without its database proves nothing.
            away = self._storm.chance.choice((0.0, 0.0, 0.5, 2.5))
            await asyncio.shield(asyncio.create_task(self._storm.house.keeper.restart(how, away)))
        self._storm.log.happened[f"database: {name}"] += 1

    async def _freeze_database(self) -> None:
        with self._storm.log.of("database: freeze", "database"):
            stopped = self._storm.house.keeper.freeze()
            try:
                await self._storm.rest(self._storm.chance.uniform(0.5, 4.0))
            finally:
                self._storm.house.keeper.thaw(stopped)
        self._storm.log.happened["database: freeze"] += 1

    async def _end_sessions(self) -> None:
        """What an administrator does, or a pooler, or a server that restarts one process."""
        with self._storm.log.of("database: end sessions", "database"), suppress(psycopg.Error):
            async with await psycopg.AsyncConnection.connect(
                self._storm.house.dsn, connect_timeout=2
            ) as connection:
                ended = await connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kitchen-printer'"
                )
                self._storm.log.happened["database: end sessions"] += ended.rowcount > 0

    async def _lock_tickets(self) -> None:
        with self._storm.log.of("database: lock tickets", "database"), suppress(psycopg.Error):
            async with await psycopg.AsyncConnection.connect(
                self._storm.house.dsn, connect_timeout=2, options="-c statement_timeout=4s"
            ) as connection:
                await connection.execute("LOCK TABLE kitchen_tickets IN SHARE MODE")
                self._storm.log.happened["database: lock tickets"] += 1
                await self._storm.rest(self._storm.chance.uniform(0.3, 2.0))

    async def _break_database_line(self, fault: LineFault, name: str) -> None:
        """One replica's line to its database goes bad; the others see nothing of it."""
        proxy = self._storm.chance.choice(self._storm.house.database_lines)
        before = proxy.struck[fault]
        with self._storm.log.of(f"database: {name}", "database"):
            proxy.begin(fault, Amount(seconds=self._storm.chance.choice((0.0, 0.1, 1.0, 6.0))))
            await self._storm.rest(self._storm.chance.uniform(0.5, 5.0))
            proxy.end(fault)
        self._storm.log.happened[f"database: {name}"] += proxy.struck[fault] - before
