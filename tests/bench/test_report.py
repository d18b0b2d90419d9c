"""What an earlier run measured is kept, if it was the same program."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from bench.rivals.figures import Turn
from bench.rivals.plan import Log
from bench.rivals.report import add_earlier

DRAIN = Turn(part="drain", size="16 printers", contender="service", round_no=1, figures={"cores": 1.2})
REST = Turn(part="rest", size="3 printers", contender="service", round_no=1, figures={"MiB resident": 60.0})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run at commit `abc` in which two parts were measured."""
    measured = {
        "about": {"commit": "abc"},
        "turns": [asdict(DRAIN), asdict(REST)],
        "spins": [0.01],
        "failed": [
            "drain, 16 printers, service, round 2: stuck",
            "rest, 3 printers, service, round 2: stuck",
        ],
    }
    (tmp_path / "raw.json").write_text(json.dumps(measured), encoding="utf-8")
    return tmp_path


def test_parts_that_are_not_measured_again_are_kept_with_their_failures(folder: Path) -> None:
    log = Log()
    add_earlier(folder, log, without=["drain"], commit="abc")
    assert log.turns == [REST]
    assert log.failed == ["rest, 3 printers, service, round 2: stuck"]
    assert log.spins == [0.01]


def test_figures_of_another_commit_are_not_mixed_in(folder: Path) -> None:
    with pytest.raises(ValueError, match="measured at commit abc, this is def"):
        add_earlier(folder, Log(), without=[], commit="def")
