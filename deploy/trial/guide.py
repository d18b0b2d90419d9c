"""The commands of docs/docker.md that set an edge server up, run as they stand there, on virtual printers."""

import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from deploy.trial.compose import CHECKOUT, COMMAND_SECONDS_MAX, TrialFailed, compose

PAGE: Final = CHECKOUT / "docs" / "docker.md"
_BLOCKS: Final = re.compile(
    r"<!-- run by: deploy/trial/guide\.py -->\n+```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE
)

STANDS_FOR: Final = {
    "192.168.1.31": "printers:9101",
    "192.168.1.32": "printers:9102",
    "'BAR'": "'TRIAL BAR'",
    "'KITCHEN'": "'TRIAL KITCHEN'",
}
"""What belongs to a restaurant, and what is tried in its place; the demo has routes of its own."""

CLEAN_UP: Final = "DELETE FROM station_printers WHERE station_code LIKE 'TRIAL %'"


def run() -> None:
    """Follow the page. Raises :class:`TrialFailed`."""
    blocks = _BLOCKS.findall(PAGE.read_text(encoding="utf-8"))
    if not blocks:
        raise TrialFailed(f"{PAGE.name} shows no commands to run")
    try:
        with tempfile.TemporaryDirectory() as folder:
            menu = Path(folder) / "menu.txt"
            menu.write_text("Negroni\nSoup of the trial\n", encoding="utf-8")
            for block in blocks:
                _follow(block.replace("menu.txt", str(menu)))
    finally:
        compose("exec", "-T", "postgres", "psql", "-c", CLEAN_UP)


def _follow(block: str) -> None:
    script = block.replace("docker compose", os.environ.get("COMPOSE", "docker compose --profile demo"))
    for restaurant, trial in STANDS_FOR.items():
        script = script.replace(restaurant, trial)
    done = subprocess.run(
        ["sh", "-eux", "-c", script],
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=COMMAND_SECONDS_MAX,
    )
    print(done.stdout, flush=True)
    if done.returncode != 0:
        raise TrialFailed(f"a command of {PAGE.name} ended with {done.returncode}, see above")
