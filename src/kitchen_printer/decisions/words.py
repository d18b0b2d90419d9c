"""The fixed words of a paper in the language of the station, beside the English ones that the contract names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

CONTRACT_WORDS: Final = ("POSSIBLE DUPLICATE", "REPRINT")
"""Other programs read these on paper, so they stand there in English whatever the language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A language: what our English words are called in it. A word that nobody translated stays English."""

    language: str = "en"
    is_rtl: bool = False
    translations: Mapping[str, str] = field(default_factory=dict[str, str])

    def __call__(self, english: str, **values: object) -> str:
        """Translate a word or sentence, then fill in its values."""
        text = self.translations.get(english, english)
        return text.format(**values) if values else text

    def beside(self, english: str) -> str:
        """Return a word of the contract with its translation beside it, if there is one."""
        translated = self(english)
        return english if translated == english else f"{english} / {translated}"


ENGLISH: Final = Words()
