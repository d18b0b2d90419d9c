"""Processor time of processes, as the kernel counts it."""

import os
from contextlib import suppress
from pathlib import Path


def processor_seconds(pid: int) -> float:
    """Return the processor time of a process and of all it started, those that have ended included.

    Of a child that ended, its own children count too if it waited for them.
    """
    ticks = _ticks_with_ended_children(pid)
    for child in _children(pid):
        with suppress(FileNotFoundError, ProcessLookupError):
            ticks += _ticks_with_ended_children(child)
    return ticks / os.sysconf("SC_CLK_TCK")


def _ticks_with_ended_children(pid: int) -> int:
    return sum(int(field) for field in _fields(Path(f"/proc/{pid}/stat"))[11:15])


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            if int(_fields(stat)[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def _fields(stat: Path) -> list[str]:
    """Return what follows the program's name, which may hold anything: state, parent, and so on (proc(5))."""
    return stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
