"""The guide for Django projects, followed to the letter on the oldest supported Django and on the newest.

Each in an environment of its own that the guide's own `pip install` fills. The newest Django may need a newer Python
than this one: ``KITCHEN_NEWEST_PYTHON`` names its program.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console
from tests.backend.fresh_project import follow_the_guide

from kitchen_demo.postgres import open_postgres

NEWEST_PYTHON: Final = "KITCHEN_NEWEST_PYTHON"


def run() -> None:
    """Follow it twice; print which Django it was and what came out."""
    for python, django in (
        (sys.executable, "django~=5.2.0"),
        (os.environ.get(NEWEST_PYTHON, sys.executable), "django"),
    ):
        with (
            tempfile.TemporaryDirectory() as folder,
            open_postgres(os.environ, durable=False) as postgres,
        ):
            programs = Path(folder) / "environment" / "bin"
            subprocess.run([python, "-m", "venv", programs.parent], check=True)
            pip: list[str | Path] = [
                programs / "python",
                "-m",
                "pip",
                "--quiet",
                "--disable-pip-version-check",
            ]
            subprocess.run([*pip, "install", django, "psycopg[binary]"], check=True)  # what a project has
            scratch = Path(folder) / "scratch"
            scratch.mkdir()
            paper = follow_the_guide(postgres, programs, scratch, is_installed=False)
            versions = subprocess.run(
                [
                    programs / "python",
                    "-c",
                    "import django, sys; print(django.__version__, sys.version.split()[0])",
                ],
                check=True,
                capture_output=True,
                text=True,
            ).stdout.split()
        Console().print(f"Django {versions[0]} on Python {versions[1]}:", highlight=False)
        Console().print(paper, markup=False, highlight=False)
