"""Commands of page mode. Outside page mode they do nothing."""

from collections.abc import Callable, Mapping
from typing import Final

from virtual_printer.machine import Machine
from virtual_printer.paper import Direction


def enter(machine: Machine, _: bytes) -> None:
    if not machine.line.at_beginning:
        machine.report("page mode ignored: only possible at the beginning of a line")
        return
    machine.enter_page_mode()


def leave(machine: Machine, _: bytes) -> None:
    if machine.page is not None:
        machine.leave_page_mode()


def print_and_leave(machine: Machine, _: bytes) -> None:
    if machine.page is not None:
        machine.print_page()
        machine.leave_page_mode()


def print_and_stay(machine: Machine, _: bytes) -> None:
    if machine.page is not None:
        machine.print_page()


def cancel(machine: Machine, _: bytes) -> None:
    if machine.page is not None:
        machine.clear_print_buffer()
        machine.page.clear()


def direction(machine: Machine, args: bytes) -> None:
    n = args[0] - 48 if args[0] >= 48 else args[0]
    if machine.page is not None and n in range(len(Direction)):
        machine.page.set_direction(Direction(n))


def area(machine: Machine, args: bytes) -> None:
    x, y, width, height = (int.from_bytes(args[at : at + 2], "little") for at in (0, 2, 4, 6))
    if machine.page is None:
        return
    if not width or not height or x >= machine.profile.width_dots:
        machine.report(f"page mode area of {width} x {height} dots at {x}, {y} ignored")
        return
    machine.page.set_area(x, y, min(width, machine.profile.width_dots - x), height)


def absolute_vertical(machine: Machine, args: bytes) -> None:
    if machine.page is not None:
        machine.page.y = int.from_bytes(args[:2], "little")


def relative_vertical(machine: Machine, args: bytes) -> None:
    if machine.page is not None:
        machine.page.y = max(0, machine.page.y + int.from_bytes(args[:2], "little", signed=True))


EFFECTS: Final[Mapping[str, Callable[[Machine, bytes], None]]] = {
    "ESC L": enter,
    "ESC S": leave,
    "FF": print_and_leave,
    "ESC FF": print_and_stay,
    "CAN": cancel,
    "ESC T": direction,
    "ESC W": area,
    "GS $": absolute_vertical,
    "GS \\": relative_vertical,
}
