"""Papers as files: `NNNN.txt` for each cut sheet, and `NNNN.png` where pictures are wanted."""

from pathlib import Path

from virtual_printer.printer import VirtualPrinter
from virtual_printer.roll import Sheet


class PaperFolder:
    """Counts on from the papers that are already in the folder."""

    def __init__(self, folder: Path, *, pictures: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._pictures = pictures
        self._number = max(
            (int(path.stem) for path in folder.glob("*.txt") if path.stem.isdigit()), default=0
        )

    def keep_papers_of(self, printer: VirtualPrinter) -> None:
        """Every sheet the printer cuts from now on becomes a file before anybody is told of the sheet."""
        printer.on_sheet.append(self.keep)

    def keep(self, sheet: Sheet) -> None:
        self._number += 1
        name = f"{self._number:04}"
        if self._pictures:
            _write_whole(self._folder / f"{name}.png", sheet.png())
        _write_whole(self._folder / f"{name}.txt", f"{sheet.text}\n".encode())


def _write_whole(path: Path, data: bytes) -> None:
    """Whoever watches the folder sees the whole file or none."""
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(data)
    unfinished.replace(path)
