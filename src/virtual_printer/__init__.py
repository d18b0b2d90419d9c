"""A virtual ESC/POS receipt printer on a real TCP port: parses, prints, answers, fails on command."""

from virtual_printer.causes import Causes
from virtual_printer.events import Event
from virtual_printer.paper import PrintedImage, PrintedLine
from virtual_printer.printer import PrinterBroken, VirtualPrinter
from virtual_printer.profiles import PROFILES, Profile
from virtual_printer.roll import Cut, Sheet
from virtual_printer.views import PaperTimeout, PaperView, PrinterState

__all__ = [
    "PROFILES",
    "Causes",
    "Cut",
    "Event",
    "PaperTimeout",
    "PaperView",
    "PrintedImage",
    "PrintedLine",
    "PrinterBroken",
    "PrinterState",
    "Profile",
    "Sheet",
    "VirtualPrinter",
]
