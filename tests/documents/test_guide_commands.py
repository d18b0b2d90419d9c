"""The commands of README.md, backend.md, django.md, high-availability.md and virtual-printer.md are run as they stand.

Only what belongs to a whole machine or server is replaced: addresses, ports, and the names of logins.
"""

import asyncio
import json
import os
import pty
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from shlex import quote
from urllib.parse import quote as percent

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from kitchen_demo.child_process import free_port
from kitchen_demo.edge import set_routes
from kitchen_demo.postgres import Postgres
from kitchen_demo.postgres_programs import find_programs_folder
from tests.conftest import new_database
from tests.documents.generated import CHECKOUT
from tests.documents.pages import Block, blocks_of, shell_blocks
from virtual_printer import VirtualPrinter

SECONDS_MAX = 40.0
AGAIN_SECONDS = 0.05
PROGRAMS = Path(sys.executable).parent
OWNER = "postgresql://owner:password@127.0.0.1:5432/name"
README = "README.md"
BACKEND = "docs/backend.md"
DJANGO = "docs/django.md"
HIGH_AVAILABILITY = "docs/high-availability.md"
VIRTUAL_PRINTER = "docs/virtual-printer.md"

pytestmark = pytest.mark.timeout(180)


def environment(**more: str) -> dict[str, str]:
    path = f"{PROGRAMS}:{find_programs_folder({})}:{os.environ['PATH']}"
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KITCHEN_", "BACKEND_", "DJANGO_"))
    }
    return {**kept, "PATH": path, **more}


@pytest.fixture
def empty(server: Postgres) -> Generator[str, None, None]:
    """The name of an empty database."""
    with new_database(server) as name:
        yield name


@pytest.fixture
def login(server: Postgres) -> Generator[str, None, None]:
    """A name for a login that a guide creates."""
    name = f"guide_{secrets.token_hex(4)}"
    yield name
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))


@contextmanager
def running(
    script: str, folder: Path, told: Mapping[str, str]
) -> Generator[subprocess.Popen[bytes], None, None]:
    """Run a script whose last line stays in the foreground; in the end ask it to stop, as Ctrl-C does."""
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            ["bash", "-eu", "-c", script],
            cwd=folder,
            env=told,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        process.wait(SECONDS_MAX)


def until_answers(at: str, process: subprocess.Popen[bytes], log: Path) -> dict[str, object]:
    """Return the JSON at an address as soon as it is there."""
    ends = time.monotonic() + SECONDS_MAX
    while time.monotonic() < ends and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"http://{at}", timeout=2) as answer:
            found: dict[str, object] = json.load(answer)
            return found
        time.sleep(AGAIN_SECONDS)  # what starts is another process
    raise AssertionError(f"nothing at {at}: {log.read_text(encoding='utf-8', errors='replace')}")


def only(document: str, words: str) -> Block:
    """Return the shell block of a document that holds these words."""
    (block,) = [each for each in shell_blocks(document) if words in each.text]
    return block


def test_the_readme_s_service_runs_by_its_own_commands(
    server: Postgres, empty: str, login: str, tmp_path: Path
) -> None:
    port = free_port()
    script = only(README, "kitchen-printer run").text
    script = script.replace(OWNER, quote(server.dsn(empty)))
    script = script.replace(
        "postgresql://printing:secret@127.0.0.1:5432/name",
        quote(make_conninfo(server.dsn(empty), user=login, password="secret")),
    )
    script = re.sub(r"\bprinting\b", login, script)
    with running(script, tmp_path, environment(KITCHEN_HEALTH_PORT=str(port))) as process:
        health = until_answers(f"127.0.0.1:{port}/health", process, tmp_path / "log")
        assert health["overall"] == "ok", health
    with psycopg.connect(server.dsn(empty)) as connection:
        connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(login)))


