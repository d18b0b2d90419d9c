"""A slice of the campaign and of the crash matrix: `dev.py chaos` and `dev.py crash-matrix` run them whole."""

import pytest
from proving.chaos.campaign import Wishes, campaign
from proving.chaos.crash_matrix import Cell, crash_matrix, pairs, single_cells
from proving.chaos.failpoints import POINTS, Mishap, Plan
from proving.chaos.keeper import Keeper, with_database
from proving.chaos.report import as_json, in_words, picture

SEED = 3
SLICE = (
    Cell((Plan(point="written", mishap=Mishap.KILL),)),
    Cell(
        (Plan(point="handed over", mishap=Mishap.KILL), Plan(point="asked for the dead", mishap=Mishap.KILL))
    ),
    Cell((Plan(point="writing", mishap=Mishap.CUT, passage=2),)),
    Cell((Plan(point="rendered", mishap=Mishap.RAISE),)),
)


@pytest.mark.timeout(120)
def test_a_short_storm_breaks_no_promise() -> None:
    wishes = Wishes(seconds=5.0, seed=SEED, replicas=2, is_isolating=False)
    result = with_database(lambda keeper: campaign(keeper, wishes), durable=True)
    broken = [verdict.line() for verdict in result.findings.verdicts if not verdict.holds]
    assert broken == []
    assert result.log.odd_ends == []
    assert result.kills > 0
    assert result.findings.sets["on paper"] > 0
    # Too short for everything to happen: whoever asks for a proof is told what this one has not tried.
    assert "this campaign has not tried it" in in_words(result, "here")
    assert as_json(result, "here")["problems"]
    assert picture(result).width > 0


@pytest.mark.timeout(120)
def test_a_service_that_dies_fails_or_is_cut_off_at_a_point_keeps_the_promise() -> None:
    async def play(keeper: Keeper) -> list[str]:
        matrix = await crash_matrix(keeper, SLICE, len(SLICE), lambda _share, _what: None)
        assert matrix.not_reached == []
        assert matrix.kills >= 3
        return matrix.problems

    assert with_database(play, durable=False) == []


def test_the_whole_matrix_has_every_point_with_every_mishap_and_every_pair_of_kills() -> None:
    singles = {(cell.lives[-1].point, cell.lives[-1].mishap) for cell in single_cells()}
    assert singles == {(point, mishap) for point in POINTS for mishap in Mishap}
    assert len(list(pairs())) > 700
