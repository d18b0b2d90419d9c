"""The state diagrams are those of the code."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import product

from kitchen_printer.decisions.delivery_table import FINAL, TRANSITIONS, State
from kitchen_printer.decisions.outcome import Confirmed, Evidence, NotSent, Outcome, Uncertain, Unconfirmed
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.retry import BACKOFF_SECONDS, JITTER, Decision, JobState, OnUnconfirmed, decide
from tests.documents.generated import written

STATES = "docs/states.md"
RETRY = "docs/retry.md"
ATTEMPTS_MAX = 3

BEFORE, PROVED, UNPROVED = "Before the payload", "With proof", "Without proof"
PARTS = {
    BEFORE: (State.ASKING, State.RESETTING, State.FENCING, State.COUNTING, State.READY),
    PROVED: (State.PRINTING, State.STOPPED, State.REVOKING, State.RECOUNTING, State.CUTTING),
    UNPROVED: (State.SENDING, State.HOLDING, State.CHECKING),
}
ENDS: dict[str, Outcome] = {
    "CONFIRMED": Confirmed(Evidence.TOKEN, is_cut=True),
    "UNCERTAIN, at B- and C accepted": Unconfirmed(Evidence.STATUS),
    "NOT_SENT": NotSent(Reason.PAPER_OUT),
    "NOT_SENT, cannot be laid out": NotSent(Reason.CANNOT_LAY_OUT),
    "UNCERTAIN": Uncertain(Reason.CONNECTION_LOST),
}
POLICIES: tuple[OnUnconfirmed, ...] = ("reprint_marked", "hold")


def test_every_state_is_in_one_part_of_the_diagram() -> None:
    shown = [state for states in PARTS.values() for state in states]
    assert sorted(shown) == sorted(set(State) - FINAL)


def test_the_diagram_of_the_delivery_is_its_table() -> None:
    stands, should = written(STATES, "delivery", _deliveries())
    assert stands == should


def _deliveries() -> Iterator[str]:
    for title, states in PARTS.items():
        yield f"### {title}"
        yield ""
        yield from _mermaid(_moves_of(states), ends=FINAL)
        yield ""


def _moves_of(states: Iterable[State]) -> dict[tuple[str, str], list[str]]:
    moves: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for state in states:
        for event, target in TRANSITIONS[state].items():
            moves[state, target].append(event)
    return moves


def _mermaid(moves: dict[tuple[str, str], list[str]], ends: Iterable[str] = ()) -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    first = next(iter(moves))[0]
    yield f"    [*] --> {first}"
    for (source, target), causes in moves.items():
        yield f"    {source} --> {target}: {' / '.join(causes)}"
    for end in sorted({target for _, target in moves} & set(ends)):
        yield f"    {end} --> [*]"
    yield "```"


def test_the_diagram_of_a_job_is_what_decides_about_it() -> None:
    stands, should = written(STATES, "job", _mermaid(_job_moves(), ends=("PRINTED", "FAILED", "CANCELLED")))
    assert stands == should


def _job_moves() -> dict[tuple[str, str], list[str]]:
    moves: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    moves["WAITING", "PRINTING"].append("claimed")
    for end, policy, spent in product(ENDS, POLICIES, (0, ATTEMPTS_MAX - 1)):
        target = _decided(end, policy, spent).state
        cause = _cause(end, policy, spent)
        if cause not in moves["PRINTING", target]:
            moves["PRINTING", target].append(cause)
    moves["WAITING", "FAILED"].append("its printer could not print for too long")
    moves["WAITING", "CANCELLED"].append("a slip that nobody needs any more")
    moves["HELD", "PRINTED"].append("a person saw the paper")
    moves["HELD", "WAITING"].append("a person saw none")
    moves["FAILED", "WAITING"].append("a person tries again")
    return moves


def _cause(end: str, policy: OnUnconfirmed, spent: int) -> str:
    if end != "UNCERTAIN":
        return end
    if policy == "hold":
        return "UNCERTAIN, hold"
    return "UNCERTAIN, the last attempt" if spent else "UNCERTAIN, marked from now on"


def _decided(end: str, policy: OnUnconfirmed, spent: int) -> Decision:
    return decide(
        ENDS[end], spent=spent, maybe_on_paper=False, attempts_max=ATTEMPTS_MAX, on_unconfirmed=policy
    )


def test_the_table_of_decisions_is_what_the_code_decides() -> None:
    stands, should = written(RETRY, "decisions", _decisions())
    assert stands == should


def _decisions() -> Iterator[str]:
    yield "| the attempt ended | `on_unconfirmed` | attempts spent before | the job is | and its next paper is |"
    yield "|---|---|---|---|---|"
    for end, outcome in ENDS.items():
        is_doubt = isinstance(outcome, Uncertain)
        for policy, spent in product(
            POLICIES if is_doubt else POLICIES[:1], (0, ATTEMPTS_MAX - 1) if is_doubt else (0,)
        ):
            decision = _decided(end, policy, spent)
            yield (
                f"| {end} | {f'`{policy}`' if is_doubt else 'any'} | {spent if is_doubt else 'any'} |"
                f" {decision.state} | {_next_paper(decision)} |"
            )


def _next_paper(decision: Decision) -> str:
    if decision.state is JobState.PRINTED:
        return "none"
    mark = "marked" if decision.maybe_on_paper else "unmarked"
    match decision.state:
        case JobState.FAILED:
            return f"{mark}, if a person wants one"
        case JobState.HELD:
            return f"{mark}, if a person saw none"
        case _:
            return mark


def test_the_steps_of_the_backoff_are_those_of_the_code() -> None:
    steps = ", ".join(f"{each:.0f}" for each in BACKOFF_SECONDS)
    sentence = (
        f"{steps} seconds, and the last one again and again; each a fifth more or less by chance, so that"
    )
    assert JITTER == 0.2
    stands, should = written(
        RETRY, "backoff", [sentence, "lanes that failed together do not come back together."]
    )
    assert stands == should


def test_states_that_no_diagram_names_do_not_exist() -> None:
    assert {state for move in _job_moves() for state in move} == {*JobState}
