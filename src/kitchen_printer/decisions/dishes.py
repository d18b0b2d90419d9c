"""The dishes of a ticket: what to make, how, for whom, and what not to make any more."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import assert_never

from kitchen_printer.decisions.allergy import is_about_an_allergy, text_of_warning
from kitchen_printer.decisions.limits import (
    ALLERGY_MAX,
    FACT_MAX,
    LINES_MAX,
    MODIFIERS_MAX,
    NAME_MAX,
    NOTE_MAX,
)
from kitchen_printer.decisions.occasion import Occasion
from kitchen_printer.decisions.page import Row, Size
from kitchen_printer.decisions.style import Style
from kitchen_printer.decisions.text import capped
from kitchen_printer.decisions.ticket import Action, Line
from kitchen_printer.decisions.words import Words

_QUANTITY_COLUMNS_MAX = 3
"""Quantities are aligned to one another up to this width; one freak must not push all others to the right."""


def dishes(lines: Sequence[Line], occasion: Occasion, style: Style) -> Iterator[tuple[Row, ...]]:
    """Return one block of rows per dish, in the order the kitchen wants them."""
    shown = lines[:LINES_MAX]
    writer = _Writer(occasion, style, _quantity_columns(shown, style))
    group: str | None = None
    for line in _ordered(shown, style):
        heading = _heading(line, style)
        yield (*_group(heading, group), *writer.line(line))
        group = heading
    if len(lines) > LINES_MAX:
        more = style.words("{count} more dishes", count=len(lines) - LINES_MAX)
        yield (Row(text=f"…(+{more})", size=Size.BIG, bold=True, inverse=True),)


def allergy_box(text: str, words: Words) -> Row:
    """Return a warning that stands out among all dishes."""
    warning = f"{words('ALLERGY')}: {capped(text_of_warning(text), ALLERGY_MAX)}"
    return Row(text=warning, size=Size.TALL, bold=True, boxed=True)


def _ordered(lines: Sequence[Line], style: Style) -> list[Line]:
    match style.order:
        case "entered":
            return list(lines)
        case "course":
            return sorted(lines, key=lambda line: _natural(line.course))
        case "seat":
            return sorted(lines, key=lambda line: _natural(line.seat))
        case _:
            assert_never(style.order)


def _natural(label: str | None) -> tuple[bool, list[tuple[int, str]]]:
    """Sort 2 before 10, numbers before words, and what has no label last."""
    parts: list[str] = re.findall(r"\d{1,9}|\D+", label or "")
    return label is None, [
        (int(part), "") if part.isdecimal() else (10**9, part.casefold()) for part in parts
    ]


def _heading(line: Line, style: Style) -> str | None:
    match style.order:
        case "entered":
            return None
        case "course":
            return _course(line.course, style.words) if line.course else None
        case "seat":
            return _seat(line.seat, style.words) if line.seat else None
        case _:
            assert_never(style.order)


def _group(heading: str | None, before: str | None) -> Iterator[Row]:
    if heading is not None and heading != before:
        yield Row(text=f"-- {heading} --", size=Size.TALL, bold=True)
    elif heading is None and before is not None:
        yield Row(text="-- --", size=Size.TALL, bold=True)


def _course(label: str, words: Words) -> str:
    return words("Course {label}", label=capped(label, FACT_MAX))


def _seat(label: str, words: Words) -> str:
    return words("Seat {label}", label=capped(label, FACT_MAX))


def _quantity_columns(lines: Sequence[Line], style: Style) -> int:
    if style.words.is_rtl:
        return 0
    widths = [len(_quantity(line.qty)) for line in lines if line.action is Action.ADD]
    return max((width for width in widths if width <= _QUANTITY_COLUMNS_MAX), default=0)


class _Writer:
    """Writes one dish after the other in one style."""

    def __init__(self, occasion: Occasion, style: Style, quantity_columns: int) -> None:
        self._voided = occasion.voided
        self._ordered_on = occasion.ordered_on
        self._style = style
        self._words = style.words
        self._quantity_columns = quantity_columns
        self._big = Size.BIG if style.letters == "big" else Size.TALL
        self._tall = Size.TALL if style.letters == "big" else Size.NORMAL

    def line(self, line: Line) -> Iterator[Row]:
        """Say what was taken back since, then the dish with everything about it."""
        voided = self._voided_since(line)
        if voided >= line.qty:
            yield self._inverse(self._words("VOIDED, DO NOT MAKE:"))
            yield Row(text=self._dish(line), size=self._big, bold=True, struck=True)
            return
        if voided:
            left = _quantity(line.qty - voided)
            yield self._inverse(
                self._words("{voided} VOIDED, MAKE {left} OF:", voided=_quantity(voided), left=left)
            )
        yield self._name(line)
        yield from self._details(line)
        yield from self._ordered_before(line)

    def _voided_since(self, line: Line) -> Decimal:
        if line.action is Action.VOID or line.order_item_id is None:
            return Decimal(0)
        return self._voided.get(line.order_item_id, Decimal(0))

    def _name(self, line: Line) -> Row:
        dish = self._dish(line)
        match line.action:
            case Action.ADD:
                return Row(text=dish, size=self._big, bold=True)
            case Action.VOID:
                return Row(text=f"{self._words('VOID')} {dish}", size=self._big, bold=True, inverse=True)
            case Action.CHANGE:
                return Row(text=f"{self._words('CHANGE')} {dish}", size=self._big, bold=True)
            case _:
                assert_never(line.action)

    def _dish(self, line: Line) -> str:
        quantity = _quantity(line.qty)
        if line.action is Action.ADD:
            quantity = quantity.rjust(self._quantity_columns)
        return f"{quantity} x {capped(line.name, NAME_MAX)}"

    def _details(self, line: Line) -> Iterator[Row]:
        # What stands in the heading of its group is not said again.
        seat = None if self._style.order == "seat" else line.seat
        course = None if self._style.order == "course" else line.course
        place = self._place(seat, course)
        if place:
            yield Row(text=f"   {place}")
        for modifier in line.modifiers[:MODIFIERS_MAX]:
            if is_about_an_allergy(modifier):
                yield allergy_box(modifier, self._words)
            else:
                yield Row(text=f"   + {capped(modifier, NAME_MAX)}", size=self._tall)
        if len(line.modifiers) > MODIFIERS_MAX:
            yield Row(text=f"   …(+{len(line.modifiers) - MODIFIERS_MAX})", size=self._tall)
        if line.note and is_about_an_allergy(line.note):
            yield allergy_box(line.note, self._words)
        elif line.note:
            yield self._inverse(capped(line.note, NOTE_MAX))
        if line.action is Action.CHANGE:
            yield Row(text=f"   {self._words('was: {before}', before=self._before(line))}")

    def _ordered_before(self, line: Line) -> Iterator[Row]:
        """Name the papers that a void or a change is about, so that a cook finds them on the rail."""
        numbers = self._ordered_on.get(line.order_item_id or 0, ()) if line.action is not Action.ADD else ()
        if numbers:
            listed = ", ".join(f"{number:03d}" for number in numbers)
            yield Row(text=f"   {self._words('ordered on {numbers}', numbers=listed)}")

    def _place(self, seat: str | None, course: str | None) -> str:
        facts = [_course(course, self._words)] if course else []
        facts += [_seat(seat, self._words)] if seat else []
        return " / ".join(facts)

    def _before(self, line: Line) -> str:
        facts = [capped(each, NAME_MAX) for each in line.old_modifiers[:MODIFIERS_MAX]]
        left_out = len(line.old_modifiers) - MODIFIERS_MAX
        facts += [f"…(+{left_out})"] if left_out > 0 else []
        facts += [capped(line.old_note, NOTE_MAX)] if line.old_note else []
        place = self._place(line.old_seat, line.old_course)
        facts += [place] if place else []
        return " / ".join(facts) or self._words("as on the menu")

    def _inverse(self, text: str) -> Row:
        return Row(text=f" {text} ", size=self._tall, bold=True, inverse=True)


def _quantity(quantity: Decimal) -> str:
    text = f"{quantity:f}"  # Not normalize(): that would round what has more than 28 digits.
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return capped(text, FACT_MAX)
