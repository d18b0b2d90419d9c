"""A POS that keeps its own record: what it wanted the kitchen to know, when it asked, and what it was told of that."""

import asyncio
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from os import dup
from random import Random
from typing import Final

import psycopg
from psycopg.rows import TupleRow

CONNECT_SECONDS: Final = 2
DEADLINE_SECONDS: Final = 8.0
OPEN_BILLS_MAX: Final = 20
"""A till remembers so many bills for further rounds and for voids."""

HOSTILE: Final = (
    "\x1b@\x1dV\x01 no salt",
    "\x1bp\x01\x32\x32 well done",
    "\x10\x14\x01\x01\x05 rare",
    "\x1d(H\x06\x0100ABCD",
    "\x1b=\x01\x1bc5\x01 sauce apart",
    "\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08",
)
"""Notes that would be commands: reset and cut, drawer, a forged print-end answer, deselect, clear the buffers."""

_BILL: Final = "INSERT INTO pos_bill (bill_number, table_name) VALUES (%s, %s) RETURNING id"
_DISHES: Final = """
WITH dish AS (SELECT * FROM unnest(%(tags)s::text[], %(stations)s::text[], %(notes)s::text[]) AS d(tag, station, note)),
product AS (INSERT INTO core_product (name) SELECT 'Dish ' || tag FROM dish RETURNING id, name)
INSERT INTO pos_billitem (bill_id, product_id, printer_target, note)
SELECT %(bill)s, p.id, d.station, d.note FROM dish d JOIN product p ON p.name = 'Dish ' || d.tag
"""
_VOID: Final = """
UPDATE pos_billitem i SET status = 'VOID' FROM core_product p
 WHERE p.id = i.product_id AND i.bill_id = %s AND p.name = 'Dish ' || %s
"""
_SEND: Final = "SELECT id FROM kitchen_send_bill(%s)"
_SPOIL: Final = "UPDATE kitchen_tickets SET created_at = 'infinity' WHERE id = ANY(%s)"

Connection = psycopg.AsyncConnection[TupleRow]


class Fate(StrEnum):
    """What the POS knows of a submission."""

    ACKNOWLEDGED = "acknowledged"
    UNKNOWN = "unknown"
    ROLLED_BACK = "rolled back"


class Kind(StrEnum):
    """What it is."""

    ORDER = "order"
    VOID = "void"
    POISON = "poison"


@dataclass(frozen=True, slots=True)
class Dish:
    """One line of a submission, under a name that no other dish has."""

    tag: str
    station: str
    is_hostile: bool = False


@dataclass(slots=True, kw_only=True)
class Submission:
    """One transaction of the POS. Times are monotonic seconds of this machine."""

    number: int
    kind: Kind
    bill: int | None
    dishes: tuple[Dish, ...]
    invoked_at: float
    fate: Fate = Fate.ROLLED_BACK
    ended_at: float = 0.0


@dataclass(slots=True)
class Record:
    """All that all tills did."""

    submissions: list[Submission] = field(default_factory=list[Submission])
    dishes: int = 0

    def next_tag(self) -> str:
        """Name the next dish."""
        self.dishes += 1
        return f"T{self.dishes:06d}x"


