"""First contact with a printer: learn what it can prove, and notice when it is another one."""

from dataclasses import replace

from kitchen_printer.database.routing import note_capability
from kitchen_printer.decisions.capability import Answers, Identity, level_of
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.printers.probe import identify, probe
from kitchen_printer.service.facts import PrinterProbed
from kitchen_printer.service.kitchen import Kitchen, new_token
from kitchen_printer.service.lane import Lane, device_of


async def get_acquainted(lane: Lane, kitchen: Kitchen) -> Reason | None:
    """Make sure that we know the printer; return why not, when it cannot be asked now.

    A printer that nobody has asked yet is probed without paper. One that was away may have been exchanged: it
    is asked who it is, and probed again if it is another. What a person pinned is never touched.
    """
    is_known = lane.printer.level_provenance != "assumed"
    if (lane.is_acquainted and is_known) or lane.printer.level_provenance == "pinned":
        lane.is_acquainted = True
        return None
    if is_known:
        identity = await identify(lane.address)
        if isinstance(identity, Reason):
            return identity
        if _is_the_same(lane, identity):
            lane.is_acquainted = True
            return None
    return await _probe(lane, kitchen)


async def _probe(lane: Lane, kitchen: Kitchen) -> Reason | None:
    answers = await probe(lane.address, new_token())
    if isinstance(answers, Reason):
        return answers
    await _take_down(lane, answers, kitchen)
    lane.is_acquainted = True
    return None


async def _take_down(lane: Lane, answers: Answers, kitchen: Kitchen) -> None:
    level, who = level_of(answers), answers.identity
    await note_capability(
        kitchen.database, lane.lease.printer_id, level, serial=who.serial, firmware=who.firmware
    )
    lane.printer = replace(
        lane.printer, level=level, level_provenance="probed", serial=who.serial, firmware=who.firmware
    )
    lane.device = device_of(lane.printer)
    kitchen.announce(PrinterProbed(lane.address, level))


def _is_the_same(lane: Lane, identity: Identity) -> bool:
    return (lane.printer.serial, lane.printer.firmware) == (identity.serial, identity.firmware)
