"""Whatever the script: it is drawn, in reading order, with a glyph for every character, and fits the paper."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, features

from kitchen_printer.decisions.page import Direction, Paper, Row, Size, fitted
from kitchen_printer.decisions.text import printable
from kitchen_printer.printers import drawing
from kitchen_printer.printers.drawing import draw
from kitchen_printer.printers.fonts import can_draw, face_for, faces, folder

SCRIPTS = {
    "Han": "宫保鸡丁 不要花生",
    "kana": "カレーライス おねがいします",
    "Hangul": "김치찌개 맵지 않게",
    "Thai": "ต้มยำกุ้ง ไม่เผ็ด ปู้ที่",
    "Arabic": "شوربة عدس بدون ملح",
    "Persian": "سوپ جو نمی‌خواهم",
    "Hebrew": "כבש צלוי (חריף)",
    "Devanagari": "बिना प्याज के क्षत्रिय",
    "Bengali": "বিরিয়ানি ক্ষুধা",
    "Gurmukhi": "ਦਾਲ ਮੱਖਣੀ",
    "Gujarati": "ઢોકળા ક્ષ",
    "Odia": "ଡାଲମା",
    "Tamil": "சாம்பார் தோசை",
    "Telugu": "పెసరట్టు",
    "Kannada": "ಬಿಸಿ ಬೇಳೆ",
    "Malayalam": "സാമ്പാർ",
    "Sinhala": "කොත්තු රොටි",
    "Khmer": "សម្លកកូរ",
    "Lao": "ລາບໄກ່",
    "Myanmar": "မုန့်ဟင်းခါး",
    "Ethiopic": "ሽሮ ወጥ",
    "Georgian": "ლობიო",
    "Armenian": "լավաշ",
    "Cyrillic": "борщ без сметаны, Їжа",
    "Greek": "μουσακάς χωρίς αλάτι",
    "Vietnamese": "Phở bò tái, không hành, ặ ễ ữ",
    "signs": "€ ½ ñ Å ß Ł ő ₫ ₹ → ★ ☎",
}
RTL = {"Arabic", "Persian", "Hebrew"}
COLUMNS = 48
WIDTH = COLUMNS * 12

INK = bytes(255 if shade >= 112 else 0 for shade in range(256))
"""As dark as a dot must be to be printed."""


def row_of(script: str, size: Size = Size.NORMAL) -> Row:
    direction = Direction.RTL if script in RTL else Direction.LTR
    return Row(text=SCRIPTS[script], size=size, direction=direction)


def ink_of(picture: Image.Image) -> tuple[int, int, int, int] | None:
    return ImageChops.invert(picture).getbbox()


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("size", list(Size))
def test_every_script_is_drawn_without_a_missing_glyph(script: str, size: Size) -> None:
    assert printable(SCRIPTS[script], "cp437", can_draw) == SCRIPTS[script]
    row = row_of(script, size)
    for piece in drawing.shaped(row.text, is_rtl=row.direction is Direction.RTL):
        assert all(glyph != 0 for glyph, *_ in piece.glyphs)
    picture = draw(row, COLUMNS)
    assert picture.width == WIDTH
    assert picture.height == (32 if size is Size.NORMAL else 64)
    assert ink_of(picture)


def test_all_fonts_are_tried_here() -> None:
    used = {face_for(character) for text in SCRIPTS.values() for character in text}
    assert used - {None} == set(faces())


@pytest.mark.parametrize("script", sorted(RTL))
def test_what_is_read_from_the_right_begins_there(script: str) -> None:
    left, _, right, _ = ink_of(draw(row_of(script), COLUMNS)) or (0, 0, 0, 0)
    assert right > WIDTH - 12
    assert left > WIDTH / 2


@cache
def has_raqm() -> bool:
    return bool(features.check("raqm"))


@pytest.mark.skipif(
    not has_raqm(), reason="Pillow finds no FriBiDi: apt-get install libfribidi0 (.ci/run does)"
)
@pytest.mark.parametrize("script", sorted(SCRIPTS))
def test_an_independent_shaper_draws_the_same(script: str) -> None:
    """Raqm, FriBiDi and FreeType with the same font: equal widths, and the same ink to within half a dot.

    They are compared word by word, as Raqm knows one font at a time, and eight times as large as on paper, where
    FreeType's fitting to the dots no longer moves strokes.
    """
    direction = "rtl" if script in RTL else "ltr"
    for word in SCRIPTS[script].split(" "):
        (piece, *others) = drawing.shaped(word, is_rtl=script in RTL)
        if others:
            continue  # Brackets, or a letter from another font: those are other words' business.
        file, dots = piece.face.source.file, piece.face.source.dots
        font = ImageFont.truetype(str(folder() / file), dots * 8, layout_engine=ImageFont.Layout.RAQM)
        ours = drawing.inked(word, (8, 8), 8000, is_rtl=script in RTL)
        assert ours.advance == pytest.approx(font.getlength(word, direction=direction), abs=1)

        theirs_shown, ours_shown = (Image.new("L", (ours.advance + 100, 600), 0) for _ in range(2))
        pen = ImageDraw.Draw(theirs_shown)
        pen.text((50, 400), word, fill=255, font=font, anchor="ls", direction=direction)
        theirs_shown = Image.frombytes("L", theirs_shown.size, theirs_shown.tobytes().translate(INK))
        ours_shown.paste(
            ours.image.crop((0, 0, ours.advance + 50, ours.image.height)), (50, 400 - ours.above)
        )
        assert ours_shown.getbbox()
        assert_covers(ours_shown, theirs_shown)
        assert_covers(theirs_shown, ours_shown)


def assert_covers(one: Image.Image, other: Image.Image) -> None:
    """All ink of the one lies on the other's, or no more than four of the small dots beside it."""
    fat = other.filter(ImageFilter.MaxFilter(9))
    outside = ImageChops.subtract(one, fat)
    missed, all_of_it = sum(outside.histogram()[1:]), sum(one.histogram()[1:])
    assert missed <= all_of_it * 0.002


