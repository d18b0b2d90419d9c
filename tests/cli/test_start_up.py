"""What a service loads before it works: only what it uses, since somebody waits for its first ticket."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kitchen_demo.child_process import outside_environment

NOBODY_LISTENS = "postgresql://nobody@127.0.0.1:1/none"

UNUSED = frozenset(
    {
        "typer",  # what reads the other commands' arguments
        "rich",  # what draws their tables
        "structlog",  # the console view for people
        "escpos.printer",  # drivers, and the profiles of all makes
        "yaml",
        "PIL",  # pictures, for scripts that the printer has no letters for
        "uharfbuzz",
        "emoji",
        "apprise",  # alerts, where some are configured
        "qrcode",
        "virtual_printer",
    }
)


def test_a_service_loads_nothing_that_it_does_not_use() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = subprocess.run(
            [sys.executable, "-X", "importtime", Path(sys.executable).with_name("kitchen-printer"), "run"],
            env={
                **outside_environment("KITCHEN_"),
                "DATABASE_URL": NOBODY_LISTENS,
                "KITCHEN_HEALTH_PORT": str(taken.getsockname()[1]),  # It ends where it would begin to work.
            },
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert ended.returncode == 1, ended.stderr
    loaded = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines() if "|" in line}
    assert {"kitchen_printer.service.run", "kitchen_printer.printers.encode", "psycopg"} <= loaded
    assert not UNUSED & loaded


@pytest.mark.parametrize("entry", ["kitchen_printer.cli", "kitchen_restaurant.cli"])
@pytest.mark.parametrize("told", ["", "timeout:3"])
def test_servers_of_names_that_do_not_answer_hold_up_nobody_for_long(entry: str, told: str) -> None:
    script = (
        f"import os, sys; from {entry} import main; sys.argv = ['it', '--version']\n"
        "try: main()\n"
        "finally: print(os.environ['RES_OPTIONS'])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "DATABASE_URL": NOBODY_LISTENS} | ({"RES_OPTIONS": told} if told else {}),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.stdout.splitlines()[-1] == (told or "timeout:1 attempts:2"), ended.stderr
