"""The scripts for backups: what was copied is restored elsewhere, and what is open there prints, marked."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from kitchen_demo.logins import create_login
from kitchen_demo.postgres_programs import find_programs_folder
from kitchen_demo.postgres_server import EmbeddedPostgres, embedded_postgres
from kitchen_printer.decisions.history import Change
from kitchen_printer.service.facts import HistoryChanged
from tests.service.kitchen_under_test import KitchenUnderTest
from virtual_printer import VirtualPrinter

CHECKOUT = Path(__file__).resolve().parents[2]
BACKUP, DRILL = re.findall(
    r"```sh\n(.*?)```", (CHECKOUT / "docs" / "backup-and-upgrade.md").read_text(encoding="utf-8"), re.DOTALL
)
"""The commands of the guide."""

SECONDS_MAX = 60

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
def elsewhere() -> Iterator[EmbeddedPostgres]:
    """Another server."""
    with embedded_postgres(find_programs_folder(os.environ), durable=False) as server:
        yield server


def run(commands: str, server: str) -> subprocess.CompletedProcess[str]:
    """Run commands of the guide in a shell, on that server."""
    place = conninfo_to_dict(server)
    programs = [str(find_programs_folder(os.environ)), str(Path(sys.executable).parent), os.environ["PATH"]]
    return subprocess.run(
        ["sh", "-e", "-c", commands],
        cwd=CHECKOUT,
        env={
            **os.environ,
            "PATH": ":".join(programs),
            "PGHOST": str(place["host"]),
            "PGPORT": str(place.get("port", "5432")),
            "PGUSER": "postgres",
        },
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )


async def test_a_backup_restored_elsewhere_is_whole_and_prints_what_is_open_marked(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, tmp_path: Path, elsewhere: EmbeddedPostgres
) -> None:
    await kitchen.route("BAR", printer)
    service = await kitchen.start_service()
    printed = await kitchen.submit("BAR", "Printed", bill_id=1)
    await kitchen.wait_for_status(printed, "PRINTED")
    printer.causes.paper_out_at_line(0)
    waiting = await kitchen.submit("BAR", "Waiting", bill_id=2)
    name = str(conninfo_to_dict(kitchen.dsn)["dbname"])
    backup = run(
        BACKUP.replace("@/kitchen ", f"@/{name} ").replace("/var/backups/kitchen", str(tmp_path)), kitchen.dsn
    )
    assert backup.returncode == 0, backup.stderr
    # What happens after the backup is not in it: the paper is out there all the same.
    printer.causes.refill()
    await kitchen.wait_for_status(waiting, "PRINTED")
    await kitchen.stop_service(service)

    create, restore, drop = DRILL.splitlines()
    restore = re.sub(r"/var/backups/kitchen/\S+", backup.stdout.strip(), restore)
    assert run(create, elsewhere.dsn()).returncode == 0
    drill = run(restore, elsewhere.dsn())
    assert drill.returncode == 1, "one ticket is not proved in it"
    assert "2 tickets" in drill.stdout
    assert f"{waiting}" in drill.stdout.splitlines()[-1], drill.stdout
    again = run(restore, elsewhere.dsn())
    assert (again.returncode, "empty one" in again.stderr) == (2, True)

    restored_dsn = elsewhere.dsn("kitchen_drill")
    with psycopg.connect(restored_dsn) as connection:
        login = create_login(connection, "kitchen_service")
    async with KitchenUnderTest(restored_dsn, login.dsn(restored_dsn)) as restored:
        running = await restored.start_service()
        changed = await running.facts.wait_for(HistoryChanged)
        assert (changed.change, changed.copies_in_doubt) == (Change.RESTORED, 1)
        await restored.wait_for_status(waiting, "PRINTED")
    texts = [sheet.text for sheet in printer.paper.sheets if "may be lost" not in sheet.text]
    papers = [("Waiting" in text, "POSSIBLE DUPLICATE" in text) for text in texts]
    assert papers == [(False, False), (True, False), (True, True)]
    assert run(drop, elsewhere.dsn()).returncode == 0
