"""What each command does to the machine: one function per command, one module per theme."""

from collections.abc import Callable, Mapping
from typing import Final

from virtual_printer.effects import answers, images, looks, motion
from virtual_printer.machine import Machine

EffectFunction = Callable[[Machine, bytes], None]

EFFECTS: Final[Mapping[str, EffectFunction]] = {
    **looks.EFFECTS,
    **motion.EFFECTS,
    **images.EFFECTS,
    **answers.EFFECTS,
}
