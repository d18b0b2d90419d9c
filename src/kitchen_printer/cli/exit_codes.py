"""What commands end with when they do not end well; 0 is well."""

from typing import Final

FAILURE: Final = 1
"""It did not work."""

MISUSE: Final = 2
"""Wrong usage, or a configuration that cannot be used."""
