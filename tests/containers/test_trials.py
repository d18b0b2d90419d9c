"""The trials follow docs/docker.md: what they replace in its commands stands there, and the page lists them all."""

import re
from collections.abc import Mapping

import pytest
from deploy.trial import care, guide
from deploy.trial.__main__ import TRIALS
from deploy.trial.page import PAGE, blocks


@pytest.mark.parametrize(
    ("run_by", "stands_for"),
    [("deploy/trial/guide.py", guide.STANDS_FOR), ("deploy/trial/care.py", care.STANDS_FOR)],
)
def test_what_a_trial_replaces_stands_in_the_commands_of_the_page(
    run_by: str, stands_for: Mapping[str, str]
) -> None:
    shown = "\n".join(blocks(run_by))
    assert [each for each in stands_for if each not in shown] == []


def test_no_trial_takes_the_checkout_to_another_version() -> None:
    typed = "\n".join(blocks("deploy/trial/care.py"))
    for replaced, by in care.STANDS_FOR.items():
        typed = typed.replace(replaced, by)
    assert "git" not in typed


def test_what_is_typed_line_by_line_has_a_command_on_each_line() -> None:
    for block in blocks("deploy/trial/care.py"):
        assert not re.search(r"\\$", block, re.MULTILINE)


def test_the_page_lists_the_trials() -> None:
    listed = re.findall(r"^\| `([a-z-]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [each for each in listed if each in TRIALS] == list(TRIALS)
