"""What tests look at: the printer's state and its paper, read only, with waits that need no sleep."""

from collections.abc import Awaitable, Callable

from virtual_printer.engine import Engine
from virtual_printer.link import Link
from virtual_printer.roll import Roll, Sheet

# Waits until the predicate holds; `TimeoutError` after so many seconds.
WaitUntil = Callable[[Callable[[], bool], float], Awaitable[None]]


class PaperTimeout(TimeoutError):
    """The paper that was waited for did not come; the message shows what did."""


class PrinterState:
    """What the printer is at this moment."""

    def __init__(self, engine: Engine, link: Link, wait_until: WaitUntil) -> None:
        self._engine = engine
        self._link = link
        self._wait_until = wait_until

    @property
    def online(self) -> bool:
        return self._engine.machine.condition.online

    @property
    def paper_out(self) -> bool:
        return self._engine.machine.condition.paper_out

    @property
    def near_end(self) -> bool:
        return self._engine.machine.condition.near_end

    @property
    def cover_open(self) -> bool:
        return self._engine.machine.condition.cover_open

    @property
    def connected(self) -> bool:
        """A host holds the connection."""
        return self._link.connected

    @property
    def accepting(self) -> bool:
        """The port is open; false while refusing and while booting."""
        return self._link.accepting

    @property
    def connections(self) -> int:
        """Connections taken since the start."""
        return self._link.connections

    @property
    def bytes_received(self) -> int:
        return self._engine.bytes_received

    @property
    def bytes_buffered(self) -> int:
        """Bytes waiting in the receive buffer."""
        return self._engine.buffered

    @property
    def lines_printed(self) -> int:
        """Lines since the start; an image counts as one, a feed as none."""
        return self._engine.machine.paper.lines_printed

    @property
    def cuts(self) -> int:
        return self._engine.machine.paper.cuts

    @property
    def reports(self) -> tuple[str, ...]:
        """What commands were ignored or unknown, with byte offsets, oldest first."""
        return tuple(self._engine.machine.reports)

    async def wait_until(self, predicate: "Callable[[PrinterState], bool]", timeout: float) -> None:
        """Return once the predicate holds; `TimeoutError` after `timeout` seconds."""
        await self._wait_until(lambda: predicate(self), timeout)


class PaperView:
    """What came out of the printer."""

    def __init__(self, roll: Roll, link: Link, wait_until: WaitUntil) -> None:
        self._roll = roll
        self._link = link
        self._wait_until = wait_until

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """The pieces that were cut off, oldest first."""
        return self._roll.sheets

    @property
    def rest(self) -> Sheet:
        """The piece that still hangs in the printer."""
        return self._roll.rest

    @property
    def text(self) -> str:
        """All paper, cut pieces and the rest, as a cook reads it."""
        return "\n".join(sheet.text for sheet in (*self.sheets, self.rest) if sheet.text)

    def take_away(self) -> None:
        """A person takes all sheets and tears the rest off."""
        self._roll.take_away()

    async def wait_for_sheets(self, count: int, timeout: float) -> tuple[Sheet, ...]:
        """All sheets once there are at least `count`; `PaperTimeout` with the text so far otherwise."""
        try:
            await self._wait_until(lambda: self._roll.sheet_count >= count, timeout)
        except TimeoutError:
            raise PaperTimeout(
                f"{len(self.sheets)} of {count} sheets came out of {self._link.address} within {timeout} s; "
                f"so far it printed:\n{self.text or '(nothing)'}"
            ) from None
        return self.sheets
