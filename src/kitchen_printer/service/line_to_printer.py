"""A lane's line to its printer: a new one for each ticket, or that of the ticket before while others follow at once."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Final

from kitchen_printer.decisions.delivery import Delivery
from kitchen_printer.decisions.delivery_table import State
from kitchen_printer.decisions.level import Level
from kitchen_printer.printers.connection import Line, PrinterConnection, open_line
from kitchen_printer.service.kitchen import new_token
from kitchen_printer.service.lane import Lane

KEEP_SECONDS: Final = 5.0
"""How long one line carries ticket after ticket: most printers serve one at a time, and others may want a turn."""

_READY: Final = frozenset({State.READY})


@asynccontextmanager
async def asked(lane: Lane, level: Level) -> AsyncGenerator[PrinterConnection, None]:
    """Yield a line on which the printer was asked whether it can print; its delivery's state is the answer.

    The line is closed in the end unless it was kept. Raises
    :class:`~kitchen_printer.printers.connection.NoConnectionError`.
    """
    line = await _asked_on_the_kept_line(lane, level) or await _asked_on_a_new_line(lane, level)
    try:
        yield line
    finally:
        lane.late_tokens += line.delivery.strange_echoes
        if lane.kept_line is not line.line:
            await line.line.close()


def keep_line(lane: Lane, line: PrinterConnection) -> None:
    """Keep the line for a ticket that follows at once, if the printer has done and said all that was asked on it."""
    if line.delivery.leaves_it_clean and lane.takes_more_on_a_line and monotonic() < lane.line_until:
        lane.kept_line = line.line


async def close_kept_line(lane: Lane) -> None:
    """Close the line of the ticket before, if it was kept."""
    line, lane.kept_line = lane.kept_line, None
    if line is not None:
        await line.close()


async def _asked_on_the_kept_line(lane: Lane, level: Level) -> PrinterConnection | None:
    """Ask on the line of the ticket before. None unless the answer is yes: only a new line tells why not."""
    if lane.kept_line is None:
        return None
    if level.echoes_tokens:
        line = await _answered(lane, lane.kept_line, Delivery(level, new_token(), follows=True))
        if line.delivery.state is State.READY:
            lane.kept_line = None
            return line
        lane.has_refused_to_follow = True
    await close_kept_line(lane)
    return None


async def _asked_on_a_new_line(lane: Lane, level: Level) -> PrinterConnection:
    opened = await open_line(lane.address)
    lane.line_until = monotonic() + KEEP_SECONDS
    try:
        line = await _answered(lane, opened, Delivery(level, new_token()))
    except BaseException:
        opened.abort()
        raise
    if line.delivery.state is State.READY and lane.has_refused_to_follow:
        lane.takes_more_on_a_line = False  # It is well, and did not want a second ticket on one line.
    lane.has_refused_to_follow = False
    return line


async def _answered(lane: Lane, opened: Line, delivery: Delivery) -> PrinterConnection:
    lane.line = line = PrinterConnection(opened, delivery)
    await line.converse(until=_READY)
    return line
