"""The print buffer: the line under construction, before anything of it is on paper."""

from virtual_printer.paper import Run, Strip
from virtual_printer.style import Style


class LineBuffer:
    """Positions are dots from the left edge of the print area."""

    def __init__(self) -> None:
        self._runs: list[Run | Strip] = []
        self.x = 0
        self.right = 0  # where the rightmost run ends
        self.height = 0  # of the tallest run

    def __bool__(self) -> bool:
        return bool(self._runs)

    @property
    def at_beginning(self) -> bool:
        """True while neither a character nor a position has been set in this line."""
        return not self._runs and self.x == 0

    @property
    def runs(self) -> tuple[Run | Strip, ...]:
        return tuple(self._runs)

    def add(self, text: str, style: Style, width: int) -> None:
        """Append characters at the current position; they take `width` dots in all."""
        last = self._runs[-1] if self._runs else None
        if isinstance(last, Run) and last.style is style and last.x + last.width == self.x:
            self._runs[-1] = Run(last.x, last.text + text, style, last.width + width)
        else:
            self._runs.append(Run(self.x, text, style, width))
        self._reach(self.x + width, style.cell_height)

    def add_strip(self, strip: Strip) -> None:
        """Append a column image; its position is the current one."""
        self._runs.append(strip)
        self._reach(strip.x + strip.width, strip.height)

    def _reach(self, x: int, height: int) -> None:
        self.x = x
        self.right = max(self.right, x)
        self.height = max(self.height, height)

    def clear(self) -> None:
        self._runs.clear()
        self.x = self.right = self.height = 0
