"""Where the demo keeps its papers: ``BAR-0001.txt`` as text, and ``BAR-0001.png`` as the cook sees it."""

from collections.abc import Sequence
from pathlib import Path

from virtual_printer import Sheet


class PaperShelf:
    """A folder that counts on from the papers already in it. It draws and writes: call it from a worker thread."""

    def __init__(self, folder: Path, *, pictures: bool) -> None:
        self._folder = folder
        self._pictures = pictures

    def keep(self, papers: Sequence[tuple[str, Sheet]]) -> None:
        """Write papers down, each under the name of its station and the next number."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for station, sheet in papers:
            text = self._folder / f"{station}-{self._last_number(station) + 1:04d}.txt"
            if self._pictures:
                text.with_suffix(".png").write_bytes(sheet.png())
            text.write_text(sheet.text + "\n", encoding="utf-8")

    def _last_number(self, station: str) -> int:
        numbers = [path.stem.removeprefix(f"{station}-") for path in self._folder.glob(f"{station}-*.txt")]
        return max((int(number) for number in numbers if number.isdigit()), default=0)
