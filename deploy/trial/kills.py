"""Every container killed in turn while a simulated POS has its rush: nothing lost, nothing twice without saying so."""

import json
import os
import time
from collections.abc import Callable
from typing import Any, Final

from deploy.trial.compose import (
    TrialFailed,
    attempt,
    backend_is_up,
    clear_papers,
    compose,
    health,
    is_idle,
    papers,
    wait,
)
from kitchen_demo.comparison import MARKED, compare

VICTIMS: Final = ("service", "backend", "postgres", "printers")
SUMMARY: Final = "evening.json"
ROUNDS: Final = int(os.environ.get("TRIAL_ROUNDS", "2"))
EVENING_MINUTES: Final = os.environ.setdefault("DEMO_MINUTES", str(120 * ROUNDS))
"""Of the POS's own time: six minutes of ours for four kills, unless somebody says otherwise."""

DOWN_SECONDS: Final = 4.0
"""How long each stays dead: long enough for orders to run into it."""

UP_SECONDS_MAX: Final = 180.0
EVENING_SECONDS_MAX: Final = 1800.0
SETTLE_SECONDS_MAX: Final = 300.0


def run() -> None:
    """Kill and count. Raises :class:`TrialFailed`."""
    _begin_an_evening()
    too_late = 0
    for round_no in range(1, ROUNDS + 1):
        for victim in VICTIMS:
            too_late += _summary() is not None
            _kill(victim, round_no)
    seconds = wait("the POS is done", lambda: _summary() is not None, EVENING_SECONDS_MAX)
    print(f"the POS was done {seconds:.0f} s after the last kill")
    wait("every ticket is settled", is_idle, SETTLE_SECONDS_MAX)
    _judge()
    if too_late:
        raise TrialFailed(
            f"{too_late} kills came after the evening: set DEMO_MINUTES to more than {EVENING_MINUTES}"
        )


def _begin_an_evening() -> None:
    """Let the simulated POS begin anew, on an empty counter."""
    attempt("rm", "-s", "-f", "pos-sim")
    wait("nothing is on its way", is_idle, SETTLE_SECONDS_MAX)
    clear_papers()
    compose("up", "-d", "--no-deps", "pos-sim")


def _papers_come() -> Callable[[], bool]:
    """Return a question that is answered with yes once a paper more has come than there are now."""
    before = len(papers())
    return lambda: len(papers()) > before


def _kill(victim: str, round_no: int) -> None:
    """Kill a container in the middle of its work, and bring it up again."""
    wait("papers come", _papers_come(), UP_SECONDS_MAX)
    compose("kill", victim)
    time.sleep(DOWN_SECONDS)
    compose("up", "-d", "--no-deps", victim)
    seconds = wait("all are up again", _all_are_up, UP_SECONDS_MAX)
    print(f"round {round_no}: killed {victim}; all well {seconds:.1f} s after its start", flush=True)


def _all_are_up() -> bool:
    said = health()
    has_printers = said.get("overall") in ("ok", "degraded") and all(
        each["state"] != "down" for each in said.get("printers", [])
    )
    return has_printers and backend_is_up()


def _summary() -> dict[str, Any] | None:
    """Return the POS's list of what it sent, once it is finished."""
    text = papers().get(SUMMARY)
    return None if text is None else dict(json.loads(text))


def _judge() -> None:
    summary = _summary()
    if summary is None:
        raise TrialFailed("the POS left no list of what it sent")
    sheets = [text for name, text in papers().items() if name != SUMMARY]
    sent = {int(ticket["id"]): ticket["lines"] for ticket in summary["tickets"]}
    comparison = compare(sent, sheets)
    marked = sum(1 for text in sheets if MARKED.search(text))
    said = health()
    print(f"{comparison}; {marked} papers are marked; refused to the POS: {len(summary['refused'])}")
    if not comparison.is_good or summary["refused"] or said.get("tickets_failed"):
        raise TrialFailed(
            f"{comparison!r}; refused {summary['refused']}; failed {said.get('tickets_failed')}"
        )
