"""The database server of a campaign. It may be started from the main thread only, and the campaign lives in another.

So the main thread does nothing but start and stop it on request, and printers go on printing meanwhile.
"""

import asyncio
import os
import queue
import signal
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar

from psycopg.conninfo import conninfo_to_dict

from kitchen_demo.postgres_programs import PostgresUnavailable, find_programs_folder
from kitchen_demo.postgres_server import EmbeddedPostgres, Stop, embedded_postgres

T = TypeVar("T")
TRIES: Final = 5


class Keeper:
    """What the campaign asks of the server."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self.restarts = 0
        self._server = server
        self._wishes: queue.SimpleQueue[tuple[Callable[[], None], Future[None]] | None] = queue.SimpleQueue()

    def dsn(self, database: str = "postgres") -> str:
        """How its superuser connects."""
        return self._server.dsn(database)

    @property
    def socket(self) -> Path:
        """The socket it listens on."""
        return Path(str(conninfo_to_dict(self._server.dsn())["host"])) / ".s.PGSQL.5432"

    async def restart(self, how: Stop, away_seconds: float) -> None:
        """Stop it in that way, leave it away for a while, and start it again."""
        await self._wish(lambda: self._server.stop(how))
        await asyncio.sleep(away_seconds)
        await self._wish(self._start)
        self.restarts += 1

    def _start(self) -> None:
        """Start it. Processes of a server that was killed may still hold what the new one needs."""
        for _ in range(TRIES - 1):
            with suppress(PostgresUnavailable):
                self._server.start()
                return
        self._server.start()

    def freeze(self) -> list[int]:
        """Stop all its processes where they are; return which."""
        processes = [self._server.pid, *_children(self._server.pid)]
        for pid in processes:
            _signal(pid, signal.SIGSTOP)
        return processes

    def thaw(self, processes: list[int]) -> None:
        """Let them go on."""
        for pid in processes:
            _signal(pid, signal.SIGCONT)

    async def _wish(self, what: Callable[[], None]) -> None:
        done: Future[None] = Future()
        self._wishes.put((what, done))
        await asyncio.wrap_future(done)

    def grant(self) -> None:
        """Do what is wished for, until the campaign is over. In the main thread."""
        while (wish := self._wishes.get()) is not None:
            what, done = wish
            try:
                what()
            except BaseException as error:  # noqa: BLE001  # whoever wished hears it
                done.set_exception(error)
            else:
                done.set_result(None)

    def end(self) -> None:
        """Say that nothing more is wished for."""
        self._wishes.put(None)


def with_database(campaign: Callable[[Keeper], Coroutine[Any, Any, T]], *, durable: bool) -> T:
    """Run a campaign on a server of its own. Call it in the main thread. Raises what the campaign raises."""
    results: list[T] = []
    errors: list[BaseException] = []
    with embedded_postgres(find_programs_folder(os.environ), durable=durable) as server:
        keeper = Keeper(server)

        running: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]] = []

        async def held() -> None:
            task = asyncio.current_task()
            assert task is not None
            running.append((asyncio.get_running_loop(), task))
            results.append(await campaign(keeper))

        def live() -> None:
            try:
                asyncio.run(held())
            except BaseException as error:  # noqa: BLE001  # raised again in the main thread
                errors.append(error)
            finally:
                keeper.end()

        thread = threading.Thread(target=live, name="campaign")
        thread.start()
        try:
            keeper.grant()
        except KeyboardInterrupt:
            for loop, task in running:
                loop.call_soon_threadsafe(task.cancel)
            keeper.grant()
        thread.join()
    if errors:
        raise errors[0]
    return results[0]


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in listed.split()]


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # A backend that has ended meanwhile.
        os.kill(pid, number)
