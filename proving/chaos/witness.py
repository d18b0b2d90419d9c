"""The campaign's printers: virtual ones that also remember every conversation, and let the oracle be asked."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from proving.chaos.oracle import Ask, Conversation
from proving.chaos.papers import footer_in
from virtual_printer import Event, Sheet, VirtualPrinter
from virtual_printer.parser import Parsed, Parser, Text, Unknown

TEXT_KEPT: Final = 64
DRAWER: Final = ("ESC p", "DLE DC4 1", "DLE DC4 2")


@dataclass(frozen=True, slots=True)
class Cut:
    """A sheet that fell down, and when."""

    at: float
    sheet: Sheet


class Witness(VirtualPrinter):
    """One printer under watch. ``known_as`` is the address under which the service has it: that of its line."""

    def __init__(
        self,
        *,
        name: str,
        ask: Ask,
        speed_mm_s: float | None,
        profile: str = "epson-80",
        on_event: Callable[[Event], None] | None = None,
    ) -> None:
        super().__init__(name=name, profile=profile, speed_mm_s=speed_mm_s, on_event=on_event)
        self.known_as = ""
        self.cuts: list[Cut] = []
        self.conversations: list[Conversation] = []
        self._ask = ask
        self._number = 0
        self._reader = Parser()
        self._line = b""
        self.on_sheet.append(lambda sheet: self.cuts.append(Cut(time.monotonic(), sheet)))

    def connected(self) -> None:
        """A host has come: what it sends is read from its beginning, whatever the printer makes of it."""
        self._reader = Parser()
        self._line = b""
        self._number += 1
        self._begin_payload()
        super().connected()

    def arrive(self, data: bytes, *, heeded: bool) -> None:
        """Read along, then let the printer do what it does."""
        if self.conversations:
            self._read_along(data)
        super().arrive(data, heeded=heeded)

    def papers(self) -> list[Cut]:
        """All paper so far, and what still hangs in the printer."""
        rest = self.paper.rest
        return [*self.cuts, Cut(time.monotonic(), rest)] if rest.entries else list(self.cuts)

    def _read_along(self, data: bytes) -> None:
        for item in self._reader.feed(data):
            conversation = self.conversations[-1]
            match item:
                case Text():
                    self._line += item.data
                    if len(conversation.text) < TEXT_KEPT:
                        conversation.text += item.data
                    if conversation.answer is None:
                        self._ask(conversation)
                case Unknown():
                    conversation.unknown_commands.append(item.data.hex(" "))
                case Parsed():
                    if item.command.name == "LF":
                        self._end_line(conversation)
                    conversation.pulses += item.command.name in DRAWER

    def _end_line(self, conversation: Conversation) -> None:
        if not self._line:
            return
        footer = footer_in(self._line.decode("ascii", "replace"))
        self._line = b""
        if footer is not None:
            conversation.footers.append(footer.token)
            self._begin_payload()

    def _begin_payload(self) -> None:
        """What is printed from now on is another paper's: its attempt must be on record, too."""
        self.conversations.append(
            Conversation(printer=self.known_as, number=self._number, opened_at=datetime.now(UTC))
        )
