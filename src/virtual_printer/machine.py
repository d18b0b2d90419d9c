"""The printer as a state object: settings, print buffer, condition, counters and the paper.

Commands act on it through the functions in `virtual_printer.effects`; it opens no socket and reads no clock
of its own. What it has to say to the host goes through `answer`, in the order in which it becomes true.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from virtual_printer.codepages import MultiByteDecoder, decode_single_bytes
from virtual_printer.condition import Condition, automatic_status, changed_categories
from virtual_printer.counters import Counters, Counts
from virtual_printer.line import LineBuffer
from virtual_printer.modes import Modes
from virtual_printer.paper import Cut, Paper, PrintedImage, PrintedLine, Sheet
from virtual_printer.profiles import Profile
from virtual_printer.style import Alignment

REPORTS_KEPT: Final = 1_000


class Machine:
    """One printer. `initialise` is all that a power cycle does to it; condition, counters and paper stay."""

    def __init__(
        self,
        profile: Profile,
        *,
        answer: Callable[[bytes], None],
        clock: Callable[[], float],
        counts: Counts | None,
    ) -> None:
        self.profile = profile
        self.paper = Paper(profile.cutter_gap_dots or 0)
        self.answer = answer
        self.clock = clock
        self.counters = Counters(clock(), counts)
        self.condition = Condition()
        self.reports: deque[str] = deque(maxlen=REPORTS_KEPT)
        self.dots_moved = 0
        self.offset = 0
        self.line = LineBuffer()
        self.held_answers: list[bytes] = []
        self.initialise()

    def initialise(self) -> None:
        """`ESC @`, and power-on: the unfinished line and its markers vanish, settings and ASB go back to power-on."""
        self.clear_print_buffer()
        self.asb_categories = 0
        self.modes = Modes(area_width=self.profile.width_dots, kanji=self.profile.boots_in_kanji_mode)
        self._kanji = MultiByteDecoder(self.profile.kanji_codec or "gb18030")
        self._utf8 = MultiByteDecoder("utf-8")

    def clear_print_buffer(self) -> None:
        """The unfinished line and the answers that wait for it vanish without a trace."""
        self.line.clear()
        self.held_answers.clear()
        self.swallow_next_lf = False

    # -- what commands report -------------------------------------------------------------------------

    def report(self, what: str) -> None:
        """Note something a person who debugs a ticket would want to know, with the byte offset."""
        self.reports.append(f"byte {self.offset}: {what}")

    def set_condition(self, **changes: bool) -> None:
        """Sensors changed; ASB tells the host if it asked for any of it."""
        before, self.condition = self.condition, replace(self.condition, **changes)
        if changed_categories(before, self.condition) & self.asb_categories:
            self.send_automatic_status()

    def send_automatic_status(self) -> None:
        self.answer(automatic_status(self.condition, self.profile.asb_reserved))

    def answer_when_printed(self, data: bytes) -> None:
        """Answer now, or with the line that is still in the print buffer."""
        if self.line:
            self.held_answers.append(data)
        else:
            self.answer(data)

    # -- text -----------------------------------------------------------------------------------------

    def type_text(self, data: bytes) -> None:
        """Characters go into the print buffer; a full line prints by itself."""
        self.swallow_next_lf = False
        for character in self._decode(data):
            width = self.cell_width(character)
            if self.line and self.line.x + width > self.area_width:
                self.print_line(self.modes.line_spacing)
            self.line.add(character, self.modes.style, width)

    def cell_width(self, character: str) -> int:
        style = self.modes.style
        return style.cell_width(character) + self.modes.character_spacing * style.width

    @property
    def area_width(self) -> int:
        return max(0, min(self.modes.area_width, self.profile.width_dots - self.modes.left_margin))

    def _decode(self, data: bytes) -> str:
        if self.modes.utf8:
            return self._utf8.decode(data)
        if self.modes.kanji:
            return self._kanji.decode(data)
        return decode_single_bytes(
            data, self.profile.code_pages.get(self.modes.code_page), self.modes.country
        )

    # -- paper ----------------------------------------------------------------------------------------

    def print_line(self, feed: int) -> None:
        """Print the buffer (perhaps empty) and feed at least `feed` dots; held answers become due."""
        height = self.line.height
        entry = PrintedLine(
            runs=self.line.runs,
            shift=self._shift(self.line.right),
            y=self.paper.y,
            height=height,
            offset=self.offset,
        )
        self._add(entry, strokes=height, feed=max(feed, height))
        self.line.clear()
        self.paper.lines_printed += 1
        self._answer_held()

    def print_image(self, *, width: int, height: int, rows: bytes, label: str) -> None:
        """Print dots at the alignment in force; the paper moves by the image's height."""
        entry = PrintedImage(
            x=self._shift(width),
            y=self.paper.y,
            width=width,
            height=height,
            rows=rows,
            label=label,
            offset=self.offset,
        )
        self._add(entry, strokes=height, feed=height)
        self.paper.lines_printed += 1

    def feed(self, dots: int) -> None:
        self.paper.feed(dots)
        self._moved(dots, strokes=0)

    def cut(self, kind: Cut) -> Sheet | None:
        """Only at the beginning of a line, and only where there is a cutter."""
        if self.profile.cutter_gap_dots is None:
            self.report("cut ignored: this printer has no cutter")
            return None
        if self.line:
            self.report("cut ignored: the line before it has not been printed")
            return None
        self.counters.add(self.clock(), cuts=1)
        return self.paper.cut(kind)

    def _add(self, entry: PrintedLine | PrintedImage, *, strokes: int, feed: int) -> None:
        self.paper.add(entry, feed)
        self._moved(feed, strokes=strokes)

    def _moved(self, dots: int, *, strokes: int) -> None:
        self.dots_moved += dots
        self.counters.add(self.clock(), dots_fed=dots, strokes=strokes)

    def _shift(self, width: int) -> int:
        free = max(0, self.area_width - width)
        match self.modes.alignment:
            case Alignment.LEFT:
                return self.modes.left_margin
            case Alignment.CENTRE:
                return self.modes.left_margin + free // 2
            case Alignment.RIGHT:
                return self.modes.left_margin + free

    def _answer_held(self) -> None:
        for held in self.held_answers:
            self.answer(held)
        self.held_answers.clear()
