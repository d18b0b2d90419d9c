"""What the running service says of itself and of the kitchen on its port, and what it keeps to itself."""

import asyncio
import json
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from kitchen_printer.config import read_settings
from kitchen_printer.service.facts import (
    Announcer,
    DatabaseBack,
    DatabaseLost,
    RouteRefused,
    ServiceStarted,
    ServiceStopping,
)
from kitchen_printer.service.log import Log
from kitchen_printer.service.own_port import OwnPort
from kitchen_printer.service.run import Service
from tests.service.health_client import exchange, get, status_of
from tests.service.kitchen_under_test import (
    WAIT_SECONDS,
    Facts,
    KitchenUnderTest,
    RunningService,
    own_database,
)
from virtual_printer import VirtualPrinter

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def scrape(service: RunningService) -> Samples:
    """Read the metrics as Prometheus does."""
    address = (await service.facts.wait_for(ServiceStarted)).health_address
    answer = await asyncio.to_thread(lambda: exchange(address, get("/metrics")))
    assert status_of(answer) == 200
    page = answer.partition(b"\r\n\r\n")[2].decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


async def scraped_until(service: RunningService, name: str, value: float, **labels: str) -> Samples:
    """Return the metrics as soon as one has a value."""
    samples: Samples = {}
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            key = (name, tuple(sorted(labels.items())))
            while (samples := await scrape(service)).get(key) != value:  # noqa: ASYNC110  # asked from outside
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"{name} never was {value}: {samples}") from None
    return samples


