"""The languages that papers speak: a folder each, with a catalogue that gettext reads."""

import gettext
from functools import cache
from pathlib import Path
from typing import Final

from kitchen_printer.config import LANGUAGES_FOLDER, languages
from kitchen_printer.decisions.words import ENGLISH, Words

_FROM_THE_RIGHT: Final = frozenset({"ar", "fa", "he", "ku", "ps", "ug", "ur", "yi"})
"""Languages whose lines begin at the right."""


class UnknownLanguageError(ValueError):
    """There is no such language; the message lists those there are."""


@cache
def words_of(language: str) -> Words:
    """Return the words of a language, ``id`` or ``id-ID``. Raises :class:`UnknownLanguageError`."""
    code = language.strip().lower().replace("_", "-").partition("-")[0]
    if code == ENGLISH.language:
        return ENGLISH
    if code not in languages():
        raise UnknownLanguageError(
            f"language {language!r} is not known; choose one of {', '.join(languages())}"
        )
    with _catalogue(code).open("rb") as file:
        translations = gettext.GNUTranslations(file)
    return Words(language=code, is_rtl=code in _FROM_THE_RIGHT, translate=translations.gettext)


def _catalogue(code: str) -> Path:
    return LANGUAGES_FOLDER / code / "papers.mo"
