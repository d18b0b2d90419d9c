"""Who serves which printer: one heartbeat row per replica, and lanes that name their owner and epoch."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, LiteralString
from uuid import UUID

from kitchen_printer.database.connection import Database

LIVES: Final[LiteralString] = "(r.until > now() AND r.until <= now() + interval '2 minutes')"
"""Whether the replica in the row ``r`` has given a sign of life that still counts.

The longest lease is two minutes: a sign that reaches further was given while the clock was ahead. Who gave it and
lives gives another one within a third of a lease; who died must not hold its lanes until the clock has caught up.
"""


@dataclass(frozen=True, slots=True)
class Lease:
    """A lane is ours; the epoch tells this ownership from all earlier ones."""

    printer_id: int
    epoch: int


async def send_heartbeat(database: Database, me: UUID, lease_seconds: float, version: str) -> None:
    """Say that we live, for as long as a lease lasts; the first time this makes our row."""
    async with database.connection() as connection:
        await connection.execute(
            """
            INSERT INTO kitchen_replicas (owner, until, version)
            VALUES (%(me)s, now() + make_interval(secs => %(seconds)s), %(version)s)
            ON CONFLICT (owner) DO UPDATE SET until = excluded.until
            """,
            {"me": me, "seconds": lease_seconds, "version": version},
        )


@dataclass(frozen=True, slots=True)
class Holdings:
    """The lanes that are ours now, and how many of them are our share."""

    leases: tuple[Lease, ...]
    share: int


_LANES: LiteralString = f"""
WITH living AS MATERIALIZED (SELECT owner FROM kitchen_replicas r WHERE {LIVES})
SELECT printer_id, epoch, owner = %(me)s AS is_ours,
       owner IS NULL OR owner NOT IN (SELECT owner FROM living) AS is_free,
       ceil(count(*) OVER ()::numeric / greatest(1, (SELECT count(*) FROM living))) AS share
  FROM lanes ORDER BY printer_id
"""  # noqa: S608  # made of constants alone

_TAKE: LiteralString = f"""
WITH living AS (SELECT owner FROM kitchen_replicas r WHERE {LIVES}),
free AS (
    SELECT l.printer_id FROM lanes l
     WHERE l.owner IS NULL OR l.owner NOT IN (SELECT owner FROM living)
     ORDER BY l.printer_id
     LIMIT greatest(0, (SELECT ceil(count(*)::numeric / greatest(1, (SELECT count(*) FROM living))) FROM lanes)
                       - (SELECT count(*) FROM lanes WHERE owner = %(me)s))
       FOR NO KEY UPDATE SKIP LOCKED)
UPDATE lanes l SET owner = %(me)s, epoch = l.epoch + 1
  FROM free WHERE l.printer_id = free.printer_id AND EXISTS (SELECT FROM living WHERE owner = %(me)s)
RETURNING l.printer_id, l.epoch
"""  # noqa: S608  # made of constants alone


async def take_free_lanes(database: Database, me: UUID) -> Holdings:
    """Take lanes whose owner is not heard of any more, at most our share; return all that are ours now.

    The share is the number of lanes over the number of living replicas, rounded up. Taking a lane raises its
    epoch, which shuts every earlier owner out of it.
    """
    async with database.connection() as connection:
        lanes = await (await connection.execute(_LANES, {"me": me})).fetchall()
        epochs = {each["printer_id"]: each["epoch"] for each in lanes if each["is_ours"]}
        if any(each["is_free"] for each in lanes):  # At rest none is, and that is found with one statement.
            taken = await connection.execute(_TAKE, {"me": me})
            epochs |= {each["printer_id"]: each["epoch"] async for each in taken}
    return Holdings(
        leases=tuple(Lease(printer_id, epoch) for printer_id, epoch in sorted(epochs.items())),
        share=int(lanes[0]["share"]) if lanes else 0,
    )


async def take_lane(database: Database, me: UUID, printer_id: int) -> Lease | None:
    """Take one lane that nobody serves; None when somebody does."""
    async with database.connection() as connection:
        row = await (
            await connection.execute(
                f"""
                UPDATE lanes l SET owner = %(me)s, epoch = l.epoch + 1
                 WHERE l.printer_id = %(printer)s
                   AND NOT EXISTS (SELECT FROM kitchen_replicas r WHERE r.owner = l.owner AND {LIVES})
                RETURNING l.printer_id, l.epoch
                """,  # noqa: S608  # made of constants alone
                {"me": me, "printer": printer_id},
            )
        ).fetchone()
    return Lease(row["printer_id"], row["epoch"]) if row else None


async def hand_back(database: Database, me: UUID, printers: Collection[int]) -> None:
    """Hand lanes back that nothing is going on in, so that a replica with fewer can take them."""
    async with database.connection() as connection:
        await connection.execute(
            "UPDATE lanes SET owner = NULL WHERE owner = %s AND printer_id = ANY(%s)", [me, list(printers)]
        )


async def leave(database: Database, me: UUID) -> None:
    """Hand all lanes back and say that we are gone, so that another replica need not wait for the lease."""
    async with database.transaction() as connection:
        await connection.execute("UPDATE lanes SET owner = NULL WHERE owner = %s", [me])
        await connection.execute("UPDATE kitchen_replicas SET until = now() WHERE owner = %s", [me])
