"""What each contender is to the measurement: the interface that its file in ``contenders/`` fills in."""

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

import psycopg
from psycopg.rows import TupleRow

from bench.rivals.shop import RECORDED, Ticket
from kitchen_demo.child_process import ChildProcess, outside_environment

Connection = psycopg.Connection[TupleRow]

_TOLD: Final = "BENCH_RIVALS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a worker is told: the database it works in, its printers, and a folder of its own."""

    dsn: str
    printers: Mapping[str, str]
    """Addresses by name."""

    folder: str
    redis: str = ""
    keeps_lines: bool = True
    """Whether a rival's line carries ticket after ticket, as the service's does; else it opens one for each."""

    @property
    def ready(self) -> Path:
        """The file that a worker makes when it listens."""
        return Path(self.folder) / "ready"

    @staticmethod
    def told() -> "Scene":
        """Return what this worker process was told."""
        return Scene(**json.loads(os.environ[_TOLD]))


class Contender(ABC):
    """A queue, and what works it off. Everything it needs is in its file, with the reason for each setting."""

    name: str
    needs_redis = False
    is_floor = False
    """Whether it is no rival but a floor: what the work costs without something that every contender needs."""

    is_unrecorded = False
    """Whether it keeps no record at all: then a ticket counts as recorded when its printer has cut it."""

    must_listen_first = False
    """Whether what is ordered before its worker is ready is lost; the worker then says so by :meth:`Scene.ready`."""

    @abstractmethod
    def prepare(self, dsn: str) -> None:
        """Make its tables in an empty database."""

    @abstractmethod
    def order(self, connection: Connection, tickets: list[Ticket], scene: Scene) -> float:
        """Order tickets in one commit (autocommit is on); return the time at which they were committed."""

    @abstractmethod
    def worker(self, scene: Scene, log: Path) -> ChildProcess:
        """Return the worker's process, not yet started."""

    def recorded(self, connection: Connection, numbers: list[int]) -> dict[int, float]:
        """Return when each of these tickets was recorded as printed; one that was not is missing."""
        return dict(connection.execute(RECORDED.encode(), [numbers]).fetchall())

    def wait_until_ready(self, scene: Scene, workers: list[ChildProcess]) -> None:
        """Return when orders may come."""
        if self.must_listen_first:
            for each in workers:
                each.wait_until(scene.ready.exists)


class WorkerOfOurs(Contender):
    """A contender whose worker is written here: a process that runs :meth:`work`."""

    @abstractmethod
    def work(self, scene: Scene) -> None:
        """Work the queue off for ever, in the process that runs the worker."""

    def worker(self, scene: Scene, log: Path) -> ChildProcess:
        """Return the worker's process, not yet started."""
        environment = {**outside_environment("KITCHEN_"), _TOLD: json.dumps(asdict(scene))}
        return ChildProcess(["python", "-m", "bench.rivals.worker", self.name], environment, log)


NAMES: Final = (
    *("service", "procrastinate", "pgqueuer", "celery_redis", "django_tasks"),
    *("floor", "floor_notify"),
)
"""In the order of the tables; each is a module of ``contenders``."""


def contender_named(name: str) -> Contender:
    """Import a contender; its libraries are imported only here."""
    found: Contender = import_module(f"bench.rivals.contenders.{name}").CONTENDER
    return found
