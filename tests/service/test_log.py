"""Every fact can be told: the log words each of them, as JSON and for people."""

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import monotonic
from typing import Any, get_args

import pytest

from kitchen_printer.config import read_settings
from kitchen_printer.decisions.alarms import Telling
from kitchen_printer.decisions.history import Change
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.outcome import Confirmed, Evidence, NotSent, Uncertain, Unconfirmed
from kitchen_printer.decisions.paper_test import Finding
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.retry import JobState
from kitchen_printer.decisions.ticket import Job, JobKind
from kitchen_printer.service import facts, log_lines
from kitchen_printer.service.log import Log
from kitchen_printer.service.log_lines import LINES_MAX

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
NOTICE = replace(JOB, kind=JobKind.NOTICE, ticket_id=None)
PRINTED = Confirmed(Evidence.TOKEN, is_cut=True)

FACTS: list[facts.Fact] = [
    facts.ServiceStarted("owner", "127.0.0.1:9100"),
    facts.ServiceStopping(1),
    facts.ServiceStopped(),
    facts.DatabaseLost("gone"),
    facts.DatabaseBack(1.5),
    facts.HistoryChanged(Change.DOUBTFUL, 1, 2, 7),
    facts.AttemptVanished(7, 4, NotSent(Reason.REFUSED)),
    facts.LanesChanged(("10.0.0.5:9100",)),
    facts.RouteRefused("BAR", "no address"),
    facts.SettingRefused("no such zone"),
    facts.StationWithoutRoute("BAR"),
    facts.TicketsExpanded(3),
    facts.PrinterDown("10.0.0.5:9100", Reason.PAPER_OUT),
    facts.PrinterBack("10.0.0.5:9100", 2.5),
    facts.PrinterPaperLow("10.0.0.5:9100", 12),
    facts.PrinterPassedOver("10.0.0.5:9100", Reason.PAPER_OUT),
    facts.PrinterCameHome("10.0.0.5:9100"),
    facts.TicketsRedirected("10.0.0.5:9100", "10.0.0.6:9100", 4, "paper_out"),
    facts.LaneParked("10.0.0.5:9100", "ValueError()"),
    facts.PrinterProbed("10.0.0.5:9100", Level.COUNTERS),
    facts.PrinterTested("10.0.0.5:9100", Finding.ANSWERS_TOO_EARLY, Level.HEALTH),
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
    facts.OutcomeRecorded(JOB, Unconfirmed(Evidence.SENT), JobState.PRINTED),
    facts.OutcomeRecorded(NOTICE, Unconfirmed(Evidence.SENT), JobState.PRINTED),
    facts.OutcomeRecorded(NOTICE, PRINTED, JobState.PRINTED),
    facts.OutcomeRecorded(NOTICE, NotSent(Reason.REFUSED), JobState.WAITING),
    facts.OutcomeRecorded(NOTICE, Uncertain(Reason.PARTIAL), JobState.FAILED),
    facts.RecordRefused(3, "no"),
    facts.AttemptRescued(3, PRINTED),
    facts.BacklogListed("10.0.0.5:9100", 8),
    facts.AlarmTold("printer 3", Telling.RAISED, "KITCHEN: printer out of paper since 19:42"),
    facts.AlarmOver("printer 3", "Over after 14 min: KITCHEN: printer out of paper since 19:42"),
    facts.WentElsewhereTold("10.0.0.5:9100", 3),
    facts.AlertSent("mailtos", 1),
    facts.AlertNotSent("mailtos", 1, 2, False),
    facts.GaveUp("10.0.0.5:9100", 2, Reason.REFUSED),
    facts.TaskCrashed("lane", "ValueError()"),
    facts.LoopStalled(1.5, "work_lane.py:7 work"),
    facts.ClockJumped(-3600.0),
    facts.LogLinesDropped(7),
    facts.LibraryWarned("asyncio", "slow"),
]


def test_the_list_above_has_every_fact() -> None:
    assert {type(fact) for fact in FACTS} == set(get_args(facts.Fact))


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_every_fact_becomes_one_line(log_format: str, capfd: pytest.CaptureFixture[str]) -> None:
    settings = read_settings(
        {"DATABASE_URL": "host=x", "KITCHEN_LOG_LEVEL": "debug", "KITCHEN_LOG_FORMAT": log_format}
    )
    log = Log(settings)
    for fact in FACTS:
        log(fact)
    log.close()
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == len(FACTS)
    if log_format == "json":
        read: list[dict[str, Any]] = [json.loads(line) for line in lines]
        assert all({"event", "level", "timestamp"} <= line.keys() for line in read)


def test_a_subscriber_that_fails_keeps_the_others_informed_and_is_in_the_log(
    capfd: pytest.CaptureFixture[str],
) -> None:
    heard: list[facts.Fact] = []
    log = Log(read_settings({"DATABASE_URL": "host=x"}))

    def broken(_: facts.Fact) -> None:
        raise ValueError("broken subscriber")

    facts.Announcer([broken, heard.append])(facts.ServiceStopped())
    log.close()

    assert heard == [facts.ServiceStopped()]
    line = json.loads(capfd.readouterr().err)
    assert (line["event"], "broken subscriber" in line["message"]) == ("library_warned", True)


def test_a_reader_that_never_reads_delays_nobody_and_the_gap_is_told() -> None:
    reading, writing = os.pipe()
    log = Log(read_settings({"DATABASE_URL": "host=x"}), writing)
    began = monotonic()
    for _ in range(LINES_MAX * 2):
        log(facts.ServiceStopped())
    took, dropped = monotonic() - began, log.dropped
    assert took < 20, "far less than for ever"
    assert 0 < dropped <= LINES_MAX

    text = read_all(reading, log, writing)

    lines = [json.loads(line) for line in text.splitlines()]
    gaps = [line["lines"] for line in lines if line["event"] == "log_lines_dropped"]
    assert sum(gaps) == dropped
    assert len(lines) - len(gaps) + dropped == LINES_MAX * 2


def read_all(reading: int, log: Log, writing: int) -> str:
    """Begin to read at last, and read to the end."""
    with ThreadPoolExecutor(1) as reader, os.fdopen(reading) as pipe:
        text = reader.submit(pipe.read)
        log.close()
        os.close(writing)
        return text.result()


def test_closing_a_log_that_nobody_reads_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_lines, "CLOSE_SECONDS", 0.1)
    reading, writing = os.pipe()
    log = Log(read_settings({"DATABASE_URL": "host=x"}), writing)
    for _ in range(LINES_MAX):
        log(facts.ServiceStopped())
    log.close()
    os.close(reading)
    for thread in threading.enumerate():
        if thread.name == "log":
            thread.join()
    os.close(writing)
