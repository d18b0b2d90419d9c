"""What happens to a printer: paper runs out, covers open, cables break. Each method is one such event."""

from virtual_printer.breakable import PowerCycle
from virtual_printer.desk import Case, FaultDesk
from virtual_printer.fault_kinds import Remedy
from virtual_printer.faults import AtByte, AtCommand, AtLine, Fault, Operator, Times


class Causes:
    """Short words for common faults; `add` takes every fault of the catalogue. All take effect at once
    unless the method says when."""

    def __init__(self, desk: FaultDesk, begin_power_cycle: PowerCycle) -> None:
        self._desk = desk
        self._begin_power_cycle = begin_power_cycle

    # -- any fault ------------------------------------------------------------------------------------

    def add(self, fault: Fault) -> int:
        """Arm a fault and return its number; `FaultError` says what is wrong with it."""
        return self._desk.add(fault)

    def remove(self, number: int) -> None:
        """End a fault; `FaultError` if there is none of that number."""
        self._desk.clear(number)

    def remove_all(self) -> None:
        """Everything is well again."""
        self._desk.clear_all()

    @property
    def faults(self) -> tuple[Case, ...]:
        """Faults that are armed or in force."""
        return self._desk.cases

    # -- paper, cover, cutter -------------------------------------------------------------------------

    def paper_out_at_line(self, line: int, recovery: str = "resume") -> None:
        """The paper ends when `line` more lines have been printed; 0 is now. `refill` ends it."""
        self.add(
            Fault(name="paper-out", trigger=AtLine(line), until=Operator(), params={"recovery": recovery})
        )

    def near_end(self) -> None:
        """The roll gets thin: the sensor says so, printing goes on."""
        self.add(Fault(name="near-end", until=Operator()))

    def refill(self) -> None:
        """A new roll: what waits in the printer goes on where it stopped."""
        self._desk.operator_did(Remedy.REFILL)

    def open_cover(self) -> None:
        self.add(Fault(name="cover-open", until=Operator()))

    def close_cover(self) -> None:
        self._desk.operator_did(Remedy.CLOSE_COVER)

    def jam_cutter(self, at_cut: int = 1) -> None:
        """The cutter gets stuck at the n-th `GS V` from now."""
        self.add(Fault(name="cutter-jam", trigger=AtCommand("GS V", at_cut), until=Operator()))

    def remove_jam(self) -> None:
        self._desk.operator_did(Remedy.REMOVE_JAM)

    # -- network --------------------------------------------------------------------------------------

    def mute(self) -> None:
        """Accept, print, never answer."""
        self.add(Fault(name="mute"))

    def unmute(self) -> None:
        self._desk.clear_named("mute")

    def ignore(self) -> None:
        """Accept and read everything, print nothing, answer nothing."""
        self.add(Fault(name="ignore"))

    def heed(self) -> None:
        """End `ignore`."""
        self._desk.clear_named("ignore")

    def refuse(self) -> None:
        """Close the port to new connections; the present one stays."""
        self.add(Fault(name="refuse"))

    def accept(self) -> None:
        """Open the same port again."""
        self._desk.clear_named("refuse")

    def reset_after_byte(self, count: int) -> None:
        """RST when `count` bytes have come on the present connection, counted from now, or on a later one.

        The printer keeps and prints the bytes up to there. It happens once.
        """
        self.add(Fault(name="reset", trigger=AtByte(count), until=Times(1)))

    async def power_cycle(self, boot_seconds: float = 0.0, *, reset_packet: bool = True) -> None:
        """Pull the plug and put it back; returns when the printer has booted."""
        await self._begin_power_cycle(boot_seconds=boot_seconds, reset=reset_packet)
