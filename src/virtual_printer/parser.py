"""Bytes in, commands out. No I/O, no clock; any chunking of the same bytes gives the same items.

The parser belongs to the printer and outlives connections: a command that one host left unfinished eats
the first bytes of the next host, as on a real printer.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from virtual_printer.commands import COMMANDS, Command
from virtual_printer.lengths import AtLeast

COMMAND_BYTES_MAX: Final = 4 * 1024 * 1024  # beyond this a command's data is counted, not kept
COMMAND_HEAD_BYTES: Final = 64  # enough for every fixed list of parameters
TEXT_BYTES_MAX: Final = 512  # one item of text; longer text comes as several items
_PRINTABLE: Final = re.compile(rb"[\x20-\xff]{1,%d}" % TEXT_BYTES_MAX)
INTRODUCERS: Final = frozenset(b"\x10\x1b\x1c\x1d")  # DLE ESC FS GS


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


class CommandSet:
    """The commands a make of printer knows; the others are unknown to it."""

    def __init__(self, without: frozenset[str] = frozenset()) -> None:
        self._by_prefix = {command.prefix: command for command in COMMANDS if command.name not in without}
        self._beginnings = {prefix[:size] for prefix in self._by_prefix for size in range(1, len(prefix))}
        self.prefix_bytes_max = max(len(prefix) for prefix in self._by_prefix)

    def longest_at(self, head: bytes) -> Command | None:
        """The command with the longest prefix that `head` starts with."""
        for size in range(min(self.prefix_bytes_max, len(head)), 0, -1):
            command = self._by_prefix.get(head[:size])
            if command is not None:
                return command
        return None

    def begins(self, head: bytes) -> bool:
        """More bytes may yet make a longer prefix of this."""
        return head in self._beginnings


EVERY_COMMAND: Final = CommandSet()


class Parser:
    """Takes commands off the front of the bytes pushed so far."""

    def __init__(self, commands: CommandSet = EVERY_COMMAND) -> None:
        self._commands = commands
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
        head = bytes(self._input[: self._commands.prefix_bytes_max])
        if len(head) == len(self._input) and self._commands.begins(head):
            self._needed = len(self._input) + 1
            return None
        command = self._commands.longest_at(head)
        if command is not None:
            return self._pop_command(command)
        return self._pop_unknown(2 if first in INTRODUCERS else 1)

    def _pop_unknown(self, size: int) -> Unknown | None:
        if len(self._input) < size:
            self._needed = size
            return None
        return Unknown(self._offset, self._take(size))

    def _pop_text(self) -> Text:
        printable = _PRINTABLE.match(self._input)
        end = printable.end() if printable is not None else 1
        return Text(self._offset, self._take(end))

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
