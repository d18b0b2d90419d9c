"""What the documents name exists: files, commands, folders."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")])


MADE_BY_COMMANDS = ("demo-paper/", "site/", "build/", "secrets/", "sbom/")


def named(path: Path) -> str:
    return str(path.relative_to(CHECKOUT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_dev_command_that_is_shown_exists(document: Path) -> None:
    assert set(re.findall(r"python3 dev\.py ([\w-]+)", document.read_text())) <= dev_commands()


@cache
def dev_commands() -> frozenset[str]:
    listed = subprocess.run(
        [sys.executable, CHECKOUT / "dev.py", "help"], capture_output=True, text=True, check=True
    ).stdout
    return frozenset(line.split()[0] for line in listed.splitlines()[2:])


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_source_that_is_named_exists(document: Path) -> None:
    roots = [CHECKOUT, CHECKOUT / "src", CHECKOUT / "src" / "kitchen_printer"]
    for path in re.findall(r"`((?:[a-z_]+/)+[a-z_]*(?:\.py)?)`", document.read_text()):
        assert any((root / path).exists() for root in roots) or path.startswith(MADE_BY_COMMANDS), path


def test_every_decision_is_in_the_list_of_decisions() -> None:
    listed = (CHECKOUT / "docs" / "adr" / "README.md").read_text()
    for decision in CHECKOUT.glob("docs/adr/0*.md"):
        assert f"]({decision.name})" in listed


def test_the_code_map_names_every_folder_of_the_service() -> None:
    code_map = (CHECKOUT / "ARCHITECTURE.md").read_text()
    for folder in (CHECKOUT / "src" / "kitchen_printer").iterdir():
        if (folder / "__init__.py").exists():
            assert f"  {folder.name}/ " in code_map
