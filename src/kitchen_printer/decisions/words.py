"""The fixed words of a paper in the language of the station, beside the English ones that the contract names."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


def _as_it_is(english: str) -> str:
    return english


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A language: what our English words are called in it. A word that nobody translated stays English.

    REPRINT, POSSIBLE DUPLICATE and the footer are read by other programs: on paper they stand in English whatever
    the language, a translation below them.
    """

    language: str = "en"
    is_rtl: bool = False
    translate: Callable[[str], str] = _as_it_is

    def __call__(self, english: str, **values: object) -> str:
        """Translate a word or sentence, then fill in its values."""
        text = self.translate(english)
        return text.format(**values) if values else text


ENGLISH: Final = Words()
