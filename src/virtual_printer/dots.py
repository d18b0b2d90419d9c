"""Bitmaps: packed rows, most significant bit left, 1 is black."""

from dataclasses import dataclass
from typing import Final, Self

BITMAP_BYTES_MAX: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bitmap:
    """`width` and `height` in dots; each row begins in a new byte."""

    width: int
    height: int
    rows: bytes

    @property
    def stride(self) -> int:
        return (self.width + 7) // 8

    @property
    def complete(self) -> bool:
        """The data are all there, and there is something to see."""
        return bool(self.width and self.height) and len(self.rows) >= self.stride * self.height

    @classmethod
    def from_columns(cls, width: int, height: int, data: bytes) -> Self:
        """Column after column, each from top to bottom in bytes, as `ESC *` and `GS *` send them."""
        bytes_per_column = (height + 7) // 8
        stride = (width + 7) // 8
        if len(data) < width * bytes_per_column or stride * height > BITMAP_BYTES_MAX:
            return cls(width, height, b"")
        rows = bytearray(stride * height)
        for x in range(width):
            for y in range(height):
                if data[x * bytes_per_column + y // 8] & (0x80 >> y % 8):
                    rows[y * stride + x // 8] |= 0x80 >> x % 8
        return cls(width, height, bytes(rows))

    @classmethod
    def from_modules(cls, modules: list[list[bool]], size: int) -> Self:
        """A square per module, `size` dots each way."""
        width = len(modules[0]) * size
        rows = b"".join(_packed("".join("01"[module] * size for module in row)) * size for row in modules)
        return cls(width, len(modules) * size, rows)

    def scaled(self, factor_x: int, factor_y: int) -> "Bitmap":
        """Factors 1 or 2, as the image commands know them."""
        if not self.rows:
            return Bitmap(self.width * factor_x, self.height * factor_y, b"")
        width, height, rows, stride = self.width, self.height, self.rows, self.stride
        if factor_x == 2:
            rows = b"".join(_TWICE[byte] for byte in rows)
            rows = _without_last_byte(rows, stride * 2) if stride * 2 > (width * 2 + 7) // 8 else rows
            width *= 2
            stride = (width + 7) // 8
        if factor_y > 1:
            rows = b"".join(rows[at : at + stride] * factor_y for at in range(0, stride * height, stride))
            height *= factor_y
        return Bitmap(width, height, rows)


def _without_last_byte(rows: bytes, stride: int) -> bytes:
    """A row whose last byte held at most four dots is half a byte too long after doubling."""
    return b"".join(rows[at : at + stride - 1] for at in range(0, len(rows), stride))


def _packed(bits: str) -> bytes:
    return int(bits.ljust((len(bits) + 7) // 8 * 8, "0"), 2).to_bytes((len(bits) + 7) // 8, "big")


def _twice(byte: int) -> bytes:
    return _packed("".join(bit * 2 for bit in f"{byte:08b}"))


_TWICE: Final = tuple(_twice(byte) for byte in range(256))
