"""Paper is read as a cook reads it, also where a knife, a power cut or a second host went through it."""

from collections.abc import Sequence

import pytest
from proving.chaos.order import inversions
from proving.chaos.papers import Piece, pieces

from virtual_printer import VirtualPrinter

TICKET = ("BAR 041", "TABLE 7", "18:02", "1 x Dish T000001x")
FOOTER = "#12-1/1 Ab3!"
SECONDS = 5.0
CUT = b"\x1dVB\x00"


async def printed(*parts: Sequence[str] | bytes) -> list[Piece]:
    """Let a virtual printer print lines and bytes; read its paper."""
    async with VirtualPrinter() as printer:
        for part in parts:
            data = part if isinstance(part, bytes) else "".join(f"{line}\n" for line in part).encode()
            printer.arrive(data, heeded=True)
        await printer.state.wait_until(lambda state: state.bytes_buffered == 0, SECONDS)
        return list(pieces([*printer.paper.sheets, printer.paper.rest]))


async def test_a_paper_ends_with_its_footer() -> None:
    (paper,) = await printed((*TICKET, FOOTER), CUT)
    assert paper.is_paper
    assert paper.footer is not None
    assert (paper.footer.number, paper.footer.attempt_no, paper.footer.token) == (12, 1, "Ab3!")
    assert paper.tags == ("T000001x",)
    assert not paper.is_marked


async def test_a_slip_of_the_service_is_told_from_a_ticket() -> None:
    (slip,) = await printed(("PRINTER DOWN", "#N7-1/1 Ab3!"), CUT)
    assert slip.footer is not None
    assert slip.footer.is_notice


@pytest.mark.parametrize("mark", ["POSSIBLE DUPLICATE", " POSSIBLE DUPLICATE "])
async def test_a_mark_above_the_title_counts(mark: str) -> None:
    (paper,) = await printed((mark, "LATE", *TICKET, FOOTER), CUT)
    assert paper.is_marked


async def test_a_torn_paper_above_lends_no_mark_to_the_one_below() -> None:
    (paper,) = await printed(("POSSIBLE DUPLICATE", *TICKET[:3]), (*TICKET, FOOTER), CUT)
    assert not paper.is_marked
    assert paper.tags == ("T000001x",)


async def test_a_torn_head_on_a_sheet_of_its_own_is_no_paper() -> None:
    torn, paper = await printed(("POSSIBLE DUPLICATE", *TICKET), CUT, (*TICKET, FOOTER), CUT)
    assert not torn.is_paper
    assert paper.is_paper
    assert not paper.is_marked


async def test_a_paper_that_the_knife_went_through_is_one_paper() -> None:
    (paper,) = await printed(TICKET, CUT, ("1 x Dish T000002x", FOOTER), CUT)
    assert paper.tags == ("T000001x", "T000002x")


async def test_a_paper_that_says_throw_away_is_none() -> None:
    (piece,) = await printed((*TICKET, FOOTER), ("INCOMPLETE - THROW AWAY",), CUT)
    assert piece.footer is not None
    assert not piece.is_paper


def test_who_was_acknowledged_before_the_other_was_sent_must_be_first() -> None:
    first, second, beside = (1, 0.0, 1.0), (2, 2.0, 3.0), (3, 0.5, 9.0)
    in_order = [("p", n, *each, False) for n, each in enumerate((first, beside, second))]
    turned = [("p", n, *each, False) for n, each in enumerate((second, beside, first))]
    apart = [("p", 1, *second, False), ("q", 1, *first, False)]
    assert inversions(in_order) == []
    assert [(each.earlier, each.later) for each in inversions(turned)] == [(1, 2)]
    assert inversions(apart) == []
