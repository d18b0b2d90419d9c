"""The pictures of papers in the documents are what the papers look like now: python3 dev.py make gallery"""

import pytest
from making.gallery import PAGE, PICTURES, Shown, gallery, page_text, picture
from PIL import Image, ImageChops

PAPERS = list(gallery())


@pytest.mark.parametrize("shown", PAPERS, ids=lambda shown: shown.name)
def test_a_picture_is_fresh(shown: Shown) -> None:
    with Image.open(PICTURES / f"{shown.name}.png") as kept:
        made = picture(shown)
        assert kept.size == made.size
        assert ImageChops.difference(kept.convert("L"), made.convert("L")).getbbox() is None


def test_the_page_shows_all_of_them_and_no_other_is_kept() -> None:
    assert PAGE.read_text(encoding="utf-8") == page_text()
    assert {file.stem for file in PICTURES.glob("*.png")} == {shown.name for shown in PAPERS}
