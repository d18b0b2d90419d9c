"""What lies on the counter: papers that a cook would cook from, pieces that he would not, and how they are marked.

Judged by what can be read only, never by what the service has on record.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields

from rich.console import Console
from rich.table import Table

from virtual_printer import Sheet

MARK = "POSSIBLE DUPLICATE"
VOID = "INCOMPLETE - THROW AWAY"
_FOOTER = re.compile(r"#(\d+)-\d+/\d+ \S{4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What was printed up to a footer, or up to a cut; ``ticket_id`` is None where no footer was reached."""

    ticket_id: int | None
    lines: tuple[str, ...]
    is_void: bool

    @property
    def is_marked(self) -> bool:
        """Whether it says that it may be the second one."""
        return any(MARK in line for line in self.lines)

    def has_all_of(self, lines: Iterable[str]) -> bool:
        """Whether these lines stand on it in this order; others may stand between."""
        rest = iter(self.lines)
        return all(line in rest for line in lines)

    def has_a_piece_above(self, first: str) -> bool:
        """Whether the beginning of another paper hangs above it; ``first`` is the second line of every paper."""
        begins = len(self.lines) - self.lines[::-1].index(first) - 2
        return any(MARK not in line for line in self.lines[:begins])


def pieces(sheets: Iterable[Sheet]) -> Iterator[Piece]:
    """Take the paper apart: a sheet holds several papers where nobody cut between them."""
    for sheet in sheets:
        lines: list[str] = []
        found: list[Piece] = []
        for line in sheet.lines:
            lines.append(line)
            footer = _FOOTER.fullmatch(line)
            if footer and found and line == found[-1].lines[-1] and len(lines) == 1:
                lines = []  # Some printers print the line again at which the paper ended.
            elif footer:
                found.append(Piece(ticket_id=int(footer[1]), lines=tuple(lines), is_void=False))
                lines = []
        if found and lines and VOID in lines[0]:
            whole = found.pop()
            found.append(Piece(ticket_id=whole.ticket_id, lines=(*whole.lines, *lines), is_void=True))
        elif lines:
            found.append(Piece(ticket_id=None, lines=tuple(lines), is_void=VOID in lines[-1]))
        yield from found


@dataclass(slots=True)
class Tally:
    """The papers of many tickets, counted."""

    tickets: int = 0
    complete: int = 0
    partial: int = 0
    cut_through: int = 0
    marks: int = 0
    marks_not_needed: int = 0
    duplicates: int = 0
    lost: list[int] = field(default_factory=list[int])
    two_unmarked: list[int] = field(default_factory=list[int])
    with_duplicates: list[int] = field(default_factory=list[int])

    def count(self, expected: Mapping[int, Sequence[str]], sheets: Iterable[Sheet]) -> None:
        """Count one printer's paper; ``expected`` says for each of its tickets which lines must be on it."""
        whole: list[Piece] = []
        torn: Piece | None = None
        for piece in pieces(sheets):
            is_paper = piece.ticket_id is not None and not piece.is_void
            self.partial += not is_paper
            if is_paper:
                whole.append(self._in_one(torn, piece, expected.get(piece.ticket_id or 0, ())))
            torn = None if is_paper or piece.is_void else piece
        for ticket_id, lines in expected.items():
            papers = [p for p in whole if p.ticket_id == ticket_id]
            assert all(p.has_all_of(lines) for p in papers), f"a footer under less than the ticket: {papers}"
            self.partial += sum(p.has_a_piece_above(lines[0]) for p in papers)
            marked = sum(p.is_marked for p in papers)
            self.tickets += 1
            self.complete += len(papers)
            self.marks += marked
            self.marks_not_needed += marked if len(papers) == 1 else 0
            self.duplicates += max(0, len(papers) - 1)
            if not papers:
                self.lost.append(ticket_id)
            if len(papers) - marked > 1:
                self.two_unmarked.append(ticket_id)
            if len(papers) > 1:
                self.with_duplicates.append(ticket_id)

    def add(self, other: "Tally") -> None:
        """Add what was counted elsewhere."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    def _in_one(self, torn: Piece | None, piece: Piece, lines: Sequence[str]) -> Piece:
        """Join a paper with its own head, if the knife went through it: a broken cut command may cut anywhere."""
        if torn is None or piece.has_all_of(lines):
            return piece
        self.partial -= 1
        self.cut_through += 1
        return Piece(ticket_id=piece.ticket_id, lines=(*torn.lines, *piece.lines), is_void=False)


def show(title: str, tallies: Mapping[str, Tally]) -> None:
    """Print the table that the promise is judged by; pytest shows it with ``-s``."""
    columns = (
        *("tickets", "complete", "cut through", "partial", "marks", "marks not needed"),
        *("duplicates, all marked", "lost", "two unmarked"),
    )
    table = Table("", *columns, title=title)
    for name, t in tallies.items():
        figures = (t.tickets, t.complete, t.cut_through, t.partial, t.marks, t.marks_not_needed, t.duplicates)
        table.add_row(name, *map(str, figures), str(len(t.lost)), str(len(t.two_unmarked)))
    Console(width=140).print(table)


def show_list(title: str, entries: Sequence[str]) -> None:
    """Print a list beside the table."""
    Console(width=140).print(f"{title}: {len(entries)}", *entries, sep="\n  ", highlight=False)
