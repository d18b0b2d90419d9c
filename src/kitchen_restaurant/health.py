"""``kitchen-backend health``: whether the backend beside this command takes orders. For a container's health check.

It asks over HTTP and loads nothing of Django, for it is run every few seconds.
"""

import http.client
import sys
from typing import Final, NoReturn

DEFAULT_ADDRESS: Final = "127.0.0.1:8000"
ASK_SECONDS_MAX: Final = 5.0
FAILURE: Final = 1
MISUSE: Final = 2


def ask(arguments: list[str]) -> NoReturn:
    """End with 0 when orders can be taken, with 1 when not, and say it."""
    if len(arguments) > 1 or arguments[:1] in (["-h"], ["--help"]):
        sys.stderr.write(
            f"usage: kitchen-backend health [HOST:PORT], which is {DEFAULT_ADDRESS} by default\n"
        )
        sys.exit(MISUSE if len(arguments) > 1 else 0)
    address = arguments[0] if arguments else DEFAULT_ADDRESS
    try:
        connection = http.client.HTTPConnection(address, timeout=ASK_SECONDS_MAX)
        connection.request("GET", "/health", headers={"Host": "localhost"})
        response = connection.getresponse()
        said = response.read().decode(errors="replace").strip()
    except (OSError, http.client.HTTPException) as error:
        sys.stderr.write(f"No backend answers at {address}: {error!r}.\n")
        sys.exit(FAILURE)
    sys.stdout.write(f"{said}\n")
    sys.exit(0 if response.status == http.client.OK else FAILURE)
