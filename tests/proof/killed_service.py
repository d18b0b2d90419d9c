"""The real service with one subscriber more, which kills the process at the n-th fact of a name.

python killed_service.py FACT N
"""

import asyncio
import os
import signal
import sys

from kitchen_printer.config import read_settings
from kitchen_printer.service.facts import Fact
from kitchen_printer.service.run import run_service


class Killer:
    """Ends the process the way a power cut does: nothing is flushed, closed or handed back."""

    def __init__(self, fact: str, occurrence: int) -> None:
        self._fact = fact
        self._left = occurrence

    def __call__(self, fact: Fact) -> None:
        if type(fact).__name__ == self._fact:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(run_service(read_settings(os.environ), [Killer(sys.argv[1], int(sys.argv[2]))]))
