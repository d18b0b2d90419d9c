"""The standing says when people may have to be told something, and is silent while all is well."""

import psycopg
import pytest

from kitchen_printer.database.standing import read_standing
from tests.database.lanes_and_jobs import Replica, add_lanes, add_ticket, opened

ALARM_SECONDS = 30.0
WAITS_LONG = "UPDATE kitchen_tickets SET created_at = now() - interval '31 s'"
HELD = (
    "UPDATE print_jobs SET state = 'HELD'; UPDATE kitchen_tickets SET status = 'PRINTING', created_at = now()"
)
ON_BACKUP = """
UPDATE print_jobs SET diverted_from = (SELECT min(id) FROM printers), printer_id = (SELECT max(id) FROM printers),
       state = 'PRINTED', settled_at = now();
UPDATE kitchen_tickets SET status = 'PRINTED', printed_at = now();
UPDATE printers SET state = 'ready', state_epoch = (SELECT epoch FROM lanes WHERE printer_id = printers.id),
       home_told_at = '-infinity'
"""


@pytest.mark.parametrize(
    "happens",
    [
        pytest.param("UPDATE printers SET state = 'down', state_since = now()", id="a printer is down"),
        pytest.param(
            "UPDATE printers SET passed_over_for = 'paper_out', passed_over_since = now()", id="passed over"
        ),
        pytest.param("UPDATE printers SET paper_low_since = now()", id="paper low"),
        pytest.param("SELECT kitchen_park(address, 'Ana', 'cleaning') FROM printers", id="parked"),
        pytest.param(
            "UPDATE kitchen_tickets SET status = 'FAILED', failed_reason = 'expired'", id="given up"
        ),
        pytest.param(HELD, id="held"),
        pytest.param(WAITS_LONG, id="waits for long"),
        pytest.param(
            "INSERT INTO kitchen_alarms (condition, headline, tickets, message_no, title, body, is_open)"
            " VALUES ('x', 'x', '{}', 1, 'x', 'x', false)",
            id="an alarm is on",
        ),
        pytest.param(ON_BACKUP, id="a printer is back whose tickets went elsewhere"),
    ],
)
async def test_people_are_concerned_by_whatever_may_have_to_be_told_and_by_nothing_else(
    database: str, happens: str
) -> None:
    async with opened(database) as pool:
        printers = await add_lanes(pool, 2)
        await add_ticket(pool, 1, "BAR", printers[:1])
        await Replica(pool).start()
        assert not (await read_standing(pool, ALARM_SECONDS)).may_concern_people

        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(happens.encode())
        assert (await read_standing(pool, ALARM_SECONDS)).may_concern_people
