"""The check-up finds what is planted, says what to do about it, and finds nothing where everything is well."""

import asyncio
import json
import os
import shutil
import socket
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow

from kitchen_demo.logins import create_login
from kitchen_demo.pos_tables import create_pos_tables, insert_menu
from kitchen_demo.postgres_programs import find_programs_folder
from kitchen_demo.postgres_server import EmbeddedPostgres, embedded_postgres
from kitchen_demo.service_process import ServiceProcess
from kitchen_printer.config import read_settings
from kitchen_printer.database.migrate import migrate
from kitchen_printer.decisions import checkup_database
from kitchen_printer.printers import fonts
from kitchen_printer.service.checkup import Checkup, check_up
from tests.cli.test_bad_input import kitchen_printer
from tests.cli.transaction_pooler import transaction_pooler
from tests.conftest import new_database, quick_folder
from virtual_printer import VirtualPrinter

Connection = psycopg.Connection[TupleRow]
HEALTH_PORT = "9199"


@pytest.fixture(scope="module")
def own_server() -> Iterator[EmbeddedPostgres]:
    """A server that keeps what it commits, and whose roles a test may spoil."""
    with (
        TemporaryDirectory(dir=quick_folder(), prefix="kitchen-tests-") as folder,
        embedded_postgres(find_programs_folder(os.environ), data_root=Path(folder), durable=True) as server,
    ):
        with psycopg.connect(server.dsn()) as connection:
            create_pos_tables(connection)
            insert_menu(connection)
        migrate(server.dsn())
        yield server


@dataclass(slots=True)
class Restaurant:
    """A healthy set-up to spoil: one station, one printer whose level a person pinned."""

    dsn: str
    service_dsn: str
    record: Connection
    printer: str

    def check(self, **settings: str) -> Checkup:
        """Check it with the service's own login."""
        environment = {"DATABASE_URL": self.service_dsn, "KITCHEN_HEALTH_PORT": HEALTH_PORT, **settings}
        return check_up(read_settings(environment))

    def codes(self, **settings: str) -> list[str]:
        """Return what is found."""
        return [each.code for each in self.check(**settings).findings]

    def route(self, station: str, address: str) -> None:
        """Give a station another printer."""
        self.record.execute(
            "INSERT INTO station_printers (station_code, printer_ip) VALUES (%s, %s)", [station, address]
        )


@pytest.fixture
def restaurant(own_server: EmbeddedPostgres) -> Iterator[Restaurant]:
    """A database of its own on that server, and a real printer."""
    with (
        running_printer() as address,
        new_database(own_server, "postgres") as name,
        psycopg.connect(own_server.dsn(name), autocommit=True) as record,
    ):
        login = create_login(record, "kitchen_service")
        record.execute("INSERT INTO printers (address, level_provenance) VALUES (%s, 'pinned')", [address])
        record.execute("INSERT INTO lanes SELECT id FROM printers")
        dsn = own_server.dsn(name)
        restaurant = Restaurant(dsn, login.dsn(dsn), record, address)
        restaurant.route("BAR", address)
        yield restaurant


@contextmanager
def running_printer() -> Generator[str, None, None]:
    """A healthy printer in a thread of its own."""
    loop = asyncio.new_event_loop()
    printer = VirtualPrinter()
    loop.run_until_complete(printer.__aenter__())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield printer.address
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(printer.__aexit__(None, None, None))
        loop.close()


