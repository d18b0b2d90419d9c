"""What is measured, with which sizes, in which order: everybody takes turns, and who begins changes each round."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Final

from bench.rivals.figures import Turn
from bench.rivals.stage import Place
from kitchen_demo.child_process import ProcessFailed

ROUNDS: Final = 5
SPIN: Final = 400_000
"""Steps of a loop that takes some hundredths of a second: how long it takes from time to time is the noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much of everything; the defaults are the full measurement."""

    rounds: int = ROUNDS
    minutes: float = inf
    """After so long no further round is begun."""

    tickets: int = 5_000
    tickets_few: int = 5_000
    """Of a backlog for fewer than sixteen printers, which takes longer."""

    printers: tuple[int, ...] = (1, 4, 16, 64)
    trickle_tickets: int = 150
    rush_orders: int = 50
    kill_seconds: float = 60.0
    rest_seconds: float = 20.0
    rest_rounds: int = ROUNDS
    """But with the most printers as many rounds as elsewhere."""

    rush_rounds: int = ROUNDS
    kill_rounds: int = ROUNDS
    dead: tuple[str, ...] = ("service", "procrastinate", "pgqueuer", "celery_redis", "django_tasks")
    """Who drains beside a dead printer."""

    day_tickets: int = 6_000
    """What two thousand orders at three stations make."""

    cold_starts: int = 10
    history: tuple[int, ...] = (1_000, 100_000, 1_000_000, 5_000_000)
    contenders: tuple[str, ...] = ()
    """Only these; empty means all."""


@dataclass(slots=True)
class Log:
    """All turns so far, and how noisy the machine was meanwhile."""

    ends_at: float = inf
    """Monotonic seconds after which no round begins."""

    turns: list[Turn] = field(default_factory=list[Turn])
    spins: list[float] = field(default_factory=list[float])
    failed: list[str] = field(default_factory=list[str])
    """Turns that came to nothing, and why."""

    def of(self, part: str, size: str, contender: str) -> list[Turn]:
        """Return the turns of a contender, round by round."""
        return [
            each for each in self.turns if (each.part, each.size, each.contender) == (part, size, contender)
        ]

    def sizes_of(self, part: str) -> list[str]:
        """Return the sizes that were measured, by their number if they begin with one."""
        sizes = dict.fromkeys(each.size for each in self.turns if each.part == part)
        return sorted(sizes, key=lambda size: [int(word) for word in size.split()[:1] if word.isdigit()])

    def contenders_of(self, part: str, size: str) -> list[str]:
        """Return who took part, in the order of the tables."""
        return list(
            dict.fromkeys(each.contender for each in self.turns if (each.part, each.size) == (part, size))
        )


Taken = tuple[dict[str, float], dict[str, list[float]]]
"""What came of a turn: figures, and samples."""

Take = Callable[[Place, str], Taken]
"""One contender's turn."""


def take_turns(
    place: Place, log: Log, part: str, size: str, contenders: Sequence[str], *, rounds: int, take: Take
) -> None:
    """Let all contenders take their turns, round by round."""
    for round_no, name in _interleaved(contenders, rounds):
        if name == _first(contenders, round_no) and time.monotonic() > log.ends_at:
            print(f"  {part} {size}: no time for round {round_no}", flush=True)
            return
        log.spins.append(_spin())
        try:
            figures, samples = take(place, name)
        except (AssertionError, TimeoutError, ProcessFailed) as error:  # told in the tables; the others go on
            log.failed.append(f"{part}, {size}, {name}, round {round_no}: {error}")
            print(f"  FAILED: {log.failed[-1]}", flush=True)
            continue
        log.turns.append(
            Turn(part=part, size=size, contender=name, round_no=round_no, figures=figures, samples=samples)
        )
        told = "  ".join(f"{key} {value:,.2f}" for key, value in figures.items())
        print(f"  {part} {size}, round {round_no}: {name}: {told}", flush=True)


def _interleaved(contenders: Sequence[str], rounds: int) -> Iterator[tuple[int, str]]:
    for number in range(1, rounds + 1):
        first = contenders.index(_first(contenders, number))
        yield from ((number, name) for name in (*contenders[first:], *contenders[:first]))


def _first(contenders: Sequence[str], round_no: int) -> str:
    return contenders[(round_no - 1) % len(contenders)]


def those(wanted: Iterable[str], sizes: Sizes) -> list[str]:
    """Return the contenders that are to take part."""
    return [name for name in wanted if not sizes.contenders or name in sizes.contenders]


def _spin() -> float:
    began = time.perf_counter()
    total = 0
    for number in range(SPIN):
        total += number
    return time.perf_counter() - began
