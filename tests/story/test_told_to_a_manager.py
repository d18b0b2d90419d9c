"""The story of one unlucky ticket, as ``explain`` tells it to a manager."""

import asyncio
import re
from pathlib import Path

from kitchen_demo.service_process import ServiceProcess
from kitchen_printer.cli.story import told
from kitchen_printer.database.requests import read_story
from tests.service.kitchen_under_test import QUICK, KitchenUnderTest
from virtual_printer import VirtualPrinter

TOLD = """\
Ticket 1, BAR 001: PRINTED
On paper N s after it was submitted, from printer BAR-2, at attempt 2, marked POSSIBLE DUPLICATE.
The backend submitted the ticket.
The service numbered it 001 and made a print job.
Printer BAR-1 was asked what it can prove: level A+.
Printer BAR-1 (level A+, unverified: asked without paper, no paper test yet) was asked and ready; attempt 1 went on \
record.
Printer BAR-1 went down: The printer is out of paper.
Nobody knows whether attempt 1 printed: The service stopped while the ticket was on its way. It will be tried again, \
marked as a possible second paper.
Tickets go past printer BAR-1 from now on: The printer is out of paper.
Printer BAR-1 had attempt 1 and never said that it forgot it: its paper may still come there.
It goes to printer BAR-2 instead of its own: The printer is out of paper.
Printer BAR-2 was asked what it can prove: level A+.
Printer BAR-2 (level A+, unverified: asked without paper, no paper test yet) was asked and ready; attempt 2 went on \
record, marked as a possible second paper.
The printer confirmed attempt 2, so it is on paper: it answered with the attempt's own token once everything before \
was done."""
"""What is told, without its times."""


async def test_paper_out_a_crash_a_question_and_a_backup_read_as_a_story(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter, tmp_path: Path
) -> None:
    await kitchen.route("BAR", printer, priority=1)
    await kitchen.route("BAR", second_printer, priority=2)
    printer.causes.paper_out_at_line(3)
    first = ServiceProcess(kitchen.service_dsn, tmp_path / "log", QUICK | {"KITCHEN_FAILOVER_SECONDS": "600"})
    first.start()
    await kitchen.execute("INSERT INTO pos_bill (bill_number, table_name) VALUES ('17', '7')")
    await kitchen.execute(
        "INSERT INTO pos_billitem (bill_id, product_id, quantity, printer_target)"
        " SELECT b.id, p.id, 2, 'BAR' FROM pos_bill b, core_product p WHERE b.bill_number = '17' LIMIT 1"
    )
    row = await kitchen.one("SELECT (kitchen_send_bill(id)).id FROM pos_bill WHERE bill_number = '17'")
    ticket = int(row["id"])
    await kitchen.wait_until("SELECT count(*) = 1 AS yes FROM printers WHERE state_reason = 'paper_out'")
    await asyncio.to_thread(first.kill)

    second = ServiceProcess(
        kitchen.service_dsn, tmp_path / "log", QUICK | {"KITCHEN_FAILOVER_SECONDS": "0.5"}
    )
    second.start()
    try:
        await kitchen.wait_for_status(ticket, "PRINTED")
    finally:
        await asyncio.to_thread(second.stop)

    story = await asyncio.to_thread(read_story, kitchen.service_dsn, ticket)
    names = {printer.address: "BAR-1", second_printer.address: "BAR-2"}
    lines = [without_times(line, names) for line in told(story)]
    # That the second printer was found ready is noted at the next look, before the ticket's end or after it.
    lines = [line for line in lines if line != "Printer BAR-2 is ready."]
    assert "\n".join(lines) == TOLD


def without_times(line: str, names: dict[str, str]) -> str:
    """Name the printers, and leave out the moment."""
    for address, name in names.items():
        line = line.replace(address, name)
    line = re.sub(r"[\d.]+ s after", "N s after", line)
    return re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  ", "", line)
