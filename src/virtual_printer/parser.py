"""Bytes in, commands out. No I/O, no clock; any chunking of the same bytes gives the same items.

The parser belongs to the printer and outlives connections: a command that one host left unfinished eats
the first bytes of the next host, as on a real printer.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from virtual_printer.commands import COMMANDS, Command
from virtual_printer.lengths import AtLeast, Fixed

COMMAND_BYTES_MAX: Final = 4 * 1024 * 1024  # beyond this a command's data is counted, not kept
COMMAND_HEAD_BYTES: Final = 64  # enough for every fixed list of parameters
TEXT_BYTES_MAX: Final = 512  # one item of text; longer text comes as several items
_PRINTABLE: Final = re.compile(rb"[\x20-\xff]{1,%d}" % TEXT_BYTES_MAX)
NOT_PLAIN: Final = (None, 0)
INTRODUCERS: Final = frozenset(b"\x10\x1b\x1c\x1d")  # DLE ESC FS GS


# The three kinds of items are not frozen, though nobody changes one: freezing would cost as much as parsing.


@dataclass(slots=True)
class Text:
    """Printable bytes (0x20-0xFF) as they came; `offset` counts from the printer's power-on."""

    offset: int
    data: bytes
    size: int


@dataclass(slots=True)
class Parsed:
    """A whole command. `size` exceeds `len(data)` only where `COMMAND_BYTES_MAX` cut the data."""

    offset: int
    command: Command
    data: bytes
    size: int


@dataclass(slots=True)
class Unknown:
    """A command that is not in the table (two bytes) or a control code without meaning (one byte)."""

    offset: int
    data: bytes
    size: int


Item = Text | Parsed | Unknown


