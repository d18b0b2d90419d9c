"""Text from outside reaches the paper whole and can never act as a command."""

import re
import unicodedata

import emoji
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_printer.decisions.text import (
    capped,
    columns_of,
    draws_nothing,
    encodes,
    graphemes,
    is_text_of,
    printable,
    to_bytes,
)
from kitchen_printer.printers.encode import CODECS


def is_emoji_in(text: str) -> bool:
    return bool(emoji.emoji_list(text))


ANY_CODEC = st.sampled_from(sorted(CODECS.values()))
ANY_CHARACTER = st.one_of(st.characters(), st.characters(categories=("Cs", "Cc", "Cf", "Zs", "Mn")))
ANY_TEXT = st.text(ANY_CHARACTER, max_size=60).filter(lambda text: not is_emoji_in(text))
"""Emoji have examples of their own: their names are many, and one may stand for several characters."""

TWINS = {
    "…": "...",
    "•": "*",
    "×": "x",
    "⁄": "/",
    **dict.fromkeys("‘’‚‛′", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
}

EXAMPLES = [
    ("crème brûlée", "cp858", "crème brûlée"),
    ("cre\u0300me", "cp858", "crème"),
    ("5 €", "cp858", "5 €"),
    ("5 €", "cp437", "5 [U+20AC]"),
    ("Coke®", "cp858", "Coke®"),
    ("Coke®", "cp437", "Coke[registered]"),
    ("Coke® 5 €", "cp437", "Coke[registered] 5 [U+20AC]"),
    ("щи", "cp866", "щи"),
    ("щи", "cp858", "[U+0449][U+0438]"),
    ("你好", "cp858", "[U+4F60][U+597D]"),
    ("no \U0001f95c", "cp858", "no [peanuts]"),
    (
        "\U0001f468\u200d\U0001f373 \U0001f1ee\U0001f1e9 \u2764\ufe0f",
        "cp858",
        "[man cook] [Indonesia] [red heart]",
    ),
    ("\U0001f44d\U0001f3fd", "cp858", "[thumbs up medium skin tone]"),
    ("“no” — ‘salt’…", "cp858", "\"no\" - 'salt'..."),
    ("“no” — ‘salt’…", "cp1252", "“no” — ‘salt’…"),
    ("join\u200der", "cp858", "join[U+200D]er"),
    ("\x1b@", "cp858", "[U+001B]@"),
    ("\x10\x14\x01\x00\x01", "cp437", "[U+0010][U+0014][U+0001][U+0000][U+0001]"),
    ("\x1dV\x00", "cp1252", "[U+001D]V[U+0000]"),
    ("del\x7f", "cp850", "del[U+007F]"),
    ("\x9b1m", "cp1252", "[U+009B]1m"),
    ("rtl\u202elive", "cp858", "rtl[U+202E]live"),
    ("zero\u200bwidth", "cp858", "zero[U+200B]width"),
    ("soft\u00adhyphen", "cp858", "soft[U+00AD]hyphen"),
    ("half\ud83dsurrogate", "cp858", "half[U+D83D]surrogate"),
    ("private\ue000", "cp858", "private[U+E000]"),
    ("page\x0cbreak", "cp858", "page[U+000C]break"),
    ("line\u2028separator", "cp858", "line[U+2028]separator"),
    ("no nuts\r\nno milk\nno egg\rno fish\tplease", "cp858", "no nuts no milk no egg no fish please"),
    ("two\n\nbreaks", "cp858", "two  breaks"),
    ("12\u00a0kg", "cp858", "12 kg"),
    ("  spaces   stay  ", "cp858", "  spaces   stay  "),
    ("", "cp858", ""),
    ("why?", "cp858", "why?"),
]


@pytest.mark.parametrize(("text", "codec", "on_paper"), EXAMPLES)
def test_what_is_written_is_what_is_read(text: str, codec: str, on_paper: str) -> None:
    assert printable(text, codec) == on_paper


@given(ANY_TEXT, ANY_CODEC)
def test_whatever_the_text_only_letters_reach_the_printer(text: str, codec: str) -> None:
    data = to_bytes(printable(text, codec), codec)
    assert all(0x20 <= byte <= 0x7E or byte >= 0x80 for byte in data)


@given(ANY_TEXT, ANY_CODEC)
def test_what_comes_back_from_the_paper_is_what_was_sent_to_it(text: str, codec: str) -> None:
    shown = printable(text, codec)
    assert to_bytes(shown, codec).decode(codec) == shown


@given(ANY_TEXT, ANY_CODEC)
def test_no_character_is_dropped_or_added(text: str, codec: str) -> None:
    """Every character of the text is on paper in its place, as itself, as its code point, or as a space."""
    flat = re.sub(r"\r\n|[\r\n\t\u00a0\u2000-\u200a\u202f\u205f]", " ", text)
    rest = printable(text, codec)
    for character in unicodedata.normalize("NFC", flat):
        twins = [character, TWINS.get(character, character)]
        written = next((each for each in twins if rest.startswith(each)), f"[U+{ord(character):04X}]")
        assert rest.startswith(written)
        rest = rest[len(written) :]
    assert rest == ""


@given(ANY_TEXT, ANY_CODEC)
def test_a_question_mark_is_on_paper_only_where_somebody_wrote_one(text: str, codec: str) -> None:
    asked = unicodedata.normalize("NFC", text).count("?")
    assert printable(text, codec).count("?") == asked


@given(ANY_TEXT, ANY_CODEC)
def test_printable_text_is_composed_and_stays_as_it_is(text: str, codec: str) -> None:
    shown = printable(text, codec)
    assert unicodedata.is_normalized("NFC", shown)
    assert printable(shown, codec) == shown


@pytest.mark.parametrize("codec", sorted(CODECS.values()))
def test_every_letter_of_a_code_page_is_printed_as_itself(codec: str) -> None:
    every_byte = [bytes((byte,)) for byte in (*range(0x20, 0x7F), *range(0x80, 0x100))]
    letters = "".join(each.decode(codec, errors="ignore") for each in every_byte)
    visible = "".join(letter for letter in letters if letter not in "\u00a0\u00ad")
    assert printable(visible, codec) == visible


@pytest.mark.parametrize("codec", sorted(CODECS.values()))
@pytest.mark.parametrize("command", [*range(0x20), 0x7F])
def test_a_control_byte_is_stopped_even_if_nobody_made_it_printable(command: int, codec: str) -> None:
    with pytest.raises(ValueError, match="would act as a printer command"):
        to_bytes(f"soup{chr(command)}", codec)


def test_a_letter_outside_the_code_page_is_an_error_and_no_question_mark() -> None:
    with pytest.raises(UnicodeEncodeError):
        to_bytes("щи", "cp858")


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("", 0, ""),
        ("abc", 3, "abc"),
        ("abcd", 3, "abc…(+1)"),
        ("W" * 1300, 100, "W" * 100 + "…(+1,200)"),
        ("e\u0301" * 3, 3, "e\u0301" * 3),
        ("e\u0301" * 5, 3, "e\u0301" * 3 + "…(+4)"),
        ("ab\u0301\u0301\u0301c", 2, "ab\u0301\u0301\u0301…(+1)"),
        ("a\u0301\u0301\u0301b\u0301\u0301\u0301", 2, "a\u0301\u0301\u0301b\u0301\u0301\u0301"),
        ("a\u0301\u0301\u0301\u0301b\u0301\u0301\u0301", 2, "a\u0301\u0301\u0301\u0301…(+4)"),
        ("a" + "\u0301" * 100, 2, "a" + "\u0301" * 7 + "…(+93)"),  # marks piled up to no purpose
        ("a" + "\u0301" * 7, 2, "a" + "\u0301" * 7),
        ("\U0001f468\u200d\U0001f373" * 2, 1, "\U0001f468\u200d\U0001f373…(+3)"),
    ],
)
def test_a_text_is_cut_between_what_a_reader_takes_for_characters(text: str, limit: int, shown: str) -> None:
    assert capped(text, limit) == shown


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("ab", [("a", 1), ("b", 1)]),
        ("e\u0301", [("e\u0301", 1)]),
        ("宫e\u0301", [("宫", 2), ("e\u0301", 1)]),
        ("김", [("김", 2)]),
        ("\u0301", [("\u0301", 0)]),  # a mark that stands on nothing
    ],
)
def test_a_character_takes_the_columns_that_it_is_wide(text: str, pieces: list[tuple[str, int]]) -> None:
    assert graphemes(text) == pieces
    assert columns_of(text) == sum(width for _, width in pieces)