@contextmanager
def listening(answer: bytes) -> Generator[str, None, None]:
    """Something on a port that says the same to everything, or nothing at all."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            clients: list[socket.socket] = []
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    break
                clients.append(client)
                if answer and client.recv(1024):
                    client.sendall(answer)
            for each in clients:
                each.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_a_healthy_set_up_has_no_finding(restaurant: Restaurant) -> None:
    checkup = restaurant.check()
    assert checkup == Checkup((), stations=1, printers=1)


def test_the_command_says_so_and_ends_with_0_or_1(restaurant: Restaurant) -> None:
    environment = {"DATABASE_URL": restaurant.service_dsn, "KITCHEN_HEALTH_PORT": HEALTH_PORT}
    assert kitchen_printer("check", **environment) == (
        0,
        "Everything is as it should be: 1 stations, 1 printers, each of them asked or served just now.",
    )
    restaurant.record.execute("UPDATE printers SET level_provenance = 'probed'")
    code, said = kitchen_printer("check", **environment)
    assert (code, "kitchen-printer test-print" in said) == (0, True), "a warning alone is no failure"

    restaurant.record.execute("UPDATE printers SET level_provenance = 'proven on paper'")
    restaurant.record.execute("INSERT INTO stations (station_code) VALUES ('GRILL')")
    code, said = kitchen_printer("check", "--json", **environment)
    (finding,) = json.loads(said)["findings"]
    assert (code, finding["code"], finding["severity"]) == (1, "station_without_route", "problem")
    assert "station_printers" in finding["remedy"]


STATEMENTS = {
    "contract_old": "DELETE FROM kitchen_schema WHERE version = (SELECT max(version) FROM kitchen_schema)",
    "grant_missing": "REVOKE SELECT ON core_product FROM kitchen_owner",
    "pos_table_missing": "DROP TABLE pos_billitem",
    "id_type": "ALTER TABLE pos_billitem ALTER COLUMN id TYPE uuid USING gen_random_uuid()",
    "commits_get_lost": "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off',"
    " current_database()); END $$",
    "station_without_route": "UPDATE station_printers SET is_active = false",
    "route_parked": "UPDATE printers SET parked = true",
    "level_unverified": "UPDATE printers SET level_provenance = 'assumed'",
    "tickets_without_route": "INSERT INTO kitchen_tickets (bill_id, printer_target) VALUES (1, 'nowhere')",
    "printer_twice": "INSERT INTO printers (address) VALUES ('10.0.0.5')",
    "route_address": "INSERT INTO station_printers (station_code, printer_ip) VALUES ('BAR', '300.1.2.3')",
}


@pytest.mark.parametrize("code", STATEMENTS)
def test_what_is_wrong_in_the_database_is_found_and_nothing_else(restaurant: Restaurant, code: str) -> None:
    restaurant.record.execute("ALTER TABLE pos_billitem ALTER COLUMN id DROP IDENTITY")
    restaurant.record.execute(STATEMENTS[code].encode())
    assert restaurant.codes() == [code]
    assert all(each.remedy for each in restaurant.check().findings)


def test_a_missing_role_is_found(restaurant: Restaurant) -> None:
    restaurant.record.execute("ALTER ROLE kitchen_reader RENAME TO somebody_else")
    try:
        assert restaurant.codes() == ["role_missing"]
    finally:
        restaurant.record.execute("ALTER ROLE somebody_else RENAME TO kitchen_reader")


def test_a_login_without_its_role_is_found_with_the_grant_that_is_missing(restaurant: Restaurant) -> None:
    login = conninfo_to_dict(restaurant.service_dsn)["user"]
    restaurant.record.execute(f'REVOKE kitchen_service FROM "{login}"'.encode())
    (finding,) = restaurant.check().findings
    assert (finding.code, finding.remedy) == ("login_without_role", f"GRANT kitchen_service TO {login};")


def test_a_database_that_is_not_there_or_not_reached_is_one_finding_without_the_password(
    restaurant: Restaurant,
) -> None:
    for wrong in ({"dbname": "nowhere"}, {"host": "127.0.0.1", "port": "1"}):
        (finding,) = restaurant.check(
            DATABASE_URL=make_conninfo(restaurant.service_dsn, **wrong, password="s3cret-canary")
        ).findings
        assert finding.code == "database_unusable"
        assert "s3cret-canary" not in finding.sentence


def test_a_pooler_that_shares_sessions_is_found(restaurant: Restaurant) -> None:
    place = conninfo_to_dict(restaurant.dsn)
    with transaction_pooler(Path(str(place["host"])) / ".s.PGSQL.5432") as port:
        address = make_conninfo(restaurant.dsn, host="127.0.0.1", port=port)
        assert restaurant.codes(DATABASE_URL=address) == ["transaction_pooler"]


def test_the_service_refuses_to_print_through_such_a_pooler(restaurant: Restaurant, tmp_path: Path) -> None:
    place = conninfo_to_dict(restaurant.dsn)
    with transaction_pooler(Path(str(place["host"])) / ".s.PGSQL.5432") as port:
        address = make_conninfo(restaurant.service_dsn, host="127.0.0.1", port=port)
        service = ServiceProcess(address, tmp_path / "service.log", {"KITCHEN_POLL_SECONDS": "0.1"})
        service.start()
        try:
            service.wait_until(lambda: "pooler" in str(service.health()[1].get("database")))
            assert service.health()[0] == 503
        finally:
            service.kill()


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_is_off_by_an_hour_is_found(restaurant: Restaurant, hours: int) -> None:
    settings = read_settings({"DATABASE_URL": restaurant.service_dsn})
    (finding,) = check_up(settings, lambda: datetime.now(UTC) + timedelta(hours=hours)).findings
    assert finding.code == "clock_off"
    assert ("ahead" in finding.sentence) == (hours > 0)


def test_a_disk_that_is_nearly_full_is_found(restaurant: Restaurant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup_database, "DISK_FREE_MIN", 1024**5)
    assert restaurant.codes(DATABASE_URL=restaurant.dsn) == ["disk_full"]


def test_a_font_that_is_missing_or_broken_is_found(
    restaurant: Restaurant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(fonts.folder(), tmp_path / "fonts")
    (tmp_path / "fonts" / "NotoSansArabic.ttf").unlink()
    (tmp_path / "fonts" / "NotoSansThai.ttf").write_bytes(b"not a font")
    monkeypatch.setattr(fonts, "folder", lambda: tmp_path / "fonts")
    missing = [each.sentence.partition(" cannot")[0] for each in restaurant.check().findings]
    assert missing == ["the font NotoSansArabic.ttf", "the font NotoSansThai.ttf"]


def test_a_missing_shaper_is_found(restaurant: Restaurant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uharfbuzz", None)
    monkeypatch.delitem(sys.modules, fonts.__name__)
    (finding,) = restaurant.check().findings
    assert (finding.code, "the shaper uharfbuzz" in finding.sentence) == ("part_missing", True)


def test_one_printer_under_two_names_is_found(restaurant: Restaurant) -> None:
    restaurant.route("KITCHEN", "127.0.0.9")
    restaurant.route("DESSERT", "127.0.0.9:9100")
    codes = restaurant.codes()
    assert codes.count("printer_twice") == 1
    assert set(codes) == {"printer_twice", "printer_refused"}


def test_a_route_to_the_service_s_own_health_port_is_found(restaurant: Restaurant) -> None:
    restaurant.route("KITCHEN", f"127.0.0.1:{HEALTH_PORT}")
    assert restaurant.codes() == ["route_to_ourselves"]


MUTE = b""
WEB_SERVER = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"


def test_what_is_no_printer_and_what_says_nothing_is_found(restaurant: Restaurant) -> None:
    with listening(MUTE) as mute, listening(WEB_SERVER) as web_server:
        restaurant.route("KITCHEN", mute)
        restaurant.route("DESSERT", web_server)
        found = {each.code: each.sentence for each in restaurant.check().findings}
    assert found.keys() == {"printer_silent", "printer_not_a_printer"}
    assert mute in found["printer_silent"]


def test_a_printer_that_is_switched_off_is_found(restaurant: Restaurant) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    restaurant.route("KITCHEN", address)
    assert restaurant.codes() == ["printer_refused"]


def test_a_printer_that_a_service_serves_is_not_asked_again_but_judged_by_the_record(
    restaurant: Restaurant,
) -> None:
    owner = "00000000-0000-0000-0000-000000000001"
    restaurant.record.execute(
        "INSERT INTO kitchen_replicas (owner, until, version) VALUES (%s, now() + interval '1 minute', 'x')",
        [owner],
    )
    restaurant.record.execute("UPDATE lanes SET owner = %s", [owner])
    restaurant.record.execute("UPDATE printers SET state = 'down', state_reason = 'paper_out'")
    (finding,) = restaurant.check().findings
    assert (finding.code, finding.remedy) == ("printer_paper_out", "Put in a new roll and close the cover.")
