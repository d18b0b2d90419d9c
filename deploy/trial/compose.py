"""Speaking to the containers, with any Docker compose: the old one and the new one have these commands in common."""

import json
import os
import shlex
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

CHECKOUT: Final = Path(__file__).resolve().parents[2]
COMMAND_SECONDS_MAX: Final = 180
BACKEND: Final = os.environ.get("BACKEND_PUBLISH", "127.0.0.1:8000")
HEALTH: Final = os.environ.get("KITCHEN_HEALTH_PUBLISH", "127.0.0.1:9100")

_FILES: Final = "[p for p in pathlib.Path('/papers').rglob('*') if p.suffix in ('.txt', '.json')]"
_READ_PAPERS: Final = (
    "import json, pathlib; "
    f"print(json.dumps({{str(p.relative_to('/papers')): p.read_text() for p in sorted({_FILES})}}))"
)
_CLEAR_PAPERS: Final = f"import pathlib; [p.unlink() for p in {_FILES}]"


class TrialFailed(Exception):
    """The containers do not do what is promised; the message says what was seen instead."""


def compose(*arguments: str) -> str:
    """Run a command of compose and return what it says. Raises :class:`TrialFailed`."""
    done = attempt(*arguments)
    if done.returncode != 0:
        raise TrialFailed(f"compose {shlex.join(arguments)}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def attempt(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of compose that may fail."""
    command = [*shlex.split(os.environ.get("COMPOSE", "docker compose --profile demo")), *arguments]
    return subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=COMMAND_SECONDS_MAX
    )


def inside(service: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command inside a container that is up."""
    return attempt("exec", "-T", service, *command)


def papers() -> dict[str, str]:
    """Return the files of the volume of papers by name: each sheet's text, and the POS's list once it is written."""
    done = inside("printers", "python", "-c", _READ_PAPERS)
    if done.returncode != 0:
        raise TrialFailed(f"the papers cannot be read: {done.stderr.strip()}")
    return dict(json.loads(done.stdout))


def clear_papers() -> None:
    """Take all papers away."""
    done = inside("printers", "python", "-c", _CLEAR_PAPERS)
    if done.returncode != 0:
        raise TrialFailed(f"the papers cannot be taken away: {done.stderr.strip()}")


def health() -> dict[str, Any]:
    """Return what the service says of itself; nothing while it does not answer."""
    try:
        with urllib.request.urlopen(f"http://{HEALTH}/health", timeout=3) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        return dict(json.load(error))
    except (OSError, ValueError):
        return {}


def backend_is_up() -> bool:
    """Say whether orders can be taken."""
    try:
        with urllib.request.urlopen(f"http://{BACKEND}/health", timeout=6) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def wait(what: str, is_so: Callable[[], bool], seconds: float) -> float:
    """Return how long it took until something was so. Raises :class:`TrialFailed`."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if is_so():
            return time.monotonic() - began
        time.sleep(0.5)
    raise TrialFailed(f"{what}: not within {seconds:.0f} s; the service says {health() or 'nothing'}")


def pos_token() -> str:
    """Return the token of the POS."""
    return (CHECKOUT / "secrets" / "pos_token").read_text(encoding="utf-8").strip()


def is_idle() -> bool:
    """Say whether no ticket is on its way."""
    said = health()
    return said.get("overall") in ("ok", "degraded") and said.get("tickets_waiting") == 0
