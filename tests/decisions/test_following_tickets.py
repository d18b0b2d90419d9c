"""A ticket that follows another one on its connection: what is asked again, what is not, and where none may follow."""

import pytest

from kitchen_printer.decisions.delivery import Delivery
from kitchen_printer.decisions.delivery_table import State
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.outcome import Confirmed, Evidence, NotSent
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.reconcile import Odometer
from tests.decisions.conversation import (
    ASK_COUNTERS,
    BODY,
    CLEARED,
    CUT,
    CUTS_BEFORE,
    FEED_AND_CUT,
    HEALTHY,
    PAPER_OUT,
    PREFLIGHT,
    PRINTED,
    RESET_AND_PUSH,
    STROKES_BEFORE,
    Conversation,
    counter,
    echo,
    fence,
    in_state,
)

LEVELS = pytest.mark.parametrize("level", [Level.COUNTERS, Level.TOKEN_FENCE])


def test_it_is_asked_in_one_turn_for_status_an_answer_in_order_and_the_counters() -> None:
    talk = Conversation(Level.COUNTERS, follows=True)
    assert talk.sent == RESET_AND_PUSH + fence(PREFLIGHT) + ASK_COUNTERS
    assert talk.says(HEALTHY, echo(PREFLIGHT), counter(CUTS_BEFORE), counter(STROKES_BEFORE)) == b""
    assert talk.is_in(State.READY)
    assert talk.delivery.odometer == Odometer(CUTS_BEFORE, STROKES_BEFORE)
    assert talk.hand_over() == BODY + fence(PRINTED) + FEED_AND_CUT + fence(CUT)
    talk.says(echo(PRINTED), echo(CUT))
    assert talk.delivery.outcome == Confirmed(Evidence.TOKEN, is_cut=True)


@LEVELS
def test_paper_that_ended_behind_the_ticket_before_refuses_the_next(level: Level) -> None:
    talk = Conversation(level, follows=True)
    talk.says(PAPER_OUT)
    assert talk.delivery.outcome == NotSent(Reason.PAPER_OUT)
    assert BODY not in talk.sent


@LEVELS
def test_a_line_that_ended_behind_the_ticket_before_costs_no_paper(level: Level) -> None:
    talk = Conversation(level, follows=True)
    talk.delivery.line_lost()
    assert talk.delivery.outcome == NotSent(Reason.CONNECTION_LOST)


@LEVELS
def test_the_answers_of_the_ticket_before_prove_nothing(level: Level) -> None:
    talk = Conversation(level, follows=True)
    talk.says(echo("Last"))
    assert not talk.is_in(State.READY)
    talk.is_ready()
    talk.hand_over()
    talk.says(echo("Last"))
    assert talk.is_in(State.PRINTING)


@LEVELS
def test_what_was_asked_with_the_reset_is_asked_once_more(level: Level) -> None:
    talk = Conversation(level, follows=True)
    talk.delivery.silence()
    asked = fence(PREFLIGHT) + (ASK_COUNTERS if level is Level.COUNTERS else b"")
    assert talk.listen() == asked
    talk.delivery.silence()
    assert talk.delivery.outcome == NotSent(Reason.BUSY)


@pytest.mark.parametrize("level", [Level.QUEUED_STATUS, Level.HEALTH, Level.MUTE])
def test_none_follows_where_answers_do_not_name_their_question(level: Level) -> None:
    with pytest.raises(ValueError, match="each ticket has its own connection"):
        Delivery(level, PREFLIGHT, follows=True)


@LEVELS
def test_a_confirmed_and_cut_ticket_leaves_its_line_clean(level: Level) -> None:
    assert in_state(State.CONFIRMED, level).delivery.leaves_it_clean


@pytest.mark.parametrize("state", sorted(set(State) - {State.CONFIRMED}))
def test_no_other_end_leaves_the_line_clean(state: State) -> None:
    level = (
        Level.COUNTERS if state in (State.COUNTING, State.RECOUNTING, State.REVOKED) else Level.TOKEN_FENCE
    )
    assert not in_state(state, level).delivery.leaves_it_clean


def test_an_uncut_ticket_an_anonymous_answer_and_half_an_answer_leave_it_unclean() -> None:
    uncut = in_state(State.CUTTING)
    uncut.delivery.silence()
    anonymous = in_state(State.CONFIRMED, Level.QUEUED_STATUS)
    half = in_state(State.CUTTING)
    half.says(echo(CUT) + HEALTHY[:2])
    assert [each.state for each in (uncut, anonymous, half)] == [State.CONFIRMED] * 3
    assert not any(each.delivery.leaves_it_clean for each in (uncut, anonymous, half))


@LEVELS
def test_nothing_follows_while_the_printer_may_still_forget_what_comes(level: Level) -> None:
    """Told to forget the ticket, it printed it all the same: the command lay unread behind it."""
    talk = in_state(State.REVOKING, level)
    assert talk.delivery.owes_a_receipt
    talk.says(HEALTHY, echo(PRINTED), echo(CUT))
    assert talk.delivery.outcome == Confirmed(Evidence.TOKEN, is_cut=True)
    assert talk.delivery.owes_a_receipt
    assert not talk.delivery.leaves_it_clean
    talk.says(CLEARED)
    assert not talk.delivery.owes_a_receipt
    assert talk.delivery.leaves_it_clean


@pytest.mark.parametrize("state", sorted(set(State) - {State.REVOKING}))
def test_a_printer_that_was_not_told_to_forget_or_has_said_that_it_did_owes_no_receipt(state: State) -> None:
    assert not in_state(state, Level.COUNTERS).delivery.owes_a_receipt
