"""Everybody who should not be on the health port, for a while: ``python -m bench.hostile_clients HOST:PORT SECONDS``.

Only for a port on the loopback interface. It runs as nicely as it can: strangers have machines of their own.
"""

import asyncio
import json
import os
import random
import sys
from collections import Counter
from contextlib import suppress
from typing import Final

HALF_OPEN: Final = 300
TRICKLES: Final = 20
BLASTS: Final = 20
CONNECT_SECONDS: Final = 2.0

_GET: Final = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n"
SHAPES: Final = {
    "64 KB of headers": _GET + b"X: " + b"a" * 65536 + b"\r\n\r\n",
    "TLS hello": bytes.fromhex("16030100f8010000f40303") + b"\x00" * 240,
    "PJL": b"\x1b%-12345X@PJL INFO STATUS\r\n",
    "ESC/POS": b"\x1b@" + b"2 x Grilled sea bass\n" * 400 + b"\x1dV\x00",
    "status question": b"\x10\x04\x01" * 50,
    "CL and TE": _GET + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
    "two lengths": _GET + b"Content-Length: 0\r\nContent-Length: 44\r\n\r\n",
    "hidden TE": _GET + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "pipelined": (_GET + b"\r\n") * 200,
    "rebound name": b"GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "another path": b"GET /../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "metrics, unread": b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "zeros": b"\x00" * 65536,
}


async def attack(host: str, port: int, seconds: float) -> Counter[str]:
    """Do all of it at once for that long; return how many connections of each kind got through."""
    done: Counter[str] = Counter()
    tasks = [
        *(asyncio.create_task(_blast(host, port, done)) for _ in range(BLASTS)),
        *(asyncio.create_task(_trickle(host, port, done)) for _ in range(TRICKLES)),
        *(asyncio.create_task(_half_open(host, port, done)) for _ in range(HALF_OPEN)),
    ]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return done


async def _half_open(host: str, port: int, done: Counter[str]) -> None:
    while True:
        with suppress(OSError, TimeoutError):
            reader, writer = await _connect(host, port)
            writer.write(_GET[: random.randint(0, len(_GET))])
            done["half open"] += 1
            await reader.read()
            writer.transport.abort()
        await asyncio.sleep(0.1)


async def _trickle(host: str, port: int, done: Counter[str]) -> None:
    while True:
        with suppress(OSError, TimeoutError):
            _, writer = await _connect(host, port)
            done["one byte a second"] += 1
            for byte in _GET:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(1)
            writer.transport.abort()


async def _blast(host: str, port: int, done: Counter[str]) -> None:
    while True:
        name = random.choice(list(SHAPES))
        with suppress(OSError, TimeoutError):
            reader, writer = await _connect(host, port)
            writer.write(SHAPES[name])
            done[name] += 1
            if name != "metrics, unread":
                await reader.read()
            writer.transport.abort()
        await asyncio.sleep(0)


async def _connect(host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    async with asyncio.timeout(CONNECT_SECONDS):
        return await asyncio.open_connection(host, port)


def main(address: str, seconds: str) -> None:
    """Attack, and print what got through."""
    host, _, port = address.rpartition(":")
    if not host.startswith("127."):
        raise SystemExit("only a port on the loopback interface")
    os.nice(19)
    print(json.dumps(asyncio.run(attack(host, int(port), float(seconds)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
