"""The commands of docs/docker.md that set an edge server up, on virtual printers."""

import tempfile
from pathlib import Path
from typing import Final

from deploy.trial.compose import compose
from deploy.trial.page import blocks, follow

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
    try:
        with tempfile.TemporaryDirectory() as folder:
            menu = Path(folder) / "menu.txt"
            menu.write_text("Negroni\nSoup of the trial\n", encoding="utf-8")
            for block in blocks("deploy/trial/guide.py"):
                follow(block, {**STANDS_FOR, "menu.txt": str(menu)})
    finally:
        compose("exec", "-T", "postgres", "psql", "-c", CLEAN_UP)
