"""Where replicas live: in network namespaces of their own, where this machine lets us make them.

Then a replica can be cut off from the printers the way a pulled cable does it: packets vanish, nobody is told. The
database's Unix socket stays reachable, so it holds its lanes all the while. Without the right to make namespaces
replicas live beside us, and nothing is ever cut off: the report says so.
"""

import os
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

_LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one replica runs: what to put before its command, where others reach it, the cable that can be pulled."""

    prefix: tuple[str, ...]
    host: str
    cable: str | None

    def pull(self) -> None:
        """Let packets vanish."""
        if self.cable is not None:
            _run("ip", "link", "set", self.cable, "down")

    def plug(self) -> None:
        """Let them through again."""
        if self.cable is not None:
            _run("ip", "link", "set", self.cable, "up")


@dataclass(frozen=True, slots=True)
class Network:
    """The address on which printers must listen, and a place for every replica."""

    printers_host: str
    places: tuple[Place, ...]

    @property
    def has_cables(self) -> bool:
        """Whether replicas can be cut off."""
        return all(place.cable for place in self.places)


@contextmanager
def network(replicas: int) -> Generator[Network, None, None]:
    """Make the namespaces, or do without."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        yield _beside_us(replicas)
        return
    number = os.getpid() % 250
    name = f"kp{os.getpid()}"
    try:
        try:
            made = _make(name, number, replicas)
        except subprocess.CalledProcessError:
            made = _beside_us(replicas)
        yield made
    finally:
        for at in range(replicas):
            subprocess.run(["ip", "netns", "del", f"{name}r{at}"], check=False, capture_output=True)
        subprocess.run(["ip", "link", "del", f"{name}b"], check=False, capture_output=True)


def _beside_us(replicas: int) -> Network:
    return Network(_LOOPBACK, tuple(Place((), _LOOPBACK, None) for _ in range(replicas)))


def _make(name: str, number: int, replicas: int) -> Network:
    bridge = f"{name}b"
    _run("ip", "link", "add", bridge, "type", "bridge")
    _run("ip", "addr", "add", f"10.213.{number}.1/24", "dev", bridge)
    _run("ip", "link", "set", bridge, "up")
    places = [_make_place(name, number, at) for at in range(replicas)]
    return Network(f"10.213.{number}.1", tuple(places))


def _make_place(name: str, number: int, at: int) -> Place:
    space, here, there = f"{name}r{at}", f"{name}h{at}", f"{name}i{at}"
    host = f"10.213.{number}.{10 + at}"
    inside = ("ip", "netns", "exec", space)
    _run("ip", "netns", "add", space)
    _run("ip", "link", "add", here, "type", "veth", "peer", "name", there)
    _run("ip", "link", "set", there, "netns", space)
    _run("ip", "link", "set", here, "master", f"{name}b", "up")
    _run(*inside, "ip", "addr", "add", f"{host}/24", "dev", there)
    _run(*inside, "ip", "link", "set", there, "up")
    _run(*inside, "ip", "link", "set", "lo", "up")
    return Place(inside, host, here)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
