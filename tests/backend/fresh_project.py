"""A Django project that somebody else made, with bills and products of its own, taken through docs/django.md to paper.

The guide's blocks are run as they stand, in their order; only names that belong to the whole server are made unique.
"""

import asyncio
import os
import re
import secrets
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from kitchen_demo.logins import Login
from kitchen_demo.postgres import Postgres
from kitchen_demo.postgres_programs import find_programs_folder
from kitchen_demo.service_process import ServiceProcess
from virtual_printer import VirtualPrinter

CHECKOUT: Final = Path(__file__).resolve().parents[2]
GUIDE: Final = CHECKOUT / "docs" / "django.md"
PAPER_SECONDS_MAX: Final = 30.0
_BLOCK: Final = re.compile(r"^(<!-- run by: .*-->\n)?```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
"""A block that somebody else runs says so above it."""
_SERVER_WIDE: Final = ("shop", "printing", "kitchen_template")

CORE_MODELS: Final = """
from django.db import models

class Product(models.Model):
    name = models.CharField(max_length=200)
"""
POS_MODELS: Final = """
from django.db import models

class Bill(models.Model):
    bill_number = models.CharField(max_length=40)
    table_id = models.IntegerField(null=True)
    status = models.CharField(max_length=20, default="OPEN")
    created_at = models.DateTimeField(auto_now_add=True)

class BillItem(models.Model):
    bill = models.ForeignKey(Bill, on_delete=models.CASCADE)
    product = models.ForeignKey("core.Product", on_delete=models.PROTECT)
    quantity = models.IntegerField(default=1)
    printer_target = models.CharField(max_length=32)
    status = models.CharField(max_length=4, default="NEW")
"""
SETTINGS: Final = """
import os

INSTALLED_APPS += ["core", "pos"]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", **{
    name: os.environ[f"SHOP_{name}"] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")
}}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
"""
DATA: Final = """
from core.models import Product
from pos.models import Bill, BillItem
Product.objects.bulk_create([Product(name="Negroni"), Product(name="Lager 0.5")])
BillItem.objects.create(
    bill=Bill.objects.create(bill_number="old", status="PAID"), product=Product.objects.first(), printer_target="BAR"
)
"""
TESTS: Final = """
from django.db import transaction
from django.test import TestCase, TransactionTestCase

from core.models import Product
from kitchen_backend.models import Ticket, TicketItem
from pos.models import Bill, BillItem
from pos.orders import order, take_back


def table_orders():
    bill = Bill(bill_number="t", table_id=3)
    item = BillItem(product=Product.objects.create(name="Negroni"), quantity=2, printer_target="BAR")
    order(bill, [item])
    return bill, item


def lines(bill):
    return [str(line) for line in TicketItem.objects.filter(ticket__bill_id=bill.pk).order_by("id")]


class InsideATransaction(TestCase):
    def test_a_round_and_a_void(self):
        with transaction.atomic():
            bill, item = table_orders()
            take_back(item, 1)
        self.assertEqual(lines(bill), ["ADD 2 Negroni", "VOID 1 Negroni"])


class WithoutOne(TransactionTestCase):
    def test_a_round(self):
        bill, _ = table_orders()
        self.assertEqual(lines(bill), ["ADD 2 Negroni"])
        self.assertEqual(Ticket.objects.filter(bill_id=bill.pk).count(), 1)

    def test_another_round_after_the_tables_were_emptied(self):
        bill, _ = table_orders()
        self.assertEqual(lines(bill), ["ADD 2 Negroni"])
"""
ORDER: Final = """
from core.models import Product
from pos.models import Bill, BillItem
from pos.orders import order
order(Bill(bill_number="1001", table_id=12), [
    BillItem(product=product, quantity=2, printer_target="BAR") for product in Product.objects.order_by("name")
])
"""


class GuideFailed(Exception):
    """A step did not work; the message holds what it said."""


def follow_the_guide(server: Postgres, programs: Path, scratch: Path, *, is_installed: bool) -> str:
    """Follow the guide in a fresh project; return the paper that came out.

    ``programs`` is the folder with the environment's Python; ``is_installed`` leaves the guide's `pip install` out.
    Raises :class:`GuideFailed`.
    """
    return asyncio.run(_follow(server, programs, scratch, is_installed=is_installed))


async def _follow(server: Postgres, programs: Path, scratch: Path, *, is_installed: bool) -> str:
    with _names(server) as names:
        async with VirtualPrinter(name="BAR") as printer:
            project = _Project(server, programs, scratch / "project", names, printer.address)
            await asyncio.to_thread(project.make, is_installed=is_installed)
            service = ServiceProcess(
                project.dsn(names["printing"], "secret"), scratch / "service.log", programs=programs
            )
            service.start()
            try:
                await asyncio.to_thread(service.wait_until_healthy)
                await asyncio.to_thread(project.manage, "shell", "-c", ORDER)
                async with asyncio.timeout(PAPER_SECONDS_MAX):
                    while not printer.paper.sheets:  # noqa: ASYNC110  # what prints is another process
                        await asyncio.sleep(0.02)
            finally:
                await asyncio.to_thread(service.stop)
            return printer.paper.sheets[0].text


class _Project:
    def __init__(
        self, server: Postgres, programs: Path, folder: Path, names: Mapping[str, str], printer: str
    ) -> None:
        self._server, self._programs, self._folder, self._names = server, programs, folder, names
        self._shop = Login(names["shop"], "secret")
        where = conninfo_to_dict(server.dsn(names["shop"]))
        psql = find_programs_folder({})
        self._environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("DJANGO_", "BACKEND_"))
            },
            "PATH": f"{programs}:{psql}:{os.environ['PATH']}",
            "KITCHEN": str(CHECKOUT),
            "OWNER_URL": server.dsn(names["shop"]),
            "TEMPLATE_URL": server.dsn(names["kitchen_template"]),
            "BAR_PRINTER": printer,
            "SHOP_NAME": names["shop"],
            "SHOP_USER": names["shop"],
            "SHOP_PASSWORD": "secret",
            "SHOP_HOST": str(where.get("host", "")),
            "SHOP_PORT": str(where.get("port", "")),
        }

    def make(self, *, is_installed: bool) -> None:
        """Make the project as somebody had it before, then do what the guide says."""
        self._folder.mkdir()
        self._run("python", "-m", "django", "startproject", "project", ".")
        for app, models in (("core", CORE_MODELS), ("pos", POS_MODELS)):
            (self._folder / app / "migrations").mkdir(parents=True)
            (self._folder / app / "__init__.py").touch()
            (self._folder / app / "migrations" / "__init__.py").touch()
            (self._folder / app / "models.py").write_text(models)
        self._append("project/settings.py", SETTINGS)
        self.manage("makemigrations", "core", "pos")
        self.manage("migrate")
        self.manage("shell", "-c", DATA)
        for run_elsewhere, language, block in _BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
            if not run_elsewhere:
                self._do(language, block, is_installed=is_installed)
        (self._folder / "pos" / "tests.py").write_text(TESTS)
        self.manage("test")

    def manage(self, *arguments: str) -> None:
        """Run ``manage.py``."""
        self._run("python", "manage.py", *arguments)

    def dsn(self, login: str, password: str) -> str:
        """Return how a login connects to the project's database."""
        return Login(login, password).dsn(self._server.dsn(self._names["shop"]))

    def _do(self, language: str, block: str, *, is_installed: bool) -> None:
        text = _with_names(block, self._names)
        if language == "sh":
            lines = [line for line in text.splitlines() if not (is_installed and "pip install" in line)]
            self._run("bash", "-euc", "\n".join(lines))
        else:
            first, _, rest = text.partition("\n")
            self._append(first.removeprefix("# "), rest)

    def _append(self, path: str, text: str) -> None:
        with (self._folder / path).open("a", encoding="utf-8") as file:
            file.write(text)

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            command, cwd=self._folder, env=self._environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise GuideFailed(f"{' '.join(command)}\n{done.stdout}{done.stderr}")


@contextmanager
def _names(server: Postgres) -> Generator[dict[str, str], None, None]:
    """Yield names for what belongs to the whole server; the login and database of the project exist."""
    mark = secrets.token_hex(4)
    names = {name: f"{name}_{mark}" for name in _SERVER_WIDE}
    shop = sql.Identifier(names["shop"])
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD 'secret'").format(shop))
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(shop, shop))
        try:
            yield names
        finally:
            template = sql.Identifier(names["kitchen_template"])
            connection.execute(
                "UPDATE pg_database SET datistemplate = false WHERE datname = %s", [names["kitchen_template"]]
            )
            for database in (template, shop, sql.Identifier(f"test_{names['shop']}")):
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
            for role in (shop, sql.Identifier(names["printing"])):
                connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(role))


def _with_names(block: str, names: Mapping[str, str]) -> str:
    for name, unique in names.items():
        block = re.sub(rf"\b{name}\b", unique, block)
    return block
