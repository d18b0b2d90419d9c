"""``kitchen-printer run``, with nothing imported that a running service does not use."""

import asyncio
import os
import sys
from typing import Final

from kitchen_printer.cli.exit_codes import FAILURE, MISUSE
from kitchen_printer.config import BadConfigurationError, Settings, read_settings, unknown_names

OK: Final = 0


def serve() -> int:
    """Print tickets until SIGTERM; return the exit code."""
    for sentence in misspelt():
        _tell(sentence)
    try:
        settings = configuration()
    except BadConfigurationError as error:
        return _ended(MISUSE, str(error))
    return _served(settings)


def misspelt() -> list[str]:
    """Return a sentence for every variable that looks like one of ours and is none."""
    return [f"{name} is no variable of this program: is it misspelt?" for name in unknown_names(os.environ)]


def configuration() -> Settings:
    """Read the environment. Raises :class:`BadConfigurationError` with everything that is wrong with it."""
    try:
        return read_settings(os.environ)
    except BadConfigurationError as error:
        raise BadConfigurationError(f"The configuration cannot be used:\n{error}") from None


def _served(settings: Settings) -> int:
    from kitchen_printer.service.alert_targets import BadAlertUrlError
    from kitchen_printer.service.log import Log
    from kitchen_printer.service.run import PortTakenError, run_service

    log = Log(settings)
    try:
        asyncio.run(run_service(settings, [log], lambda: log.dropped))
    except PortTakenError as error:
        return _ended(FAILURE, str(error))
    except BadAlertUrlError as error:
        return _ended(MISUSE, str(error))
    finally:
        log.close()
    return OK


def _ended(code: int, message: str) -> int:
    _tell(message)
    return code


def _tell(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
