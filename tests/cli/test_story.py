"""The story of a ticket has a sentence for everything that can be on record of it."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kitchen_printer.cli import story
from kitchen_printer.cli.story import sentence
from kitchen_printer.database.requests import Happening, TicketStory

SOURCES = Path(__file__).resolve().parents[2] / "src" / "kitchen_printer" / "database"
CHOSEN_NAME = re.compile(
    r"INSERT INTO print_events[^;]*?VALUES \(CASE WHEN[^;]*?THEN\s*'(\w+)'\s*ELSE\s*'(\w+)'", re.DOTALL
)
FIXED_NAME = re.compile(r"INSERT INTO print_events[^;]*?(?:SELECT|VALUES \()\s*'(\w+)'", re.DOTALL)
OF_NO_TICKET = {"alarm_over", "alarm_raised", "alarm_repeated", "history_changed", "notice_added", "pruned"}

ATTEMPT = {"attempt": 2, "marked": False}
SENTENCES: dict[str, tuple[dict[str, Any], str]] = {
    "ticket_submitted": ({}, "The backend submitted the ticket."),
    "reprint_requested": ({"by": "Ana", "copy": 1}, "Ana asked for a reprint of copy 1."),
    "confirmed_by_person": ({"by": "Ana", "copy": 1}, "Ana saw copy 1 on paper."),
    "reprint_decided": ({"by": "Ana", "copy": 1}, "Ana did not find copy 1: it prints again, marked."),
    "expanded": ({"number": 7}, "The service numbered it 007 and made a print job."),
    "claimed": (
        ATTEMPT | {"level": "A+", "level_provenance": "proven on paper"},
        "Printer 10.0.0.1:9100 (level A+, proven on paper) was asked and ready; attempt 2 went on record.",
    ),
    "sent_unconfirmed": (
        ATTEMPT | {"evidence": "status", "job": "PRINTED"},
        (
            "Attempt 2 was sent to a printer that proves nothing (status): nobody knows whether it is on paper,"
            " and it counts as printed."
        ),
    ),
    "confirmed": (
        ATTEMPT | {"evidence": "token", "job": "PRINTED"},
        (
            "The printer confirmed attempt 2, so it is on paper:"
            " it answered with the attempt's own token once everything before was done."
        ),
    ),
    "not_sent": (
        ATTEMPT | {"reason": "cover_open", "job": "WAITING"},
        "Nothing was sent in attempt 2: The printer's cover is open. It will be tried again.",
    ),
    "uncertain": (
        ATTEMPT | {"reason": "no_confirmation", "job": "WAITING"},
        (
            "Nobody knows whether attempt 2 printed: The printer took the ticket but never confirmed it."
            " It will be tried again, marked as a possible second paper."
        ),
    ),
    "late_confirmed": (
        {"attempt": 2, "evidence": "token", "recorded": "UNCERTAIN"},
        "Too late the printer proved that attempt 2 is on paper; on record stays UNCERTAIN.",
    ),
    "late_proof": (
        {"attempt": 2, "recorded": "UNCERTAIN"},
        "Too late the printer proved that attempt 2 is on paper; on record stays UNCERTAIN.",
    ),
    "late_not_sent": (
        {"attempt": 2, "reason": "paper_out", "recorded": "UNCERTAIN"},
        "Too late it was told how attempt 2 ended: The printer is out of paper. But on record stays UNCERTAIN.",
    ),
    "late_uncertain": (
        {"attempt": 2, "reason": "connection_lost", "recorded": "UNCERTAIN"},
        (
            "Too late it was told how attempt 2 ended: The connection to the printer broke while the ticket was on its"
            " way. But on record stays UNCERTAIN."
        ),
    ),
    "gave_up": (
        {"reason": "unreachable", "waited_seconds": 1803},
        "After 1803 s without a working printer it was given up: The printer does not answer on the network.",
    ),
    "printer_down": (
        {"reason": "paper_out"},
        "Printer 10.0.0.1:9100 went down: The printer is out of paper.",
    ),
    "printer_ready": ({"reason": None}, "Printer 10.0.0.1:9100 is ready."),
    "redirected": (
        {"from": 1, "to": 2, "reason": "paper_out"},
        "It goes to printer 10.0.0.1:9100 instead of its own: The printer is out of paper.",
    ),
    "may_still_print": (
        {"attempt": 2},
        (
            "Printer 10.0.0.1:9100 had attempt 2 and never said that it forgot it:"
            " its paper may still come there."
        ),
    ),
    "in_doubt": (
        {"why": "timeline"},
        "The database was replaced and may have lost what was done last: its paper will be marked.",
    ),
    "retry_requested": (
        {"by": "Ana", "copy": 1, "marked": True},
        "Ana had copy 1 tried again, marked as a possible second paper.",
    ),
    "printer_passed_over": (
        {"reason": "paper_out"},
        "Tickets go past printer 10.0.0.1:9100 from now on: The printer is out of paper.",
    ),
    "printer_came_home": (
        {},
        "Printer 10.0.0.1:9100 has been well for long enough: tickets go to it again.",
    ),
    "printer_parked": ({"by": "Ana", "reason": "smokes"}, "Ana parked printer 10.0.0.1:9100: smokes."),
    "printer_resumed": ({"by": "Ana"}, "Ana let printer 10.0.0.1:9100 print again."),
    "printer_redirected": (
        {"by": "Ana", "to": "10.0.0.2:9100", "station": "BAR"},
        "Ana sent the tickets of BAR from printer 10.0.0.1:9100 to 10.0.0.2:9100.",
    ),
    "printer_redirect_undone": ({"by": "Ana"}, "Ana ended the redirect of printer 10.0.0.1:9100."),
    "printer_tested": (
        {"finding": "answers too early", "level": "B-"},
        "A test paper showed of printer 10.0.0.1:9100: answers too early; level B-.",
    ),
    "printer_test_requested": ({"by": "Ana"}, "Ana asked for a test paper on printer 10.0.0.1:9100."),
    "printer_test_cancelled": ({}, "The test paper for printer 10.0.0.1:9100 was taken back."),
    "printer_pinned": ({"by": "Ana", "level": "C"}, "Ana pinned printer 10.0.0.1:9100 at level C."),
    "printer_unpinned": (
        {"by": "Ana"},
        "Ana let printer 10.0.0.1:9100 be asked again what it can prove.",
    ),
    "printer_probed": ({"level": "A"}, "Printer 10.0.0.1:9100 was asked what it can prove: level A."),
}


def told(name: str, detail: dict[str, Any]) -> str:
    return sentence(
        Happening(
            at=datetime(2026, 11, 20, 20, tzinfo=UTC),
            actor="service",
            event=name,
            address="10.0.0.1:9100",
            detail=detail,
        )
    )


@pytest.mark.parametrize("name", SENTENCES)
def test_every_event_is_told_in_a_plain_sentence(name: str) -> None:
    detail, words = SENTENCES[name]
    assert told(name, detail) == words


def test_a_second_paper_and_a_wait_for_a_person_are_said() -> None:
    assert "second paper" in told("claimed", ATTEMPT | {"marked": True})
    held = told("uncertain", ATTEMPT | {"reason": "no_confirmation", "job": "HELD"})
    assert held.endswith("It waits for a person to decide.")
    revoked = told("not_sent", ATTEMPT | {"reason": "paper_out", "job": "WAITING", "evidence": "revoked"})
    assert revoked.startswith("The printer forgot attempt 2: The printer is out of paper.")


def test_every_event_that_the_service_writes_has_its_sentence() -> None:
    texts = [
        path.read_text(encoding="utf-8")
        for path in (*SOURCES.glob("*.py"), *SOURCES.glob("migrations/*.sql"))
    ]
    fixed = {name for text in texts for name in FIXED_NAME.findall(text)}
    chosen = {name for text in texts for pair in CHOSEN_NAME.findall(text) for name in pair}
    assert chosen == {"confirmed_by_person", "reprint_decided"}
    written = (fixed | chosen) - OF_NO_TICKET
    beginnings = {name for name in written if name.endswith("_")}
    assert {"expanded", "claimed", "gave_up", "late_", "printer_", "ticket_submitted"} <= written
    assert written - beginnings <= SENTENCES.keys()
    for beginning in beginnings:
        assert any(name.startswith(beginning) for name in SENTENCES), beginning


def test_why_a_ticket_changes_printers_is_said() -> None:
    moved = {"from": 1, "to": 2}
    for reason, words in (
        ("came_home", "again, for which another one stood in."),
        ("route_changed", "since its station's routes changed."),
        ("redirected", "instead of its own: A person sends this printer's tickets to another one."),
    ):
        assert told("redirected", moved | {"reason": reason}).endswith(words)
    by_person = told("redirected", moved | {"reason": "by_person", "by": "Ana"})
    assert by_person.endswith("because Ana wants it there.")


def test_an_event_of_a_kind_not_known_here_is_shown_as_it_is_stored() -> None:
    for name in ("printer_sang", "late_show", "danced"):
        assert told(name, {"well": True}) == f"{name}: {{'well': True}}"


def test_a_reprint_never_takes_the_place_of_the_first_paper_in_a_story() -> None:
    def happening(event: str, printer: str, **detail: Any) -> Happening:
        at = datetime(2026, 7, 3, 19, 42, tzinfo=UTC)
        return Happening(at=at, actor="service", event=event, address=printer, detail=detail)

    papers = [("10.0.0.1:9100", False), ("10.0.0.2:9100", True)]
    happenings = [
        happening(event, printer, attempt=1, **detail)
        for printer, marked in papers
        for event, detail in (
            ("claimed", {"marked": marked, "level": "A+", "level_provenance": "proven on paper"}),
            ("confirmed", {"evidence": "token", "job": "PRINTED"}),
        )
    ]
    short = list(
        story.told(
            TicketStory(
                ticket_id=5,
                station="BAR",
                station_seq=1,
                status="PRINTED",
                failed_reason=None,
                happenings=tuple(happenings),
            )
        )
    )[1]
    assert short == "On paper 0.0 s after it was submitted, from printer 10.0.0.1:9100, at the first attempt."
