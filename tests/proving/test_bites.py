"""A checker that cannot fail proves nothing: each mutant is caught by the invariant that is named for it."""

from dataclasses import dataclass
from typing import Final, LiteralString

import psycopg
import pytest
from proving.fuzzing import targets
from proving.invariants import Invariant
from proving.simulation.checks import judge
from proving.simulation.nemesis import EVERYTHING, Repertoire
from proving.simulation.run import run_evening
from proving.simulation.world import World

from tests.proving import mutants
from tests.proving.mutants import Mutant


@dataclass(frozen=True)
class Bite:
    code: str
    mutant: Mutant
    invariant: Invariant
    seed: int
    minutes: float = 4.0
    drain_seconds_max: float = 400.0
    repertoire: Repertoire = EVERYTHING
    """What may go wrong in the evening, with the mutant and without."""


BITES = (
    Bite("B1", mutants.sends_before_the_commit, Invariant.WRITE_AHEAD, 1),
    Bite("B2", mutants.does_not_mark, Invariant.ONE_UNMARKED, 1),
    Bite("B3", mutants.takes_sent_for_printed, Invariant.HONEST_SUCCESS, 35),
    Bite("B4", mutants.takes_any_answer_for_proof, Invariant.HONEST_SUCCESS, 1),
    Bite("B5", mutants.sends_again_in_the_same_attempt, Invariant.ONE_UNMARKED, 1),
    Bite("B6", mutants.rescues_without_a_new_number, Invariant.LAWFUL_RECORD, 4),
    Bite("B7", mutants.locks_no_lane, Invariant.ONE_WRITER, 1),
    Bite("B8", mutants.claims_in_any_order, Invariant.LANE_ORDER, 9),
    Bite("B10", mutants.chains_no_void, Invariant.VOID_AFTER_ORDER, 18),
    Bite("B11", mutants.commits_asynchronously, Invariant.NO_GHOSTS, 1),
    Bite("B12", mutants.counts_no_failed_ticket, Invariant.TRUTHFUL_HEALTH, 1),
    Bite("B13", mutants.retries_poison_for_ever, Invariant.BOUNDED_FATE, 1, 2.0, 20.0),
    Bite(
        "B15",
        mutants.leases_by_the_wall_clock,
        Invariant.ONE_WRITER,
        1,
        repertoire=mutants.OFTEN_STOPPED_BEFORE_THE_TICKET_IS_SENT,
    ),
    Bite("B16", mutants.clears_nothing_before_failover, Invariant.VOID_AFTER_ORDER, 1),
)


def evening(bite: Bite) -> World:
    return run_evening(
        bite.seed,
        minutes=bite.minutes,
        drain_seconds_max=bite.drain_seconds_max,
        repertoire=bite.repertoire,
    )


@pytest.mark.parametrize("bite", BITES, ids=lambda bite: bite.code)
def test_the_mutant_is_caught_by_its_invariant_in_an_evening_that_holds_without_it(bite: Bite) -> None:
    with bite.mutant():
        found = judge(evening(bite)).violations
    assert found.get(bite.invariant), f"caught by {[each.code for each in found]}"
    assert not judge(evening(bite)).violations


def test_b9_an_encoder_that_is_bypassed_is_caught_by_the_commands_that_reach_the_printer() -> None:
    """I10: a drawer that is opened by a note."""
    note = b"no salt \x1bp\x00\x32\x32"
    targets.tickets(note)
    with mutants.bypasses_the_encoder(), pytest.raises(targets.BrokenPromiseError, match="ESC p"):
        targets.tickets(note)


def test_b14_a_record_that_may_be_rewritten_is_caught_by_what_its_login_is_refused(database: str) -> None:
    """I11: the service may add to the record of events, and nothing else; behind that stands a trigger."""
    assert verbs_refused(database) == ["UPDATE", "DELETE", "TRUNCATE"]
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute("GRANT UPDATE ON print_events TO kitchen_service")
    assert verbs_refused(database) == ["DELETE", "TRUNCATE"]
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute("INSERT INTO print_events (event) VALUES ('claimed')")
        with pytest.raises(psycopg.DatabaseError, match="append-only"):
            owner.execute("UPDATE print_events SET event = 'confirmed'")


def verbs_refused(database: str) -> list[str]:
    """What the service's role may not do to the record of events."""
    refused: list[str] = []
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET ROLE kitchen_service")
        for verb, statement in REWRITES.items():
            try:
                connection.execute(statement)
            except psycopg.errors.InsufficientPrivilege:
                refused.append(verb)
            except psycopg.DatabaseError:
                pass
    return refused


REWRITES: Final[dict[str, LiteralString]] = {
    "UPDATE": "UPDATE print_events SET event = 'confirmed'",
    "DELETE": "DELETE FROM print_events",
    "TRUNCATE": "TRUNCATE print_events",
}
