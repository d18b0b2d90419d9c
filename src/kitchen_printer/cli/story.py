"""The story of a ticket in plain sentences, told from the record alone."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kitchen_printer.database.requests import Happening, TicketStory
from kitchen_printer.decisions.level import Level, standing
from kitchen_printer.decisions.outcome import Evidence
from kitchen_printer.decisions.reason import WORDS, Reason

_WHAT_FOLLOWS: Final = {
    "WAITING": "It will be tried again",
    "HELD": "It waits for a person to decide",
    "FAILED": "It is given up",
}
"""What becomes of a job after an attempt that did not print for certain."""


_PROVED_BY: Final = {
    Evidence.TOKEN: "it answered with the attempt's own token once everything before was done",
    Evidence.QUEUED_STATUS: "it answered a question that waited behind the ticket",
    Evidence.LATE_TOKEN: "asked again, it answered with the attempt's own token",
    Evidence.COUNTERS: "asked again, its counters showed that the ticket was printed and cut",
}


def told(story: TicketStory) -> Iterator[str]:
    """Tell how the ticket stands and what happened to it: one sentence a line, each with its time."""
    yield heading(story)
    yield from _in_short(story.happenings)
    for happening in story.happenings:
        yield f"{happening.at:%Y-%m-%d %H:%M:%S}  {sentence(happening)}"


def told_by_the_millisecond(story: TicketStory) -> Iterator[str]:
    """Tell what happened to the ticket, each sentence with the milliseconds since the first."""
    for happening in story.happenings:
        since = (happening.at - story.happenings[0].at).total_seconds() * 1000
        yield f"{since:7.1f} ms  {sentence(happening)}"


def heading(story: TicketStory) -> str:
    """Say which ticket it is and how it stands."""
    number = "" if story.station_seq is None else f" {story.station_seq:03d}"
    why = f" {_words(story.failed_reason)}" if story.failed_reason else ""
    return f"Ticket {story.ticket_id}, {story.station}{number}: {story.status}{why}"


def _in_short(happenings: Sequence[Happening]) -> Iterator[str]:
    """Say when the first paper was there, and what stood on it; nothing while there is none."""
    claims: dict[int, Happening] = {}  # A reprint counts its attempts anew, so only what came before counts.
    for each in happenings:
        if each.event == "claimed":
            claims[each.detail["attempt"]] = each
        elif each.event == "confirmed" and each.detail["attempt"] in claims:
            seconds = (each.at - happenings[0].at).total_seconds()
            claim = claims[each.detail["attempt"]]
            mark = ", marked POSSIBLE DUPLICATE" if claim.detail["marked"] else ""
            attempts = f"attempt {each.detail['attempt']}" if len(claims) > 1 else "the first attempt"
            yield f"On paper {seconds:.1f} s after it was submitted, from printer {claim.address}, at {attempts}{mark}."
            return


def sentence(happening: Happening) -> str:
    """Say what one event means; a kind that is not known here is shown as it is stored."""
    name, detail = happening.event, happening.detail
    match name:
        case "ticket_submitted":
            return "The backend submitted the ticket."
        case "expanded":
            return f"The service numbered it {detail['number']:03d} and made a print job."
        case "claimed":
            mark = ", marked as a possible second paper" if detail["marked"] else ""
            return f"{_before(happening)} attempt {detail['attempt']} went on record{mark}."
        case "gave_up":
            return f"After {detail['waited_seconds']} s without a working printer it was given up: {_why(detail)}"
        case "redirected":
            return f"It goes to printer {happening.address} {_why_there(detail)}"
        case "may_still_print":
            return (
                f"Printer {happening.address} had attempt {detail['attempt']} and never said that it forgot it:"
                " its paper may still come there."
            )
        case "in_doubt":
            return "The database was replaced and may have lost what was done last: its paper will be marked."
        case "reprint_requested" | "confirmed_by_person" | "reprint_decided" | "retry_requested":
            return _of_person(name, detail)
        case _ if name.startswith("printer_"):
            return _of_printer(name, happening.address, detail)
        case _ if name.startswith("late_"):
            return _too_late(name, detail)
        case _:
            return _of_attempt(name, detail)


def _before(happening: Happening) -> str:
    """Say what was known of the printer before the attempt, and how far its word can be trusted."""
    level = Level(happening.detail.get("level", Level.TOKEN_FENCE))
    trust = (
        f" (level {level}, {standing(level, happening.detail['level_provenance'])})"
        if "level_provenance" in happening.detail
        else ""
    )
    asked = "was asked and ready" if level.can.tells_health else "answers nothing"
    return f"Printer {happening.address}{trust} {asked};"


def _of_attempt(name: str, detail: Mapping[str, Any]) -> str:
    match name:
        case "confirmed":
            proof = _proof(detail["evidence"])
            return f"The printer confirmed attempt {detail['attempt']}, so it is on paper: {proof}."
        case "sent_unconfirmed":
            return (
                f"Attempt {detail['attempt']} was sent to a printer that proves nothing ({detail['evidence']}):"
                " nobody knows whether it is on paper, and it counts as printed."
            )
        case "not_sent":
            nothing = "The printer forgot" if detail.get("evidence") == "revoked" else "Nothing was sent in"
            return f"{nothing} attempt {detail['attempt']}: {_why(detail)} {_what_follows(detail)}."
        case "uncertain":
            mark = ", marked as a possible second paper" if detail["job"] == "WAITING" else ""
            return (
                f"Nobody knows whether attempt {detail['attempt']} printed: {_why(detail)}"
                f" {_what_follows(detail)}{mark}."
            )
        case _:
            return _as_stored(name, detail)


def _proof(stored: str) -> str:
    """Say what proved a print; whether the paper was cut stands behind a comma."""
    evidence, _, rest = stored.partition(", ")
    words = _PROVED_BY[Evidence(evidence)] if evidence in _PROVED_BY else evidence
    return f"{words}; the paper was {rest}" if rest else words


def _of_person(name: str, detail: Mapping[str, Any]) -> str:
    match name:
        case "reprint_requested":
            return f"{detail['by']} asked for a reprint of copy {detail['copy']}."
        case "confirmed_by_person":
            return f"{detail['by']} saw copy {detail['copy']} on paper."
        case "retry_requested":
            mark = ", marked as a possible second paper" if detail["marked"] else ""
            return f"{detail['by']} had copy {detail['copy']} tried again{mark}."
        case _:
            return f"{detail['by']} did not find copy {detail['copy']}: it prints again, marked."


def _too_late(name: str, detail: Mapping[str, Any]) -> str:
    recorded = f"on record stays {detail.get('recorded')}"
    match name:
        case "late_proof" | "late_confirmed":
            return f"Too late the printer proved that attempt {detail['attempt']} is on paper; {recorded}."
        case "late_not_sent" | "late_uncertain":
            return (
                f"Too late it was told how attempt {detail['attempt']} ended: {_why(detail)} But {recorded}."
            )
        case _:
            return _as_stored(name, detail)


def _of_printer(name: str, address: str | None, detail: Mapping[str, Any]) -> str:
    match name:
        case "printer_down":
            return f"Printer {address} went down: {_why(detail)}"
        case "printer_ready":
            return f"Printer {address} is ready."
        case "printer_probed":
            return f"Printer {address} was asked what it can prove: level {detail['level']}."
        case "printer_passed_over":
            return f"Tickets go past printer {address} from now on: {_why(detail)}"
        case "printer_came_home":
            return f"Printer {address} has been well for long enough: tickets go to it again."
        case _:
            return _of_printer_by_person(name, address, detail)


def _of_printer_by_person(name: str, address: str | None, detail: Mapping[str, Any]) -> str:
    why = f": {detail['reason']}" if detail.get("reason") else ""
    whose = f" of {detail['station']}" if detail.get("station") else ""
    match name:
        case "printer_parked":
            return f"{detail['by']} parked printer {address}{why}."
        case "printer_resumed":
            return f"{detail['by']} let printer {address} print again."
        case "printer_redirected":
            return f"{detail['by']} sent the tickets{whose} from printer {address} to {detail['to']}{why}."
        case "printer_redirect_undone":
            return f"{detail['by']} ended the redirect{whose} of printer {address}."
        case "printer_tested":
            return f"A test paper showed of printer {address}: {detail['finding']}; level {detail['level']}."
        case "printer_test_requested":
            return f"{detail['by']} asked for a test paper on printer {address}."
        case "printer_test_cancelled":
            return f"The test paper for printer {address} was taken back."
        case "printer_pinned":
            return f"{detail['by']} pinned printer {address} at level {detail['level']}."
        case "printer_unpinned":
            return f"{detail['by']} let printer {address} be asked again what it can prove."
        case _:
            return _as_stored(name, detail)


def _why_there(detail: Mapping[str, Any]) -> str:
    match detail["reason"]:
        case "came_home":
            return "again, for which another one stood in."
        case "route_changed":
            return "since its station's routes changed."
        case "by_person":
            return f"because {detail['by']} wants it there."
        case code:
            return f"instead of its own: {_words(str(code))}"


def _as_stored(name: str, detail: Mapping[str, Any]) -> str:
    return f"{name}: {dict(detail)}"


def _why(detail: Mapping[str, Any]) -> str:
    return _words(str(detail["reason"])) if "reason" in detail else f"{detail['evidence']}."


def _words(reason: str) -> str:
    return WORDS[Reason(reason)].sentence if reason in [*Reason] else f"{reason}."


def _what_follows(detail: Mapping[str, Any]) -> str:
    return _WHAT_FOLLOWS.get(detail["job"], f"The job is {detail['job']}")