@given(
    st.text(st.characters(categories=("L", "M", "N", "P", "S", "Zs")), max_size=120),
    st.sampled_from(list(Size)),
    st.sampled_from([20, 32, 48]),
    st.sampled_from([Direction.LTR, Direction.RTL]),
)
def test_any_text_fits_the_paper_at_any_size(
    text: str, size: Size, columns: int, direction: Direction
) -> None:
    paper = Paper(columns=columns, codec="cp858", can_draw=can_draw)
    for row in fitted([Row(text=text, size=size, direction=direction)], paper).rows:
        picture = draw(row, columns)
        assert picture.width == columns * 12
        assert bool(ink_of(picture)) == (row.text.strip() != "")


def test_a_word_wider_than_its_columns_is_squeezed_not_cut() -> None:
    ligature = "\ufdfd" * 40  # One character, one column, as wide as a line.
    picture = draw(Row(text=ligature, direction=Direction.RTL), COLUMNS)
    narrow = draw(Row(text="\ufdfd", direction=Direction.RTL), COLUMNS)
    assert ink_of(picture)
    assert ink_of(narrow)
    assert picture.width == narrow.width == WIDTH


def test_a_row_of_blanks_is_white_and_an_inverse_one_black_where_it_is_written() -> None:
    assert ink_of(draw(Row(text="   ", direction=Direction.RTL), COLUMNS)) is None
    assert ink_of(draw(Row(text="   ", inverse=True, direction=Direction.LTR), COLUMNS)) == (0, 0, 36, 32)


def test_a_struck_row_has_a_line_through_all_of_it() -> None:
    picture = draw(Row(text="2 x SOUP", size=Size.BIG, struck=True), COLUMNS)
    middle = 48 - 14
    assert picture.crop((0, middle, 8 * 24, middle + 1)).getbbox() is None
    assert ink_of(picture.crop((8 * 24, 0, WIDTH, 64))) is None


def test_a_boxed_row_has_lines_at_both_sides_whatever_stands_between_them() -> None:
    picture = draw(Row(text="| 花生过敏 |", boxed=True), COLUMNS)
    for edge in (5, WIDTH - 7):
        assert picture.crop((edge, 0, edge + 3, picture.height)).getbbox() is None
