"""What the POS sent against what lies on the counter: nothing lost, nothing twice, nothing nobody ordered. Pure."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FOOTER: Final = re.compile(r"^#(\d+)-\d+/\d+ \S{4}$", re.MULTILINE)
STRUCK_THROUGH: Final = "VOIDED, DO NOT MAKE:"
MARKED: Final = re.compile(r"POSSIBLE DUPLICATE|REPRINT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Ticket ids in question; all of it empty when the papers are what was sent."""

    tickets: int
    papers: int
    lost: tuple[int, ...]
    twice: tuple[int, ...]
    unknown: tuple[int, ...]
    wrong: tuple[int, ...]

    @property
    def is_good(self) -> bool:
        """Whether the papers are what was sent."""
        return not (self.lost or self.twice or self.unknown or self.wrong)

    def __str__(self) -> str:
        return (
            f"{self.tickets} tickets sent, {self.papers} papers: lost {len(self.lost)}, twice {len(self.twice)},"
            f" never sent {len(self.unknown)}, with a line missing {len(self.wrong)}"
        )


def read_summary(summary: Path) -> dict[str, Any]:
    """Read what `pos-sim --summary` wrote."""
    return dict(json.loads(summary.read_text(encoding="utf-8")))


def read_sent(summary: Path) -> dict[int, Sequence[str]]:
    """Return the lines of each ticket in it."""
    return {int(ticket["id"]): ticket["lines"] for ticket in read_summary(summary)["tickets"]}


def compare(sent: Mapping[int, Sequence[str]], papers: Iterable[str]) -> Comparison:
    """Compare the lines of each ticket with the texts of papers; a paper is known by its footer.

    Marked papers may be second ones and are counted apart: only an unmarked one can be one too many.
    """
    seen, unmarked, wrong, count = set[int](), Counter[int](), set[int](), 0
    for paper in papers:
        count += 1
        for found in FOOTER.findall(paper):
            ticket = int(found)
            seen.add(ticket)
            unmarked[ticket] += not MARKED.search(paper)
            if ticket in sent and not _has_all(paper, sent[ticket], _voided_after(ticket, sent)):
                wrong.add(ticket)
    return Comparison(
        tickets=len(sent),
        papers=count,
        lost=tuple(sorted(sent.keys() - seen)),
        twice=tuple(sorted(ticket for ticket, times in unmarked.items() if times > 1)),
        unknown=tuple(sorted(seen - sent.keys())),
        wrong=tuple(sorted(wrong)),
    )


def _has_all(paper: str, lines: Sequence[str], voided: set[str]) -> bool:
    """A paper that came late shows what was taken back meanwhile struck through, as a picture, and says so in words."""
    text = " ".join(paper.split())  # folded rows are put together
    excused = voided if STRUCK_THROUGH in text else set[str]()
    return all(line in text or _dish(line) in excused for line in lines)


def _voided_after(ticket: int, sent: Mapping[int, Sequence[str]]) -> set[str]:
    later = (line for other, lines in sent.items() if other > ticket for line in lines)
    return {_dish(line) for line in later if line.startswith("VOID ")}


def _dish(line: str) -> str:
    return line.partition(" x ")[2]
