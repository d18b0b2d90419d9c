"""A virtual ESC/POS receipt printer on a real TCP port: parses, prints, answers, fails on command."""

from virtual_printer.causes import Causes
from virtual_printer.events import Event
from virtual_printer.paper import Cut, PrintedImage, PrintedLine, Sheet
from virtual_printer.printer import PaperTimeout, PaperView, PrinterState, VirtualPrinter
from virtual_printer.profiles import PROFILES, Profile

__all__ = [
    "PROFILES",
    "Causes",
    "Cut",
    "Event",
    "PaperTimeout",
    "PaperView",
    "PrintedImage",
    "PrintedLine",
    "PrinterState",
    "Profile",
    "Sheet",
    "VirtualPrinter",
]
