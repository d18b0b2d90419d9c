"""What shows how a printer prints: how wide its paper is, its code page, looks, and every script."""

from collections.abc import Iterator
from typing import Final

from kitchen_printer.decisions.page import RULE, Direction, Paper, Row, Size

SCRIPTS: Final = (
    ("Latin", "Crème brûlée, jalapeño, 5 €, ½ Å"),
    ("Vietnamese", "Phở bò tái, không hành"),
    ("Cyrillic", "Борщ без сметаны"),
    ("Greek", "Μουσακάς χωρίς αλάτι"),
    ("Chinese", "宫保鸡丁 不要花生"),
    ("Japanese", "カレーライス 大盛り"),
    ("Korean", "김치찌개 맵지 않게"),
    ("Thai", "ต้มยำกุ้ง ไม่เผ็ด"),
    ("Hindi", "दाल बिना प्याज के"),
    ("Arabic", "شوربة عدس بدون ملح"),
    ("Hebrew", "כבש צלוי בלי מלח"),
    ("Emoji", "\N{PEANUTS} \N{HOT PEPPER}"),
)
"""A line per script that a kitchen may meet."""

_HIGH_HALF: Final = range(0x80, 0x100)
_PER_ROW: Final = 16


def measures(paper: Paper) -> Iterator[Row]:
    """Return the rows that are text on every printer, to be fitted to the paper they are about."""
    yield Row(text=f"{paper.columns} columns, {paper.codec}", bold=True)
    yield Row(
        text="".join(str(column % 10) for column in range(1, paper.columns + 1)), direction=Direction.LTR
    )
    yield from _ruler(paper)
    yield RULE
    yield Row(text="Normal letters")
    yield Row(text="Bold", bold=True)
    yield Row(text=" White on black ", inverse=True)
    yield Row(text="Tall letters", size=Size.TALL)
    yield Row(text="Big letters", size=Size.BIG)
    yield Row(text="A warning in a box", size=Size.TALL, bold=True, boxed=True)
    yield RULE
    yield from _code_page(paper)


def _ruler(paper: Paper) -> Iterator[Row]:
    tens = "".join(f"{column:>10}" for column in range(10, paper.columns + 1, 10))
    yield Row(text=tens, direction=Direction.LTR)


def _code_page(paper: Paper) -> Iterator[Row]:
    """Show the upper half of the code page: a printer that has another one shows other letters here."""
    for begin in range(_HIGH_HALF.start, _HIGH_HALF.stop, _PER_ROW):
        letters = (_letter(byte, paper.codec) for byte in range(begin, begin + _PER_ROW))
        yield Row(text=f"{begin:02X} {' '.join(letters) if paper.columns >= 36 else ''.join(letters)}")


def scripts() -> Iterator[Row]:
    """Return the rows that a printer has to draw; one that draws nothing prints code points instead."""
    for name, example in SCRIPTS:
        yield Row(text=f"{name:<11}{example}", direction=Direction.LTR)
    yield Row(text="Struck through", size=Size.TALL, struck=True)


def _letter(byte: int, codec: str) -> str:
    letter = bytes((byte,)).decode(codec, errors="replace")
    return letter if letter.isprintable() and letter != "\ufffd" else "."
