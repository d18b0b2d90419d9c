"""The commands of the small restaurant: letting a POS in, the menu, the login's grants, forgetting old answers."""

import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from kitchen_demo.backend_process import BackendProcess
from kitchen_demo.child_process import outside_environment
from kitchen_demo.logins import Login
from kitchen_demo.orders import SIX_ITEMS
from tests.backend.conftest import django_on
from tests.backend.till import Till


def said(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue().strip()


def test_a_new_token_lets_a_pos_in_and_voids_the_old_one(till: Till) -> None:
    with django_on(till.dsn):
        token = said("token", "till")
    assert till.get("/menu")[0] == 401
    assert Client(headers={"authorization": f"Bearer {token}"}).get("/menu").status_code == 200


def test_the_menu_shows_what_is_on_sale_and_grows_by_a_list(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {product["name"] for product in till.get("/menu")[1]["products"]}
    monkeypatch.setattr(sys, "stdin", StringIO("Negroni\n\nOld Fashioned\nOld Fashioned\n"))
    assert said("menu") == f"1 new products, {len(before)} known before."
    till.do("UPDATE core_product SET is_active = false WHERE name = 'Negroni'")
    menu = till.get("/menu")[1]
    assert {product["name"] for product in menu["products"]} == before - {"Negroni"} | {"Old Fashioned"}
    assert [station["station_code"] for station in menu["stations"]] == ["BAR", "DESSERT", "KITCHEN"]


def test_grants_for_a_login_that_there_is_not_say_how_to_make_it(till: Till) -> None:
    with django_on(till.dsn), pytest.raises(CommandError, match="CREATE ROLE nobody_here LOGIN"):
        said("grant", "nobody_here")


def test_old_answers_are_forgotten_and_young_ones_kept(till: Till) -> None:
    body = {"items": till.lines(SIX_ITEMS)}
    till.post("/orders", body, "old")
    till.do("UPDATE pos_idempotencykey SET created_at = now() - interval '8 days'")
    till.post("/orders", body, "young")
    with django_on(till.dsn):
        assert said("forget_keys").startswith("Forgot 1 answers")
    assert till.look("SELECT key FROM pos_idempotencykey") == [{"key": "young"}]


def test_a_wrong_configuration_is_said_whole_with_an_exit_code_of_its_own() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("kitchen-backend"), "check"],
        env=outside_environment("DATABASE_", "BACKEND_", "DJANGO_"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "DATABASE_URL: is not set" in done.stderr
    assert "BACKEND_SECRET_KEY: is not set" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_pos_may_be_let_in_with_a_token_that_was_made_elsewhere_and_again(
    till: Till, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text("f00d" * 16 + "\n")
    with django_on(till.dsn):
        for _ in range(2):
            assert said("token", "till", "--token-file", str(file)) == f"till may use the token in {file}."
    assert Client(headers={"authorization": f"Bearer {'f00d' * 16}"}).get("/menu").status_code == 200
    assert till.get("/menu")[0] == 401  # the token it had before


@pytest.mark.parametrize("content", ["short", "with blanks " * 8, ""])
def test_what_is_no_token_lets_nobody_in(till: Till, tmp_path: Path, content: str) -> None:
    (tmp_path / "token").write_text(content)
    with django_on(till.dsn), pytest.raises(CommandError, match="holds no token"):
        said("token", "till", "--token-file", str(tmp_path / "token"))


def test_the_health_check_of_a_container_asks_the_backend_beside_it(
    till: Till, restaurant_login: Login, tmp_path: Path
) -> None:
    backend = BackendProcess(restaurant_login.dsn(till.dsn), tmp_path / "backend.log")
    command = [str(Path(sys.executable).with_name("kitchen-backend")), "health", backend.address]
    nobody = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (nobody.returncode, nobody.stderr.startswith("No backend answers at")) == (1, True)
    backend.start()
    try:
        backend.wait_until_healthy()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    finally:
        backend.stop()
    assert (done.returncode, '"status": "ok"' in done.stdout) == (0, True)
