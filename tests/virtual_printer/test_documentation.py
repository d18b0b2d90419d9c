"""The documentation page says what the code says."""

from pathlib import Path

import pytest

from virtual_printer.commands import COMMANDS, Effect
from virtual_printer.documentation import refreshed
from virtual_printer.effects import EFFECTS

PAGE = Path(__file__).parents[2] / "docs" / "virtual-printer.md"


def test_the_generated_tables_are_fresh() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert refreshed(page) == page, "run: virtual-printer docs docs/virtual-printer.md"


def test_a_page_without_a_place_for_the_tables_is_refused() -> None:
    with pytest.raises(ValueError, match="no place for profiles"):
        refreshed("# nothing here")


def test_every_rendered_or_parsed_command_has_its_effect_and_no_other_has() -> None:
    acting = {command.name for command in COMMANDS if command.effect in (Effect.RENDERED, Effect.PARSED)}
    assert acting == set(EFFECTS)
