"""Every printer is dead at once, in real time: what waits is kept, somebody is told, nothing ends in silence."""

from collections.abc import Sequence

import pytest

from kitchen_printer.service.facts import AlarmTold, AlertSent, GaveUp
from tests.service.kitchen_under_test import WAIT_SECONDS, KitchenUnderTest
from tests.service.sink import open_sink
from virtual_printer import Sheet, VirtualPrinter

GIVE_UP_SECONDS = 30
"""The shortest that may be set: nothing in these tests makes a ticket older than it is."""

ASKED_EVERY_SECONDS_MAX = 40
"""A dead printer is asked every half minute or so in the end, and what waits for it is given up when it was asked."""


def tickets_on(sheets: Sequence[Sheet]) -> list[int]:
    """The tickets' ids in the order of their papers; slips and lists are no tickets."""
    footers = [sheet.lines[-1] for sheet in sheets]
    return [int(each[1:].partition("-")[0]) for each in footers if not each.startswith("#N")]


@pytest.mark.timeout(240)
async def test_all_printers_die_and_come_back_in_time_and_die_again_for_longer_than_tickets_wait(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    stations = {"KITCHEN": printer, "BAR": second_printer}
    for station, its_printer in stations.items():
        await kitchen.route(station, its_printer)
        its_printer.causes.refuse()
    with open_sink() as sink:
        service = await kitchen.start_service(
            KITCHEN_ALARM_SECONDS="1",
            KITCHEN_ALERT_URLS=sink.url,
            KITCHEN_GIVE_UP_SECONDS=f"{GIVE_UP_SECONDS}",
        )
        first = {
            station: [await kitchen.submit(station, "Soup", bill_id=bill) for bill in range(4)]
            for station in stations
        }

        # They wait, somebody is told, and nothing is burnt.
        await kitchen.wait_until("SELECT count(*) = 2 AS yes FROM kitchen_alarms WHERE is_on")
        await service.facts.wait_for(AlertSent)
        assert await kitchen.rows("SELECT 1 FROM print_attempts") == []
        assert {await kitchen.status(ticket) for ticket in [*first["KITCHEN"], *first["BAR"]]} == {"NEW"}

        # They come back: all prints, in order, once.
        for its_printer in stations.values():
            its_printer.causes.accept()
        await kitchen.wait_until("SELECT bool_and(status = 'PRINTED') AS yes FROM kitchen_tickets")
        for station, its_printer in stations.items():
            assert tickets_on(its_printer.paper.sheets) == first[station]
        await kitchen.wait_until("SELECT bool_and(NOT is_on) AS yes FROM kitchen_alarms")
        for its_printer in stations.values():
            its_printer.causes.refuse()

        # They stay away for as long as tickets wait: FAILED with a reason, in the lists, and told.
        second = {
            station: [await kitchen.submit(station, "Stew", bill_id=bill) for bill in range(10, 14)]
            for station in stations
        }
        assert service.facts.of(GaveUp) == []
        await kitchen.wait_until(
            "SELECT count(*) = 8 AS yes FROM kitchen_tickets WHERE status = 'FAILED'",
            seconds=GIVE_UP_SECONDS + ASKED_EVERY_SECONDS_MAX + WAIT_SECONDS,
        )
        waited = await kitchen.one(
            "SELECT min(extract(epoch FROM settled_at - created_at)) AS least, min(waited_seconds) AS told"
            "  FROM print_jobs WHERE state = 'FAILED'"
        )
        assert waited["least"] >= GIVE_UP_SECONDS
        assert waited["told"] >= GIVE_UP_SECONDS
        assert await kitchen.rows("SELECT 1 FROM print_attempts WHERE marked") == []
        assert await kitchen.rows(
            "SELECT DISTINCT failed_reason FROM kitchen_tickets WHERE status = 'FAILED'"
        ) == [{"failed_reason": "refused"}]
        assert await kitchen.one("SELECT count(*) AS n FROM kitchen_exceptions") == {"n": 8}
        told = await service.facts.wait_for(AlarmTold, lambda each: each.condition == "failed tickets")
        assert "FAILED and will not print" in told.headline
        await service.facts.wait_for(AlertSent, lambda _: any("FAILED" in title for title in sink.titles))

        # A person has them printed after all.
        for its_printer in stations.values():
            its_printer.causes.accept()
        for station in stations:
            await kitchen.execute(
                "SELECT kitchen_retry_station(%s, now() - interval '1 hour', 'Ana')", [station]
            )
        await kitchen.wait_until(
            "SELECT bool_and(status = 'PRINTED') AS yes FROM kitchen_tickets",
            seconds=ASKED_EVERY_SECONDS_MAX + WAIT_SECONDS,
        )
        for station, its_printer in stations.items():
            assert tickets_on(its_printer.paper.sheets) == first[station] + second[station]
