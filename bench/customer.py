"""Somebody who orders one dish after the other, each by its own name, and holds the papers against what was said."""

import re
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

import psycopg

from kitchen_printer.database.patience import DatabaseUnreachableError, PatientDatabase, open_database

ANSWER_SECONDS: Final = 1.0
"""How long the customer waits for the database, before two seconds of grace."""

PAUSE_SECONDS: Final = 0.05
"""After a failure."""

NAME: Final = re.compile(r"\bL\d{6}\b")
MARK: Final = "POSSIBLE DUPLICATE"
"""At the head of a paper, before what was ordered."""

FOOTER: Final = re.compile(r"^#\d+-\d+/\d+ \S{4}$", re.MULTILINE)

_ORDER: Final = """
WITH t AS (INSERT INTO kitchen_tickets (printer_target, table_label, bill_id, round_no)
           VALUES (%s, '7', %s, 1) RETURNING id)
INSERT INTO kitchen_ticket_items (kitchen_ticket_id, qty, menu_name) SELECT id, 1, %s FROM t
"""


@dataclass(slots=True)
class Ordered:
    """What was ordered: ``acknowledged`` with the time of the answer, and what got none."""

    acknowledged: dict[str, float] = field(default_factory=dict[str, float])
    unanswered: set[str] = field(default_factory=set[str])


class Customer(threading.Thread):
    """Orders at a steady rate until told to stop; after a failure connects anew."""

    def __init__(self, dsn: str, stations: Sequence[str], orders_per_second: float, first: int = 1) -> None:
        super().__init__(name="customer", daemon=True)
        self.ordered = Ordered()
        self._dsn = dsn
        self._stations = stations
        self._interval = 1 / orders_per_second
        self._number = first
        self._over = threading.Event()

    def stop(self) -> Ordered:
        """Order nothing more; return what was ordered."""
        self._over.set()
        self.join()
        return self.ordered

    def run(self) -> None:
        """Order until stopped."""
        while not self._over.is_set():
            with (
                suppress(DatabaseUnreachableError, psycopg.Error),
                open_database(self._dsn, ANSWER_SECONDS) as database,
            ):
                while not self._over.wait(self._interval):
                    self._order(database)
            self._over.wait(PAUSE_SECONDS)

    def _order(self, database: PatientDatabase) -> None:
        number, self._number = self._number, self._number + 1
        name = f"L{number:06}"
        station = self._stations[number % len(self._stations)]
        self.ordered.unanswered.add(name)
        with database.deadline():
            database.connection.execute(_ORDER, [station, number, name])
        self.ordered.unanswered.remove(name)
        self.ordered.acknowledged[name] = time.monotonic()

    def longest_silence(self, since: float) -> float:
        """Return the longest time between two answers, from the last before ``since`` on."""
        return longest_gap(list(self.ordered.acknowledged.values()), since)


@dataclass(frozen=True, slots=True)
class Paper:
    """One appearance of an order on paper: whether it says that it may be a second one, and when it was cut.

    ``is_whole`` says that it ends with a footer: of a ticket that stopped in the middle a piece may lie there.
    """

    name: str
    is_marked: bool
    is_whole: bool
    at: float


def papers_in(folder: Path) -> list[Paper]:
    """Read the papers of ``virtual-printer --paper``, oldest first. Those of the service itself name no order.

    A piece that was never cut hangs before the next paper, so one sheet may show several orders.
    """
    since_start = time.time() - time.monotonic()
    found: list[Paper] = []
    for path in folder.rglob("*.txt"):
        text, at = path.read_text(encoding="utf-8"), path.stat().st_mtime - since_start
        begin = 0
        for order in NAME.finditer(text):
            following = NAME.search(text, order.end())
            rest = text[order.end() : following.start() if following else len(text)]
            found.append(Paper(order[0], MARK in text[begin : order.end()], bool(FOOTER.search(rest)), at))
            begin = order.end()
    return sorted(found, key=lambda each: each.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of the orders. ``gone`` were acknowledged and are not in the database any more."""

    acknowledged: int
    gone: int
    gone_on_paper: int
    lost: tuple[str, ...]
    unmarked_twice: tuple[str, ...]
    marked: int
    marked_needlessly: int

    @property
    def is_good(self) -> bool:
        """Whether all that the database still knows is on paper, and every second paper says so."""
        return not self.lost and not self.unmarked_twice


def account_for(ordered: Ordered, papers: Sequence[Paper], kept: set[str]) -> Account:
    """Compare what was ordered, what came out, and what the database has kept."""
    came = Counter(each.name for each in papers)
    whole = {each.name for each in papers if each.is_whole}
    unmarked = Counter(each.name for each in papers if not each.is_marked)
    gone = ordered.acknowledged.keys() - kept
    return Account(
        acknowledged=len(ordered.acknowledged),
        gone=len(gone),
        gone_on_paper=sum(name in came for name in gone),
        lost=tuple(sorted(kept - whole)),
        unmarked_twice=tuple(sorted(name for name, times in unmarked.items() if times > 1)),
        marked=sum(each.is_marked for each in papers),
        marked_needlessly=sum(each.is_marked and came[each.name] == 1 for each in papers),
    )


def kept_in(dsn: str) -> set[str]:
    """Return the names of all orders that the database has."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT menu_name FROM kitchen_ticket_items").fetchall()
    return {str(row[0]) for row in rows}


def open_tickets(dsn: str) -> int:
    """Count the tickets that are not on paper."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT count(*) FROM kitchen_tickets WHERE status <> 'PRINTED'").fetchone()
    return int(row[0]) if row else 0


def wait_until_drained(dsn: str, seconds: float) -> None:
    """Return when everything is on paper. Raises ``TimeoutError``."""
    deadline = time.monotonic() + seconds
    while left := open_tickets(dsn):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{left} tickets are not on paper after {seconds:.0f} s")
        time.sleep(0.1)


def longest_gap(times: Sequence[float], since: float) -> float:
    """Return the longest time between two neighbours, from the last before ``since`` on."""
    ordered = sorted(times)
    return max((b - a for a, b in pairwise(ordered) if b >= since), default=0.0)
