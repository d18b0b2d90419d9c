"""What dead printers cost whoever orders: POST /orders in turns in two houses, one with dead printers."""

import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Final

from rich.console import Console
from rich.table import Table as RichTable

from bench.house import House, running_house
from kitchen_demo.orders import random_items
from kitchen_demo.postgres import open_postgres
from kitchen_demo.table import Sent, Table
from kitchen_demo.till import Till

ROUNDS: Final = 40
ORDERS_A_ROUND: Final = 25
WARM_UP: Final = 20
LIMIT: Final = 1.15
RESAMPLES: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How long the orders of each round took, with living printers and with dead ones."""

    alive: list[list[float]]
    dead: list[list[float]]
    tickets_open_with_dead: int


def run() -> None:
    """Print median and p95 of both, their ratios, and the interval that the rounds leave them."""
    answered = measure(ROUNDS, ORDERS_A_ROUND)
    table = RichTable("POST /orders", "alive", "dead", "dead / alive", "95% interval", "limit")
    for name, share in (("median", 50), ("p95", 95)):
        alive, dead = quantile(_flat(answered.alive), share), quantile(_flat(answered.dead), share)
        low, high = interval(answered, share)
        ratio = f"{dead / alive:.3f}"
        table.add_row(name, _ms(alive), _ms(dead), ratio, f"{low:.3f} to {high:.3f}", f"{LIMIT}")
    Console().print(table)
    Console().print(
        f"{ROUNDS} rounds of {ORDERS_A_ROUND} orders in each house, in turns;"
        f" {answered.tickets_open_with_dead} tickets wait for the dead printers."
    )


def measure(rounds: int, orders_a_round: int) -> Answered:
    """Order in both houses in turns, the same orders in both."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_postgres(os.environ, durable=True) as postgres,
        running_house(postgres, Path(folder) / "alive") as alive,
        running_house(postgres, Path(folder) / "dead", alive=False) as dead,
    ):
        houses = {"alive": Orders(alive), "dead": Orders(dead)}
        for orders in houses.values():
            orders.place(WARM_UP, seed=0)
        seconds: dict[str, list[list[float]]] = {name: [] for name in houses}
        for number in range(rounds):
            # Who begins changes from round to round, so that neither profits from its place.
            for name in sorted(houses, reverse=bool(number % 2)):
                seconds[name].append(houses[name].place(orders_a_round, seed=number + 1))
        return Answered(**seconds, tickets_open_with_dead=dead.open_tickets())


def quantile(seconds: Sequence[float], share: int) -> float:
    """Return the value that so many per cent stay below."""
    return quantiles(seconds, n=100, method="inclusive")[share - 1]


def interval(answered: Answered, share: int) -> tuple[float, float]:
    """Return the middle 95 per cent of the ratio when pairs of rounds are drawn again and again."""
    random = Random(1)
    pairs = list(zip(answered.alive, answered.dead, strict=True))
    ratios: list[float] = []
    for _ in range(RESAMPLES):
        drawn = random.choices(pairs, k=len(pairs))
        alive = quantile(_flat([pair[0] for pair in drawn]), share)
        ratios.append(quantile(_flat([pair[1] for pair in drawn]), share) / alive)
    ratios.sort()
    return ratios[RESAMPLES * 25 // 1000], ratios[RESAMPLES * 975 // 1000]


class Orders:
    """A till in one of the houses."""

    def __init__(self, house: House) -> None:
        self._till = Till(house.backend.address, house.token)
        self._products = self._till.menu()

    def place(self, count: int, seed: int) -> list[float]:
        """Place orders one after the other; return how long each took."""
        random, seconds = Random(seed), list[float]()
        for _ in range(count):
            table = Table(self._till, Sent(), self._products, {"table": str(random.randint(1, 40))})
            items = random_items(random)
            began = time.perf_counter()
            table.order(items)
            seconds.append(time.perf_counter() - began)
        return seconds


def _flat(rounds: Sequence[Sequence[float]]) -> list[float]:
    return [seconds for each in rounds for seconds in each]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
