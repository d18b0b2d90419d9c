"""What goes wrong with one printer, or with the cable to it, each with what puts it right."""

from proving.simulation.fault import Heal
from proving.simulation.printer import Printer


def run_out_of_paper(printer: Printer) -> Heal:
    printer.paper = min(printer.paper, printer.world.chance.randrange(0, 12))
    printer.changed()
    return printer.refilled


def open_cover(printer: Printer) -> Heal:
    def closed() -> None:
        printer.is_covered_open = False
        printer.changed()

    printer.is_covered_open = True
    printer.changed()
    return closed


def jam_cutter(printer: Printer) -> Heal:
    def freed() -> None:
        printer.is_jammed = False
        printer.changed()

    printer.is_jammed = True
    printer.changed()
    return freed


def overheat_head(printer: Printer) -> Heal:
    def cooled() -> None:
        printer.is_hot = False
        printer.changed()

    printer.is_hot = True
    printer.changed()
    return cooled


def cut_power(printer: Printer) -> Heal:
    printer.power_cut()
    return printer.power_back


def pull_cable(printer: Printer) -> Heal:
    printer.cable_out()
    return printer.cable_in


def silence(printer: Printer) -> Heal:
    def speaks() -> None:
        printer.is_mute = False

    printer.is_mute = True
    return speaks


def answer_late(printer: Printer) -> Heal:
    def prompt() -> None:
        printer.late_seconds = 0.0

    printer.late_seconds = printer.world.chance.choice((0.3, 1.5, 12.0, 40.0))
    return prompt


def garble_answers(printer: Printer) -> Heal:
    def clear() -> None:
        printer.is_garbled = False

    printer.is_garbled = True
    return clear


def lose_pushes(printer: Printer) -> Heal:
    def heard() -> None:
        printer.loses_pushes = False

    printer.loses_pushes = True
    return heard


def hog(printer: Printer) -> Heal:
    printer.hogged(is_hogged=True)
    return lambda: printer.hogged(is_hogged=False)


def reset_line(printer: Printer) -> Heal:
    printer.reset_line()
    return lambda: None


def clog_cable(printer: Printer) -> Heal:
    printer.cable_clogs()
    return printer.cable_frees_itself
