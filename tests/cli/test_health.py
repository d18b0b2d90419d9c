"""`kitchen-printer health`: what a container's health check and a technician ask."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kitchen_demo.child_process import free_port, outside_environment
from kitchen_demo.service_process import ServiceProcess
from virtual_printer import VirtualPrinter


@pytest.fixture
def service(service_dsn: str, tmp_path: Path) -> Iterator[ServiceProcess]:
    """A service without printers."""
    process = ServiceProcess(service_dsn, tmp_path / "service.log")
    process.start()
    try:
        process.wait_until_healthy()
        yield process
    finally:
        process.stop()


def said(port: str, *arguments: str) -> tuple[int, str]:
    environment = {
        **outside_environment("KITCHEN_", "DATABASE_"),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1/none",
        "KITCHEN_HEALTH_HOST": "0.0.0.0",  # noqa: S104  # as in a container; loopback is asked
        "KITCHEN_HEALTH_PORT": port,
    }
    command = [str(Path(sys.executable).with_name("kitchen-printer")), "health", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_service_that_works_is_well_and_lives(service: ServiceProcess) -> None:
    port = service.health_address.rpartition(":")[2]
    code, words = said(port)
    assert code == 0
    assert words.startswith("Overall: ok.\n0 tickets wait, 0 failed.\n")
    assert said(port, "--live") == (0, "It lives.\n")
    code, body = said(port, "--json")
    assert (code, json.loads(body)["overall"]) == (0, "ok")


def test_where_no_service_answers_the_check_fails_and_says_where_it_asked() -> None:
    port = str(free_port())
    for arguments in ((), ("--live",)):
        code, words = said(port, *arguments)
        assert code == 1
        assert words.startswith(f"No service answers at 127.0.0.1:{port}: ")


async def test_what_is_no_service_of_ours_counts_as_none() -> None:
    async with VirtualPrinter() as printer:
        code, words = await asyncio.to_thread(said, printer.address.rpartition(":")[2], "--live")
    assert code == 1
    assert words.startswith("No service answers at ")


def test_a_port_that_nobody_knows_cannot_be_asked() -> None:
    assert said("0") == (1, "KITCHEN_HEALTH_PORT is 0, any free port: only the service's log knows which.\n")
