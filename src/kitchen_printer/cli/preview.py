"""See a ticket before it is printed, or without printing it at all."""

import asyncio
from io import BytesIO
from pathlib import Path
from typing import Annotated, Literal

import typer

from kitchen_printer.cli.exit_codes import FAILURE
from kitchen_printer.cli.start import AsJson, answer, end, settings


def preview(
    ticket: Annotated[int, typer.Argument(help="The ticket's id, the first number of a paper's footer.")],
    png: Annotated[Path | None, typer.Option(help="Write a picture, one dot a pixel, to this file.")] = None,
    width: Annotated[
        Literal["58", "80"] | None,
        typer.Option(help="Paper width in mm; else that of the station's printer."),
    ] = None,
    text: Annotated[
        bool, typer.Option("--text", help="Show the page as text; so it is without --png.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show a ticket as it would be printed now. No printer is asked; the picture is a virtual printer's."""
    from kitchen_printer.database.requests import RequestRefusedError
    from kitchen_printer.decisions.ticket import MalformedTicketError
    from kitchen_printer.printers.encode import UnknownCodePageError
    from kitchen_printer.service.preview import drawn_as_text
    from kitchen_printer.service.preview import preview as previewed

    try:
        seen = previewed(settings(), ticket, int(width) if width else None)
    except (RequestRefusedError, UnknownCodePageError) as error:
        end(FAILURE, str(error))
    except MalformedTicketError as error:
        end(FAILURE, f"ticket {ticket} cannot be laid out: {error}")
    sheets = seen.page.sheets
    if png is not None:
        _write_picture(png, seen.body, sheets, seen.columns)
    page = drawn_as_text(seen.page, seen.columns)
    picture = f"{png}: {sheets} sheet{'s' if sheets > 1 else ''}, {len(seen.body):,} bytes"
    sentences = [*seen.problems, *([page] if text or png is None else []), *([picture] if png else [])]
    value = {
        "problems": seen.problems,
        "page": page,
        "sheets": sheets,
        "bytes": len(seen.body),
        "picture": png,
    }
    answer(sentences, as_json=as_json, value=value)


def _write_picture(file: Path, body: bytes, sheets: int, columns: int) -> None:
    from PIL import Image

    from kitchen_printer.decisions.commands import FEED_AND_CUT, KANJI_OFF, RESET
    from kitchen_printer.service.picture import NoPictureError, pictures_of

    try:
        pictures = asyncio.run(pictures_of(RESET + KANJI_OFF + body + FEED_AND_CUT, sheets))
    except NoPictureError as error:
        end(FAILURE, str(error))
    papers = [Image.open(BytesIO(each)).convert("1") for each in pictures]
    whole = Image.new("1", (papers[0].width, sum(each.height for each in papers)), 1)
    top = 0
    for paper in papers:
        whole.paste(paper, (0, top))
        top += paper.height
    margins = whole.width - 576
    whole = whole.crop((0, 0, min(whole.width, columns * 12 + margins), whole.height))
    try:
        whole.save(file, "PNG", dpi=(203, 203))
    except OSError as error:
        end(FAILURE, f"{file} cannot be written: {error.strerror or error}")
