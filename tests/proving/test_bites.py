"""A checker that cannot fail proves nothing: each mutant is caught by the invariant that is named for it."""

from dataclasses import dataclass

import pytest
from proving.invariants import Invariant
from proving.simulation.checks import judge
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


BITES = (
    Bite("B1", mutants.sends_before_the_commit, Invariant.WRITE_AHEAD, 1),
    Bite("B2", mutants.does_not_mark, Invariant.ONE_UNMARKED, 1),
    Bite("B3", mutants.takes_sent_for_printed, Invariant.HONEST_SUCCESS, 1),
    Bite("B4", mutants.takes_any_answer_for_proof, Invariant.HONEST_SUCCESS, 1),
    Bite("B5", mutants.sends_again_in_the_same_attempt, Invariant.ONE_UNMARKED, 1),
    Bite("B6", mutants.rescues_without_a_new_number, Invariant.LAWFUL_RECORD, 1),
    Bite("B7", mutants.locks_no_lane, Invariant.ONE_WRITER, 1),
    Bite("B8", mutants.claims_in_any_order, Invariant.LANE_ORDER, 3),
    Bite("B10", mutants.chains_no_void, Invariant.VOID_AFTER_ORDER, 18),
    Bite("B11", mutants.commits_asynchronously, Invariant.NO_GHOSTS, 1),
    Bite("B12", mutants.counts_no_failed_ticket, Invariant.TRUTHFUL_HEALTH, 1),
    Bite("B13", mutants.retries_poison_for_ever, Invariant.BOUNDED_FATE, 1),
    Bite("B15", mutants.leases_by_the_wall_clock, Invariant.ONE_WRITER, 1),
    Bite("B16", mutants.clears_nothing_before_failover, Invariant.VOID_AFTER_ORDER, 1),
)


def evening(bite: Bite) -> World:
    return World(bite.seed, minutes=bite.minutes, drain_seconds_max=bite.drain_seconds_max).run()


@pytest.mark.parametrize("bite", BITES, ids=lambda bite: bite.code)
def test_the_mutant_is_caught_by_its_invariant_in_an_evening_that_holds_without_it(bite: Bite) -> None:
    with bite.mutant():
        found = judge(evening(bite)).violations
    assert found.get(bite.invariant), f"caught by {[each.code for each in found]}"
    assert not judge(evening(bite)).violations
