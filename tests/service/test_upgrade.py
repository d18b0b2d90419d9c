"""A database that the first release worked with, its rows of every kind, under today's program."""

import psycopg

from kitchen_demo.logins import create_login, drop_login
from kitchen_printer.database.migrate import known_migrations, migrate
from tests.service.kitchen_under_test import WAIT_SECONDS, KitchenUnderTest
from virtual_printer import VirtualPrinter

FIRST_RELEASE = 6
"""The last migration of it."""

# One ticket of every fate, each with the id that its name has here, all for BAR.
PRINTED, UNCONFIRMED, FAILED, HELD, IN_FLIGHT, WAITING, REPRINTED, NEW, MESSAGE = range(1, 10)

ROWS = """
INSERT INTO kitchen_replicas (owner, until, version)
VALUES ('00000000-0000-0000-0000-000000000001', now() - interval '1 minute', '0.1.0');
INSERT INTO lanes (printer_id, owner, epoch) SELECT id, '00000000-0000-0000-0000-000000000001', 7 FROM printers;
INSERT INTO stations (station_code, is_open) VALUES ('BAR', true), ('CLOSED', false);
INSERT INTO kitchen_tickets (id, bill_id, printer_target, status, kind, message, expanded_at, station_seq, business_day,
                             failed_reason, printed_at)
SELECT n, CASE WHEN n < 9 THEN n END, 'bar ', status, CASE WHEN n = 9 THEN 'MESSAGE' ELSE 'ORDER' END,
       CASE WHEN n = 9 THEN '86 salmon' END, CASE WHEN n < 8 THEN now() END, CASE WHEN n < 8 THEN n END,
       CASE WHEN n < 8 THEN date '2026-01-01' END, CASE WHEN n = 3 THEN 'unreachable' END,
       CASE WHEN status = 'PRINTED' THEN now() END
  FROM unnest(ARRAY['PRINTED', 'PRINTED', 'FAILED', 'PRINTING', 'PRINTING', 'NEW', 'PRINTED', 'NEW', 'NEW'])
       WITH ORDINALITY AS t(status, n);
SELECT setval('kitchen_tickets_id_seq', 9);
INSERT INTO kitchen_ticket_items (kitchen_ticket_id, qty, menu_name)
SELECT id, 1, 'Soup' FROM kitchen_tickets WHERE id < 9;
INSERT INTO print_jobs (id, ticket_id, bill_id, station_code, printer_id, state, attempts, maybe_on_paper,
                        failed_reason, settled_at)
SELECT n, n, n, 'BAR', 1, state, (n <> 6)::int, n IN (2, 3, 4), CASE WHEN n = 3 THEN 'unreachable' END,
       CASE WHEN state IN ('PRINTED', 'FAILED') THEN now() END
  FROM unnest(ARRAY['PRINTED', 'PRINTED', 'FAILED', 'HELD', 'PRINTING', 'WAITING', 'PRINTED'])
       WITH ORDINALITY AS j(state, n);
INSERT INTO print_jobs (id, kind, reprint_no, ticket_id, bill_id, station_code, printer_id, state, attempts,
                        requested_by)
VALUES (8, 'REPRINT', 1, 7, 7, 'BAR', 1, 'WAITING', 0, 'Eve');
SELECT setval('print_jobs_id_seq', 8);
INSERT INTO print_attempts (job_id, job_kind, attempt_no, printer_id, lease_epoch, owner, marked, token_printed,
                            token_cut, outcome, evidence, reason, settled_by, finished_at)
SELECT n, 'TICKET', 1, 1, 7, '00000000-0000-0000-0000-000000000001', false, 'prt' || n, 'cut' || n, outcome,
       CASE outcome WHEN 'CONFIRMED' THEN 'token' END, CASE outcome WHEN 'UNCERTAIN' THEN 'no_confirmation' END,
       CASE WHEN outcome IS NOT NULL THEN '00000000-0000-0000-0000-000000000001'::uuid END,
       CASE WHEN outcome IS NOT NULL THEN now() END
  FROM unnest(ARRAY['CONFIRMED', 'UNCERTAIN', 'UNCERTAIN', 'UNCERTAIN', NULL, NULL, 'CONFIRMED'])
       WITH ORDINALITY AS a(outcome, n) WHERE n <> 6;
"""


async def test_rows_of_every_kind_of_the_first_release_are_taken_over_and_printed(
    empty_database: str, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    migrate(empty_database, migrations=known_migrations()[:FIRST_RELEASE])
    with psycopg.connect(empty_database) as connection:
        for address, level, provenance in (
            (printer.address, "A", "assumed"),
            (second_printer.address, "C", "probed"),  # which that release believed
            ("127.0.0.1:1", "C", "pinned"),
        ):
            connection.execute(
                "INSERT INTO printers (address, level, level_provenance) VALUES (%s, %s, %s)",
                [address, level, provenance],
            )
        connection.execute(
            "INSERT INTO station_printers (station_code, printer_ip, priority) VALUES ('bar', %s, 1), ('BAR', %s, 2)",
            [printer.address, second_printer.address],
        )
        connection.execute(ROWS.encode())
    migrate(empty_database)
    with psycopg.connect(empty_database) as connection:
        login = create_login(connection, "kitchen_service")

    async with KitchenUnderTest(empty_database, login.dsn(empty_database)) as kitchen:
        proved = await kitchen.rows("SELECT id FROM kitchen_tickets WHERE is_proved ORDER BY id")
        assert [row["id"] for row in proved] == [PRINTED, REPRINTED]
        assert await kitchen.rows("SELECT level, level_provenance FROM printers ORDER BY id") == [
            {"level": "A", "level_provenance": "assumed"},
            {"level": "A", "level_provenance": "assumed"},
            {"level": "C", "level_provenance": "pinned"},
        ]
        await kitchen.start_service()
        for ticket in (IN_FLIGHT, WAITING, NEW, MESSAGE):
            await kitchen.wait_for_status(ticket, "PRINTED")
        await kitchen.wait_until("SELECT state = 'PRINTED' AS yes FROM print_jobs WHERE id = 8")

        assert await kitchen.status(FAILED) == "FAILED"
        assert await kitchen.one("SELECT state FROM print_jobs WHERE ticket_id = %s", [HELD]) == {
            "state": "HELD"
        }
        assert [each[1:3] for each in await kitchen.attempts(IN_FLIGHT)] == [
            (False, "UNCERTAIN"),
            (True, "CONFIRMED"),
        ]
        assert len(printer.paper.sheets) == 5, "one of each that was not on paper, and the reprint"
        texts = [sheet.text for sheet in printer.paper.sheets]
        assert (
            sum("POSSIBLE DUPLICATE" in each for each in texts),
            sum("REPRINT" in each for each in texts),
        ) == (2, 1)

        # What people decide works on the old rows too.
        await kitchen.execute(
            "SELECT kitchen_retry(%s, 'Eve'), kitchen_confirm(%s, false, 'Eve')", [FAILED, HELD]
        )
        for ticket in (FAILED, HELD):
            await kitchen.wait_for_status(ticket, "PRINTED")
        again = (await printer.paper.wait_for_sheets(7, timeout=WAIT_SECONDS))[5:]
        assert all("POSSIBLE DUPLICATE" in sheet.text for sheet in again)
    with psycopg.connect(empty_database) as connection:
        drop_login(connection, login)
