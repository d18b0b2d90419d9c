"""A printer that comes back says first what has waited for it; then what is late follows at a bearable pace."""

from time import monotonic
from typing import Final

from kitchen_printer.database.notices import add_notice
from kitchen_printer.database.recovery import Backlog, is_next_late, read_backlog
from kitchen_printer.decisions.notice import RecoveryList
from kitchen_printer.decisions.recovery import deserves_a_list
from kitchen_printer.service.facts import BacklogListed
from kitchen_printer.service.kitchen import Kitchen
from kitchen_printer.service.lane import Lane

COMES_HOME_SECONDS: Final = 30.0
"""How long after a printer is back its tickets may take to come home from its backup."""


async def list_what_waited(lane: Lane, kitchen: Kitchen) -> None:
    """Queue the list of a backlog, once, before its first ticket is claimed."""
    is_returning = monotonic() < lane.returns_until
    if not (lane.is_new or is_returning):
        return
    printer_id, settings = lane.lease.printer_id, kitchen.settings
    backlog = await read_backlog(kitchen.database, printer_id, settings.late_seconds)
    lane.is_new = False
    if backlog is None:
        if lane.passed_over_for is None:  # Until it is not, what waited for it may be at its backup.
            lane.returns_until = min(lane.returns_until, monotonic() + COMES_HOME_SECONDS)
        return
    if deserves_a_list(
        waiting=backlog.waiting,
        list_from=settings.recovery_list_from,
        was_down=is_returning or backlog.was_down,
        is_late=backlog.is_late,
    ):
        await _queue_list(lane, backlog, kitchen)
    lane.returns_until = 0.0


async def _queue_list(lane: Lane, backlog: Backlog, kitchen: Kitchen) -> None:
    notice = RecoveryList(waiting=backlog.waiting, tickets=backlog.oldest)
    # A printer that stops again among these tickets has listed them already.
    key = f"recovery of printer {lane.lease.printer_id} up to ticket {backlog.up_to}"
    async with kitchen.database.connection() as connection:
        if await add_notice(connection, lane.lease.printer_id, notice, key) is not None:
            kitchen.announce(BacklogListed(lane.address, backlog.waiting))


async def pace(lane: Lane, kitchen: Kitchen, late_since: float) -> bool:
    """Let the lane rest if another late ticket would follow the one of ``late_since`` too soon.

    Returns whether it rests.
    """
    interval = 60 / kitchen.settings.recovery_tickets_per_minute
    if monotonic() >= late_since + interval:
        return False
    if not await is_next_late(kitchen.database, lane.lease.printer_id, kitchen.settings.late_seconds):
        return False
    lane.rests_until = late_since + interval
    return True
