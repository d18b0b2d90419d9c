"""What goes wrong at the worst moment: faults that are aimed at an attempt that is open."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kitchen_printer.service.facts import AttemptEnded, DoubtRaised, Fact, TicketClaimed, TicketHandedOver
from proving.simulation import faults
from proving.simulation import harm_to_printers as harm
from proving.simulation.clock import Standing
from proving.simulation.fault import Begun, Fault, Heal
from proving.simulation.printer import Printer
from proving.simulation.replica import Replica
from proving.simulation.world import World

Strike = Callable[[World, Replica, Fact], Fault | None]


@dataclass(frozen=True, slots=True)
class Aimed:
    """Trouble within so many seconds of a certain fact.

    ``strike`` returns the fault that is to begin there, or None: there is nothing left to hit, or what was done is
    done at once and needs no end.
    """

    name: str
    at: tuple[type, ...]
    within: float
    strike: Strike


def _printer_of(world: World, fact: Fact) -> Printer | None:
    if isinstance(fact, TicketClaimed | TicketHandedOver | AttemptEnded | DoubtRaised):
        return world.printers[fact.job.printer_id - 1]
    return None


def _at_its_printer(do: Callable[[Printer], Heal], name: str) -> Strike:
    def strike(world: World, _: Replica, fact: Fact) -> Fault | None:
        printer = _printer_of(world, fact)
        if printer is None or not printer.is_on:
            return None
        if printer.has_a_ticket_inside:
            world.saw(f"{name} with a ticket inside")
        return Fault(name, lambda _, __: (f"printer {printer.number}", do(printer)), (0.5, 60.0))

    return strike


def _kill_it(_: World, replica: Replica, __: Fact) -> Fault | None:
    def begin(world: World, _: float) -> Begun:
        faults.kill(world, replica)
        return "replica", world.start_replica

    return Fault("kill -9", begin, (0.1, 30.0)) if replica.process.standing is Standing.RUNNING else None


def stop_it(_: World, replica: Replica, __: Fact) -> Fault | None:
    """Stop the service that has just said so, as by SIGSTOP."""

    def begin(world: World, seconds: float) -> Begun:
        replica.process.stop()
        if seconds > world.settings.lease_seconds:
            world.saw("stopped for longer than the lease, with an attempt open")
        return "replica", lambda: replica.process.resume(world.loop)

    return Fault("stopped", begin, (1.0, 60.0)) if replica.process.standing is Standing.RUNNING else None


def _database_goes(world: World, _: Replica, __: Fact) -> Fault:
    world.saw("database away with an attempt open")
    return Fault("database away", faults.database_away, (0.2, 40.0))


def _void_it(world: World, _: Replica, fact: Fact) -> None:
    ticket = fact.job.ticket_id if isinstance(fact, DoubtRaised | TicketHandedOver) else None
    row = world.server.record.tickets.get(ticket or 0)
    if row is not None:
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
