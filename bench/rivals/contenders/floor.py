"""The floor: the same delivery without any database. What is left is laying out, encoding, and the printer's word.

Orders come through a file and a socket that says where it is; each printer has a task that takes its next one.
"""

import asyncio
import json
import socket
import time
from pathlib import Path
from typing import Final

from bench.rivals.contender import Connection, Scene, WorkerOfOurs
from bench.rivals.delivering import Lines, rendered
from bench.rivals.shop import Ticket

_SOCKET: Final = "floor.socket"


class Floor(WorkerOfOurs):
    """A ticket is done when its printer has cut it."""

    name = "floor"
    is_floor = is_unrecorded = must_listen_first = True

    def prepare(self, dsn: str) -> None:
        """It has no tables."""

    def order(self, connection: Connection, tickets: list[Ticket], scene: Scene) -> float:
        """Write the tickets down and say where."""
        orders = Path(scene.folder) / f"floor-{tickets[0].number}.json"
        orders.write_text(json.dumps([[each.printer, each.content] for each in tickets]), encoding="utf-8")
        told = time.time()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.sendto(orders.name.encode(), str(Path(scene.folder) / _SOCKET))
        return told

    def work(self, scene: Scene) -> None:
        """Print what comes."""
        asyncio.run(_work(scene))


class _Orders(asyncio.DatagramProtocol):
    def __init__(self, folder: Path, queues: dict[str, asyncio.Queue[str]]) -> None:
        self._folder = folder
        self._queues = queues

    def datagram_received(self, data: bytes, addr: object) -> None:
        del addr
        for printer, content in json.loads((self._folder / data.decode()).read_text(encoding="utf-8")):
            self._queues[printer].put_nowait(content)


async def _work(scene: Scene) -> None:
    queues: dict[str, asyncio.Queue[str]] = {printer: asyncio.Queue() for printer in scene.printers}
    folder = Path(scene.folder)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    line.setblocking(False)
    line.bind(str(folder / _SOCKET))
    await asyncio.get_running_loop().create_datagram_endpoint(lambda: _Orders(folder, queues), sock=line)
    scene.ready.touch()
    lines = Lines(scene)
    lanes = (_lane(lines, scene.printers[printer], queue) for printer, queue in queues.items())
    await asyncio.gather(*lanes)


async def _lane(lines: Lines, address: str, queue: asyncio.Queue[str]) -> None:
    while True:
        await lines.deliver(address, rendered(await queue.get()))


CONTENDER = Floor()
