"""docs/tutorial.md is played line by line, on the demo as it stays up, and shows what it says."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.documents.generated import CHECKOUT
from tests.documents.pages import Block, blocks_of
from tests.documents.sessions import Terminal, end

TUTORIAL = "docs/tutorial.md"
PROGRAMS = Path(sys.executable).parent
DEMO = "python3 dev.py demo"

pytestmark = pytest.mark.timeout(240)  # a dozen programs start one after the other


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name, for sockets in it."""
    with TemporaryDirectory(prefix="tutorial-") as name:
        yield Path(name)


def test_the_tutorial_shows_what_it_says(folder: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl here")
    first, kept, *session = blocks_of(CHECKOUT / TUTORIAL)
    assert first.text.strip() == DEMO  # tests/kitchen_demo runs it to its end
    with _demo(kept.text.strip(), folder) as demo:
        assert demo.stdout is not None
        shown = ""
        while "Everything stays up" not in shown:
            line = demo.stdout.readline()
            assert line, shown
            shown += line
        terminal = Terminal(
            folder, {"PATH": os.environ["PATH"], "HOME": str(folder), "COLUMNS": "200", "LC_ALL": "C.UTF-8"}
        )
        try:
            terminal.play(session)
        finally:
            assert end(demo) == 0
    assert not (folder / "demo-paper" / "environment.sh").exists()


def _demo(command: str, folder: Path) -> subprocess.Popen[str]:
    """Start what the page says; dev.py would make an environment first, and this test has one."""
    assert command.startswith(DEMO)
    return subprocess.Popen(
        [PROGRAMS / "kitchen-demo", *command.removeprefix(DEMO).split(), "--no-png"],
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder), "COLUMNS": "200", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def test_a_session_that_shows_something_else_is_seen(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, dict(os.environ))
    typed, shown = a_block("sh", "echo 'Ticket 7 is PRINTED'\n"), "Ticket … is PRINTED\n"
    terminal.play([typed, a_block("text", shown)])
    with pytest.raises(AssertionError, match="should show"):
        terminal.play([typed, a_block("text", shown.replace("PRINTED", "FAILED"))])


def a_block(language: str, text: str) -> Block:
    return Block(document=TUTORIAL, line=1, language=language, text=text, run_by="", not_run="")
