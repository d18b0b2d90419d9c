"""A checker that cannot fail proves nothing: each of the twelve invariants is broken here once, in the facts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
import pytest
from proving.chaos.checker import Beside, Isolation, check
from proving.chaos.facts import Sample, store
from proving.chaos.load import Dish, Fate, Kind, Submission
from proving.invariants import Invariant
from psycopg.rows import TupleRow

Connection = psycopg.Connection[TupleRow]
PRINTER = "127.0.0.1:9100"
OTHER = "127.0.0.1:9101"
GOOD = Isolation(calm=(0.1,) * 9, beside=(0.2,) * 9)
WELL = Beside(isolation=GOOD, rights_tried=1)
ME = "00000000-0000-0000-0000-000000000001"


@dataclass(frozen=True, slots=True)
class Wrong:
    """One way in which a campaign can go wrong: what is different, and who must notice."""

    invariant: Invariant
    statements: tuple[str, ...] = ()
    beside: Beside = WELL


@pytest.fixture
def facts(database: str) -> Iterator[Connection]:
    """A small evening in which everything went well: two orders of one bill and a void, all on paper."""
    with psycopg.connect(database) as connection:
        store(
            connection,
            submissions=[
                _submission(1, Kind.ORDER, Dish("T000001x", "BAR"), 1.0),
                _submission(2, Kind.ORDER, Dish("T000002x", "BAR", is_hostile=True), 3.0),
                _submission(3, Kind.VOID, Dish("T000001x", "BAR"), 5.0),
                _submission(4, Kind.ORDER, Dish("T000004x", "BAR"), 7.0, Fate.ROLLED_BACK),
            ],
            papers=(),
            conversations=(),
            samples=[_sample(float(at), 1.0) for at in range(1, 9)],
        )
        for address in (PRINTER, OTHER):
            connection.execute(
                "INSERT INTO printers (address, level, level_provenance) VALUES (%s, 'A', 'pinned')",
                [address],
            )
        for ticket, tag, action in ((1, 1, "ADD"), (2, 2, "ADD"), (3, 1, "VOID")):
            _ticket_on_paper(connection, ticket, f"T{tag:06d}x", action)
        yield connection


def _submission(number: int, kind: Kind, dish: Dish, at: float, fate: Fate = Fate.ACKNOWLEDGED) -> Submission:
    return Submission(
        number=number, kind=kind, bill=1, dishes=(dish,), invoked_at=at, ended_at=at + 1, fate=fate
    )


def _sample(at: float, shown: float) -> Sample:
    return Sample(
        replica="one",
        process=1,
        at=at,
        failed_shown=shown,
        failed_true=1.0,
        oldest_shown=0.0,
        oldest_true=0.0,
    )


TICKET_ON_PAPER = """
INSERT INTO kitchen_tickets (id, bill_id, round_no, printer_target, kind, status, is_proved, printed_at, expanded_at,
                             station_seq, business_day)
VALUES (%(id)s, 1, %(id)s, 'BAR', CASE %(action)s WHEN 'VOID' THEN 'VOID' ELSE 'ORDER' END, 'PRINTED', true, now(),
        now(), %(id)s, current_date);
INSERT INTO kitchen_ticket_items (kitchen_ticket_id, qty, menu_name, action)
VALUES (%(id)s, 1, 'Dish ' || %(tag)s, %(action)s);
INSERT INTO print_jobs (id, ticket_id, bill_id, station_code, printer_id, state, attempts, settled_at)
SELECT %(id)s, %(id)s, 1, 'BAR', id, 'PRINTED', 1, now() FROM printers WHERE address = %(printer)s;
INSERT INTO print_attempts (id, job_id, job_kind, attempt_no, printer_id, lease_epoch, owner, marked, token_printed,
                            token_cut, started_at, outcome, evidence, settled_by, finished_at)
SELECT %(id)s, %(id)s, 'TICKET', 1, id, 1, %(me)s, false, %(token)s, %(cut)s, now() + make_interval(secs => %(id)s),
       'CONFIRMED', 'token', %(me)s, now() + make_interval(secs => %(id)s + 0.5)
  FROM printers WHERE address = %(printer)s;
INSERT INTO print_events (event, ticket_id, job_id, attempt_id)
SELECT unnest('{claimed,confirmed}'::text[]), %(id)s, %(id)s, %(id)s;
INSERT INTO proof.papers (id, printer, place, at, ticket, copy, attempt, token, marked, is_reprint, is_paper,
                          is_void, shows_hostile)
VALUES (%(id)s, %(printer)s, %(id)s, 10 + %(id)s, %(id)s, 1, 1, %(token)s, false, false, true, false, %(id)s = 2);
INSERT INTO proof.paper_tags VALUES (%(id)s, %(tag)s);
INSERT INTO proof.conversations
VALUES (%(printer)s, %(id)s, now(), now() + make_interval(secs => %(id)s + 0.1), 'prompt', ARRAY[%(token)s],
        ARRAY[%(token)s], false, '{}', 0);