@pytest.mark.parametrize(
    ("text", "on_paper"),
    [
        ("نمی\u200cخواهم", "نمی\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("نی\u200c\u200cخ", "نی\u200c[U+200C]خ"),  # a second joiner joins nothing
        ("a\u200dب", "a[U+200D]ب"),  # Latin letters know no joiners
        ("\u200dب", "[U+200D]ب"),
        ("\u0590\u200dب", "[U+0590][U+200D]ب"),
    ],
)
def test_a_joiner_stays_only_inside_a_script_that_needs_it_and_can_be_drawn(text: str, on_paper: str) -> None:
    drawable = set("نمیخواهمکषक्ب")
    assert printable(text, "cp858", drawable.__contains__) == on_paper


@pytest.mark.parametrize(
    ("text", "codec", "is_text"),
    [
        ("soup", "ascii", True),
        ("crème", "cp858", True),
        ("щи", "cp858", False),
        ("宫", "gb18030", True),
        ("é", "gb18030", False),  # two bytes, so two columns in Chinese mode, for a letter of one
        ("\u00ad", "cp858", True),
        ("宫保щ", "gb18030", False),
    ],
)
def test_what_a_code_page_prints_needs_no_picture(text: str, codec: str, is_text: bool) -> None:
    assert is_text_of(text, codec) is is_text


def test_what_can_be_drawn_is_drawn_and_what_has_a_plain_twin_is_typed() -> None:
    assert printable("Борщ — “no” \U0001f95c", "cp858", lambda character: character != "щ") == (
        'Бор[U+0449] - "no" \U0001f95c'
    )


@pytest.mark.parametrize(
    "invisible", ["\x1b", "\x7f", "\u202e", "\u00ad", "\ud83d", "\ue000", "\u0378", "\u2028", "\u2029"]
)
def test_what_nobody_can_see_is_shown_even_by_a_printer_that_draws_everything(invisible: str) -> None:
    assert printable(f"щ{invisible}", "cp858", lambda _: True) == f"щ[U+{ord(invisible):04X}]"


@pytest.mark.parametrize(("character", "twin"), TWINS.items())
def test_what_type_setters_write_is_typed_where_a_code_page_lacks_it(character: str, twin: str) -> None:
    assert printable(f"a{character}b", "ascii") == f"a{twin}b"


@pytest.mark.parametrize(
    ("character", "is_printed"), [("a", True), ("é", True), ("щ", False), ("\x1b", False), ("\x7f", False)]
)
def test_a_code_page_prints_what_it_has_and_no_command(character: str, is_printed: bool) -> None:
    assert encodes(character, "cp858") is is_printed


def test_a_printer_that_takes_text_only_draws_nothing() -> None:
    assert draws_nothing("щ") is False


def test_an_emoji_of_several_characters_is_drawn_whole_or_named() -> None:
    cook = "\U0001f468\u200d\U0001f373"
    assert printable(cook, "cp858", lambda each: each == "\U0001f468") == "[man cook]"
    assert printable("\U0001f95c", "cp858", lambda _: True) == "\U0001f95c"
