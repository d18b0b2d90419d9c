"""How much paper a printer has left once its sensor says that the roll is thin: a rough guess, and never too many."""

from dataclasses import dataclass, replace
from typing import Final

REMAINING_MM: Final = 2000.0
"""Paper on the roll when the near-end sensor first reports: an assumption, the same for every printer.

The sensor is a lever against the side of the roll. Makers set it to some two or three millimetres of paper around the
core, call it adjustable and rough, and rolls differ in core and thickness. Paper of 0.07 mm wound from a core of 18 mm
up to 23 mm is 2.3 m long: the area of the ring, pi / 4 * (23^2 - 18^2), divided by the thickness. Rather too little
than too much: a roll that lasts longer than was said harms nobody.
"""

MEAN_OF_TICKETS: Final = 20
"""Over how many of its last tickets a printer's mean is taken: an hour of one station, not of the year."""

CLEAR_LOOKS: Final = 3
"""The roll is a new one once the sensor saw enough paper so often in a row: at the threshold a turning roll wavers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLow:
    """The roll is thin now; ``tickets_left`` says for about how many more tickets it is, None while nobody can."""

    tickets_left: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """What is known of the roll in a printer. ``is_low`` is None as long as its sensor was not heard."""

    is_low: bool | None = None
    is_near_end: bool = False
    """What the sensor said last."""

    clear_looks: int = 0
    printed_mm: float = 0.0
    """Paper used since the sensor first reported."""

    lengths_mm: tuple[float, ...] = ()
    """The last tickets of this printer, whatever roll they came from."""

    def looked_at(self, is_near_end: bool | None) -> "Roll":
        """Take down what the sensor says; None when it said nothing."""
        if is_near_end is None:
            return self
        if is_near_end:
            return replace(self, is_low=True, is_near_end=True, clear_looks=0)
        if self.is_low and self.clear_looks + 1 < CLEAR_LOOKS:
            return replace(self, is_near_end=False, clear_looks=self.clear_looks + 1)
        return Roll(is_low=False, lengths_mm=self.lengths_mm)

    def used(self, length_mm: float, *, is_ticket: bool) -> "Roll":
        """Take down that a paper of this length came out."""
        lengths = (*self.lengths_mm, length_mm)[-MEAN_OF_TICKETS:] if is_ticket else self.lengths_mm
        return replace(
            self, lengths_mm=lengths, printed_mm=self.printed_mm + length_mm if self.is_low else 0.0
        )

    @property
    def low(self) -> PaperLow | None:
        """What to tell people of it; None while the roll is thick enough, or nobody knows."""
        return PaperLow(tickets_left=tickets_left(self.printed_mm, self.lengths_mm)) if self.is_low else None

    @property
    def low_on_paper(self) -> PaperLow | None:
        """What the next ticket says of it, which uses paper itself; None unless the sensor reports at this moment."""
        if not self.is_near_end or self.low is None:
            return None
        left = self.low.tickets_left
        return PaperLow(tickets_left=None if left is None else max(0, left - 1))


def tickets_left(printed_mm: float, lengths_mm: tuple[float, ...]) -> int | None:
    """Return for about how many tickets like the last ones the paper lasts, rounded down; None without any."""
    total_mm = sum(lengths_mm)
    if total_mm <= 0:
        return None
    return int(max(0.0, REMAINING_MM - printed_mm) * len(lengths_mm) / total_mm)


def how_long(tickets: int | None) -> str:
    """Say in English how long the paper lasts; "about" is the whole truth."""
    match tickets:
        case None:
            return "paper low"
        case 0:
            return "paper low, ends soon"
        case 1:
            return "paper low, about 1 ticket left"
        case _:
            return f"paper low, about {tickets} tickets left"