"""


def _ticket_on_paper(connection: Connection, ticket: int, tag: str, action: str) -> None:
    """Write down a ticket that was printed in one attempt, and its paper, in both records."""
    values = {"id": ticket, "tag": tag, "action": action, "printer": PRINTER, "me": ME}
    values |= {"token": f"AAA{ticket}", "cut": f"CUT{ticket}"}
    psycopg.ClientCursor(connection).execute(TICKET_ON_PAPER.encode(), values)


def test_an_evening_in_which_all_went_well_is_judged_so(facts: Connection) -> None:
    findings = check(facts, WELL)
    assert [verdict.line() for verdict in findings.verdicts if not verdict.holds] == []
    assert [verdict.invariant for verdict in findings.verdicts] == list(Invariant)
    unjudged = [verdict.invariant for verdict in findings.verdicts if not verdict.is_judged]
    assert unjudged == []
    assert (findings.sets["on paper"], findings.sets["lost"], findings.sets["unexpected"]) == (3, 0, 0)


SECOND_PAPER = (
    "CREATE TEMP TABLE again AS SELECT * FROM proof.papers WHERE id = 2",
    "UPDATE again SET id = 9, place = 9, at = 99",
    "INSERT INTO proof.papers SELECT * FROM again",
    "INSERT INTO proof.paper_tags SELECT 9, tag FROM proof.paper_tags WHERE paper = 2",
)
SECOND_OF_THE_FIRST = tuple(each.replace("= 2", "= 1") for each in SECOND_PAPER)
MARKED = "UPDATE proof.papers SET marked = true WHERE id = 9"

WRONGS = {
    "PRINTED without a paper": Wrong(
        Invariant.HONEST_SUCCESS,
        ("DELETE FROM proof.paper_tags WHERE paper = 2", "DELETE FROM proof.papers WHERE id = 2"),
    ),
    "the paper of another attempt": Wrong(
        Invariant.HONEST_SUCCESS, ("UPDATE proof.papers SET token = 'ZZZZ' WHERE id = 2",)
    ),
    "PRINTED without a word of the printer": Wrong(
        Invariant.HONEST_SUCCESS, ("UPDATE kitchen_tickets SET is_proved = false WHERE id = 2",)
    ),
    "acknowledged and without a ticket": Wrong(
        Invariant.BOUNDED_FATE,
        ("UPDATE kitchen_ticket_items SET menu_name = 'x' WHERE kitchen_ticket_id = 2",),
    ),
    "never settled": Wrong(
        Invariant.BOUNDED_FATE, ("UPDATE print_jobs SET state = 'WAITING', settled_at = NULL WHERE id = 2",)
    ),
    "not drained in time": Wrong(
        Invariant.BOUNDED_FATE, beside=Beside(isolation=GOOD, rights_tried=1, undrained=["job 2 is WAITING"])
    ),
    "two papers without a mark": Wrong(Invariant.ONE_UNMARKED, SECOND_PAPER),
    "more papers than attempts": Wrong(Invariant.ONE_UNMARKED, (*SECOND_PAPER, MARKED)),
    "a mark that is only on record": Wrong(
        Invariant.ONE_UNMARKED,
        (
            "ALTER TABLE print_attempts DISABLE TRIGGER attempt_keeps_its_word",
            "UPDATE print_attempts SET marked = true WHERE id = 2",
        ),
    ),
    "a paper of nobody": Wrong(Invariant.NO_GHOSTS, ("UPDATE proof.papers SET ticket = 77 WHERE id = 2",)),
    "a paper of what the POS took back": Wrong(
        Invariant.NO_GHOSTS, ("INSERT INTO proof.paper_tags VALUES (2, 'T000004x')",)
    ),
    "a paper that lacks a dish": Wrong(
        Invariant.NO_GHOSTS, ("DELETE FROM proof.paper_tags WHERE paper = 2",)
    ),
    "bytes before their attempt": Wrong(
        Invariant.WRITE_AHEAD, ("UPDATE proof.conversations SET open_tokens = '{}' WHERE number = 2",)
    ),
    "bytes during another attempt": Wrong(
        Invariant.WRITE_AHEAD, ("UPDATE proof.conversations SET open_tokens = '{AAA1}' WHERE number = 2",)
    ),
    "an attempt younger than its bytes": Wrong(
        Invariant.WRITE_AHEAD,
        (
            (
                "UPDATE proof.conversations SET answer = 'down', first_text = first_text - interval '1 hour'"
                " WHERE number = 2"
            ),
        ),
    ),
    "two attempts in one conversation": Wrong(
        Invariant.ONE_WRITER, ("UPDATE proof.conversations SET footers = '{AAA1,AAA2}' WHERE number = 2",)
    ),
    "two attempts at once": Wrong(
        Invariant.ONE_WRITER,
        (
            "ALTER TABLE print_attempts DISABLE TRIGGER attempt_keeps_its_word",
            "UPDATE print_attempts SET started_at = started_at - interval '1 second' WHERE id = 2",
        ),
    ),
    "the paper of another printer": Wrong(
        Invariant.ONE_WRITER, ("UPDATE proof.papers SET printer = '127.0.0.1:9101' WHERE id = 2",)
    ),
    "the later one first": Wrong(
        Invariant.LANE_ORDER,
        ("UPDATE proof.papers SET place = 0 WHERE id = 2",),
    ),
    "the void before its order": Wrong(
        Invariant.VOID_AFTER_ORDER, ("UPDATE proof.papers SET at = 5, place = 0 WHERE id = 3",)
    ),
    "the order again after its void": Wrong(Invariant.VOID_AFTER_ORDER, SECOND_OF_THE_FIRST),
    "a broken ticket that is tried again": Wrong(
        Invariant.ISOLATION,
        (
            (
                "UPDATE kitchen_tickets SET created_at = 'infinity', status = 'FAILED',"
                " failed_reason = 'cannot_lay_out'"
                " WHERE id = 2"
            ),
            "UPDATE print_jobs SET spent = 2 WHERE id = 2",
        ),
    ),
    "a broken ticket that failed for another reason once it was tried": Wrong(
        Invariant.ISOLATION,
        (
            (
                "UPDATE kitchen_tickets SET created_at = 'infinity', status = 'FAILED', failed_reason = 'silent'"
                " WHERE id = 2"
            ),
        ),
    ),
    "slow beside a dead printer": Wrong(
        Invariant.ISOLATION, beside=Beside(isolation=Isolation((0.1,) * 9, (3.0,) * 9), rights_tried=1)
    ),
    "a command nobody knows": Wrong(
        Invariant.BYTE_SAFETY, ("UPDATE proof.conversations SET unknown = '{1b 99}' WHERE number = 2",)
    ),
    "a drawer that opens": Wrong(
        Invariant.BYTE_SAFETY, ("UPDATE proof.conversations SET pulses = 1 WHERE number = 2",)
    ),
    "a control character that vanished": Wrong(
        Invariant.BYTE_SAFETY, ("UPDATE proof.papers SET shows_hostile = false",)
    ),
    "a gap in the attempts": Wrong(
        Invariant.LAWFUL_RECORD,
        (
            "ALTER TABLE print_attempts DISABLE TRIGGER attempt_keeps_its_word",
            "UPDATE print_attempts SET attempt_no = 2 WHERE id = 2",
        ),
    ),
    "an end that was never told": Wrong(
        Invariant.LAWFUL_RECORD,
        (
            "ALTER TABLE print_attempts DISABLE TRIGGER attempt_keeps_its_word",
            "UPDATE print_attempts SET id = 99 WHERE id = 2",
        ),
    ),
    "a job that says something else": Wrong(
        Invariant.LAWFUL_RECORD, ("UPDATE print_jobs SET state = 'FAILED' WHERE id = 2",)
    ),
    "a gap in the numbers": Wrong(
        Invariant.LAWFUL_RECORD, ("UPDATE kitchen_tickets SET station_seq = 4 WHERE id = 3",)
    ),
    "a service that may rewrite": Wrong(
        Invariant.LAWFUL_RECORD,
        beside=Beside(isolation=GOOD, rights_tried=1, rights=["the service's login can: TRUNCATE"]),
    ),
    "a page that lies": Wrong(
        Invariant.TRUTHFUL_HEALTH,
        ("UPDATE proof.samples SET is_behind = true",),
    ),
}


@pytest.mark.parametrize("wrong", WRONGS.values(), ids=WRONGS)
def test_the_invariant_that_is_broken_is_the_one_that_is_named(facts: Connection, wrong: Wrong) -> None:
    for statement in wrong.statements:
        facts.execute(statement.encode())
    findings = check(facts, wrong.beside)
    broken = {verdict.invariant for verdict in findings.verdicts if not verdict.holds}
    assert wrong.invariant in broken, [verdict.line() for verdict in findings.verdicts]


def test_a_commit_whose_answer_was_lost_may_print_and_may_not(facts: Connection) -> None:
    facts.execute("UPDATE proof.submissions SET fate = 'unknown' WHERE number IN (2, 4)")
    findings = check(facts, WELL)
    assert all(verdict.holds for verdict in findings.verdicts)
    assert (findings.sets["unknown"], findings.sets["recovered"]) == (2, 1)


@pytest.mark.parametrize(
    ("says", "lies"),
    [
        ({"says_database_is_down": True}, False),
        ({"age_shown": 5.1}, False),
        ({"age_shown": 4.9}, True),
        ({}, True),
    ],
)
def test_a_page_that_says_that_it_may_be_old_does_not_lie(says: dict[str, Any], lies: bool) -> None:
    fewer = Sample(
        replica="one",
        process=1,
        at=1.0,
        failed_shown=0.0,
        failed_true=1.0,
        oldest_shown=0.0,
        oldest_true=9.0,
        **says,
    )
    assert fewer.is_behind == lies


@pytest.mark.parametrize(
    ("happened", "statement"),
    {
        "it was right once": "UPDATE proof.samples SET is_behind = false WHERE at = 4",
        "another process looked first": "UPDATE proof.samples SET process = 2 WHERE at > 4",
        "nobody looked for a while": "UPDATE proof.samples SET at = at + 3 WHERE at > 4",
    }.items(),
)
def test_a_page_lies_only_as_long_as_one_process_is_seen_behind_in_a_row(
    facts: Connection, happened: str, statement: str
) -> None:
    facts.execute("UPDATE proof.samples SET is_behind = true")
    assert not check(facts, WELL).verdicts[-1].holds
    facts.execute(statement.encode())
    assert check(facts, WELL).verdicts[-1].holds, happened


def test_a_broken_ticket_whose_service_died_before_that_was_on_record_is_tried_once_more(
    facts: Connection,
) -> None:
    facts.execute("ALTER TABLE print_attempts DISABLE TRIGGER attempt_keeps_its_word")
    facts.execute(
        "UPDATE kitchen_tickets SET created_at = 'infinity', status = 'FAILED', failed_reason = 'cannot_lay_out'"
        " WHERE id = 2"
    )
    facts.execute("UPDATE print_jobs SET spent = 2 WHERE id = 2")
    facts.execute(
        "UPDATE print_attempts SET outcome = 'UNCERTAIN', evidence = NULL, settled_by = gen_random_uuid() WHERE id = 2"
    )
    (isolation,) = (v for v in check(facts, WELL).verdicts if v.invariant is Invariant.ISOLATION)
    assert isolation.holds, isolation.line()


def test_a_broken_ticket_that_was_never_tried_is_given_up_with_all_that_waited(facts: Connection) -> None:
    facts.execute(
        "UPDATE kitchen_tickets SET created_at = 'infinity', status = 'FAILED', failed_reason = 'silent' WHERE id = 2"
    )
    facts.execute("UPDATE print_jobs SET attempts = 0 WHERE id = 2")
    (isolation,) = (v for v in check(facts, WELL).verdicts if v.invariant is Invariant.ISOLATION)
    assert isolation.holds, isolation.line()


def test_what_only_declares_a_piece_void_is_no_paper_and_needs_no_attempt(facts: Connection) -> None:
    facts.execute(
        "INSERT INTO proof.conversations"
        " SELECT printer, 9, opened, first_text, answer, '{}', '{}', true, unknown, pulses"
        " FROM proof.conversations WHERE number = 2"
    )
    assert all(verdict.holds for verdict in check(facts, WELL).verdicts)
    facts.execute("UPDATE proof.conversations SET is_voiding = false WHERE number = 9")
    assert not all(verdict.holds for verdict in check(facts, WELL).verdicts)


@pytest.mark.parametrize("settled_by", ["gen_random_uuid()", "owner"], ids=["by another", "by its owner"])
def test_what_comes_late_of_an_attempt_that_was_closed_in_doubt_was_put_on_record_before(
    facts: Connection, settled_by: LiteralString
) -> None:
    """A frozen owner that woke, or a line that held back what was sent until its owner gave up waiting."""
    facts.execute("ALTER TABLE print_attempts DISABLE TRIGGER attempt_keeps_its_word")
    facts.execute(
        f"UPDATE print_attempts SET outcome = 'UNCERTAIN', evidence = NULL, settled_by = {settled_by} WHERE id = 2"  # noqa: S608
    )
    facts.execute(
        "UPDATE proof.conversations SET open_tokens = '{}', footers = '{}', first_text = first_text + interval '4 s'"
        " WHERE number = 2"
    )
    (write_ahead,) = (v for v in check(facts, WELL).verdicts if v.invariant is Invariant.WRITE_AHEAD)
    assert write_ahead.holds, write_ahead.line()
    facts.execute(
        "UPDATE proof.conversations SET first_text = first_text + interval '1 hour' WHERE number = 2"
    )
    (write_ahead,) = (v for v in check(facts, WELL).verdicts if v.invariant is Invariant.WRITE_AHEAD)
    assert not write_ahead.holds
