"""What commands end with when they do not end well; 0 is well."""

import signal
from typing import Final

FAILURE: Final = 1
"""It did not work."""

MISUSE: Final = 2
"""Wrong usage, or a configuration that cannot be used."""

TERMINATED: Final = 128 + signal.SIGTERM
"""SIGTERM came before it was done."""
