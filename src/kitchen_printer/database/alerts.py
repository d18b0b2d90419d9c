"""Messages that wait to be sent: one per alarm at most, the newest, each taken by one replica at a time."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import LiteralString

from kitchen_printer.database.connection import Database

TRIES_MAX = 6
"""How often a message is tried: over half an hour with the pauses below."""

FRESH_MINUTES = 60
"""An older message says nothing any more that a person could act on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A message to send now, and the places in the configuration that have it already."""

    condition: str
    message_no: int
    title: str
    body: str
    is_over: bool
    tries: int
    reached: frozenset[int]


_TAKE: LiteralString = """
UPDATE kitchen_alarms
   SET tries = tries + 1, tried_again_at = now() + make_interval(secs => %(lease)s)
 WHERE condition = (SELECT condition FROM kitchen_alarms
                     WHERE is_open AND tries < %(tries_max)s AND tried_again_at <= now()
                       AND greatest(told_at, over_at) > now() - make_interval(mins => %(fresh)s)
                     ORDER BY tried_again_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
RETURNING condition, message_no, title, body, NOT is_on AS is_over, tries, reached
"""


async def take_alert(database: Database, lease_seconds: float) -> Alert | None:
    """Take a message that is due, for as long as sending it may take; nobody else takes it meanwhile."""
    values = {"lease": lease_seconds, "tries_max": TRIES_MAX, "fresh": FRESH_MINUTES}
    async with database.connection() as connection:
        row = await (await connection.execute(_TAKE, values)).fetchone()
    if row is None:
        return None
    row["reached"] = frozenset(row["reached"])
    return Alert(**row)


async def note_alert(
    database: Database, alert: Alert, reached: Collection[int], *, is_open: bool, again_in_seconds: float
) -> None:
    """Write down whom a message has reached and whether it is tried again, unless a newer one replaced it."""
    async with database.connection() as connection:
        await connection.execute(
            """
            UPDATE kitchen_alarms
               SET reached = %s, is_open = %s, tried_again_at = now() + make_interval(secs => %s)
             WHERE condition = %s AND message_no = %s
            """,
            [sorted(reached), is_open, again_in_seconds, alert.condition, alert.message_no],
        )
