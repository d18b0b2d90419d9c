"""The print buffer: the line under construction, before anything of it is on paper."""

from virtual_printer.paper import Run, Strip
from virtual_printer.style import Style


class LineBuffer:
    """Positions are dots from the left edge of the print area."""

    def __init__(self) -> None:
        self._runs: list[Run | Strip] = []
        self.x = 0
        self._right = 0

    def __bool__(self) -> bool:
        return bool(self._runs)

    @property
    def at_beginning(self) -> bool:
        """True while neither a character nor a position has been set in this line."""
        return not self._runs and self.x == 0

    @property
    def right(self) -> int:
        """Where the rightmost run ends."""
        return self._right

    @property
    def height(self) -> int:
        return max(
            (run.height if isinstance(run, Strip) else run.style.cell_height for run in self._runs), default=0
        )

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
        self.x += width
        self._right = max(self._right, self.x)

    def add_strip(self, strip: Strip) -> None:
        """Append a column image; its position is the current one."""
        self._runs.append(strip)
        self.x = strip.x + strip.width
        self._right = max(self._right, self.x)

    def clear(self) -> None:
        self._runs.clear()
        self.x = self._right = 0
