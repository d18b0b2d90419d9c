"""The import contracts of pyproject.toml hold, and each fails when the import it forbids is written."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
LINT_SECONDS = 30


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the sources that a test may spoil."""
    for folder in ("src", "proving"):
        shutil.copytree(CHECKOUT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(checkout: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    options = [argument for contract in contracts for argument in ("--contract", contract)]
    command = "from importlinter.cli import lint_imports_command as run; run()"
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache", *options],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout / "src")},
        capture_output=True,
        text=True,
        check=False,
        timeout=LINT_SECONDS,
    )


def test_the_contracts_hold(copy: Path) -> None:
    outcome = lint(copy)
    assert outcome.returncode == 0, outcome.stdout


@pytest.mark.parametrize(
    ("contract", "module", "statement"),
    [
        ("layers", "kitchen_printer/decisions/spoiled.py", "import kitchen_printer.database"),
        ("layers", "kitchen_printer/printers/spoiled.py", "import kitchen_printer.database"),
        ("layers", "kitchen_printer/database/spoiled.py", "import kitchen_printer.printers"),
        ("layers", "kitchen_printer/database/spoiled.py", "import kitchen_printer.service"),
        ("layers", "kitchen_printer/service/spoiled.py", "import kitchen_printer.cli"),
        ("layers", "kitchen_printer/utils.py", ""),
        ("witness", "virtual_printer/spoiled.py", "import kitchen_printer.decisions"),
        ("witness", "kitchen_printer/service/spoiled.py", "import virtual_printer"),
        ("witness", "virtual_printer/spoiled.py", "import kitchen_demo"),
        ("witness", "kitchen_printer/cli/spoiled.py", "import kitchen_demo"),
        ("pure", "kitchen_printer/decisions/spoiled.py", "import time"),
        ("pure", "kitchen_printer/decisions/spoiled.py", "from os.path import join"),
        ("pure", "kitchen_printer/decisions/spoiled.py", "import psycopg"),
        ("no-django", "kitchen_printer/service/spoiled.py", "import django.db"),
        ("no-django", "kitchen_demo/spoiled.py", "import kitchen_restaurant.cli"),
        ("backend", "kitchen_backend/spoiled.py", "import kitchen_printer.database"),
        ("backend", "kitchen_restaurant/api/spoiled.py", "import virtual_printer"),
        ("reusable", "kitchen_backend/spoiled.py", "import ninja"),
        ("escpos", "kitchen_printer/service/spoiled.py", "from escpos.printer import Dummy"),
        ("escpos", "virtual_printer/spoiled.py", "import escpos"),
        ("sql", "kitchen_printer/service/spoiled.py", "import psycopg"),
        ("sql", "kitchen_printer/cli/spoiled.py", "from psycopg_pool import AsyncConnectionPool"),
    ],
)
def test_a_forbidden_import_breaks_its_contract(
    copy: Path, contract: str, module: str, statement: str
) -> None:
    (copy / "src" / module).write_text(statement + "\n")
    outcome = lint(copy, contract)
    assert outcome.returncode == 1, outcome.stdout
    assert "Contracts: 0 kept, 1 broken." in outcome.stdout
    assert "spoiled" in outcome.stdout or "utils" in outcome.stdout


@pytest.mark.parametrize(
    ("module", "statement"),
    [
        ("src/virtual_printer/faults.py", "import virtual_printer.desk"),
        (
            "src/virtual_printer/breakable.py",
            "if TYPE_CHECKING:\n    from virtual_printer.printer import VirtualPrinter",
        ),
        (
            "src/virtual_printer/paper.py",
            "def lazily() -> None:\n    from virtual_printer.picture import draw",
        ),
        ("src/virtual_printer/effects/looks.py", "import virtual_printer.engine"),
        (
            "proving/simulation/wire.py",
            "if TYPE_CHECKING:\n    from proving.simulation.printer import Printer",
        ),
        ("proving/simulation/world.py", "from proving.simulation.faults import FAULTS"),
    ],
)
def test_a_circle_breaks_the_contract_of_its_package(copy: Path, module: str, statement: str) -> None:
    with (copy / module).open("a") as source:
        source.write(f"\n\n{statement}\n")
    outcome = lint(copy, "acyclic")
    assert outcome.returncode == 1, outcome.stdout
    assert "Contracts: 0 kept, 1 broken." in outcome.stdout
    assert "No cycles are allowed" in outcome.stdout


def test_the_folders_that_own_a_library_may_import_it(copy: Path) -> None:
    sources = {
        "printers/spoiled.py": "import escpos",
        "database/spoiled.py": "import psycopg\nimport psycopg_pool",
    }
    for module, statement in sources.items():
        (copy / "src" / "kitchen_printer" / module).write_text(statement + "\n")
    outcome = lint(copy)
    assert outcome.returncode == 0, outcome.stdout
