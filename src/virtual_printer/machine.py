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
from virtual_printer.dots import Bitmap
from virtual_printer.line import LineBuffer
from virtual_printer.modes import DOTS_PER_INCH, Modes
from virtual_printer.page import Page
from virtual_printer.paper import PrintedImage, PrintedLine, PrintedPage, Run
from virtual_printer.profiles import Profile
from virtual_printer.roll import Cut, Roll, Sheet
from virtual_printer.style import PLAIN, Alignment

REPORTS_KEPT: Final = 1_000
_LEFT: Final = Alignment.LEFT  # as good as every line, and an enum's member takes a while to look up


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
        self.paper = Roll(width=profile.width_dots, cutter_gap=profile.cutter_gap_dots or 0)
        self._answer = answer
        self.clock = clock
        self.counters = Counters(clock(), counts)
        self.condition = Condition()
        self.online = True  # of `condition`; asked before every command
        self.reports: deque[str] = deque(maxlen=REPORTS_KEPT)
        self.dots_moved = 0
        self.motions = 0
        self.noticeable = False  # set by an answer and by a cut
        self.offset = 0
        self.line = LineBuffer()
        self.page: Page | None = None
        self.held_answers: list[bytes] = []
        self.initialise()

    def initialise(self) -> None:
        """`ESC @`, and power-on: the unfinished line and its markers vanish, settings and ASB go back to power-on."""
        self.page = None
        self.clear_print_buffer()
        self.asb_categories = 0
        self.selected = True
        self.stored_graphics: tuple[Bitmap, int, int] | None = None
        self.defined_graphics: dict[bytes, Bitmap] = {}
        self.download_image: Bitmap | None = None
        self.stored_qr = b""
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
        self.online = self.condition.online
        if changed_categories(before, self.condition) & self.asb_categories:
            self.send_automatic_status()

    def answer(self, data: bytes) -> None:
        """Tell the host."""
        self.noticeable = True
        self._answer(data)

    def send_automatic_status(self) -> None:
        self.answer(automatic_status(self.condition, self.profile.asb_reserved))

    def answer_when_printed(self, data: bytes) -> None:
        """Answer now, or with the line that is still in the print buffer."""
        if self.line or self.page:
            self.held_answers.append(data)
        else:
            self.answer(data)

    # -- text -----------------------------------------------------------------------------------------

    def type_text(self, data: bytes) -> None:
        """Characters go into the print buffer; a full line prints by itself."""
        self.swallow_next_lf = False
        modes, line = self.modes, self.line
        width = self.column_width * len(data)
        if modes.kanji or modes.utf8 or line.x + width > self.area_width:
            self._type_one_by_one(data)
        else:
            line.add(decode_single_bytes(data, self._code_page, modes.country), modes.style, width)

    def _type_one_by_one(self, data: bytes) -> None:
        start = self.offset - len(data)
        for number, byte in enumerate(data):
            for character in self._decode(bytes((byte,))):
                self.offset = start + number
                self._type(character)
        self.offset = start + len(data)

    def _type(self, character: str) -> None:
        width = self.cell_width(character)
        if self.line and self.line.x + width > self.area_width:
            self.print_line(self.modes.line_spacing)
        self.line.add(character, self.modes.style, width)

    def cell_width(self, character: str) -> int:
        style = self.modes.style
        return style.cell_width(character) + self.modes.character_spacing * style.width

    @property
    def column_width(self) -> int:
        """Dots of a character that is not wide, its spacing included."""
        style = self.modes.style
        return style.column_width + self.modes.character_spacing * style.width

    @property
    def area_width(self) -> int:
        if self.page is not None:
            return self.page.line_width
        return max(0, min(self.modes.area_width, self.profile.width_dots - self.modes.left_margin))

    def horizontal_dots(self, units: int) -> int:
        return round(units * DOTS_PER_INCH / self.modes.unit_x)

    def vertical_dots(self, units: int) -> int:
        return round(units * DOTS_PER_INCH / self.modes.unit_y)

    def _decode(self, data: bytes) -> str:
        if self.modes.utf8:
            return self._utf8.decode(data)
        if self.modes.kanji:
            return self._kanji.decode(data)
        return decode_single_bytes(data, self._code_page, self.modes.country)

    @property
    def _code_page(self) -> str | None:
        return self.profile.code_pages.get(self.modes.code_page)

    # -- paper ----------------------------------------------------------------------------------------

    def print_line(self, feed: int) -> None:
        """Print the buffer (perhaps empty) and feed at least `feed` dots; held answers become due."""
        line, height = self.line, self.line.height
        entry = PrintedLine(
            runs=line.runs, shift=self._shift(line.right), y=self._y, height=height, offset=self.offset
        )
        line.clear()
        self._add(entry, feed=max(feed, height))

    def print_image(self, bitmap: Bitmap, label: str) -> None:
        """Print dots at the alignment in force; the paper moves by the image's height."""
        entry = PrintedImage(
            x=self._shift(bitmap.width),
            y=self._y,
            width=bitmap.width,
            height=bitmap.height,
            rows=bitmap.rows,
            label=label,
            offset=self.offset,
        )
        self._add(entry, feed=bitmap.height)

    def print_beside_bars(self, text: str, bars_width: int) -> None:
        """The readable text of a barcode, centred on its bars."""
        style = PLAIN
        width = sum(style.cell_width(character) for character in text)
        shift = max(0, self._shift(bars_width) + (bars_width - width) // 2)
        entry = PrintedLine(
            runs=(Run(0, text, style, width),),
            shift=shift,
            y=self._y,
            height=style.cell_height,
            offset=self.offset,
        )
        self._add(entry, feed=style.cell_height)

    def reprint_last_line(self) -> None:
        """After an interruption some printers begin the line again: it stands on the paper twice."""
        last = self.paper.last_line()
        if last is not None:
            self._onto_paper(last._replace(y=self.paper.y), feed=max(last.height, self.modes.line_spacing))

    def feed(self, dots: int) -> None:
        if self.page is not None:
            self.page.y += dots
            return
        self.paper.feed(dots)
        self._moved(dots, strokes=0)

    def enter_page_mode(self) -> None:
        self.page = Page(self.profile.width_dots)

    def leave_page_mode(self) -> None:
        """What was not printed is gone, its markers with it."""
        self.page = None
        self.clear_print_buffer()

    def print_page(self) -> None:
        """FF in page mode: the whole print area comes onto paper, blank parts included."""
        if self.page is None:
            return
        if self.line:
            self.print_line(self.modes.line_spacing)
        entry = self.page.print(y=self.paper.y, offset=self.offset)
        self._onto_paper(entry, feed=entry.height)

    def cut(self, kind: Cut) -> Sheet | None:
        """Only at the beginning of a line, and only where there is a cutter."""
        if self.profile.cutter_gap_dots is None:
            self.report("cut ignored: this printer has no cutter")
            return None
        if self.line or self.page is not None:
            self.report("cut ignored: the line before it has not been printed")
            return None
        self.noticeable = True
        self.counters.add(self.clock(), cuts=1)
        return self.paper.cut(kind)

    @property
    def _y(self) -> int:
        return self.paper.y if self.page is None else self.page.y

    def _add(self, entry: PrintedLine | PrintedImage, *, feed: int) -> None:
        if self.page is not None:
            self.page.add(entry, feed)
        else:
            self._onto_paper(entry, feed=feed)

    def _onto_paper(self, entry: PrintedLine | PrintedImage | PrintedPage, *, feed: int) -> None:
        self.paper.add(entry, feed)
        self.paper.lines_printed += 1
        self._moved(feed, strokes=entry.height)
        self._answer_held()

    def _moved(self, dots: int, *, strokes: int) -> None:
        self.motions += 1
        self.dots_moved += dots
        self.counters.add(self.clock(), dots_fed=dots, strokes=strokes)

    def _shift(self, width: int) -> int:
        margin = 0 if self.page is not None else self.modes.left_margin
        if self.modes.alignment is _LEFT:
            return margin
        free = max(0, self.area_width - width)
        return margin + (free // 2 if self.modes.alignment is Alignment.CENTRE else free)

    def _answer_held(self) -> None:
        for held in self.held_answers:
            self.answer(held)
        self.held_answers.clear()
