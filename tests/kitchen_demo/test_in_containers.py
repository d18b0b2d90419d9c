"""What the demo's containers do besides printing: furnish a restaurant, wait with patience, read a token."""

import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from kitchen_demo.child_process import free_port, outside_environment
from kitchen_demo.furnish import furnish
from kitchen_demo.menu import MENU
from kitchen_demo.till import OrderRefused, Till

ROUTES = {"BAR": "printers:9101", "KITCHEN": "printers:9102"}


def test_a_restaurant_is_furnished_once_however_often(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("DELETE FROM core_product WHERE name = 'Espresso'")
        connection.execute(
            "INSERT INTO station_printers (station_code, printer_ip) VALUES ('BAR', '192.0.2.1')"
        )
        for _ in range(2):
            furnish(connection, ROUTES)
        dishes = connection.execute("SELECT count(*), count(DISTINCT name) FROM core_product").fetchone()
        routes = connection.execute(
            "SELECT station_code, printer_ip FROM station_printers ORDER BY 1"
        ).fetchall()
    assert dishes == (len(MENU), len(MENU))
    assert routes == [("BAR", "192.0.2.1"), ("KITCHEN", "printers:9102")]


@pytest.mark.parametrize(("patience", "least"), [(0, 0), (0.5, 0.2)])
def test_a_till_tries_again_for_as_long_as_it_has_patience(patience: float, least: float) -> None:
    began = time.monotonic()
    with pytest.raises(OrderRefused, match="no answer"):
        Till(f"127.0.0.1:{free_port()}", "x", patience).menu()
    assert least <= time.monotonic() - began < patience + 0.5


def test_a_pos_without_a_token_says_where_it_may_stand() -> None:
    command = [str(Path(sys.executable).with_name("pos-sim")), "127.0.0.1:1"]
    done = subprocess.run(
        command, env=outside_environment("POS_TOKEN"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "--token-file, POS_TOKEN or POS_TOKEN_FILE" in " ".join(done.stderr.split())
