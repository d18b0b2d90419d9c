"""django-tasks with its database worker: one process, a worker of the library for each printer's queue in a thread.

The settings, and why they are the best we know:

- A queue for each printer, and a worker for each queue: one of its workers does one task at a time, and tickets of a
  printer must take turns. `manage.py db_worker` runs one worker in a process; here the same class runs in threads,
  so that one process prints on all printers.
- It polls, and knows no notification. A tenth of a second is the default's tenth: half of it is the least that an
  order waits on average, and each worker asks ten times a second while nothing is ordered.
- Connections are kept (`CONN_MAX_AGE`): the worker otherwise closes its own after every look at its queue.
- It has no retries: a ticket whose printer cannot be reached has failed.
"""

import sys
import threading
import time
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final, LiteralString

import psycopg
from psycopg.conninfo import conninfo_to_dict

from bench.rivals.contender import Connection, Scene, WorkerOfOurs
from bench.rivals.delivering import rendered
from bench.rivals.delivering_blocking import BlockingLines
from bench.rivals.shop import INSERT, MARK, READ, TABLE, Ticket, inserted

INTERVAL_SECONDS: Final = 0.1
_TASK: Final[LiteralString] = "bench.rivals.contenders.django_tasks.print_ticket"
_ENQUEUED: Final[LiteralString] = f"""
WITH ticket AS ({INSERT} RETURNING id, printer)
INSERT INTO django_tasks_database_dbtaskresult
       (id, status, enqueued_at, args_kwargs, priority, task_path, queue_name, backend_name, run_after,
        exception_class_path, traceback, worker_ids, return_value)
SELECT gen_random_uuid(), 'READY', clock_timestamp(), jsonb_build_object('args', jsonb_build_array(id, printer),
       'kwargs', '{{}}'::jsonb), 0, '{_TASK}', printer, 'default', '9999-01-01', '', '', '[]', 'null'
  FROM ticket ORDER BY id
"""
_scene: Scene | None = None


class DjangoTasks(WorkerOfOurs):
    """Jobs are inserted with the tickets, in their transaction."""

    name = "django_tasks"

    def prepare(self, dsn: str) -> None:
        """Its migrations, in a process of their own: a Django knows one database."""
        import subprocess

        subprocess.run([sys.executable, "-m", __name__, dsn], check=True)
        with psycopg.connect(dsn) as connection:
            connection.execute(TABLE)

    def order(self, connection: Connection, tickets: list[Ticket], scene: Scene) -> float:
        """Nobody is notified: its workers poll."""
        connection.execute(_ENQUEUED, inserted(tickets))
        return time.time()

    def work(self, scene: Scene) -> None:
        """Run a worker for each printer."""
        global _scene  # noqa: PLW0603  # its tasks are functions of a module, found by their path
        _scene = scene
        _set_up(scene.dsn)
        worker: Any = import_module("django_tasks_db.management.commands.db_worker").Worker
        for printer in scene.printers:
            ours = worker(
                queue_names=[printer],
                excluded_queue_names=[],
                interval=INTERVAL_SECONDS,
                batch=False,
                backend_name="default",
                startup_delay=False,
                max_tasks=None,
                worker_id=printer,
            )
            threading.Thread(target=ours.run, daemon=True).start()
        threading.Event().wait()


@cache
def _lines() -> BlockingLines:
    assert _scene is not None
    return BlockingLines(_scene)


def _print_ticket(number: int, printer: str) -> None:
    connection: Any = import_module("django.db").connection
    assert _scene is not None
    with connection.cursor() as cursor:
        cursor.execute(READ, [number])
        (content,) = cursor.fetchone()
    _lines().deliver(_scene.printers[printer], rendered(content))
    with connection.cursor() as cursor:
        cursor.execute(MARK, [number])


def __getattr__(name: str) -> Any:
    """Make the task when Django asks for it: a task can be made only where Django is set up."""
    if name != "print_ticket":
        raise AttributeError(name)
    return import_module(_library()).task(_print_ticket)


def _library() -> str:
    """Return what Django calls its tasks: they are its own since 6.0, and a library for older ones."""
    return "django.tasks" if find_spec("django.tasks") else "django_tasks"


def _set_up(dsn: str) -> None:
    told = conninfo_to_dict(dsn)
    import_module("django.conf").settings.configure(
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": told["dbname"],
                "USER": told.get("user"),
                "PASSWORD": told.get("password"),
                "HOST": told.get("host"),
                "PORT": told.get("port"),
                "CONN_MAX_AGE": None,
            }
        },
        INSTALLED_APPS=[*({_library()} - {"django.tasks"}), "django_tasks_db"],
        TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}},
        USE_TZ=True,
    )
    import_module("django").setup()


CONTENDER = DjangoTasks()

if __name__ == "__main__":
    _set_up(sys.argv[1])
    import_module("django.core.management").call_command("migrate", verbosity=0)
