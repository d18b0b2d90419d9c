"""The guides are true: what they say is done, word for word, and paper comes out."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from kitchen_demo.edge import set_routes
from kitchen_demo.logins import create_login, drop_login
from kitchen_demo.postgres import Postgres
from kitchen_demo.postgres_programs import find_programs_folder
from kitchen_demo.service_process import ServiceProcess
from tests.backend.fresh_project import CHECKOUT, PAPER_SECONDS_MAX, follow_the_guide
from virtual_printer import VirtualPrinter

pytestmark = pytest.mark.timeout(180)  # a dozen programs start one after the other


def test_a_fresh_django_project_prints_after_the_guide(server: Postgres, tmp_path: Path) -> None:
    paper = follow_the_guide(server, Path(sys.executable).parent, tmp_path, is_installed=True).splitlines()
    assert paper[:2] == ["BAR 001", "TABLE 12"]
    assert {"2 x Negroni", "2 x Lager 0.5"} <= set(paper)


async def test_a_backend_in_another_language_prints_by_the_contract_alone(
    database: str, tmp_path: Path
) -> None:
    guide = (CHECKOUT / "docs" / "any-backend.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"^```bash\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    with psycopg.connect(database, autocommit=True) as connection:
        till, printing = (
            create_login(connection, "kitchen_backend"),
            create_login(connection, "kitchen_service"),
        )
        connection.execute(
            f"GRANT SELECT, INSERT, UPDATE ON pos_bill, pos_billitem, core_product TO {till.name}".encode()
        )
        async with VirtualPrinter(name="BAR") as printer:
            set_routes(database, {"BAR": printer.address})
            service = ServiceProcess(printing.dsn(database), tmp_path / "service.log")
            service.start()
            try:
                said = await asyncio.to_thread(_order, script, till.dsn(database))
                await printer.paper.wait_for_sheets(1, timeout=PAPER_SECONDS_MAX)
            finally:
                await asyncio.to_thread(service.stop)
            assert "ticket 1 for BAR" in said
            assert "2 x Negroni" in printer.paper.sheets[0].lines
        drop_login(connection, till)
        drop_login(connection, printing)


def _order(script: str, dsn: str) -> str:
    done = subprocess.run(
        ["bash", "-c", script, "order", "1001", "12", "Negroni", "2", "BAR"],
        env={
            **os.environ,
            "PATH": f"{find_programs_folder({})}:{os.environ['PATH']}",
            "DATABASE_URL": dsn,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
