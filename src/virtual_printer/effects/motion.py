"""Commands that print the line, move the paper or the position in the line, or cut."""

from collections.abc import Callable, Mapping
from typing import Final

from virtual_printer.machine import Machine
from virtual_printer.roll import Cut


def line_feed(machine: Machine, _: bytes) -> None:
    if machine.swallow_next_lf:
        machine.swallow_next_lf = False
        machine.report("line feed swallowed: it followed a raster image")
        return
    machine.print_line(machine.modes.line_spacing)


def feed_dots(machine: Machine, args: bytes) -> None:
    _print_and_feed(machine, machine.vertical_dots(args[0]))


def feed_lines(machine: Machine, args: bytes) -> None:
    if machine.profile.cuts_on_esc_d:
        if machine.profile.cutter_gap_dots is not None:
            machine.feed(machine.profile.cutter_gap_dots)
        machine.cut(Cut.PARTIAL if args[0] & 1 else Cut.FULL)
        return
    _print_and_feed(machine, args[0] * machine.modes.line_spacing)


def _print_and_feed(machine: Machine, dots: int) -> None:
    machine.swallow_next_lf = False
    if machine.line:
        machine.print_line(dots)
    else:
        machine.line.clear()
        machine.feed(dots)


def tab(machine: Machine, _: bytes) -> None:
    column_width = machine.column_width
    for stop in machine.modes.tab_stops:
        if stop * column_width > machine.line.x:
            machine.line.x = min(stop * column_width, machine.area_width)
            return


def tab_stops(machine: Machine, args: bytes) -> None:
    """Rising columns; a NUL ends the list, a column that does not rise ends it too."""
    stops: list[int] = []
    for stop in args:
        if stop == 0 or (stops and stop <= stops[-1]):
            break
        stops.append(stop)
    machine.modes.tab_stops = tuple(stops)


def absolute_position(machine: Machine, args: bytes) -> None:
    position = machine.horizontal_dots(int.from_bytes(args[:2], "little"))
    if position <= machine.area_width:
        machine.line.x = position


def relative_position(machine: Machine, args: bytes) -> None:
    position = machine.line.x + machine.horizontal_dots(int.from_bytes(args[:2], "little", signed=True))
    if 0 <= position <= machine.area_width:
        machine.line.x = position


def left_margin(machine: Machine, args: bytes) -> None:
    if machine.line.at_beginning:
        machine.modes.left_margin = machine.horizontal_dots(int.from_bytes(args[:2], "little"))


def area_width(machine: Machine, args: bytes) -> None:
    if machine.line.at_beginning:
        machine.modes.area_width = machine.horizontal_dots(int.from_bytes(args[:2], "little"))


def to_line_start(machine: Machine, args: bytes) -> None:
    """`GS T`: 0 throws the unfinished line away, 1 prints it."""
    if args[0] in (1, 49) and machine.line:
        machine.print_line(machine.modes.line_spacing)
    machine.line.clear()


_CUTS: Final[Mapping[int, Cut]] = {
    **dict.fromkeys((0, 48, 65, 97, 103), Cut.FULL),
    **dict.fromkeys((1, 49, 66, 98, 104), Cut.PARTIAL),
}


def cut(machine: Machine, args: bytes) -> None:
    """`GS V m [n]`: 0/48 full and 1/49 partial here; 65/97/103 full and 66/98/104 partial after a feed.

    Any other m is no command: nothing is cut.
    """
    kind = _CUTS.get(args[0])
    if kind is None:
        return
    if len(args) == 2 and not machine.line and machine.profile.cutter_gap_dots is not None:
        machine.feed(machine.paper.dots_to_cutter() + args[1])
    machine.cut(kind)


def old_partial_cut(machine: Machine, _: bytes) -> None:
    machine.cut(Cut.PARTIAL)


EFFECTS: Final[Mapping[str, Callable[[Machine, bytes], None]]] = {
    "LF": line_feed,
    "HT": tab,
    "ESC J": feed_dots,
    "ESC d": feed_lines,
    "ESC D": tab_stops,
    "ESC $": absolute_position,
    "ESC \\": relative_position,
    "GS L": left_margin,
    "GS W": area_width,
    "GS T": to_line_start,
    "GS V": cut,
    "ESC i": old_partial_cut,
    "ESC m": old_partial_cut,
}
