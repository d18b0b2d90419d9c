"""Compiles the translations of a paper's fixed words: each ``papers.po`` gets its ``papers.mo`` beside it."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
FOLDER: Final = Path(__file__).resolve().parents[1] / "src" / "kitchen_printer" / "languages"


def make() -> None:
    """Compile all of them."""
    for source in sorted(FOLDER.glob("*/papers.po")):
        source.with_suffix(".mo").write_bytes(compiled(source))
        print(f"{source.parent.name}: compiled")


def compiled(source: Path) -> bytes:
    """Return what the compiled file must hold."""
    file = BytesIO()
    with source.open("rb") as text:
        catalogue = read_po(text, locale=source.parent.name)
    catalogue.creation_date = catalogue.revision_date = EPOCH  # Else every file would be new every minute.
    write_mo(file, catalogue)
    return file.getvalue()
