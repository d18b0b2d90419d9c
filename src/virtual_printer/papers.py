"""Papers as files: `NNNN.txt` for each cut sheet, and `NNNN.png` where pictures are wanted.

A real printer that dies keeps its paper. So what hangs in the printer when it answers is kept too, in `hanging`; a
printer that was killed begins with it as a sheet, as if somebody had torn it off.
"""

from pathlib import Path
from typing import Final

from virtual_printer.printer import VirtualPrinter
from virtual_printer.roll import Sheet

HANGING: Final = "hanging"


class PaperFolder:
    """Counts on from the papers that are already in the folder."""

    def __init__(self, folder: Path, *, pictures: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._pictures = pictures
        self._hanging = folder / HANGING
        self._number = max(
            (int(path.stem) for path in folder.glob("*.txt") if path.stem.isdigit()), default=0
        )
        if self._hanging.exists():
            self._hanging.replace(self._next("txt"))

    def keep_papers_of(self, printer: VirtualPrinter) -> None:
        """Every sheet the printer cuts from now on becomes a file before anybody is told of the sheet."""
        printer.on_sheet.append(self.keep)
        printer.on_hanging.append(self.keep_hanging)

    def keep(self, sheet: Sheet) -> None:
        text = self._next("txt")
        if self._pictures:
            _write_whole(text.with_suffix(".png"), sheet.png())
        if self._hanging.exists():
            self._hanging.replace(text)  # At no moment is there a paper too many, or none.
        _write_whole(text, f"{sheet.text}\n".encode())

    def keep_hanging(self, rest: Sheet) -> None:
        """Keep what is printed and not cut yet."""
        if rest.text:
            _write_whole(self._hanging, f"{rest.text}\n".encode())
        else:
            self._hanging.unlink(missing_ok=True)

    def _next(self, kind: str) -> Path:
        self._number += 1
        return self._folder / f"{self._number:04}.{kind}"


def _write_whole(path: Path, data: bytes) -> None:
    """Whoever watches the folder sees the whole file or none."""
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(data)
    unfinished.replace(path)
