"""A process that has the service loaded and forks a new one on demand: a start costs milliseconds, not a second.

Every service is a process of its own, whose program is `kitchen-printer run`, with its own environment and log.

    python -m proving.chaos.nursery

reads one JSON object a line (`environment`, `log`, `plan`) and answers with `{"pid": …}`; when a service has ended it
says `{"pid": …, "ended": code}`. It ends, and all its services with it, when nobody is left to talk to.
"""

import ctypes
import gc
import json
import os
import random
import selectors
import signal
import sys
import traceback
from importlib import import_module
from typing import Any, Final

import typer

from proving.chaos.failpoints import Mishap, Plan, arm

PR_SET_PDEATHSIG: Final = 1
DESCRIPTORS_MAX: Final = 512
PRELOADED: Final = (
    "kitchen_printer.cli.app",
    "kitchen_printer.service.run",
    "kitchen_printer.service.log",
    "kitchen_printer.service.alert_targets",
    "kitchen_printer.printers.encode",
    "psycopg_binary",
)


def main() -> None:
    """Serve until standard input ends."""
    for name in PRELOADED:
        import_module(name)
    libc = ctypes.CDLL(None)
    gc.freeze()
    _say({"ready": os.getpid()})
    watch = selectors.DefaultSelector()
    watch.register(sys.stdin.buffer, selectors.EVENT_READ)
    while True:
        for key, _ in watch.select():
            if key.data is None:
                line = sys.stdin.buffer.readline()
                if not line:
                    return
                pid = _born(json.loads(line), libc)
                watch.register(os.pidfd_open(pid), selectors.EVENT_READ, pid)
                _say({"pid": pid})
            else:
                _, status = os.waitpid(key.data, 0)
                watch.unregister(key.fileobj)
                os.close(key.fd)
                _say({"pid": key.data, "ended": os.waitstatus_to_exitcode(status)})


def _say(what: dict[str, int]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _born(told: dict[str, Any], libc: ctypes.CDLL) -> int:
    pid = os.fork()
    if pid == 0:
        os._exit(_live(told, libc))
    return pid


def _live(told: dict[str, Any], libc: ctypes.CDLL) -> int:
    """Be the service; return the exit code."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    log = os.open(told["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, source in ((0, nothing), (1, log), (2, log)):
        os.dup2(source, number)
    os.closerange(3, DESCRIPTORS_MAX)
    os.environ.clear()
    os.environ.update(told["environment"])
    random.seed()
    try:
        if told["plan"]:
            plan = told["plan"]
            arm(Plan(point=plan["point"], mishap=Mishap(plan["mishap"]), passage=plan["passage"]))
        import_module("kitchen_printer.cli.app").run()
    except typer.Exit as end:
        return end.exit_code
    except BaseException:  # noqa: BLE001  # the last thing this process can do is say why
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    main()
