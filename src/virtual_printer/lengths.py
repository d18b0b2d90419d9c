"""How many bytes an ESC/POS command takes, judged from the bytes that have arrived so far.

A rule is given the bytes from the start of a command (at least its prefix, perhaps bytes of later commands
too). It returns the command's total length in bytes, prefix included, or `AtLeast` when more bytes must
arrive before it can tell. Sources: the parameter descriptions in the Epson ESC/POS reference.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Too early to tell: ask again when this many bytes of the command are there."""

    needed: int


LengthRule = Callable[[bytes], int | AtLeast]

TAB_STOPS_MAX = 32  # ESC D: the list ends after 32 stops even without its NUL
NUL_TERMINATED_MAX = 255  # data bytes of an old-style barcode; a lost NUL must not swallow every later ticket
BMP_SIZE_AT = 2  # a BMP file states its own size in the four bytes after "BM"


@dataclass(frozen=True, slots=True)
class Fixed:
    """A command whose length never changes."""

    total: int

    def __call__(self, _: bytes) -> int:
        return self.total


def counted(at: int, width: int) -> LengthRule:
    """`width` bytes (low byte first) at index `at` count the bytes that follow them: `GS ( x pL pH ...`."""

    def rule(data: bytes) -> int | AtLeast:
        end = at + width
        return AtLeast(end) if len(data) < end else end + int.from_bytes(data[at:end], "little")

    return rule


def until_nul(at: int) -> LengthRule:
    """Data from index `at` up to and including a NUL."""

    def rule(data: bytes) -> int | AtLeast:
        nul = data.find(0, at, at + NUL_TERMINATED_MAX)
        if nul >= 0:
            return nul + 1
        return at + NUL_TERMINATED_MAX if len(data) >= at + NUL_TERMINATED_MAX else AtLeast(len(data) + 1)

    return rule


def by_byte(at: int, lengths: Mapping[int, LengthRule], otherwise: LengthRule) -> LengthRule:
    """The byte at index `at` is a function code that decides which rule applies."""

    def rule(data: bytes) -> int | AtLeast:
        return AtLeast(at + 1) if len(data) <= at else lengths.get(data[at], otherwise)(data)

    return rule


def area(head: int, *, columns: slice, rows: slice, unit: int = 1) -> LengthRule:
    """`columns * rows * unit` bytes follow a head of `head` bytes that holds both numbers, low byte first."""

    def rule(data: bytes) -> int | AtLeast:
        if len(data) < head:
            return AtLeast(head)
        return head + int.from_bytes(data[columns], "little") * int.from_bytes(data[rows], "little") * unit

    return rule


def bit_image(data: bytes) -> int | AtLeast:
    """`ESC * m nL nH d...`: one byte per column in the 8-dot modes 0 and 1, three in the 24-dot modes."""
    if len(data) < 5:
        return AtLeast(5)
    bytes_per_column = 3 if data[2] in (32, 33) else 1
    return 5 + int.from_bytes(data[3:5], "little") * bytes_per_column


def user_characters(data: bytes) -> int | AtLeast:
    """`ESC & y c1 c2 [x d1...d(y*x)]...`: one block for each character from c1 to c2."""
    if len(data) < 5:
        return AtLeast(5)
    rows, position = data[2], 5
    for _ in range(data[3], data[4] + 1):
        if len(data) <= position:
            return AtLeast(position + 1)
        position += 1 + rows * data[position]
    return position


def tab_stops(data: bytes) -> int | AtLeast:
    """`ESC D n1...nk NUL`: ends at the NUL, or after 32 tab stops."""
    nul = data.find(0, 2, 3 + TAB_STOPS_MAX)
    if nul >= 0:
        return nul + 1
    return 2 + TAB_STOPS_MAX if len(data) >= 3 + TAB_STOPS_MAX else AtLeast(len(data) + 1)


def stored_bit_images(data: bytes) -> int | AtLeast:
    """`FS q n [xL xH yL yH d...]...`: n images of x * 8 columns by y * 8 rows."""
    if len(data) < 3:
        return AtLeast(3)
    position = 3
    for _ in range(data[2]):
        if len(data) < position + 4:
            return AtLeast(position + 4)
        columns = int.from_bytes(data[position : position + 2], "little")
        rows = int.from_bytes(data[position + 2 : position + 4], "little")
        position += 4 + columns * rows * 8
    return position


def decimal_counter(data: bytes) -> int | AtLeast:
    """`GS C ; sa ; sb ; sn ; sr ; sc ;`: decimal numbers of at most five digits, six semicolons in all."""
    longest = 2 + 6 + 5 * 5
    position = 2
    for _ in range(6):
        position = data.find(b";", position, longest) + 1
        if position == 0:
            return longest if len(data) >= longest else AtLeast(len(data) + 1)
    return position


def windows_bitmap(head: int) -> LengthRule:
    """A whole BMP file follows a head of `head` bytes (`GS D`)."""
    size_ends = head + BMP_SIZE_AT + 4

    def rule(data: bytes) -> int | AtLeast:
        if len(data) < size_ends:
            return AtLeast(size_ends)
        return max(size_ends, head + int.from_bytes(data[size_ends - 4 : size_ends], "little"))

    return rule
