"""Bytes in, commands out. No I/O, no clock; any chunking of the same bytes gives the same items.

The parser belongs to the printer and outlives connections: a command that one host left unfinished eats
the first bytes of the next host, as on a real printer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from virtual_printer.commands import PREFIX_BYTES_MAX, PREFIXES, Command
from virtual_printer.lengths import AtLeast

COMMAND_BYTES_MAX: Final = 4 * 1024 * 1024  # beyond this a command's data is counted, not kept
COMMAND_HEAD_BYTES: Final = 64  # enough for every fixed list of parameters
TEXT_BYTES_MAX: Final = 512  # one item of text; longer text comes as several items
INTRODUCERS: Final = frozenset(b"\x10\x1b\x1c\x1d")  # DLE ESC FS GS

_BEGINNINGS: Final = frozenset(prefix[:size] for prefix in PREFIXES for size in range(1, len(prefix)))


@dataclass(frozen=True, slots=True)
class Text:
    """Printable bytes (0x20-0xFF) as they came; `offset` counts from the printer's power-on."""

    offset: int
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A whole command. `size` exceeds `len(data)` only where `COMMAND_BYTES_MAX` cut the data."""

    offset: int
    command: Command
    data: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """A command that is not in the table (two bytes) or a control code without meaning (one byte)."""

    offset: int
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)


Item = Text | Parsed | Unknown


class Parser:
    """Takes commands off the front of the bytes pushed so far."""

    def __init__(self) -> None:
        self._input = bytearray()
        self._offset = 0
        self._needed = 1  # bytes of input below which looking again is pointless
        self._oversize: Parsed | None = None
        self._oversize_left = 0

    @property
    def unread(self) -> int:
        """Bytes still in the receive buffer. An unfinished command has already left it for work memory."""
        return 0 if self.inside_command else len(self._input)

    @property
    def inside_command(self) -> bool:
        """True while a command waits for bytes that have not arrived."""
        return self._oversize is not None or (len(self._input) < self._needed and bool(self._input))

    def push(self, data: bytes) -> None:
        self._input += data

    def feed(self, data: bytes) -> list[Item]:
        """Push and take everything that is complete."""
        self.push(data)
        return list(self._items())

    def clear(self) -> None:
        """Forget all bytes, an unfinished command included."""
        self._offset += len(self._input)
        self._input.clear()
        self._needed = 1
        self._oversize = None

    def _items(self) -> Iterator[Item]:
        while (item := self.pop()) is not None:
            yield item

    def pop(self) -> Item | None:
        """The next item, or `None` when the bytes at hand do not make one."""
        if self._oversize is not None:
            return self._pop_oversize(self._oversize)
        if len(self._input) < self._needed:
            return None
        first = self._input[0]
        if first >= 0x20:
            return self._pop_text()
        command = self._command_at_front()
        if command is not None:
            return self._pop_command(command)
        if first not in INTRODUCERS:
            return Unknown(self._offset, self._take(1))
        if len(self._input) < 2 or self._may_become_known():
            self._needed = len(self._input) + 1
            return None
        return Unknown(self._offset, self._take(2))

    def _pop_text(self) -> Text:
        end = 1
        limit = min(len(self._input), TEXT_BYTES_MAX)
        while end < limit and self._input[end] >= 0x20:
            end += 1
        return Text(self._offset, self._take(end))

    def _command_at_front(self) -> Command | None:
        """The longest prefix that matches; `None` too while a longer one may still match."""
        for size in range(min(PREFIX_BYTES_MAX, len(self._input)), 0, -1):
            command = PREFIXES.get(bytes(self._input[:size]))
            if command is not None:
                return None if self._may_become_longer(command) else command
        return None

    def _may_become_longer(self, command: Command) -> bool:
        return len(self._input) == len(command.prefix) and bytes(self._input) in _BEGINNINGS

    def _may_become_known(self) -> bool:
        return len(self._input) < PREFIX_BYTES_MAX and bytes(self._input) in _BEGINNINGS

    def _pop_command(self, command: Command) -> Parsed | None:
        total = command.length(bytes(self._input[:COMMAND_HEAD_BYTES]))
        if isinstance(total, AtLeast) and total.needed > COMMAND_HEAD_BYTES:
            total = command.length(bytes(self._input[:COMMAND_BYTES_MAX]))
        if isinstance(total, AtLeast):
            if total.needed <= COMMAND_BYTES_MAX:
                self._needed = total.needed
                return None
            total = total.needed
        if total > COMMAND_BYTES_MAX:
            return self._begin_oversize(command, total)
        if len(self._input) < total:
            self._needed = total
            return None
        return Parsed(offset=self._offset, command=command, data=self._take(total), size=total)

    def _begin_oversize(self, command: Command, total: int) -> Parsed | None:
        head = bytes(self._input[:COMMAND_HEAD_BYTES])
        self._oversize = Parsed(offset=self._offset, command=command, data=head, size=total)
        self._oversize_left = total
        return self._pop_oversize(self._oversize)

    def _pop_oversize(self, oversize: Parsed) -> Parsed | None:
        self._oversize_left -= len(self._take(min(self._oversize_left, len(self._input))))
        if self._oversize_left:
            return None
        self._oversize = None
        return oversize

    def _take(self, count: int) -> bytes:
        taken = bytes(self._input[:count])
        del self._input[:count]
        self._offset += count
        self._needed = 1
        return taken
