"""The picture in the README: the first paper of every station side by side, as the demo printed them.

    kitchen-demo --paper PAPERS && python -m kitchen_demo.pictures PAPERS docs/pictures/three-papers.png

The PNG says in its text chunk ``papers`` what is on the papers.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from kitchen_demo.menu import STATIONS

TEXT_CHUNK: Final = "papers"
GAP_DOTS: Final = 48
SHADOW_DOTS: Final = 8
COUNTER, SHADOW, PAPER, INK = range(4)
PALETTE: Final = (0xD9, 0xD4, 0xC7, 0xA8, 0xA1, 0x90, 0xFF, 0xFF, 0xFF, 0x1A, 0x1A, 0x1A)


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper as the demo keeps it: black on white, one pixel a dot, and what is written on it."""

    dots: Image.Image
    text: str


def main() -> None:
    """Run the command line."""
    typer.run(compose)


def compose(
    papers: Annotated[Path, typer.Argument(help="Folder in which a demo has kept its papers.")],
    picture: Annotated[Path, typer.Argument(help="The PNG to write.")],
) -> None:
    """Lay the first paper of every station side by side on the counter."""
    try:
        shown = [_kept(papers, station) for station in STATIONS]
    except FileNotFoundError as error:
        raise typer.BadParameter(
            f"{error.filename} is missing: let `kitchen-demo --paper {papers}` make it"
        ) from None
    picture.parent.mkdir(parents=True, exist_ok=True)
    text = PngInfo()
    text.add_itxt(TEXT_CHUNK, "\n".join(paper.text for paper in shown))
    side_by_side([paper.dots for paper in shown]).save(picture, optimize=True, pnginfo=text)


def side_by_side(papers: list[Image.Image]) -> Image.Image:
    """Return a picture of four colours with the papers on a counter, their upper edges in line."""
    width = GAP_DOTS + sum(paper.width + GAP_DOTS for paper in papers)
    height = max(paper.height for paper in papers) + 2 * GAP_DOTS
    counter = Image.new("P", (width, height), COUNTER)
    counter.putpalette(PALETTE)
    x = GAP_DOTS
    for paper in papers:
        shadow = (x + SHADOW_DOTS, GAP_DOTS + SHADOW_DOTS)
        counter.paste(SHADOW, (*shadow, shadow[0] + paper.width, shadow[1] + paper.height))
        counter.paste(INK, (x, GAP_DOTS, x + paper.width, GAP_DOTS + paper.height))
        counter.paste(PAPER, (x, GAP_DOTS), paper)
        x += paper.width + GAP_DOTS
    return counter


def _kept(folder: Path, station: str) -> Paper:
    name = folder / f"{station}-0001"
    with Image.open(name.with_suffix(".png")) as dots:
        return Paper(dots.convert("1"), name.with_suffix(".txt").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
