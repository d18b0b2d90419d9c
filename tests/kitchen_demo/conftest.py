"""Where the tests of the embedded PostgreSQL find its programs, and a place to work in."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kitchen_demo.postgres_programs import find_programs_folder


@pytest.fixture
def programs() -> Path:
    return find_programs_folder({})


@pytest.fixture
def place() -> Iterator[Path]:
    """An empty folder that every user can reach, with a short name: pytest's are private, and long for a socket."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
