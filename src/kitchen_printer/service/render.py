"""From a claimed job to bytes: within a limit, beside the event loop where it may take long, and shorter if need be."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, assert_never

from kitchen_printer.database.ledger import Claimed
from kitchen_printer.decisions.layout import lay_out
from kitchen_printer.decisions.notice import Alarm, lay_out_notice, read_notice
from kitchen_printer.decisions.occasion import read_occasion
from kitchen_printer.decisions.page import Page
from kitchen_printer.decisions.roll import PaperLow
from kitchen_printer.decisions.ticket import JobKind, read_ticket
from kitchen_printer.printers.encode import TooLongError, encode
from kitchen_printer.service.lane import Device
from kitchen_printer.service.looks import Look

RENDER_SECONDS_MAX: Final = 10.0
"""The longest ticket takes a fraction of it; what takes longer is a mistake of ours and must not stop a lane."""


SHORT_CHARACTERS_MAX: Final = 4_000
"""What is as short as this, and ASCII, takes a millisecond or two: less than what a thread for it costs the others."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A paper ready to be sent: its bytes, and what is known of it on the way."""

    body: bytes
    page: Page
    is_late: bool


async def render(
    claimed: Claimed,
    device: Device,
    look: Look,
    late_seconds: float,
    *,
    low: PaperLow | None,
    seconds_max: float = RENDER_SECONDS_MAX,
) -> Rendered:
    """Lay a job out and encode it. Raises whatever is wrong with it, ``TimeoutError`` when it takes too long."""
    circumstances = _Circumstances(now=datetime.now(UTC), late_seconds=late_seconds, paper_low=low)
    if _is_short(claimed):
        return _rendered(claimed, device, look, circumstances)
    async with asyncio.timeout(seconds_max):
        return await asyncio.to_thread(_rendered, claimed, device, look, circumstances)


def _is_short(claimed: Claimed) -> bool:
    """Whether nothing can take long: no picture is drawn of ASCII, and little is laid out of little."""
    told = len(claimed.content) + len(claimed.circumstances)
    is_ascii = claimed.content.isascii() and claimed.circumstances.isascii()
    return told <= SHORT_CHARACTERS_MAX and is_ascii


@dataclass(frozen=True, slots=True, kw_only=True)
class _Circumstances:
    """What the service knows beside the record."""

    now: datetime
    late_seconds: float
    paper_low: PaperLow | None


def _rendered(claimed: Claimed, device: Device, look: Look, around: _Circumstances) -> Rendered:
    try:
        return _encoded(claimed, device, look, around)
    except TooLongError:
        # A menu of pictures in large letters: half as wide is a quarter of the bytes.
        compact = Look(replace(look.style, letters="compact"), look.zone)
        return _encoded(claimed, device, compact, around)


def _encoded(claimed: Claimed, device: Device, look: Look, around: _Circumstances) -> Rendered:
    page, is_late = _page(claimed, device, look, around)
    columns = device.paper.columns
    body = encode(page, device.code_page, columns=columns, bands=device.bands, style=look.style)
    return Rendered(body, page, is_late)


def _page(claimed: Claimed, device: Device, look: Look, around: _Circumstances) -> tuple[Page, bool]:
    job, paper, zone = claimed.job, device.paper, look.zone
    match job.kind:
        case JobKind.TICKET | JobKind.REPRINT:
            occasion = read_occasion(claimed.circumstances, job.kind, around.now, around.late_seconds)
            occasion = replace(occasion, backup=claimed.backup, paper_low=around.paper_low)
            ticket = read_ticket(claimed.content)
            return lay_out(ticket, job, occasion, paper, zone, style=look.style), occasion.is_late
        case JobKind.NOTICE:
            notice = read_notice(claimed.content)
            rings = isinstance(notice, Alarm) and look.style.rings != "never"
            return replace(lay_out_notice(notice, job, around.now, paper, zone), rings=rings), False
        case _:
            assert_never(job.kind)
