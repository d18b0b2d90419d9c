"""Connections to PostgreSQL, every use of them under a deadline of our own."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Any, Final, LiteralString

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from kitchen_printer.database.deadline import deadline
from kitchen_printer.database.migrate import known_version, schema_version
from kitchen_printer.database.servers import Servers

CONNECT_SECONDS: Final = 3
"""A database on the same network accepts in milliseconds; a dead address must not hold up the service."""

LEND_SECONDS: Final = 2.0
"""How long to wait for a connection before people are told why there is none."""

RECONNECT_SECONDS: Final = 2.0
"""How long the pool tries by itself, waiting twice as long each time; afterwards each use of it tries at once."""

IDLE_SECONDS: Final = 86_400.0
"""How long a connection of no use is kept: a quiet night must not cost the next ticket its plans."""

CLOSE_SECONDS: Final = 1.0
"""How long connections may take to end with the process; what is open then is left to the server."""

SHARED_MAX: Final = 3
"""Looking around, heartbeats and what people are told go on at once."""

OWN_SECONDS: Final = 0.5
"""How long who has a connection for itself waits for it, before it takes one of those that all share."""

OWN_AGAIN_SECONDS: Final = 30.0
"""How soon it waits for its own again, which the server may have refused: it lets in only so many."""

_CONTRACT_IS_MISSING: Final = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.UndefinedFunction,
)

_SESSION_IS_SHARED: Final = (
    psycopg.errors.DuplicatePreparedStatement,
    psycopg.errors.InvalidSqlStatementName,
)
"""What was prepared in this session is there already, or gone: between two statements it was another client's."""

_SHARED: Final = (
    "a pooler in transaction mode is in between: connect to PostgreSQL itself, or set it to session mode"
)

Connection = AsyncConnection[DictRow]
_Pool = AsyncConnectionPool[Connection]
Row = dict[str, Any]


_SESSION: Final = {
    "TimeZone": "UTC",
    "statement_timeout": "4s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "10s",
    "plan_cache_mode": "force_generic_plan",
    # Plans are made once, perhaps while a table is nearly empty, and must be good when it has grown.
    "enable_seqscan": "off",
    # What has no index looks dear then, dear enough to be compiled, which takes longer than any statement of ours.
    "jit": "off",
}
"""What every session of ours is told, by statement: poolers refuse settings that come with the connection."""


class DatabaseTrouble(StrEnum):
    """Why the database does not do what is asked, in the few kinds that need different remedies."""

    AWAY = "away"
    REFUSES = "refuses"
    NOT_MIGRATED = "not_migrated"
    LOSES_SESSIONS = "loses_sessions"


class DatabaseLostError(Exception):
    """The database did not do what was asked, for a reason that may pass: try again later.

    Nothing is known about whether the last commit went through. The message may name hosts and users: it is for
    logs, ``trouble`` is for everybody.
    """

    def __init__(self, message: str, trouble: DatabaseTrouble = DatabaseTrouble.AWAY) -> None:
        super().__init__(message)
        self.trouble = trouble


@dataclass(slots=True)
class _Own:
    """One connection for one use; ``not_before`` is when it is worth waiting for, in monotonic seconds."""

    pool: _Pool
    not_before: float = 0.0


