"""What the documents name exists: files, commands, folders."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kitchen_printer.config import Settings, variable_names

CHECKOUT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")])


def named(path: Path) -> str:
    return str(path.relative_to(CHECKOUT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
        assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_dev_command_that_is_shown_exists(document: Path) -> None:
    listed = subprocess.run(
        [sys.executable, CHECKOUT / "dev.py", "help"], capture_output=True, text=True, check=True
    ).stdout
    commands = {line.split()[0] for line in listed.splitlines()[2:]}
    assert set(re.findall(r"python3 dev\.py (\w+)", document.read_text())) <= commands


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_source_that_is_named_exists(document: Path) -> None:
    roots = [CHECKOUT, CHECKOUT / "src", CHECKOUT / "src" / "kitchen_printer"]
    for path in re.findall(r"`((?:[a-z_]+/)+[a-z_]*(?:\.py)?)`", document.read_text()):
        assert any((root / path).exists() for root in roots) or path == "demo-paper/", path


def test_every_decision_is_in_the_list_of_decisions() -> None:
    listed = (CHECKOUT / "docs" / "adr" / "README.md").read_text()
    for decision in CHECKOUT.glob("docs/adr/0*.md"):
        assert f"]({decision.name})" in listed


def test_the_code_map_names_every_folder_of_the_service() -> None:
    code_map = (CHECKOUT / "ARCHITECTURE.md").read_text()
    for folder in (CHECKOUT / "src" / "kitchen_printer").iterdir():
        if (folder / "__init__.py").exists():
            assert f"  {folder.name}/ " in code_map


def test_every_variable_is_documented_with_its_default_and_no_other_is() -> None:
    page = (CHECKOUT / "docs" / "configuration.md").read_text(encoding="utf-8")
    rows = {row.split("`")[1]: row for row in page.splitlines() if row.startswith("| `")}
    assert set(rows) == set(variable_names())
    for field in Settings.model_fields.values():
        if field.alias and not field.alias.startswith("DATABASE"):
            default = " " if field.default == () else f" {field.default} "
            assert f"|{default}|" in rows[field.alias]
