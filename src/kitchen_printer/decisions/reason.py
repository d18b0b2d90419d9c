"""Why a ticket is not on paper: the closed list, each with one plain sentence and the next action."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """What went wrong, as a code that is stored, counted and shown."""

    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    SILENT = "silent"
    NOT_A_PRINTER = "not_a_printer"
    SPEAKS_STAR = "speaks_star"
    OFFLINE = "offline"
    COVER_OPEN = "cover_open"
    PAPER_OUT = "paper_out"
    CUTTER = "cutter"
    PRINTER_ERROR = "printer_error"
    BUSY = "busy"
    CONNECTION_LOST = "connection_lost"
    NO_CONFIRMATION = "no_confirmation"
    PARTIAL = "partial"
    POWER_LOST = "power_lost"
    CANNOT_CONFIRM = "cannot_confirm"
    DOES_NOT_CONFIRM = "does_not_confirm"
    MISCONFIGURED = "misconfigured"
    PARKED = "parked"
    REDIRECTED = "redirected"
    SERVICE_STOPPED = "service_stopped"
    LEASE_LOST = "lease_lost"
    CANNOT_LAY_OUT = "cannot_lay_out"
    INTERNAL_ERROR = "internal_error"


def reason_named(code: str) -> Reason:
    """Return the reason of a stored code; one that only a newer version knows is a fault of the printer here."""
    return Reason(code) if code in [*Reason] else Reason.PRINTER_ERROR


@dataclass(frozen=True, slots=True)
class Words:
    """What a person reads: what is the matter, and what to do about it."""

    sentence: str
    advice: str


WORDS: dict[Reason, Words] = {
    Reason.UNREACHABLE: Words(
        "The printer does not answer on the network.",
        "Check that it is switched on and its network cable is plugged in.",
    ),
    Reason.REFUSED: Words(
        "The printer refuses the connection.",
        "Wait a minute, then switch it off and on; another device may hold it, or the address be wrong.",
    ),
    Reason.SILENT: Words(
        "The printer accepts the connection but answers no question.",
        "Another device may hold it, or it hangs: switch it off and on.",
    ),
    Reason.NOT_A_PRINTER: Words(
        "Something answers at this address, but it is not an ESC/POS printer.",
        "Check the address in station_printers.",
    ),
    Reason.SPEAKS_STAR: Words(
        "The printer speaks Star's command language, not ESC/POS.",
        "Switch its emulation to ESC/POS, as its manual says, or replace it.",
    ),
    Reason.OFFLINE: Words(
        "The printer is offline.", "Look for a red light, press its FEED button, or switch it off and on."
    ),
    Reason.COVER_OPEN: Words("The printer's cover is open.", "Close the cover."),
    Reason.PAPER_OUT: Words("The printer is out of paper.", "Put in a new roll and close the cover."),
    Reason.CUTTER: Words(
        "The printer's cutter is stuck.", "Open the cover, remove the paper scrap, close the cover."
    ),
    Reason.PRINTER_ERROR: Words(
        "The printer reports a fault.",
        "Switch it off, wait ten seconds, switch it on; if the fault stays, replace it.",
    ),
    Reason.BUSY: Words(
        "The printer is busy with something else and does not reach our question.",
        "Wait, or switch it off and on if it prints nothing for a minute.",
    ),
    Reason.CONNECTION_LOST: Words(
        "The connection to the printer broke while the ticket was on its way.",
        "Look for the paper; a repeat is marked POSSIBLE DUPLICATE.",
    ),
    Reason.NO_CONFIRMATION: Words(
        "The printer took the ticket but never confirmed it.",
        "Look for the paper; a repeat is marked POSSIBLE DUPLICATE.",
    ),
    Reason.PARTIAL: Words(
        "Only a part of the ticket was printed.", "Throw the piece away; the whole ticket follows, marked."
    ),
    Reason.POWER_LOST: Words(
        "The printer lost power while the ticket was on its way.",
        "Look for the paper; a repeat is marked POSSIBLE DUPLICATE.",
    ),
    Reason.CANNOT_CONFIRM: Words(
        "The printer cannot confirm a print, and nobody has decided to do without.",
        "Use a printer that can, or pin its level: kitchen-printer printers pin, see docs/evidence-levels.md.",
    ),
    Reason.DOES_NOT_CONFIRM: Words(
        "The printer takes tickets and confirms none of them.",
        "Look for their papers, then switch it off and on; if that does not help, replace it.",
    ),
    Reason.MISCONFIGURED: Words(
        "The printer's settings cannot be used.", "Correct its row in printers; the log names the value."
    ),
    Reason.PARKED: Words(
        "The printer is parked: nothing is sent to it.",
        "When it may print again: kitchen-printer printers resume.",
    ),
    Reason.REDIRECTED: Words(
        "A person sends this printer's tickets to another one.",
        "To end that: kitchen-printer printers redirect --undo.",
    ),
    Reason.SERVICE_STOPPED: Words(
        "The service stopped while the ticket was on its way.",
        "Look for the paper; a repeat is marked POSSIBLE DUPLICATE.",
    ),
    Reason.LEASE_LOST: Words(
        "Another replica took this printer over before anything was sent.", "Nothing to do: it prints there."
    ),
    Reason.CANNOT_LAY_OUT: Words(
        "The ticket's content cannot be laid out.",
        "Tell the kitchen by voice, and show the ticket's number to support.",
    ),
    Reason.INTERNAL_ERROR: Words(
        "The service made a mistake of its own with this ticket.",
        "Tell the kitchen by voice, and show the log to support.",
    ),
}
