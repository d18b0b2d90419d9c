"""What the commands say when they are told something that cannot be: what is wrong, and what to do."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from kitchen_demo.postgres_programs import find_programs_folder
from kitchen_demo.postgres_server import embedded_postgres
from kitchen_demo.service_process import ServiceProcess
from kitchen_printer.service.facts import RouteRefused
from tests.service.kitchen_under_test import KitchenUnderTest
from virtual_printer import VirtualPrinter

NOBODY_LISTENS = "postgresql://nobody:s3cret-canary@127.0.0.1:1/none"


def kitchen_printer(*arguments: str, **environment: str) -> tuple[int, str]:
    """Run the command; return its exit code and everything it printed, in one line."""
    ours = {
        name: value for name, value in os.environ.items() if not name.startswith(("KITCHEN_", "DATABASE_"))
    }
    done = subprocess.run(
        [Path(sys.executable).with_name("kitchen-printer"), *arguments],
        env=ours | environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_all_wrong_settings_are_named_at_once_with_their_ranges() -> None:
    code, said = kitchen_printer(
        "run",
        DATABASE_URL=NOBODY_LISTENS,
        KITCHEN_POLL_SECONDS="0",
        KITCHEN_MAX_ATTEMPTS="many",
        KITCHEN_LOG_FORMAT="xml",
    )
    assert code == 2
    assert "KITCHEN_POLL_SECONDS" in said
    assert "0.1 to 60" in said
    assert "KITCHEN_MAX_ATTEMPTS" in said
    assert "1 to 20" in said
    assert "KITCHEN_LOG_FORMAT" in said


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "set exactly one of DATABASE_URL and DATABASE_URL_FILE"),
        ({"DATABASE_URL": "mysql://x"}, "'mysql'"),
        ({"DATABASE_URL_FILE": "/nowhere/dsn"}, "there is no file /nowhere/dsn"),
    ],
)
def test_a_missing_or_wrong_database_address_is_said_in_one_sentence(
    environment: dict[str, str], expected: str
) -> None:
    code, said = kitchen_printer("run", **environment)
    assert (code, expected in said) == (2, True), said


def test_migrating_an_unreachable_database_fails_with_a_sentence_and_without_the_password() -> None:
    code, said = kitchen_printer("migrate", DATABASE_URL=NOBODY_LISTENS)
    assert code == 1
    assert "127.0.0.1" in said
    assert "s3cret-canary" not in said
    assert "Traceback" not in said


def test_a_taken_health_port_is_named_with_the_variable_to_set() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, said = kitchen_printer("run", DATABASE_URL=NOBODY_LISTENS, KITCHEN_HEALTH_PORT=port)
    assert code == 1
    assert port in said
    assert "KITCHEN_HEALTH_PORT" in said


def test_migrate_says_what_it_did_and_a_second_time_that_there_is_nothing_to_do(empty_database: str) -> None:
    planned = kitchen_printer("migrate", "--dry-run", DATABASE_URL=empty_database)
    first = kitchen_printer("migrate", DATABASE_URL=empty_database)
    second = kitchen_printer("migrate", DATABASE_URL=empty_database)
    assert (planned[0], first[0], second[0]) == (0, 0, 0)
    assert "Would apply 0001_tables." in planned[1]
    assert "Applied 0001_tables." in first[1]
    assert "nothing to apply" in second[1]


def test_a_service_on_a_database_without_the_contract_waits_and_says_what_to_run(
    empty_database: str, tmp_path: Path
) -> None:
    service = ServiceProcess(empty_database, tmp_path / "service.log")
    service.start()
    try:
        status: int = 0
        body: dict[str, Any] = {}
        while status == 0 or body["database"]["problem"] == "not asked yet":
            assert service.pid
            status, body = service.health()
        assert status == 503
        assert "kitchen-printer migrate" in body["database"]["problem"]
    finally:
        assert service.stop() == 0


def test_a_printer_address_that_is_none_is_refused_where_it_is_written(database: str) -> None:
    with psycopg.connect(database) as connection, pytest.raises(psycopg.errors.CheckViolation) as refused:
        connection.execute(
            "INSERT INTO station_printers (station_code, printer_ip) VALUES ('BAR', 'the bar')"
        )
    assert refused.value.diag.constraint_name == "printer_ip_is_host_or_host_port"


async def test_an_address_that_only_looks_like_one_costs_its_own_route_alone(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("KITCHEN", "300.1.2.3")
    await kitchen.route("BAR", printer)
    service = await kitchen.start_service()
    ticket = await kitchen.submit("BAR", "Negroni")

    await kitchen.wait_for_status(ticket, "PRINTED")

    assert "300.1.2.3" in (await service.facts.wait_for(RouteRefused)).problem
    _, health = await service.get("/health")
    assert health["overall"] == "degraded"
    assert health["refused_routes"][0]["station"] == "KITCHEN"
    assert len(service.facts.of(RouteRefused)) == 1


def test_a_frozen_database_ends_a_command_in_a_sentence() -> None:
    with embedded_postgres(find_programs_folder(os.environ), durable=False) as server:
        os.kill(server.pid, signal.SIGSTOP)
        try:
            code, said = kitchen_printer("explain", "1", DATABASE_URL=server.dsn())
        finally:
            os.kill(server.pid, signal.SIGCONT)
    assert code == 1
    assert "cannot be used" in said


def test_a_command_that_waits_for_the_database_ends_in_order_when_it_is_told_to() -> None:
    """The first process of a container is not ended by a signal that it does not handle."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/none"
        process = subprocess.Popen(
            [Path(sys.executable).with_name("kitchen-printer"), "migrate"],
            env={**os.environ, "DATABASE_URL": address},
            stderr=subprocess.DEVNULL,
        )
        with silent.accept()[0] as line:
            line.recv(1)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 128 + signal.SIGTERM