async def test_a_printed_ticket_is_counted_with_its_evidence_and_its_time(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    service = await kitchen.start_service()
    await kitchen.wait_for_status(await kitchen.submit("BAR", "Negroni"), "PRINTED")

    await scraped_until(service, "kitchen_printer_up", 1, printer=printer.address)
    ends = {"outcome": "CONFIRMED", "evidence": "token", "reason": ""}
    samples = await scraped_until(service, "kitchen_attempts_total", 1, **ends)

    def value(name: str, **labels: str) -> float:
        return samples[name, tuple(sorted(labels.items()))]

    assert value("kitchen_claims_total") == 1
    assert value("kitchen_papers_sent_total", mark="") == 1
    assert value("kitchen_delivery_seconds_count") == 1
    assert 0 < value("kitchen_delivery_seconds_sum") < WAIT_SECONDS
    assert value("kitchen_database_up") == 1
    assert value("process_open_fds") > 3


async def test_what_waits_is_shown_by_station_with_its_age_and_reason(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    printer.causes.open_cover()
    await kitchen.route("BAR", printer)
    service = await kitchen.start_service()
    await kitchen.execute(
        "INSERT INTO kitchen_tickets (bill_id, printer_target, created_at)"
        " VALUES (1, 'BAR', now() - interval '5 minutes'), (2, 'no such station', now())"
    )

    samples = await scraped_until(service, "kitchen_station_waiting", 1, station="BAR")
    assert samples["kitchen_station_oldest_seconds", (("station", "BAR"),)] >= 300
    assert samples["kitchen_oldest_unprinted_seconds", ()] >= 300
    assert not any("no such station" in str(labels).lower() for _, labels in samples)

    trouble = {"printer": printer.address, "reason": "cover_open"}
    await scraped_until(service, "kitchen_printer_trouble", 1, **trouble)
    status, health = await service.get("/health")
    assert (status, health["overall"]) == (200, "degraded")
    assert health["printers"][0]["advice"] == "Close the cover."
    assert health["stations"] == [
        {
            "station": "BAR",
            "waiting": 1,
            "held": 0,
            "oldest_seconds": pytest.approx(300, abs=WAIT_SECONDS + 30),
        }
    ]
    assert (await service.get("/readyz"))[0] == 200


async def test_a_dead_printer_that_no_route_names_any_more_and_that_nothing_waits_for_degrades_nothing(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    printer.causes.refuse()
    await kitchen.route("BAR", printer)
    ticket = await kitchen.submit("BAR", "Negroni")
    service = await kitchen.start_service()
    await scraped_until(service, "kitchen_printer_up", 0, printer=printer.address)
    assert (await service.get("/health"))[1]["overall"] == "degraded"

    await kitchen.execute("UPDATE station_printers SET printer_ip = %s", [second_printer.address])
    await kitchen.wait_for_status(ticket, "PRINTED")

    await scraped_until(service, "kitchen_printer_up", 1, printer=second_printer.address)
    samples = await scraped_until(service, "kitchen_up", 2)
    assert ("kitchen_printer_up", (("printer", printer.address),)) not in samples
    _, body = await service.get("/health")
    states = {each["address"]: (each["state"], each["reason"]) for each in body["printers"]}
    assert states == {printer.address: ("unused", None), second_printer.address: ("ok", None)}


async def test_a_route_to_our_own_health_port_is_refused_by_name(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    service = await kitchen.start_service()
    address = (await service.facts.wait_for(ServiceStarted)).health_address
    await kitchen.route("KITCHEN", address)
    await kitchen.route("BAR", printer)
    await kitchen.wait_for_status(await kitchen.submit("BAR", "Negroni"), "PRINTED")

    refused = await service.facts.wait_for(RouteRefused)

    assert refused.station == "KITCHEN"
    assert "own health port" in refused.problem
    assert await kitchen.rows("SELECT FROM printers WHERE address = %s", [address]) == []


@pytest.mark.parametrize(
    ("bound", "address", "is_ours"),
    [
        ("127.0.0.1:9100", "127.0.0.1:9100", True),
        ("127.0.0.1:9100", "localhost:9100", True),
        ("127.0.0.1:9100", "127.0.0.1:9101", False),
        ("127.0.0.1:9100", "127.0.0.2:9100", False),
        ("127.0.0.1:9100", "10.0.0.5:9100", False),
        ("0.0.0.0:9100", "127.0.0.1:9100", True),
        ("0.0.0.0:9100", "localhost:9100", True),
        ("0.0.0.0:9100", "192.0.2.7:9100", False),
        ("0.0.0.0:9100", "bar-printer:9100", False),
        ("[::1]:9100", "[::1]:9100", True),
    ],
)
def test_our_own_port_is_recognised_in_all_its_spellings(bound: str, address: str, is_ours: bool) -> None:
    own = OwnPort()
    own.is_at(bound)
    assert own.is_meant_by(address) is is_ours


@pytest.mark.timeout(120)
async def test_a_stopped_database_fails_readiness_and_health_but_not_life_and_recovers_by_itself() -> None:
    async with own_database() as (kitchen, postgres), VirtualPrinter() as printer:
        await kitchen.route("BAR", printer)
        service = await kitchen.start_service()
        await kitchen.wait_for_status(await kitchen.submit("BAR", "Negroni"), "PRINTED")
        await scraped_until(service, "kitchen_database_up", 1)

        await asyncio.to_thread(postgres.stop)
        await service.facts.wait_for(DatabaseLost)
        await scraped_until(service, "kitchen_database_up", 0)

        assert (await service.get("/livez"))[0] == 200
        status, ready = await service.get("/readyz")
        assert (status, ready["reason"]) == (503, "The database does not answer.")
        status, health = await service.get("/health")
        assert (status, health["overall"], health["database"]["state"]) == (503, "failing", "lost")
        assert health["database"]["problem"] == "The database does not answer."
        before = await scrape(service)
        assert before["kitchen_snapshot_age_seconds", ()] >= health["age_seconds"] - 0.05

        postgres.start()
        await service.facts.wait_for(DatabaseBack)
        await kitchen.reconnect()
        await scraped_until(service, "kitchen_database_up", 1)
        async with asyncio.timeout(WAIT_SECONDS):
            # Not at once: each connection that was open before is found broken by who uses it next.
            while (await service.get("/readyz"))[0] != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.02)


async def test_a_service_that_is_ending_goes_on_showing_what_is_on_record(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    """It may take a while to end, for a ticket is in the printer, and may lose its database meanwhile."""
    await kitchen.route("BAR", printer)
    service = await kitchen.start_service()
    await kitchen.wait_for_status(await kitchen.submit("BAR", "Negroni"), "PRINTED")
    await kitchen.execute("UPDATE kitchen_tickets SET status = 'FAILED'")
    await scraped_until(service, "kitchen_tickets", 1, state="FAILED")
    printer.causes.paper_out_at_line(3)
    ticket = await kitchen.submit("BAR", "Water")
    await kitchen.wait_for_status(ticket, "PRINTING")

    service.service.stop()
    await service.facts.wait_for(ServiceStopping)
    await kitchen.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )
    await kitchen.execute("UPDATE kitchen_tickets SET status = 'FAILED' WHERE id = %s", [ticket])

    await scraped_until(service, "kitchen_tickets", 2, state="FAILED")


CANARY = "s3cret-canary"


@pytest.mark.parametrize("log_format", ["json", "console"])
async def test_no_password_host_or_user_is_told_on_the_port_and_no_password_in_the_log(
    tmp_path: Path, log_format: str
) -> None:
    address = f"postgresql://waiter-login:{CANARY}@127.0.0.1:1/nowhere-database"
    (tmp_path / "dsn").write_text(address)
    settings = read_settings(
        {
            "DATABASE_URL_FILE": str(tmp_path / "dsn"),
            "KITCHEN_HEALTH_PORT": "0",
            "KITCHEN_LOG_LEVEL": "debug",
            "KITCHEN_LOG_FORMAT": log_format,
            "KITCHEN_ALERT_URLS": f"json://someone:{CANARY}@127.0.0.1:1/",
        }
    )
    with (tmp_path / "log").open("wb") as file:
        log = Log(settings, file.fileno())
        facts = Facts()
        service = Service(settings, Announcer([facts, log]))
        running = asyncio.create_task(service.run())
        await facts.wait_for(DatabaseLost)
        port = (await facts.wait_for(ServiceStarted)).health_address
        pages = [
            await asyncio.to_thread(exchange, port, get(path))
            for path in ("/health", "/livez", "/readyz", "/metrics")
        ]
        service.stop()
        await running
        log.close()
    told = b"".join(pages).decode()
    assert "The database does not answer." in told
    for secret in (CANARY, "waiter-login", "nowhere-database"):
        assert secret not in told
    written = (tmp_path / "log").read_text()
    assert "database_lost" in written
    assert CANARY not in written
    assert CANARY not in repr(settings)
    if log_format == "json":
        assert {json.loads(line)["event"] for line in written.splitlines()} >= {
            "service_started",
            "service_stopped",
        }
