"""The Kitchen Printer Service as a process of its own, the way an edge server runs it."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kitchen_demo.child_process import ChildProcess, ProcessFailed, free_port, outside_environment

ServiceFailed = ProcessFailed


class ServiceProcess(ChildProcess):
    """``kitchen-printer run``.

    Its temporary files go beside the log: python-escpos makes some at every start and never removes them.
    """

    def __init__(
        self,
        dsn: str,
        log: Path,
        environment: Mapping[str, str] | None = None,
        programs: Path | None = None,
    ) -> None:
        self.health_address = f"127.0.0.1:{free_port()}"
        told = {
            **outside_environment("KITCHEN_"),
            "DATABASE_URL": dsn,
            "TMPDIR": str(log.parent),
            "KITCHEN_HEALTH_PORT": self.health_address.rpartition(":")[2],
            **(environment or {}),
        }
        super().__init__(["kitchen-printer", "run"], told, log, programs)

    def wait_until_healthy(self) -> None:
        """Return when ``/health`` says that the service can work. Raises :class:`ServiceFailed`."""
        self.wait_until(lambda: self.health()[0] == 200)

    def health(self) -> tuple[int, dict[str, Any]]:
        """Return the HTTP status and the body of ``/health``; 0 and nothing while nobody answers."""
        try:
            with urllib.request.urlopen(f"http://{self.health_address}/health", timeout=2) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except OSError:
            return 0, {}
