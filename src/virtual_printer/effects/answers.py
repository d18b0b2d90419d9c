"""Commands the printer answers when it reaches them in the queue."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from virtual_printer.condition import drawer_status, paper_status
from virtual_printer.machine import Machine
from virtual_printer.profiles import Fence

BLOCK_IDENTITY: Final = b"\x5f"
BLOCK_PROCESS_ID: Final = b"\x37\x22"
_FOUR_PRINTABLE: Final = re.compile(rb"[\x20-\x7e]{4}")


def automatic_status(machine: Machine, args: bytes) -> None:
    """`GS a n`: n chooses the categories; any of them brings the four bytes at once."""
    machine.asb_categories = args[0]
    if args[0]:
        machine.send_automatic_status()


def status(machine: Machine, args: bytes) -> None:
    """`GS r n`."""
    match args[0]:
        case 1 | 49:
            machine.answer(bytes((paper_status(machine.condition),)))
        case 2 | 50:
            machine.answer(bytes((drawer_status(machine.condition),)))
        case n:
            machine.report(f"GS r {n} has no answer")


def old_paper_status(machine: Machine, _: bytes) -> None:
    machine.answer(bytes((paper_status(machine.condition),)))


def old_drawer_status(machine: Machine, args: bytes) -> None:
    if args[0] in (0, 48):
        machine.answer(bytes((drawer_status(machine.condition),)))


def identity(machine: Machine, args: bytes) -> None:
    """`GS I n`: numbers answer with one byte, names as a block from 5F to NUL."""
    known = machine.profile.identity
    if known is None:
        return
    numbers = {1: known.model_id, 2: known.type_id, 3: known.rom_id}
    names = {65: known.firmware, 66: known.maker, 67: known.model, 68: known.serial, 69: known.font_language}
    n = args[0]
    number = numbers.get(n - 48 if 49 <= n <= 51 else n)
    if number is not None:
        machine.answer(bytes((number,)))
    elif names.get(n):
        machine.answer(BLOCK_IDENTITY + names[n].encode("ascii") + b"\0")


def process_id(machine: Machine, args: bytes) -> None:
    """`GS ( H 6 0 48 48 t1 t2 t3 t4`: echoes the four bytes when everything before them is on paper."""
    token = args[4:8]
    if len(args) != 8 or args[2:4] != b"00" or _FOUR_PRINTABLE.fullmatch(token) is None:
        machine.report("GS ( H without four printable bytes has no answer")
    elif machine.profile.fence is Fence.PRINTED:
        machine.answer_when_printed(BLOCK_PROCESS_ID + token + b"\0")


def counter(machine: Machine, args: bytes) -> None:
    """`GS g 2 0 nL nH`: the maintenance counter as decimal digits."""
    number = int.from_bytes(args[1:3], "little")
    value = machine.counters.read(number, machine.clock()) if machine.profile.has_counters else None
    if value is not None:
        machine.answer(BLOCK_IDENTITY + str(value).encode("ascii") + b"\0")


def reset_counter(machine: Machine, args: bytes) -> None:
    if machine.profile.has_counters:
        machine.counters.reset(int.from_bytes(args[1:3], "little"), machine.clock())


EFFECTS: Final[Mapping[str, Callable[[Machine, bytes], None]]] = {
    "GS a": automatic_status,
    "GS r": status,
    "ESC v": old_paper_status,
    "ESC u": old_drawer_status,
    "GS I": identity,
    "GS ( H": process_id,
    "GS g 2": counter,
    "GS g 0": reset_counter,
}
