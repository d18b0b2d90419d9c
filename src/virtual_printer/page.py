"""Page mode: everything is collected on a page in memory; only FF brings it onto paper."""

from typing import Final

from virtual_printer.paper import Direction, PageArea, PrintedImage, PrintedLine, PrintedPage

PAGE_HEIGHT_MAX: Final = 1662  # dots; the largest print area of an 80 mm printer


class Page:
    """The page under construction. A new area or direction starts a new block; older blocks stay."""

    def __init__(self, paper_width: int) -> None:
        self._done: list[PageArea] = []
        self._entries: list[PrintedLine | PrintedImage] = []
        self._rectangle = (0, 0, paper_width, PAGE_HEIGHT_MAX)
        self._direction = Direction.LEFT_TO_RIGHT
        self.y = 0

    def __bool__(self) -> bool:
        return bool(self._done or self._entries)

    @property
    def line_width(self) -> int:
        """Dots a line of text has in the present area and direction."""
        _, _, width, height = self._rectangle
        return height if self._direction.sideways else width

    def add(self, entry: PrintedLine | PrintedImage, feed: int) -> None:
        self._entries.append(entry)
        self.y += feed

    def set_area(self, x: int, y: int, width: int, height: int) -> None:
        self._close_block()
        self._rectangle = (x, y, width, min(height, PAGE_HEIGHT_MAX))

    def set_direction(self, direction: Direction) -> None:
        self._close_block()
        self._direction = direction

    def clear(self) -> None:
        """CAN: the data of the page are thrown away, its area stays."""
        self._done.clear()
        self._entries.clear()
        self.y = 0

    def print(self, *, y: int, offset: int) -> PrintedPage:
        """The page as it comes onto paper at `y`; it stays in memory for another print."""
        areas = (*self._done, self._block())
        height = max(area.y + area.height for area in areas)
        return PrintedPage(y=y, height=height, areas=areas, offset=offset)

    def _close_block(self) -> None:
        if self._entries:
            self._done.append(self._block())
            self._entries.clear()
        self.y = 0

    def _block(self) -> PageArea:
        x, y, width, height = self._rectangle
        return PageArea(
            x=x, y=y, width=width, height=height, direction=self._direction, entries=tuple(self._entries)
        )
