"""Strangers on the health port cost the kitchen nothing: the whole service, in a short slice of the measurement."""

import asyncio
import json
import sys

from kitchen_printer.service.facts import ServiceStarted
from tests.service.health_client import exchange, get, status_of
from tests.service.kitchen_under_test import KitchenUnderTest
from virtual_printer import VirtualPrinter

ATTACK_SECONDS = "2"
TICKETS = 10
ALIVE_SECONDS_MAX = 3.0


async def test_tickets_print_under_attack_and_the_port_answers_right_after(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    service = await kitchen.start_service()
    address = (await service.facts.wait_for(ServiceStarted)).health_address

    attack = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.hostile_clients", address, ATTACK_SECONDS, stdout=asyncio.subprocess.PIPE
    )
    tickets = [await kitchen.submit("BAR", f"Dish {n}", bill_id=n) for n in range(TICKETS)]
    for ticket in tickets:
        await kitchen.wait_for_status(ticket, "PRINTED")
    said, _ = await attack.communicate()

    assert len(json.loads(said)) > 5, "hardly anybody attacked"
    status = 0
    async with asyncio.timeout(ALIVE_SECONDS_MAX):
        while status != 200:
            status = status_of(await asyncio.to_thread(exchange, address, get("/livez")))
