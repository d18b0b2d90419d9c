"""What each command does to the machine: one function per command, one module per theme."""

from collections.abc import Callable, Mapping
from typing import Final

from virtual_printer.effects import answers, images, looks, motion, page_mode, symbols
from virtual_printer.machine import Machine

EffectFunction = Callable[[Machine, bytes], None]

EFFECTS: Final[Mapping[str, EffectFunction]] = {
    **looks.EFFECTS,
    **motion.EFFECTS,
    **images.EFFECTS,
    **symbols.EFFECTS,
    **page_mode.EFFECTS,
    **answers.EFFECTS,
}
