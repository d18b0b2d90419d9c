"""What happens to a printer: paper runs out, covers open, cables break. Each method is one such event."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from virtual_printer.printer import VirtualPrinter


class Causes:
    """Everything takes effect at once unless the method says when."""

    def __init__(self, printer: "VirtualPrinter") -> None:
        self._printer = printer
        self._paper_ends_at_line: int | None = None

    # -- paper and cover ------------------------------------------------------------------------------

    def paper_out_at_line(self, line: int) -> None:
        """The paper ends when `line` more lines have been printed; 0 is now."""
        self._paper_ends_at_line = self._printer.state.lines_printed + line
        self.after_step()

    def near_end(self) -> None:
        """The roll gets thin: the sensor says so, printing goes on."""
        self._set(near_end=True)

    def refill(self) -> None:
        """A new roll: what waits in the printer goes on where it stopped."""
        self._paper_ends_at_line = None
        self._set(paper_out=False, near_end=False)

    def open_cover(self) -> None:
        self._set(cover_open=True)

    def close_cover(self) -> None:
        self._set(cover_open=False)

    def _set(self, **changes: bool) -> None:
        self._printer.engine.machine.set_condition(**changes)
        self._printer.look_again()

    # -- network --------------------------------------------------------------------------------------

    def mute(self) -> None:
        """Accept, print, never answer."""
        self._printer.link.mute = True

    def unmute(self) -> None:
        self._printer.link.mute = False

    def ignore(self) -> None:
        """Accept and read everything, print nothing, answer nothing."""
        self._printer.link.ignoring = True
        self._printer.link.room_freed()

    def heed(self) -> None:
        """End `ignore`."""
        self._printer.link.ignoring = False

    def refuse(self) -> None:
        """Close the port to new connections; the present one stays."""
        self._printer.link.shut()

    def accept(self) -> None:
        """Open the same port again."""
        self._printer.link.open()

    def reset_after_byte(self, count: int) -> None:
        """RST when `count` more bytes have come on the present connection, or, if there is none, on the next.

        The printer keeps and prints the bytes up to there. It happens once.
        """
        self._printer.link.reset_after_bytes(count)

    async def power_cycle(self, boot_seconds: float = 0.0) -> None:
        """Pull the plug and put it back; returns when the printer has booted."""
        await self._printer.power_cycle(boot_seconds)

    # -- triggers -------------------------------------------------------------------------------------

    def after_step(self) -> None:
        """The mechanism did something: see whether a line was waited for."""
        at = self._paper_ends_at_line
        if at is not None and self._printer.state.lines_printed >= at:
            self._paper_ends_at_line = None
            self._set(paper_out=True)
