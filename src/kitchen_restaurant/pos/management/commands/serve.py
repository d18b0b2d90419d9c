"""``kitchen-backend serve``: the backend for real, behind gunicorn."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final, NoReturn

from django.core.management.base import BaseCommand

REQUEST_SECONDS_MAX: Final = 30
STOP_SECONDS_MAX: Final = 10
REQUESTS_WAITING_MAX: Final = 256


class Command(BaseCommand):
    """See the module's docstring."""

    help = "Serve requests until SIGTERM, one process with threads."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take where and how many."""
        parser.add_argument("--bind", default="127.0.0.1:8000", help="HOST:PORT (127.0.0.1:8000).")
        parser.add_argument("--threads", type=int, default=8, help="Requests that are served at once (8).")

    def handle(self, *_: Any, **options: Any) -> NoReturn:
        """Become gunicorn: signals and exit code are its own then."""
        # One worker: rates are counted in its memory, and one core carries far more than a restaurant orders.
        settings = {
            "bind": options["bind"],
            "workers": 1,
            "worker-class": "gthread",
            "threads": options["threads"],
            "timeout": REQUEST_SECONDS_MAX,
            "graceful-timeout": STOP_SECONDS_MAX,
            "backlog": REQUESTS_WAITING_MAX,
            "worker-tmp-dir": _memory(),
        }
        arguments = [f"--{name}={value}" for name, value in settings.items() if value is not None]
        application = "kitchen_restaurant.wsgi:application"
        # Signals are enough to command one process: no second door, which would leave a socket file behind.
        command = ["-m", "gunicorn", "--no-control-socket", *arguments, application]
        os.execv(sys.executable, [sys.executable, *command])


def _memory() -> str | None:
    """Return where a heartbeat file costs no disk: on a slow disk the worker would be taken for hung."""
    folder = Path("/dev/shm")  # noqa: S108  # gunicorn makes a private file in it
    return str(folder) if os.access(folder, os.W_OK) else None
