"""Every reason is worded for people: what is the matter, and what to do."""

import pytest

from kitchen_printer.decisions.reason import WORDS, Reason


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
