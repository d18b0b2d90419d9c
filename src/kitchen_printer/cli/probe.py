"""``kitchen-printer health --live``, a container's health check, with nothing imported that it does not use."""

import http.client
import json
import sys
from typing import Any, Final

from kitchen_printer.cli.exit_codes import FAILURE, MISUSE
from kitchen_printer.cli.serve import OK, configuration
from kitchen_printer.config import BadConfigurationError, Settings

ASK_SECONDS_MAX: Final = 3.0
"""The service answers from memory within two, or not at all."""

LIVES: Final = "It lives."
STANDS: Final = "Its process stands still: restart it."

_LOOPBACK: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # what to ask, not what to bind


class NoAnswerError(Exception):
    """No service of ours answers; the message says where it was asked."""


def live() -> int:
    """Say whether the service beside this command lives; return the exit code."""
    try:
        is_well, _ = asked(configuration(), "/livez")
    except BadConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return MISUSE
    except NoAnswerError as error:
        sys.stderr.write(f"{error}\n")
        return FAILURE
    sys.stdout.write(f"{LIVES if is_well else STANDS}\n")
    return OK if is_well else FAILURE


def asked(settings: Settings, path: str) -> tuple[bool, dict[str, Any]]:
    """Ask the health port; return whether it says that all is well, and what it says. Raises :class:`NoAnswerError`."""
    port, host = settings.health_port, _LOOPBACK.get(settings.health_host, settings.health_host)
    if port == 0:
        raise NoAnswerError("KITCHEN_HEALTH_PORT is 0, any free port: only the service's log knows which.")
    connection = http.client.HTTPConnection(host, port, timeout=ASK_SECONDS_MAX)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status == http.client.OK, json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswerError(f"No service answers at {host}:{port}: {error!r}.") from None
    finally:
        connection.close()