class Till:
    """One till: one connection, one transaction at a time."""

    def __init__(self, dsn: str, record: Record, stations: Sequence[str], chance: Random) -> None:
        self._dsn = dsn
        self._record = record
        self._stations = stations
        self._chance = chance
        self._connection: Connection | None = None
        self._is_over = False
        self._bills: list[tuple[int, Dish]] = []

    async def work(self, a_second: float, pause: asyncio.Event) -> None:
        """Order and void by chance, so many times a second, until :meth:`end`; not while ``pause`` is cleared."""
        try:
            while not self._is_over:
                await pause.wait()
                await asyncio.sleep(self._chance.expovariate(a_second))
                if pause.is_set() and not self._is_over:
                    await self._act()
        finally:
            await self.close()

    def end(self) -> None:
        """Let ``work`` end, once it has an answer to what it asked last."""
        self._is_over = True

    async def _act(self) -> None:
        draw = self._chance.random()
        if draw < 0.14 and self._bills:
            await self.void(*self._bills.pop(self._chance.randrange(len(self._bills))))
        elif draw < 0.16:
            await self.order(is_poison=True)
        elif draw < 0.20:
            await self.order(is_taken_back=True)
        elif draw < 0.23:
            await self.order(is_cut=True)
        elif draw < 0.33 and self._bills:
            await self.order(bill=self._bills[-1][0])
        elif draw < 0.38:
            order = await self.order()
            if order.fate is Fate.ACKNOWLEDGED and order.bill is not None:
                self._bills = [each for each in self._bills if each[0] != order.bill]
                await self.void(order.bill, order.dishes[0])  # Within milliseconds of the order.
        else:
            await self.order()

    async def order(
        self,
        *,
        bill: int | None = None,
        stations: Sequence[str] = (),
        is_poison: bool = False,
        is_taken_back: bool = False,
        is_cut: bool = False,
    ) -> Submission:
        """Order something; return what is known of it. Nothing is raised because a database is away."""
        chosen = stations or self._chance.choices(self._stations, k=self._chance.choice((1, 1, 2, 3)))
        dishes = tuple(
            Dish(self._record.next_tag(), station, self._chance.random() < 0.08) for station in chosen
        )
        kind = Kind.POISON if is_poison else Kind.ORDER
        submission = self._begun(kind, bill, dishes)
        await self._submit(submission, is_taken_back=is_taken_back, is_cut=is_cut)
        if submission.fate is Fate.ACKNOWLEDGED and submission.bill is not None and not is_poison:
            self._bills = [*self._bills, (submission.bill, dishes[0])][-OPEN_BILLS_MAX:]
        return submission

    async def void(self, bill: int, dish: Dish) -> Submission:
        """Take a dish back that was ordered."""
        submission = self._begun(Kind.VOID, bill, (dish,))
        await self._submit(submission)
        return submission

    def _begun(self, kind: Kind, bill: int | None, dishes: tuple[Dish, ...]) -> Submission:
        submission = Submission(
            number=len(self._record.submissions) + 1,
            kind=kind,
            bill=bill,
            dishes=dishes,
            invoked_at=time.monotonic(),
        )
        self._record.submissions.append(submission)
        return submission

    async def _submit(
        self, submission: Submission, *, is_taken_back: bool = False, is_cut: bool = False
    ) -> None:
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                connection = await self._connected()
                await self._say(connection, submission)
                if is_taken_back:
                    await connection.rollback()
                else:
                    submission.fate = Fate.UNKNOWN  # From the moment COMMIT leaves until its answer is here.
                    await self._commit(connection, is_cut=is_cut)
                    submission.fate = Fate.ACKNOWLEDGED
        except (psycopg.Error, OSError, TimeoutError):
            await self.close()
        finally:
            submission.ended_at = time.monotonic()

    async def _say(self, connection: Connection, submission: Submission) -> None:
        if submission.bill is None:
            number = str(submission.number)
            row = await (await connection.execute(_BILL, [number, number])).fetchone()
            assert row is not None
            submission.bill = int(row[0])
        if submission.kind is Kind.VOID:
            await connection.execute(_VOID, [submission.bill, submission.dishes[0].tag])
        else:
            values = {
                "bill": submission.bill,
                "tags": [dish.tag for dish in submission.dishes],
                "stations": [dish.station for dish in submission.dishes],
                "notes": [
                    self._chance.choice(HOSTILE) if dish.is_hostile else None for dish in submission.dishes
                ],
            }
            await connection.execute(_DISHES, values)
        tickets = await (await connection.execute(_SEND, [submission.bill])).fetchall()
        if submission.kind is Kind.POISON:
            await connection.execute(_SPOIL, [[row[0] for row in tickets]])

    async def _commit(self, connection: Connection, *, is_cut: bool) -> None:
        if not is_cut:
            await connection.commit()
            return
        committing = asyncio.create_task(connection.commit())
        for _ in range(self._chance.randrange(1, 4)):
            await asyncio.sleep(0)
        if not connection.closed:
            with socket.socket(fileno=dup(connection.pgconn.socket)) as line:
                line.shutdown(socket.SHUT_RDWR)
        await committing

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                self._dsn, connect_timeout=CONNECT_SECONDS, options="-c statement_timeout=6s"
            )
        return self._connection

    async def close(self) -> None:
        """Hang up; the next submission connects again."""
        if self._connection is not None:
            await self._connection.close()
        self._connection = None
