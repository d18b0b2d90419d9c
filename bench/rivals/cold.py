"""A cold start: from starting the service to the first claim of a ticket that waits, and what importing it costs.

Imports are measured in processes of their own, in turns: a Python that imports nothing, the libraries that `run` uses
in the order in which the service imports them, and the service with them.
"""

import json
import subprocess
import sys
import time
from compileall import compile_dir
from functools import partial
from importlib.resources import files
from typing import Final, LiteralString

from bench.rivals.plan import Log, Sizes, Taken, take_turns
from bench.rivals.stage import Place, on_stage

PART: Final = "cold"
SIZE: Final = "one ticket waits"
STARTED: Final = "from starting to the first claim"
PYTHON: Final = "Python alone"
LIBRARIES: Final = "its libraries"
SERVICE: Final = "the service"

_IMPORT_RUN: Final = """
import kitchen_printer.cli.serve
import kitchen_printer.service.alert_targets
import kitchen_printer.service.log
import kitchen_printer.service.run
"""
_SAY_TIME: Final = """
import time
print(time.process_time())
"""
_LIST: Final = f"""
import json, sys
before = set(sys.modules)
{_IMPORT_RUN}
print(json.dumps([name for name in sys.modules if name not in before and not name.startswith("kitchen_printer")]))
"""
_CLAIMED: Final[LiteralString] = """
SELECT extract(epoch FROM started_at)::float8 FROM print_attempts WHERE job_id =
       (SELECT j.id FROM print_jobs j JOIN kitchen_tickets t ON t.id = j.ticket_id WHERE t.bill_id = %s)
"""


def measure(place: Place, log: Log, sizes: Sizes) -> None:
    """Import and start in turns, from byte code, as what is installed has it."""
    compile_dir(str(files("kitchen_printer")), quiet=1)
    libraries: list[str] = json.loads(_output_of(_LIST))
    importable = _output_of(_tried(libraries)).split()
    scripts = {
        PYTHON: "",
        LIBRARIES: f"from importlib import import_module\nfor name in {importable!r}: import_module(name)",
        SERVICE: _IMPORT_RUN,
    }
    take = partial(_take, scripts=scripts)
    take_turns(place, log, PART, SIZE, [*scripts, STARTED], rounds=sizes.cold_starts, take=take)


def _tried(libraries: list[str]) -> str:
    """A script that says which of those modules can be imported alone: some are made by their packages."""
    return f"""
import importlib
for name in {libraries!r}:
    try:
        importlib.import_module(name)
        print(name)
    except Exception:
        pass
"""


def _take(place: Place, turn: str, *, scripts: dict[str, str]) -> Taken:
    if turn == STARTED:
        return {"seconds": _started(place), "CPU seconds": float("nan")}, {}
    began = time.perf_counter()
    used = _output_of(f"{scripts[turn]}{_SAY_TIME}")
    return {"seconds": time.perf_counter() - began, "CPU seconds": float(used)}, {}


def _started(place: Place) -> float:
    """Stop the warm service, order a ticket, start it again; by the record's clock, which is this machine's."""
    with on_stage(place, "service", 1) as stage:
        (worker,) = stage.workers
        worker.stop()
        tickets = stage.tickets(1)
        stage.order(tickets)
        began = time.time()
        worker.start()
        stage.wait_for_papers()
        row = stage.connection.execute(_CLAIMED, [tickets[0].number]).fetchone()
        assert row is not None
        return float(row[0]) - began


def _output_of(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return done.stdout
