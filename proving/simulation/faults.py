"""What goes wrong by itself, and lasts a while."""

from collections.abc import Callable
from typing import Final

from proving.simulation import harm_to_printers as harm
from proving.simulation.fault import Begun, Fault, Heal
from proving.simulation.printer import Printer
from proving.simulation.replica import Replica
from proving.simulation.world import World

# ── printers ────────────────────────────────────────────────────────────────────────────────────────────


def _on_a_printer(do: Callable[[Printer], Heal]) -> Callable[[World, float], Begun]:
    def begin(world: World, _: float) -> Begun:
        printer = world.chance.choice(world.printers)
        return (f"printer {printer.number}", do(printer)) if printer.is_on else None

    return begin


def _swizzle_clog(world: World, seconds: float) -> Begun:
    """Clog all printers one after the other, free them in another order."""
    now, step = world.loop.time(), seconds / (2 * len(world.printers))
    clogs = [
        world.at(now + place * step, printer.cable_clogs)
        for place, printer in enumerate(world.chance.sample(world.printers, len(world.printers)))
    ]
    for place, printer in enumerate(world.chance.sample(world.printers, len(world.printers))):
        world.after(seconds / 2 + place * step, printer.cable_frees_itself)
    for printer in world.printers:
        world.note_trouble("swizzle-clog", f"printer {printer.number}", seconds)

    def clogs_no_more() -> None:
        for each in clogs:
            each.cancel()

    return "network", clogs_no_more


def _all_off(world: World, _: float) -> Begun:
    on = [printer for printer in world.printers if printer.is_on]
    for printer in on:
        printer.power_cut()

    def back() -> None:
        for printer in on:
            if not printer.is_on:
                printer.power_back()

    return "all printers", back


# ── database ────────────────────────────────────────────────────────────────────────────────────────────


def database_away(world: World, _: float) -> Begun:
    def back() -> None:
        world.server.is_away = False

    world.server.is_away = True
    return "database", back


def _database_frozen(world: World, seconds: float) -> Begun:
    world.server.frozen_until = world.loop.time() + seconds
    return "database", lambda: None


def _database_slow(world: World, _: float) -> Begun:
    def quick() -> None:
        world.server.is_slow = False

    world.server.is_slow = True
    return "database", quick


def _answers_lost(world: World, _: float) -> Begun:
    def heard() -> None:
        world.server.loses_answers = 0.0

    world.server.loses_answers = world.chance.choice((0.05, 0.3))
    return "database", heard


def _clock_jump(world: World, _: float) -> Begun:
    ahead = world.chance.choice((-3600.0, -30.0, 30.0, 3600.0))
    world.server.clock_ahead += ahead
    world.has_jumped |= ahead > 0
    world.saw("database clock jumped back" if ahead < 0 else "database clock jumped ahead")
    return "database", lambda: None


# ── services ────────────────────────────────────────────────────────────────────────────────────────────


def _killed(world: World, _: float) -> Begun:
    if not world.living:
        return None
    kill(world, world.chance.choice(world.living))
    return "replica", world.start_replica


def kill(world: World, replica: Replica) -> None:
    """kill -9: the kernel closes the connections, orderly or with a reset."""
    at_its_lines = [line.printer for line in replica.lines]
    if any(each.has_a_ticket_inside for each in world.printers if each in at_its_lines):
        world.saw("killed with a ticket in a printer")
    replica.kill(orderly=world.chance.random() < 0.5)


def _stopped(world: World, seconds: float) -> Begun:
    if not world.living:
        return None
    replica = world.chance.choice(world.living)
    replica.process.stop()
    if seconds > world.settings.lease_seconds:
        world.saw("stopped for longer than the lease")
    return "replica", lambda: replica.process.resume(world.loop)


def _asked_to_end(world: World, _: float) -> Begun:
    if not world.living:
        return None
    replica = world.chance.choice(world.living)
    context = replica.process.context()
    world.loop.create_task(replica.end(), context=context)
    return "replica", world.start_replica


def _one_more(world: World, _: float) -> Begun:
    if len(world.living) >= 3:
        return None
    world.start_replica()
    return "replica", lambda: None


# ── people ──────────────────────────────────────────────────────────────────────────────────────────────


def _parked(world: World, _: float) -> Begun:
    number = world.chance.choice(world.printers).number
    if world.server.is_away or world.server.record.printers[number].printer.parked:
        return None
    world.server.do("park", number, True)
    return f"printer {number}", lambda: world.server.do("park", number, False)


def _retried(world: World, _: float) -> Begun:
    failed = [each.id for each in world.server.record.tickets.values() if each.status == "FAILED"]
    if not failed or world.server.is_away:
        return None
    ticket = world.chance.choice(failed)
    world.retried.add(ticket)
    world.server.do("retry", ticket)
    return "people", lambda: None


SHORT = (0.05, 6.0)

FAULTS: Final = (
    Fault("paper out", _on_a_printer(harm.run_out_of_paper)),
    Fault("cover open", _on_a_printer(harm.open_cover)),
    Fault("cutter jam", _on_a_printer(harm.jam_cutter)),
    Fault("head too hot", _on_a_printer(harm.overheat_head), SHORT),
    Fault("power cut", _on_a_printer(harm.cut_power)),
    Fault("switched off for long", _on_a_printer(harm.cut_power), (60.0, 400.0)),
    Fault("cable out", _on_a_printer(harm.pull_cable)),
    Fault("mute", _on_a_printer(harm.silence)),
    Fault("late answers", _on_a_printer(harm.answer_late)),
    Fault("garbled answers", _on_a_printer(harm.garble_answers), (1.0, 40.0)),
    Fault("pushed status lost", _on_a_printer(harm.lose_pushes)),
    Fault("held by another host", _on_a_printer(harm.hog)),
    Fault("line reset", _on_a_printer(harm.reset_line), SHORT),
    Fault("line clogged", _on_a_printer(harm.clog_cable)),
    Fault("swizzle-clog", _swizzle_clog, (4.0, 60.0)),
    Fault("all printers off", _all_off),
    Fault("database away", database_away, (0.2, 40.0)),
    Fault("database frozen", _database_frozen, (0.2, 30.0)),
    Fault("database slow", _database_slow),
    Fault("database answers lost", _answers_lost),
    Fault("database clock jump", _clock_jump),
    Fault("kill -9", _killed, (0.1, 40.0)),
    Fault("stopped", _stopped, (0.5, 60.0)),
    Fault("asked to end", _asked_to_end, (0.1, 40.0)),
    Fault("one more replica", _one_more),
    Fault("printer parked", _parked),
    Fault("failed ticket retried", _retried),
)
