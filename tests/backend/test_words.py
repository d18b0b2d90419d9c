"""What a waiter is told about a ticket: every state has words, and advice where there is something to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_backend.words import Standing, tell
from kitchen_printer.decisions.reason import Reason

STATUSES = ("NEW", "PRINTING", "PRINTED", "FAILED")


@pytest.mark.parametrize(
    ("status", "is_proved", "is_held", "reason", "standing", "sentence"),
    [
        ("NEW", False, False, None, Standing.ON_ITS_WAY, "On its way to BAR."),
        (
            "NEW",
            False,
            False,
            "paper_out",
            Standing.WAITING,
            "BAR does not have it yet. The printer is out of paper.",
        ),
        ("PRINTING", False, True, None, Standing.HELD, "Nobody knows whether BAR has it."),
        ("PRINTED", True, False, None, Standing.ON_PAPER, "BAR has it on paper."),
        ("PRINTED", False, False, None, Standing.SENT, "Sent to BAR; its printer cannot confirm it."),
        ("FAILED", False, False, None, Standing.FAILED, "BAR does not have it."),
        (
            "PRINTING",
            False,
            False,
            "not_heard_of",
            Standing.WAITING,
            "BAR does not have it yet. Its printer cannot print (not_heard_of).",
        ),
    ],
)
def test_each_standing_has_its_words(
    *, status: str, is_proved: bool, is_held: bool, reason: str | None, standing: Standing, sentence: str
) -> None:
    told = tell(station="BAR", status=status, is_proved=is_proved, is_held=is_held, reason=reason)
    assert (told.standing, told.sentence) == (standing, sentence)


@given(
    status=st.sampled_from(STATUSES),
    is_proved=st.booleans(),
    is_held=st.booleans(),
    reason=st.none() | st.sampled_from(list(Reason)) | st.text(max_size=20),
)
def test_there_is_advice_exactly_when_somebody_must_do_something(
    *, status: str, is_proved: bool, is_held: bool, reason: str | None
) -> None:
    told = tell(station="BAR", status=status, is_proved=is_proved, is_held=is_held, reason=reason)
    assert bool(told.advice) == (told.standing in {Standing.WAITING, Standing.HELD, Standing.FAILED})
    assert "BAR" in told.sentence
    assert (told.standing is Standing.ON_PAPER) == (status == "PRINTED" and is_proved)
