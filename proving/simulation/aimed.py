"""What goes wrong at the worst moment: faults that are aimed at an attempt that is open."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kitchen_printer.service.facts import AttemptEnded, DoubtRaised, Fact, TicketClaimed, TicketHandedOver
from proving.simulation import faults
from proving.simulation import harm_to_printers as harm
from proving.simulation.clock import Standing
from proving.simulation.faults import Begun, Fault
from proving.simulation.harm_to_printers import Heal
from proving.simulation.printer import Printer

if TYPE_CHECKING:
    from proving.simulation.replica import Replica
    from proving.simulation.world import World


@dataclass(frozen=True, slots=True)
class Aimed:
    """Trouble that strikes within so many seconds of a certain fact."""

    name: str
    at: tuple[type, ...]
    within: float
    strike: "Callable[[World, Replica, Fact], None]"


def _printer_of(world: "World", fact: Fact) -> Printer | None:
    if isinstance(fact, TicketClaimed | TicketHandedOver | AttemptEnded | DoubtRaised):
        return world.printers[fact.job.printer_id - 1]
    return None


def _at_its_printer(fault: Callable[[Printer], Heal], name: str) -> "Callable[[World, Replica, Fact], None]":
    def strike(world: "World", _: "Replica", fact: Fact) -> None:
        printer = _printer_of(world, fact)
        if printer is not None and printer.is_on and not world.is_over:
            if printer.has_a_ticket_inside:
                world.saw(f"{name} with a ticket inside")
            world.strike(
                Fault(name, lambda _, __: (f"printer {printer.number}", fault(printer)), (0.5, 60.0))
            )

    return strike


def _kill_it(world: "World", replica: "Replica", _: Fact) -> None:
    if replica.process.standing is Standing.RUNNING and not world.is_over:

        def begin(_: "World", __: float) -> Begun:
            faults.kill(world, replica)
            return "replica", world.start_replica

        world.strike(Fault("kill -9", begin, (0.1, 30.0)))


def stop_it(world: "World", replica: "Replica", _: Fact) -> None:
    if replica.process.standing is Standing.RUNNING and not world.is_over:

        def begin(_: "World", seconds: float) -> Begun:
            replica.process.stop()
            if seconds > world.settings.lease_seconds:
                world.saw("stopped for longer than the lease, with an attempt open")
            return "replica", lambda: replica.process.resume(world.loop)

        world.strike(Fault("stopped", begin, (1.0, 60.0)))


def _database_goes(world: "World", _: "Replica", __: Fact) -> None:
    if not world.is_over:
        world.saw("database away with an attempt open")
        world.strike(Fault("database away", faults.database_away, (0.2, 40.0)))


def _void_it(world: "World", _: "Replica", fact: Fact) -> None:
    ticket = fact.job.ticket_id if isinstance(fact, DoubtRaised | TicketHandedOver) else None
    row = world.server.record.tickets.get(ticket or 0)
    if row is not None and not world.is_over:
        world.saw("void while the order is in doubt")
        world.commit(row.bill_id, row.station, is_void=True)


_ON_ITS_WAY = (TicketHandedOver,)
_OPEN = (TicketClaimed, TicketHandedOver, AttemptEnded, DoubtRaised)

AIMED: Final = (
    Aimed("power cut", _ON_ITS_WAY, 1.0, _at_its_printer(harm.cut_power, "power cut")),
    Aimed("paper out", _ON_ITS_WAY, 0.3, _at_its_printer(harm.run_out_of_paper, "paper out")),
    Aimed("cutter jam", _ON_ITS_WAY, 0.02, _at_its_printer(harm.jam_cutter, "cutter jam")),
    Aimed("cover open", _ON_ITS_WAY, 1.0, _at_its_printer(harm.open_cover, "cover open")),
    Aimed("cable out", _ON_ITS_WAY, 1.0, _at_its_printer(harm.pull_cable, "cable out")),
    Aimed("line reset", _ON_ITS_WAY, 0.5, _at_its_printer(harm.reset_line, "line reset")),
    Aimed("mute", _ON_ITS_WAY, 0.5, _at_its_printer(harm.silence, "mute")),
    Aimed("kill -9", _OPEN, 1.0, _kill_it),
    Aimed("stopped", _OPEN, 0.5, stop_it),
    Aimed("database away", _OPEN, 0.5, _database_goes),
    Aimed("void", (DoubtRaised, TicketHandedOver), 0.1, _void_it),
)
