"""The table of transitions, read as a contract: what may follow from what, whatever a printer says."""

from kitchen_printer.decisions.delivery_table import FINAL, TRANSITIONS, Event, State

BEFORE = {State.ASKING, State.RESETTING, State.FENCING, State.COUNTING, State.READY}
PROVING = {State.PRINTING, State.STOPPED, State.REVOKING, State.RECOUNTING, State.CUTTING}
AFTER = PROVING | {State.SENDING, State.HOLDING, State.CHECKING}


def reachable_from(start: State, *, without: Event | tuple[Event, ...] = ()) -> set[State]:
    found, to_visit = {start}, [start]
    while to_visit:
        ways = TRANSITIONS[to_visit.pop()]
        barred = without if isinstance(without, tuple) else (without,)
        new = {state for event, state in ways.items() if event not in barred} - found
        found |= new
        to_visit.extend(new)
    return found


def test_every_state_is_in_the_table_and_can_be_reached() -> None:
    assert set(TRANSITIONS) == set(State) == BEFORE | AFTER | FINAL
    assert reachable_from(State.ASKING) == set(State)


def test_every_event_leads_somewhere() -> None:
    assert {event for ways in TRANSITIONS.values() for event in ways} == set(Event)


def test_the_end_is_the_end() -> None:
    assert all(TRANSITIONS[state] == {} for state in FINAL)


def test_only_handing_the_ticket_over_leads_across_the_line_after_which_paper_may_come() -> None:
    starts = (Event.STARTED, Event.STARTED_UNPROVED)
    assert reachable_from(State.ASKING, without=starts) == BEFORE | {State.REFUSED}
    assert [state for state in State if {*starts} & {*TRANSITIONS[state]}] == [State.READY]


def test_what_is_begun_without_proof_is_never_confirmed_and_what_is_begun_with_proof_never_ends_without() -> (
    None
):
    assert not reachable_from(State.SENDING) & {*PROVING, State.CONFIRMED}
    assert State.UNCONFIRMED not in reachable_from(State.PRINTING)


def test_whatever_speaks_against_a_ticket_without_proof_leaves_a_doubt() -> None:
    for state in (State.SENDING, State.HOLDING, State.CHECKING):
        ways = TRANSITIONS[state]
        for event in (Event.HALTED, Event.TROUBLE, Event.JUNK, Event.LINE_LOST, Event.NOT_PRINTED):
            assert ways[event] is State.UNCERTAIN
    assert State.UNCONFIRMED not in reachable_from(State.SENDING, without=Event.LEFT_US)


def test_after_the_payload_nobody_may_say_that_nothing_was_sent() -> None:
    for state in AFTER:
        assert State.REFUSED not in reachable_from(state)
        assert not BEFORE & reachable_from(state)


def test_a_ticket_is_taken_back_only_with_a_receipt_and_by_counters_that_stood_still() -> None:
    assert State.REVOKED in reachable_from(State.PRINTING)
    for needed in (Event.FORGOTTEN_UNCOUNTED, Event.UNMOVED):
        assert State.REVOKED not in reachable_from(State.PRINTING, without=needed)
    assert [state for state in State if Event.UNMOVED in TRANSITIONS[state]] == [State.RECOUNTING]


def test_a_ticket_is_confirmed_only_by_way_of_an_answer_in_order() -> None:
    assert State.CONFIRMED not in reachable_from(State.PRINTING, without=Event.ANSWERED_IN_ORDER)
    assert State.CONFIRMED not in reachable_from(State.STOPPED, without=Event.ANSWERED_IN_ORDER)


def test_what_is_printed_stays_printed_whatever_happens_to_the_cut() -> None:
    assert set(TRANSITIONS[State.CUTTING].values()) == {State.CONFIRMED}


def test_a_broken_line_ends_everything_and_silence_too_but_where_something_is_left_to_try() -> None:
    left_to_try = {
        State.RESETTING: State.FENCING,
        State.COUNTING: State.READY,
        State.STOPPED: State.REVOKING,
        State.HOLDING: State.CHECKING,
    }
    for state in BEFORE | AFTER:
        assert TRANSITIONS[state][Event.LINE_LOST] in FINAL
        after_silence = TRANSITIONS[state][Event.SILENCE]
        assert after_silence is left_to_try.get(state) or after_silence in FINAL


def test_before_the_payload_every_doubt_ends_the_conversation() -> None:
    doubts = {Event.TROUBLE, Event.HALTED, Event.NOT_PRINTED, Event.JUNK, Event.OUT_OF_TURN}
    for state in BEFORE:
        assert {TRANSITIONS[state][doubt] for doubt in doubts} == {State.REFUSED}


def test_only_a_printer_that_stopped_can_resume() -> None:
    assert [state for state in State if Event.RESUMED in TRANSITIONS[state]] == [State.STOPPED]
    assert TRANSITIONS[State.STOPPED][Event.RESUMED] is State.PRINTING
