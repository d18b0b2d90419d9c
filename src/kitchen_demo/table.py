"""A table that orders: what its waiter taps, and which papers the kitchen must then have."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, assert_never

from kitchen_demo.orders import Item
from kitchen_demo.till import OrderRefused, Till, new_key


class Tap(StrEnum):
    """How a tap on the till's screen goes: most are one request and one answer."""

    PLAIN = "plain"
    DOUBLE = "double"
    ANSWER_LOST = "answer lost"


@dataclass(frozen=True, slots=True)
class SentTicket:
    """A ticket as the POS knows it: the id it was answered, and what must be on the paper."""

    id: int
    station: str
    lines: tuple[str, ...]


@dataclass(slots=True)
class Sent:
    """What was sent and answered, of all tables; many threads add to it."""

    tickets: list[SentTicket] = field(default_factory=list[SentTicket])
    taps: "Counter[str]" = field(default_factory=Counter[str])
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, tap: Tap, what: str, tickets: Sequence[SentTicket]) -> None:
        """Take note of a tap that was answered."""
        with self.lock:
            self.tickets += tickets
            self.taps.update([what] if tap is Tap.PLAIN else [what, tap.value])


class Table:
    """One order, from the first drink on."""

    def __init__(
        self, till: Till, sent: Sent, products: Mapping[str, int], heading: Mapping[str, str | int]
    ) -> None:
        self._till = till
        self._sent = sent
        self._products = products
        self._heading = dict(heading)
        self._order: int | None = None
        self._items: list[tuple[int, Item]] = []  # with what is left of each
        self._held: list[tuple[int, Item]] = []

    def order(self, items: Sequence[Item], held: Sequence[Item] = (), *, tap: Tap = Tap.PLAIN) -> list[int]:
        """Order something, some of it held back; return the tickets. Raises ``OrderRefused``."""
        wanted = [self._line(item, hold=False) for item in items] + [
            self._line(item, hold=True) for item in held
        ]
        if self._order is None:
            answer = self._tap("/orders", {**self._heading, "items": wanted}, tap)
            self._order = int(answer["id"])
        else:
            answer = self._tap(f"/orders/{self._order}/items", {"items": wanted}, tap)
        ids = [int(item["id"]) for item in answer["items"]][-len(wanted) :]
        pairs = list(zip(ids, [*items, *held], strict=True))
        self._items += pairs[: len(items)]
        self._held += pairs[len(items) :]
        return self._note(tap, "orders", answer, _lines("{} x {}", [(item, item.quantity) for item in items]))

    def void(self, dish: str, quantity: int | None = None, *, tap: Tap = Tap.PLAIN) -> list[int]:
        """Take a dish back, or so many of it; return the tickets. Raises ``OrderRefused``."""
        place = next(at for at, (_, item) in enumerate(self._items) if item.dish == dish)
        item_id, item = self._items.pop(place)
        body = {} if quantity is None else {"quantity": quantity}
        answer = self._tap(f"/orders/{self._order}/items/{item_id}/void", body, tap)
        gone = item.quantity if quantity is None else quantity
        if gone < item.quantity:
            self._items.insert(place, (item_id, item.with_quantity(item.quantity - gone)))
        return self._note(tap, "voids", answer, _lines("VOID {} x {}", [(item, gone)]))

    def fire(self, *, tap: Tap = Tap.PLAIN) -> list[int]:
        """Have made what was held back; return the tickets. Raises ``OrderRefused``."""
        answer = self._tap(f"/orders/{self._order}/fire", {}, tap)
        fired, self._held = self._held, []
        self._items += fired
        return self._note(
            tap, "fired", answer, _lines("{} x {}", [(item, item.quantity) for _, item in fired])
        )

    def move(self, table: str, *, tap: Tap = Tap.PLAIN) -> list[int]:
        """Sit down at another table; return the tickets. Raises ``OrderRefused``."""
        before, self._heading["table"] = self._heading["table"], table
        answer = self._tap(f"/orders/{self._order}/move", {"table": table}, tap)
        stations = {item.station for _, item in self._items}
        told = {station: [f"TABLE {before} IS NOW TABLE {table}"] for station in stations}
        return self._note(tap, "moves", answer, told)

    @property
    def dishes(self) -> list[Item]:
        """What is on the table's bill and not held back."""
        return [item for _, item in self._items]

    @property
    def has_held(self) -> bool:
        """Whether something is held back."""
        return bool(self._held)

    def _tap(self, path: str, body: Mapping[str, Any], tap: Tap) -> dict[str, Any]:
        key = new_key()
        match tap:
            case Tap.PLAIN:
                return self._till.post(path, body, key)
            case Tap.ANSWER_LOST:
                self._till.post_and_lose_the_answer(path, body, key)
                return self._till.post(path, body, key)
            case Tap.DOUBLE:
                return _same_answer(lambda: self._till.post(path, body, key))
            case _:
                assert_never(tap)

    def _note(
        self, tap: Tap, what: str, answer: Mapping[str, Any], expected: Mapping[str, list[str]]
    ) -> list[int]:
        made = {str(ticket["station_code"]): int(ticket["id"]) for ticket in answer["tickets"]}
        if set(made) != set(expected) or len(made) != len(answer["tickets"]):
            raise OrderRefused(f"tickets for {sorted(made)} came of an order for {sorted(expected)}")
        tickets = [SentTicket(made[station], station, tuple(lines)) for station, lines in expected.items()]
        self._sent.add(tap, what, tickets)
        return list(made.values())

    def _line(self, item: Item, *, hold: bool) -> dict[str, Any]:
        line: dict[str, Any] = {
            "product_id": self._products[item.dish],
            "station_code": item.station,
            "quantity": item.quantity,
            "modifiers": list(item.modifiers),
            "hold": hold,
        }
        return line | ({"note": item.note} if item.note else {})


def _lines(words: str, items: Sequence[tuple[Item, int]]) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for item, quantity in items:
        told.setdefault(item.station, []).append(words.format(quantity, item.dish))
    return told


def _same_answer(post: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Send the same request twice at once; the answers must be one."""
    with ThreadPoolExecutor(2) as fingers:
        one, other = fingers.submit(post), fingers.submit(post)
        if one.result() != other.result():
            raise OrderRefused(f"two answers to one key: {one.result()} and {other.result()}")
        return one.result()
