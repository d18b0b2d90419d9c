"""The programs are installed by the documents' own commands, into a folder of the test.

What this project needs is taken from the environment of the tests instead of the package index: nothing is downloaded,
and the lock and the images show that what is declared is enough.
"""

import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.documents.generated import CHECKOUT
from tests.documents.pages import Block, shell_blocks

SECONDS_MAX = 120
FOLDER = "/opt/kitchen"


def test_the_programs_are_there_after_the_documents_own_commands(tmp_path: Path) -> None:
    folder = tmp_path / "kitchen"
    make, install = the_block("README.md").text.strip().splitlines()
    run(make, folder)
    (packages,) = folder.glob("lib/python3*/site-packages")
    (packages / "what-it-needs.pth").write_text(sysconfig.get_path("purelib"))
    run(install, folder)
    assert said_by(folder, "kitchen-printer", "--version")
    run(the_block("docs/backend.md").text.strip(), folder)
    assert "--token-file" in said_by(folder, "kitchen-backend", "set_up", "--help")
    where = said_by(folder, "python", "-c", "import kitchen_restaurant as it; print(it.__file__)")
    assert Path(where).is_relative_to(packages)


def the_block(document: str) -> Block:
    (block,) = [each for each in shell_blocks(document) if each.run_by.endswith(Path(__file__).name)]
    return block


def run(line: str, folder: Path) -> None:
    assert FOLDER in line
    line = line.replace(FOLDER, str(folder)).replace(
        "pip install", "pip install --no-deps --no-index --no-build-isolation"
    )
    done = subprocess.run(
        ["bash", "-euc", line.replace("python3 ", f"{sys.executable} ")],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS_MAX,
    )
    assert done.returncode == 0, (line, done.stdout, done.stderr)


def said_by(folder: Path, program: str, *arguments: str) -> str:
    done = subprocess.run(
        [folder / "bin" / program, *arguments],
        cwd=folder,
        env={
            "DATABASE_URL": "postgresql://nobody@127.0.0.1/none",
            "BACKEND_SECRET_KEY": "for this test alone" * 3,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS_MAX,
    )
    assert done.returncode == 0, (program, done.stdout, done.stderr)
    return done.stdout.strip()
