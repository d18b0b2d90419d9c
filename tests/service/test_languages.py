"""The languages of papers: complete, compiled, and English where nobody translated."""

import inspect
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from making.translations import FOLDER, compiled

from kitchen_printer.config import BadConfigurationError, languages, read_settings
from kitchen_printer.decisions import banners, dishes, layout, sheets
from kitchen_printer.decisions.words import ENGLISH
from kitchen_printer.service.languages import UnknownLanguageError, words_of

CATALOGUES = sorted(FOLDER.glob("*/papers.po"))
MONTHS = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}


def words_in(source: str) -> set[str]:
    """The English words that a module translates: literals handed to ``words``, and to what hands them on."""
    called = re.findall(r'(?:words|contract_banner)\(\s*"([^"]+)"', source)
    return {
        *called,
        *re.findall(r'Reason\.[A-Z_]+: "([^"]+)"', source),
        *re.findall(r'_words\("([^"]+)"', source),
    }


def all_words() -> set[str]:
    modules = [banners, dishes, layout, sheets]
    found = {word for module in modules for word in words_in(inspect.getsource(module))}
    quoted = {
        word for module in modules for word in re.findall(r"words\('([^']+)'", inspect.getsource(module))
    }
    return found | quoted | MONTHS | {"printer cannot print"}


def test_there_are_languages_to_begin_with() -> None:
    assert languages() == ["ar", "en", "id"]


@pytest.mark.parametrize("source", CATALOGUES, ids=lambda path: path.parent.name)
def test_a_language_has_every_word_and_keeps_what_is_filled_in(source: Path) -> None:
    with source.open("rb") as file:
        messages = {str(each.id): str(each.string) for each in read_po(file) if each.id}
    assert set(messages) == all_words()
    for english, translated in messages.items():
        assert translated
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", translated))


@pytest.mark.parametrize("source", CATALOGUES, ids=lambda path: path.parent.name)
def test_the_compiled_catalogue_is_fresh(source: Path) -> None:
    """Otherwise: python3 dev.py make translations"""
    assert source.with_suffix(".mo").read_bytes() == compiled(source)


def test_a_language_is_found_by_its_tag_and_an_unknown_one_names_those_there_are() -> None:
    assert words_of("id-ID")("LATE") == "TERLAMBAT"
    assert words_of("id_ID") is words_of("id_ID")
    assert words_of("en-GB") is ENGLISH
    assert words_of("ar").is_rtl
    assert not words_of("id").is_rtl
    assert words_of("id")("nobody translated this") == "nobody translated this"
    with pytest.raises(UnknownLanguageError, match="'tlh' is not known; choose one of ar, en, id"):
        words_of("tlh")


def test_a_language_that_papers_do_not_speak_is_refused_at_the_start() -> None:
    with pytest.raises(
        BadConfigurationError, match="KITCHEN_LANGUAGE: there is no such language: choose one of ar"
    ):
        read_settings({"DATABASE_URL": "postgresql://x@y/z", "KITCHEN_LANGUAGE": "tlh"})
