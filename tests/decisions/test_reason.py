"""Every reason is worded for people: what is the matter, and what to do."""

import pytest

from kitchen_printer.decisions.reason import WORDS, Reason, reason_named


def test_every_reason_has_words_and_no_words_are_left_over() -> None:
    assert set(WORDS) == set(Reason)


@pytest.mark.parametrize("reason", list(Reason))
def test_the_words_are_whole_sentences_that_fit_a_slip(reason: Reason) -> None:
    for text in (WORDS[reason].sentence, WORDS[reason].advice):
        assert text[0].isupper()
        assert text.endswith(".")
        assert len(text) <= 110
        assert text.isascii()


def test_no_two_reasons_say_the_same() -> None:
    assert len({words.sentence for words in WORDS.values()}) == len(Reason)


@pytest.mark.parametrize("reason", list(Reason))
def test_a_stored_code_is_the_reason_that_was_stored(reason: Reason) -> None:
    assert reason_named(str(reason)) is reason


def test_a_code_that_only_a_newer_version_knows_is_a_fault_of_the_printer() -> None:
    assert reason_named("eaten_by_mice") is Reason.PRINTER_ERROR