class CommandSet:
    """The commands a make of printer knows; the others are unknown to it."""

    def __init__(self, without: frozenset[str] = frozenset()) -> None:
        self._by_prefix = {command.prefix: command for command in COMMANDS if command.name not in without}
        self._beginnings = {prefix[:size] for prefix in self._by_prefix for size in range(1, len(prefix))}
        self.prefix_bytes_max = max(len(prefix) for prefix in self._by_prefix)
        plain = [
            (command.prefix, command, command.length.total)
            for command in self._by_prefix.values()
            if isinstance(command.length, Fixed) and command.prefix not in self._beginnings
        ]
        self.plain_codes = {
            prefix[0]: (command, total) for prefix, command, total in plain if len(prefix) == 1
        }
        """By their only byte: control codes that begin nothing longer."""
        self.plain_pairs = {prefix: (command, total) for prefix, command, total in plain if len(prefix) == 2}
        """By their two bytes: commands of fixed length that begin nothing longer. Most of a ticket is these."""

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
        self._arrived: list[bytes] = []  # not joined to the rest before there is enough for a command
        self._input = b""
        self._at = 0  # where in `_input` the next item begins
        self._left = 0  # bytes of `_input` from there, and of `_arrived`
        self._ready: deque[Text | Parsed] = deque()  # cut off together, not yet taken
        self._ready_bytes = 0
        self._offset = 0
        self._needed = 1  # bytes below which looking again is pointless
        self._oversize: Parsed | None = None
        self._oversize_left = 0

    @property
    def unread(self) -> int:
        """Bytes still in the receive buffer. An unfinished command has already left it for work memory."""
        if self._ready:
            return self._ready_bytes + self._left
        return self._left if self._left >= self._needed and self._oversize is None else 0

    @property
    def inside_command(self) -> bool:
        """True while a command waits for bytes that have not arrived."""
        return self._oversize is not None or (0 < self._left < self._needed and not self._ready)

    def push(self, data: bytes) -> None:
        self._arrived.append(data)
        self._left += len(data)

    def feed(self, data: bytes) -> list[Item]:
        """Push and take everything that is complete."""
        self.push(data)
        return list(self._items())

    def clear(self) -> None:
        """Forget all bytes, an unfinished command included."""
        self._offset += self._left
        self._ready.clear()
        self._ready_bytes = 0
        self._arrived.clear()
        self._input = b""
        self._at = self._left = 0
        self._needed = 1
        self._oversize = None

    def _items(self) -> Iterator[Item]:
        while (item := self.pop()) is not None:
            yield item

    def pop(self) -> Item | None:
        """The next item, or `None` when the bytes at hand do not make one."""
        if not self._ready and self._left >= self._needed:
            if self._arrived:
                self._join()
            if self._oversize is not None:
                return self._pop_oversize(self._oversize)
            self._cut_off_plain_items()
            if not self._ready:
                return self._pop_other(self._input[self._at])
        if not self._ready:
            return None
        item = self._ready.popleft()
        self._ready_bytes -= item.size
        return item

    def _cut_off_plain_items(self) -> None:
        """Text and commands that two bytes tell the length of, as far as they are complete: nearly all of a ticket.

        In one go, because taking them one by one costs several times as much.
        """
        codes, pairs = self._commands.plain_codes, self._commands.plain_pairs
        data, at, offset, put = self._input, self._at, self._offset, self._ready.append
        while at < len(data):
            if (first := data[at]) >= 0x20 and (printable := _PRINTABLE.match(data, at)) is not None:
                text = printable.group()
                size = len(text)
                put(Text(offset, text, size))
            else:
                command, size = pairs.get(data[at : at + 2]) or codes.get(first) or NOT_PLAIN
                if command is None or at + size > len(data):
                    break
                put(Parsed(offset, command, data[at : at + size], size))
            at += size
            offset += size
        self._ready_bytes = at - self._at
        self._step_on(self._ready_bytes)

    def _pop_other(self, first: int) -> Parsed | Unknown | None:
        """Unfinished commands, those whose length their bytes decide, and what nobody knows."""
        head = self._peek(self._commands.prefix_bytes_max)
        if len(head) == self._left and self._commands.begins(head):
            self._needed = self._left + 1
            return None
        command = self._commands.longest_at(head)
        if command is not None:
            return self._pop_command(command)
        return self._pop_unknown(2 if first in INTRODUCERS else 1)

    def _pop_unknown(self, size: int) -> Unknown | None:
        if self._left < size:
            self._needed = size
            return None
        unknown = Unknown(self._offset, self._peek(size), size)
        self._step_on(size)
        return unknown

    def _pop_command(self, command: Command) -> Parsed | None:
        total = command.length(self._peek(COMMAND_HEAD_BYTES))
        if isinstance(total, AtLeast) and total.needed > COMMAND_HEAD_BYTES:
            total = command.length(self._peek(COMMAND_BYTES_MAX))
        if isinstance(total, AtLeast):
            if total.needed <= COMMAND_BYTES_MAX:
                self._needed = total.needed
                return None
            total = total.needed
        if total > COMMAND_BYTES_MAX:
            return self._begin_oversize(command, total)
        if self._left < total:
            self._needed = total
            return None
        parsed = Parsed(self._offset, command, self._peek(total), total)
        self._step_on(total)
        return parsed

    def _begin_oversize(self, command: Command, total: int) -> Parsed | None:
        self._oversize = Parsed(self._offset, command, self._peek(COMMAND_HEAD_BYTES), total)
        self._oversize_left = total
        return self._pop_oversize(self._oversize)

    def _pop_oversize(self, oversize: Parsed) -> Parsed | None:
        came = min(self._oversize_left, self._left)
        self._oversize_left -= came
        self._step_on(came)
        if self._oversize_left:
            return None
        self._oversize = None
        return oversize

    def _join(self) -> None:
        self._input = b"".join((self._input[self._at :], *self._arrived))
        self._arrived.clear()
        self._at = 0

    def _peek(self, count: int) -> bytes:
        return self._input[self._at : self._at + count]

    def _step_on(self, count: int) -> None:
        self._at += count
        self._left -= count
        self._offset += count
        self._needed = 1
