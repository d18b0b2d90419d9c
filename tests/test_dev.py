"""dev.py is the first thing a newcomer runs; where it cannot work it says one sentence, and what to do."""

import ast
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
PYTHON_3_7 = (3, 7)  # the oldest grammar that every Python we support can still check against
SET_UP_SECONDS = 45


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what dev.py reads before anything is installed; no package in it can be had anywhere."""
    (tmp_path / "dev.py").write_text((CHECKOUT / "dev.py").read_text())
    (tmp_path / "pyproject.toml").write_text((CHECKOUT / "pyproject.toml").read_text())
    (tmp_path / "requirements").mkdir()
    for name in ("demo", "dev", "rivals"):
        line = f"kitchen-printer-service-absent==1 --hash=sha256:{'0' * 64}\n"
        (tmp_path / "requirements" / f"{name}.txt").write_text(line)
    return tmp_path


def run(
    checkout: Path, *arguments: str, before: str = "", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run dev.py of that checkout in a Python that was first told `before`."""
    start = "import runpy, sys; del sys.argv[0]; runpy.run_path(sys.argv[0], run_name='__main__')"
    script = f"{before}\n{start}"
    return subprocess.run(
        [sys.executable, "-c", script, str(checkout / "dev.py"), *arguments],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=SET_UP_SECONDS,
    )


def test_the_file_parses_on_a_python_that_is_too_old() -> None:
    ast.parse((CHECKOUT / "dev.py").read_text(), feature_version=PYTHON_3_7)


def test_an_old_python_is_told_which_one_is_needed(checkout: Path) -> None:
    outcome = run(
        checkout, "demo", before="import sys; sys.version_info = (3, 8, 10); sys.version = '3.8.10 (x)'"
    )
    assert outcome.returncode == 1
    assert outcome.stderr == (
        "Python 3.11 or newer is needed and this is 3.8.10: "
        "install one and use it, for example `python3.11 dev.py`.\n"
    )


def test_a_python_without_ensurepip_is_told_which_package_to_install(checkout: Path) -> None:
    outcome = run(checkout, "demo", before="import sys; sys.modules['ensurepip'] = None")
    assert outcome.returncode == 1
    assert "apt-get install python3-venv" in outcome.stderr
    assert outcome.stderr.count("\n") == 1


def test_without_a_network_it_says_so_and_can_be_run_again(checkout: Path) -> None:
    closed = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1", "PIP_CONFIG_FILE": os.devnull}
    first = run(checkout, "demo", environment=closed)
    again = run(checkout, "demo", environment=closed)
    for outcome in (first, again):
        assert outcome.returncode == 1
        assert outcome.stderr.startswith("The package index could not be reached: connect this machine")
        assert outcome.stderr.count("\n") == 1
    assert "making the virtual environment" in first.stdout
    assert "making the virtual environment" not in again.stdout


def test_another_system_than_linux_is_refused_in_words(checkout: Path) -> None:
    outcome = run(checkout, "test", before="import sys; sys.platform = 'win32'")
    assert outcome.returncode == 1
    assert "runs on Linux and this is win32" in outcome.stderr


def test_an_unknown_command_is_a_usage_error_that_lists_the_commands(checkout: Path) -> None:
    outcome = run(checkout, "tset")
    assert outcome.returncode == 2
    assert "There is no command 'tset'; the commands are demo, test, check" in outcome.stderr


def test_clean_removes_what_was_made_and_nothing_else(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    (checkout / "demo-paper").mkdir()
    (checkout / "src" / "__pycache__").mkdir(parents=True)
    (checkout / "src" / "kept.py").touch()
    assert run(checkout, "clean").returncode == 0
    left = sorted(str(path.relative_to(checkout)) for path in checkout.rglob("*") if path.is_file())
    assert left == [
        "dev.py",
        "pyproject.toml",
        "requirements/demo.txt",
        "requirements/dev.txt",
        "requirements/rivals.txt",
        "src/kept.py",
    ]
    assert not (checkout / ".venv").exists()


def test_help_names_every_command_with_a_sentence(checkout: Path) -> None:
    outcome = run(checkout, "help")
    assert outcome.returncode == 0
    lines = [line.split(maxsplit=1) for line in outcome.stdout.splitlines()[2:]]
    campaigns = "chaos crash-matrix soak simulate fuzz mutate coverage"
    names = f"demo test check bench {campaigns} make docs lock sbom audit clean help"
    assert " ".join(line[0] for line in lines) == names
    assert all(len(line) == 2 for line in lines)


@pytest.mark.parametrize("name", ["check", "bench", "make", "docs", "lock", "sbom", "audit", "clean", "help"])
def test_a_command_without_options_tells_its_sentence_and_does_nothing_else(
    checkout: Path, name: str
) -> None:
    before = set(checkout.rglob("*"))
    outcome = run(checkout, name, "--help")
    assert outcome.returncode == 0
    assert outcome.stdout.startswith(f"python3 dev.py {name}: ")
    assert outcome.stdout.count("\n") == 1
    assert set(checkout.rglob("*")) == before
