"""What the faults of the catalogue do to a printer when they begin and when they end."""

from collections.abc import Callable

from virtual_printer.breakable import Breakable
from virtual_printer.fault_kinds import Action, Stroke
from virtual_printer.link import Busy
from virtual_printer.replies import Bend

# -- conditions ---------------------------------------------------------------------------------------------


def condition(**changes: bool) -> Action:
    def begin(printer: Breakable, _: Stroke) -> None:
        printer.change_condition(**changes)

    return begin


def recover_and(**changes: bool) -> Action:
    """End a condition that interrupted printing, the way parameter `recovery` says."""

    def end(printer: Breakable, stroke: Stroke) -> None:
        match stroke.param("recovery"):
            case "discard":
                printer.engine.discard()
            case "reprint":
                printer.engine.machine.reprint_last_line()
            case _:
                pass
        printer.change_condition(**changes)

    return end


# -- link ---------------------------------------------------------------------------------------------------


def refuse(printer: Breakable, _: Stroke) -> None:
    printer.link.shut()


def accept(printer: Breakable, _: Stroke) -> None:
    printer.link.open()


def ignore(printer: Breakable, _: Stroke) -> None:
    printer.link.ignoring = True
    printer.link.room_freed()


def heed(printer: Breakable, _: Stroke) -> None:
    printer.link.ignoring = False


def stall(printer: Breakable, _: Stroke) -> None:
    printer.link.stalled = True


def unstall(printer: Breakable, _: Stroke) -> None:
    printer.link.stalled = False
    printer.link.room_freed()


def reset(printer: Breakable, _: Stroke) -> None:
    printer.link.end_session(reset=True)


def drop(printer: Breakable, _: Stroke) -> None:
    printer.link.end_session(reset=False)


def busy(printer: Breakable, stroke: Stroke) -> None:
    printer.link.hold(Busy(str(stroke.param("mode"))))


def free(printer: Breakable, _: Stroke) -> None:
    printer.link.release()


# -- mechanism ----------------------------------------------------------------------------------------------


def slow(printer: Breakable, stroke: Stroke) -> None:
    printer.slowed_to_mm_s = float(stroke.param("speed_mm_s"))


def full_speed(printer: Breakable, _: Stroke) -> None:
    printer.slowed_to_mm_s = None


def power_cycle(printer: Breakable, stroke: Stroke) -> None:
    printer.begin_power_cycle(
        boot_seconds=float(stroke.param("boot_seconds")), reset=bool(stroke.param("reset_packet"))
    )


def deaf_offline(printer: Breakable, _: Stroke) -> None:
    printer.engine.hears_real_time_offline = False


def hears_offline(printer: Breakable, _: Stroke) -> None:
    printer.engine.hears_real_time_offline = True


def keep_answer(printer: Breakable, _: Stroke) -> None:
    printer.keeps_answers = True


def lose_answer(printer: Breakable, _: Stroke) -> None:
    printer.keeps_answers = False


# -- replies ------------------------------------------------------------------------------------------------


def bend(make: Callable[[Stroke, Breakable], Bend]) -> Action:
    def begin(printer: Breakable, stroke: Stroke) -> None:
        printer.bends.in_force[stroke.id] = make(stroke, printer)

    return begin


def unbend(printer: Breakable, stroke: Stroke) -> None:
    printer.bends.in_force.pop(stroke.id, None)