class Database:
    """A few connections that outlive any number of database outages.

    The ledger and the expansion have one each for themselves: a plan is made on each connection that needs it, which
    takes longer than what is planned, and these two are in every ticket's way.
    """

    def __init__(self, dsn: str, application_name: str) -> None:
        self._settings: dict[str, Any] = {
            "autocommit": True,
            "row_factory": dict_row,
            # The few statements are planned once for each connection: planning a claim takes ten times as long as it.
            "prepare_threshold": 0,
            "connect_timeout": CONNECT_SECONDS,
            "application_name": application_name,
            "keepalives_idle": 10,
            "keepalives_interval": 3,
            "keepalives_count": 3,
        }
        self.servers = Servers(dsn, self._settings)
        self._shared = self._pool(SHARED_MAX, size_min=1)
        self._for_the_ledger = _Own(self._pool(1))
        self._for_expanding = _Own(self._pool(1))

    def _pool(self, size_max: int, size_min: int = 0) -> _Pool:
        return AsyncConnectionPool(
            self.servers.address,
            connection_class=AsyncConnection[DictRow],
            kwargs=self._settings,
            min_size=size_min,
            max_size=size_max,
            num_workers=size_max,
            configure=_settle_in,
            timeout=LEND_SECONDS,
            max_idle=IDLE_SECONDS,
            reconnect_timeout=RECONNECT_SECONDS,
            open=False,
        )

    @property
    def _pools(self) -> tuple[_Pool, _Pool, _Pool]:
        return self._shared, self._for_the_ledger.pool, self._for_expanding.pool

    async def open(self) -> None:
        """Start connecting in the background; a database that is down now may come up later."""
        for pool in self._pools:
            await pool.open(wait=False)

    async def close(self) -> None:
        """Close all connections; a server that is away is not waited for."""
        await asyncio.gather(*(pool.close(timeout=CLOSE_SECONDS) for pool in self._pools))

    async def reconnect(self) -> None:
        """Leave the server that we are connected to, and look for the right one."""
        for pool in self._pools:
            await pool.drain()

    async def check_schema(self) -> None:
        """Return if the database has the schema we need. Raises :class:`DatabaseLostError` with the remedy.

        A newer schema is fine: migrations only add, so that two versions can run side by side in an upgrade.
        """
        async with self.connection() as connection:
            await self._refuse_shared_sessions(connection)
            found, needed = await schema_version(connection), known_version()
        if found < needed:
            raise DatabaseLostError(
                f"the schema is version {found}, this program needs {needed}: run kitchen-printer migrate",
                DatabaseTrouble.NOT_MIGRATED,
            )

    async def _refuse_shared_sessions(self, mine: Connection) -> None:
        """See that what this session was told is still there while another client is in the middle of a transaction."""
        await mine.execute("SELECT set_config('kitchen.session', 'mine', false)", prepare=False)
        async with self.transaction() as other:
            await other.execute("SELECT 1", prepare=False)
            question: LiteralString = "SELECT current_setting('kitchen.session', true) AS whose"
            row = await (await mine.execute(question, prepare=False)).fetchone()
        if row is None or row["whose"] != "mine":
            raise DatabaseLostError(_SHARED, DatabaseTrouble.LOSES_SESSIONS)

    def connection(self) -> AbstractAsyncContextManager[Connection]:
        """Lend a connection in autocommit mode. Raises :class:`DatabaseLostError`."""
        return self._lent(None)

    def ledger(self) -> AbstractAsyncContextManager[Connection]:
        """Lend the one that nothing but the ledger uses. Raises :class:`DatabaseLostError`."""
        return self._lent(self._for_the_ledger)

    def expansion(self) -> AbstractAsyncContextManager[Connection]:
        """Lend the one that nothing but expanding uses. Raises :class:`DatabaseLostError`."""
        return self._lent(self._for_expanding)

    @asynccontextmanager
    async def _lent(self, own: _Own | None) -> AsyncGenerator[Connection, None]:
        with worded():
            try:
                pool, lent = await self._own_or_shared(own)
            except PoolTimeout:
                # The pool only says that it has none; connecting ourselves tells why.
                await (await self.connect_alone()).close()
                raise
            is_frozen = asyncio.Event()
            try:
                with deadline(lent, passed=is_frozen.set):
                    async with lent:
                        yield lent
            except psycopg.errors.ReadOnlySqlTransaction:
                await self.reconnect()  # It was the primary once: the connection is well, and of no use.
                raise
            finally:
                try:
                    if is_frozen.is_set():
                        await self.reconnect()  # Else each of the others is waited for as long as this one.
                finally:
                    await pool.putconn(lent)

    async def _own_or_shared(self, own: _Own | None) -> tuple[_Pool, Connection]:
        if own is not None and monotonic() >= own.not_before:
            try:
                return own.pool, await own.pool.getconn(OWN_SECONDS)
            except PoolTimeout:
                own.not_before = monotonic() + OWN_AGAIN_SECONDS
        return self._shared, await self._shared.getconn()

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Connection, None]:
        """Lend a connection inside one transaction. Raises :class:`DatabaseLostError`."""
        async with self.connection() as connection, connection.transaction():
            yield connection

    async def connect_alone(self) -> Connection:
        """Open a connection outside the pool, for LISTEN. Raises :class:`DatabaseLostError`."""
        with worded():
            address = await self.servers.address()
            connection = await AsyncConnection[DictRow].connect(address, **self._settings)
            await _settle_in(connection)
            return connection


async def _settle_in(connection: Connection) -> None:
    with deadline(connection):
        await connection.execute(
            "SELECT set_config(name, value, false) FROM unnest(%s::text[], %s::text[]) AS s(name, value)",
            [list(_SESSION), list(_SESSION.values())],
            prepare=False,
        )


@contextmanager
def worded() -> Generator[None, None, None]:
    """Turn the driver's many ways of saying "not now" into one error; programming errors pass through."""
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseLostError("no connection to the database") from error
    except _SESSION_IS_SHARED as error:
        raise DatabaseLostError(_SHARED, DatabaseTrouble.LOSES_SESSIONS) from error
    except _CONTRACT_IS_MISSING as error:
        remedy = "run kitchen-printer migrate, and give this login the role kitchen_service"
        raise DatabaseLostError(f"{_first_line(error)}: {remedy}", DatabaseTrouble.NOT_MIGRATED) from error
    except (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError) as error:
        refuses = "FATAL" in str(error)  # The driver gives no code for what a server says instead of hello.
        trouble = DatabaseTrouble.REFUSES if refuses else DatabaseTrouble.AWAY
        raise DatabaseLostError(_first_line(error), trouble) from error


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
