"""The other commands of docs/docker.md: looking, passwords, backup, an upgrade, stopping; all is well after each."""

import tempfile
from pathlib import Path
from typing import Final

from deploy.trial import six_items
from deploy.trial.compose import TrialFailed, attempt, backend_is_up, health, is_idle, wait
from deploy.trial.page import blocks, follow

STANDS_FOR: Final = {
    "git fetch --tags && git checkout v0.2.0": "true",  # there is no later version yet
    "4711": "1",
}
SHORT_EVENING: Final = {"DEMO_MINUTES": "0.1"}
"""Each `up` lets the simulated POS begin anew, and its orders must not be on their way while a backup is compared."""

UP_SECONDS_MAX: Final = 180.0


def run() -> None:
    """Follow the page, and order something in the end. Raises :class:`TrialFailed`."""
    attempt("rm", "-s", "-f", "pos-sim")
    six_items.run()  # so that there is a ticket to explain
    try:
        with tempfile.TemporaryDirectory() as folder:
            here = {name: f"{folder}/{name}" for name in ("demo-paper", "backups", "before-upgrade.dump")}
            for block in blocks("deploy/trial/care.py"):
                for command in block.splitlines():
                    follow(command, {**STANDS_FOR, **here}, SHORT_EVENING)
                seconds = wait("all is well after these", _is_well, UP_SECONDS_MAX)
                print(f"all well {seconds:.1f} s later", flush=True)
            _see_what_came_of_it(Path(folder))
    finally:
        attempt("--profile", "replicas", "rm", "-s", "-f", "service-2")
    six_items.run()


def _see_what_came_of_it(folder: Path) -> None:
    """See papers, and dumps of PostgreSQL."""
    if not list((folder / "demo-paper").rglob("*.txt")):
        raise TrialFailed("no paper came into demo-paper")
    for name in ("backups/kitchen.dump", "before-upgrade.dump"):
        if (folder / name).read_bytes()[:5] != b"PGDMP":
            raise TrialFailed(f"{name} is no dump")


def _is_well() -> bool:
    return health().get("overall") == "ok" and backend_is_up() and is_idle()