async def test_the_small_restaurant_takes_an_order_by_its_own_commands(
    server: Postgres, empty: str, login: str, tmp_path: Path
) -> None:
    if shutil.which("curl") is None or shutil.which("openssl") is None:
        pytest.skip("there is no curl or no openssl here")
    port = free_port()
    (tmp_path / "menu.txt").write_text("Negroni\nLager\n")
    script = only(BACKEND, "kitchen-backend serve").text
    script = script.replace(OWNER, quote(server.dsn(empty)))
    script = script.replace(
        "postgresql://orders:secret@127.0.0.1:5432/name",
        quote(make_conninfo(server.dsn(empty), user=login, password="secret")),
    )
    script = re.sub(r"\borders\b", login, script)
    script = script.replace("< menu.txt", "< menu.txt | tee token").replace(
        "serve", f"serve --bind 127.0.0.1:{port}"
    )
    with running(script, tmp_path, environment()) as process:
        await asyncio.to_thread(until_answers, f"127.0.0.1:{port}/health", process, tmp_path / "log")
        async with VirtualPrinter(name="BAR") as printer:
            set_routes(server.dsn(empty), {"BAR": printer.address})
            curl = only(BACKEND, "curl -X POST").text.replace("127.0.0.1:8000", f"127.0.0.1:{port}")
            token = (tmp_path / "token").read_text(encoding="utf-8").split()[-1]
            done = await asyncio.to_thread(
                subprocess.run,
                ["bash", "-c", curl],
                env=environment(TOKEN=token),
                capture_output=True,
                text=True,
                check=False,
            )
            answer = json.loads(done.stdout)
            assert [each["station_code"] for each in answer["tickets"]] == ["BAR"], answer
    with psycopg.connect(server.dsn(empty)) as connection:
        connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(login)))


def test_the_django_guide_s_service_is_the_readme_s() -> None:
    (run,) = [each for each in blocks_of(CHECKOUT / DJANGO) if "kitchen-printer run" in each.text]
    readme = only(README, "kitchen-printer run").text
    assert run.run_by.endswith(Path(__file__).name)
    variable, program = run.text.strip().split(" ", maxsplit=1)
    assert program in readme
    assert variable.startswith("DATABASE_URL=postgresql://printing:secret@")


def test_of_two_servers_in_the_address_the_one_that_is_there_is_used(database: str, tmp_path: Path) -> None:
    told = conninfo_to_dict(database)
    there = f"{percent(str(told['host']), safe='')}:{told.get('port') or 5432}"
    login = percent(str(told["user"]), safe="")
    if told.get("password"):
        login += f":{percent(str(told['password']), safe='')}"
    script = only(HIGH_AVAILABILITY, "DATABASE_URL").text
    for stands, stands_for in {
        "printing:secret@": f"{login}@",
        "10.0.0.11": f"127.0.0.1:{free_port()}",
        "10.0.0.12": there,
        "/kitchen?": f"/{told['dbname']}?",
    }.items():
        assert stands in script
        script = script.replace(stands, stands_for)
    run(f"{script}kitchen-printer tickets", tmp_path)


def test_the_virtual_printer_prints_and_fails_by_its_own_commands(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl here")
    start, send, *control = shell_blocks(VIRTUAL_PRINTER)
    ports = {"9101": str(free_port()), "9102": str(free_port()), "9180": str(free_port())}
    command = f"{start.text.strip()} --control 9180"
    leader, follower = pty.openpty()  # --live wants a terminal
    process = subprocess.Popen(
        ["bash", "-c", f"exec {with_ports(command, ports)}"],
        cwd=tmp_path,
        env=environment(TERM="xterm"),
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    os.close(follower)
    try:
        control_port = f"127.0.0.1:{ports['9180']}"
        until_answers(f"{control_port}/printers", process, Path(os.devnull))
        run(with_ports(send.text, ports), tmp_path)
        until((tmp_path / "papers/BAR/0001.txt").exists)
        assert "2 x SOUP" in (tmp_path / "papers/BAR/0001.txt").read_text(encoding="utf-8")
        assert (tmp_path / "papers/BAR/0001.png").exists()
        for block in control:
            cover, close = block.text.strip().splitlines()
            run(with_ports(cover, ports), tmp_path)
            assert state(control_port)["cover_open"] is True
            run(with_ports(close, ports), tmp_path)
            assert state(control_port)["cover_open"] is False
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        drain(leader)
        assert process.wait(SECONDS_MAX) == 0


def with_ports(text: str, ports: Mapping[str, str]) -> str:
    for port, by in ports.items():
        text = text.replace(port, by)
    return text


def run(script: str, folder: Path) -> None:
    done = subprocess.run(
        ["bash", "-euc", script], cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (script, done.stdout, done.stderr)


def state(control: str) -> dict[str, object]:
    with urllib.request.urlopen(f"http://{control}/printers/KITCHEN", timeout=5) as answer:
        found: dict[str, object] = json.load(answer)
        return found


def until(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + SECONDS_MAX
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(AGAIN_SECONDS)  # what prints is another process


def drain(terminal: int) -> None:
    """Read what a program shows in its terminal until it has gone, so that it never waits for us."""
    with suppress(OSError):
        while os.read(terminal, 65536):
            pass
    os.close(terminal)
