"""Every fact can be told: the log words each of them, as JSON and for people."""

import json
from typing import Any, get_args

import pytest

from kitchen_printer.config import read_settings
from kitchen_printer.decisions.outcome import Confirmed, Evidence, NotSent, Uncertain
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.retry import JobState
from kitchen_printer.decisions.ticket import Job, JobKind
from kitchen_printer.service import facts
from kitchen_printer.service.log import open_log

JOB = Job(
    id=1,
    kind=JobKind.TICKET,
    ticket_id=2,
    copy_no=1,
    station="BAR",
    spent=0,
    maybe_on_paper=False,
    waited_seconds=0.0,
    attempt_id=3,
    attempt_no=1,
    printer_id=4,
    marked=False,
    token_printed="A7Qk",
    token_cut="A7Ql",
)
PRINTED = Confirmed(Evidence.TOKEN, is_cut=True)

FACTS: list[facts.Fact] = [
    facts.ServiceStarted("owner", "127.0.0.1:9100"),
    facts.ServiceStopping(1),
    facts.ServiceStopped(),
    facts.DatabaseLost("gone"),
    facts.DatabaseBack(1.5),
    facts.LanesChanged(("10.0.0.5:9100",)),
    facts.RouteRefused("BAR", "no address"),
    facts.SettingRefused("no such zone"),
    facts.StationWithoutRoute("BAR"),
    facts.TicketsExpanded(3),
    facts.PrinterDown("10.0.0.5:9100", Reason.PAPER_OUT),
    facts.PrinterBack("10.0.0.5:9100", 2.5),
    facts.PrinterProbed("10.0.0.5:9100", "A+"),
    facts.PrinterReady("10.0.0.5:9100"),
    facts.TicketClaimed(JOB),
    facts.LayoutRefused(JOB, "ValueError"),
    facts.TicketHandedOver(JOB, 300),
    facts.DoubtRaised(JOB, Reason.NO_CONFIRMATION),
    facts.LateProof("10.0.0.5:9100", 1),
    facts.AttemptEnded(JOB, PRINTED),
    facts.OutcomeRecorded(JOB, PRINTED, JobState.PRINTED),
    facts.OutcomeRecorded(JOB, NotSent(Reason.REFUSED), JobState.WAITING),
    facts.OutcomeRecorded(JOB, Uncertain(Reason.PARTIAL), JobState.FAILED),
    facts.RecordRefused(3, "no"),
    facts.AttemptRescued(3, PRINTED),
    facts.GaveUp("10.0.0.5:9100", 2, Reason.REFUSED),
    facts.TaskCrashed("lane", "ValueError()"),
]


def test_the_list_above_has_every_fact() -> None:
    assert {type(fact) for fact in FACTS} == set(get_args(facts.Fact))


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_every_fact_becomes_one_line(log_format: str, capsys: pytest.CaptureFixture[str]) -> None:
    settings = read_settings(
        {"DATABASE_URL": "host=x", "KITCHEN_LOG_LEVEL": "debug", "KITCHEN_LOG_FORMAT": log_format}
    )
    write = open_log(settings)
    for fact in FACTS:
        write(fact)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(FACTS)
    if log_format == "json":
        read: list[dict[str, Any]] = [json.loads(line) for line in lines]
        assert all({"event", "level", "timestamp"} <= line.keys() for line in read)


def test_a_subscriber_that_fails_keeps_the_others_informed(capsys: pytest.CaptureFixture[str]) -> None:
    heard: list[facts.Fact] = []

    def broken(_: facts.Fact) -> None:
        raise ValueError("broken subscriber")

    facts.Announcer([broken, heard.append])(facts.ServiceStopped())

    assert heard == [facts.ServiceStopped()]
    assert "broken subscriber" in capsys.readouterr().err
