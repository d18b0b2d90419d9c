"""Celery with Redis: one worker process with threads.

The settings, and why they are the best we know:

- Threads, so that one process prints on all printers while their connections wait: the default, a process for each
  task at once, would be as many worker processes as printers. As many threads as printers and as many again, so that a
  printer's next ticket waits at hand; its tickets take turns by a lock in the process.
- Acknowledged late, since a ticket must not be lost with a worker, and then fetched one at a time for each thread; four
  at a time, and half as many threads, were tried and are no faster.
- No results, events, gossip, mingle, heartbeats or rate limits: what a worker pays for and nobody here reads.
- Redis over a socket file, appending to its file once a second: what most who keep their queue do. `always` would be
  PostgreSQL's promise, and slower.
"""

import logging
import time
from collections import defaultdict
from importlib import import_module
from threading import Lock
from typing import Any, Final

import psycopg
from psycopg_pool import ConnectionPool

from bench.rivals.contender import Connection, Scene, WorkerOfOurs
from bench.rivals.delivering import NotPrintedError, rendered
from bench.rivals.delivering_blocking import BlockingLines
from bench.rivals.shop import INSERT, MARK, READ, TABLE, Ticket, inserted

RETRY_SECONDS: Final = 2
"""How soon a ticket is tried again whose printer cannot be reached; the default is not to."""

UNACKNOWLEDGED_SECONDS: Final = 40
"""When a ticket of a worker that died is given out again: as soon as none can still be printing. Default: an hour."""


class CeleryRedis(WorkerOfOurs):
    """Tickets are committed first, then sent to Redis: no transaction has both."""

    name = "celery_redis"
    needs_redis = True
    _app: Any = None

    def prepare(self, dsn: str) -> None:
        """The shop's table alone."""
        with psycopg.connect(dsn) as connection:
            connection.execute(TABLE)

    def order(self, connection: Connection, tickets: list[Ticket], scene: Scene) -> float:
        """The clock starts at the commit; what comes after it is the queue's own way."""
        if self._app is None:
            self._app = _app(scene.redis)
        connection.execute(INSERT, inserted(tickets))
        committed = time.time()
        with self._app.producer_pool.acquire(block=True) as producer:
            for each in tickets:
                self._app.send_task("print", (each.number, each.printer), producer=producer)
        return committed

    def work(self, scene: Scene) -> None:
        """Run one worker."""
        logging.disable(logging.WARNING)
        app, turns, lines = _app(scene.redis), defaultdict[str, Lock](Lock), BlockingLines(scene)
        threads = 2 * len(scene.printers)
        pool = ConnectionPool(
            scene.dsn,
            min_size=8,
            max_size=max(8, threads),
            kwargs={"autocommit": True, "prepare_threshold": 0},
            open=True,
        )

        def print_ticket(number: int, printer: str) -> None:
            with turns[printer]:
                with pool.connection() as connection:
                    row = connection.execute(READ, [number]).fetchone()
                assert row is not None
                lines.deliver(scene.printers[printer], rendered(row[0]))
                with pool.connection() as connection:
                    connection.execute(MARK, [number])

        again = {"autoretry_for": (OSError, NotPrintedError), "max_retries": None}
        app.task(name="print", default_retry_delay=RETRY_SECONDS, **again)(print_ticket)
        options = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "ERROR"]
        app.worker_main(["worker", "--pool", "threads", "--concurrency", str(threads), *options])


def _app(redis: str) -> Any:
    app: Any = import_module("celery").Celery("shop", broker=redis)
    app.conf.update(
        task_acks_late=True,
        task_ignore_result=True,
        worker_prefetch_multiplier=1,
        worker_disable_rate_limits=True,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"visibility_timeout": UNACKNOWLEDGED_SECONDS},
    )
    return app


CONTENDER = CeleryRedis()
