"""PgBouncer between the service and PostgreSQL: in session mode all works, in transaction mode the service refuses.

Needs PgBouncer (Debian: apt-get install pgbouncer) on the PATH or in /usr/sbin.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bench.customer import Customer, account_for, kept_in, papers_in, wait_until_drained
from bench.printers import printer_process
from kitchen_demo.child_process import free_port
from kitchen_demo.edge import set_routes
from kitchen_demo.logins import create_login
from kitchen_demo.postgres_programs import find_programs_folder, identities_for, launch
from kitchen_demo.postgres_server import embedded_postgres
from kitchen_demo.service_process import ServiceProcess
from kitchen_printer.database.migrate import migrate

STATIONS: Final = ("BAR", "KITCHEN")
ORDERS_PER_SECOND: Final = 10.0
SECONDS: Final = 10.0
DRAIN_SECONDS_MAX: Final = 30.0
ASK_EVERY_SECONDS: Final = 0.1
REFUSE_SECONDS_MAX: Final = 20.0

_SETTINGS: Final = """[databases]
{name} = host={host} port={port} dbname={name}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
pool_mode = {mode}
auth_type = trust
auth_file = {users}
default_pool_size = 10
"""


def run() -> None:
    """Try both modes and say what was seen."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        print("PgBouncer is not installed: nothing was tried")
        return
    print(
        subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=True
        ).stdout.splitlines()[0]
    )
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres = stack.enter_context(embedded_postgres(find_programs_folder(os.environ), durable=True))
        migrate(postgres.dsn())
        with psycopg.connect(postgres.dsn()) as connection:
            login = create_login(connection, "kitchen_service")
        fleet = stack.enter_context(
            printer_process(len(STATIONS), scratch, names=STATIONS, paper=scratch / "paper")
        )
        set_routes(postgres.dsn(), fleet.addresses)
        dsn = login.dsn(postgres.dsn())
        with _bouncer(program, dsn, scratch, "session") as pooled:
            _print_through(pooled, postgres.dsn(), scratch)
        with _bouncer(program, dsn, scratch, "transaction") as pooled:
            _be_refused(pooled, scratch)


def _print_through(pooled: str, dsn: str, scratch: Path) -> None:
    """Print; it is notifications that wake the service, since it polls every eight seconds only."""
    service = ServiceProcess(pooled, scratch / "session.log", {"KITCHEN_POLL_SECONDS": "8"})
    service.start()
    try:
        service.wait_until_healthy()
        customer = Customer(dsn, STATIONS, ORDERS_PER_SECOND)
        customer.start()
        time.sleep(SECONDS)
        ordered = customer.stop()
        began = time.monotonic()
        wait_until_drained(dsn, DRAIN_SECONDS_MAX)
        account = account_for(ordered, papers_in(scratch / "paper"), kept_in(dsn))
        print(
            f"session mode: {account.acknowledged} orders, drained {time.monotonic() - began:.1f} s after the last"
        )
        assert account.is_good
        assert account.marked == 0
    finally:
        service.stop()


def _be_refused(pooled: str, scratch: Path) -> None:
    service = ServiceProcess(pooled, scratch / "transaction.log")
    service.start()
    try:
        deadline = time.monotonic() + REFUSE_SECONDS_MAX
        said = ""
        while "pooler" not in said and time.monotonic() < deadline:
            time.sleep(ASK_EVERY_SECONDS)
            said = str(service.health()[1].get("database", {}).get("problem", ""))
        print(f"transaction mode: {said}")
        assert "pooler" in said, service.log_end()
    finally:
        service.stop()
    check = subprocess.run(
        [Path(sys.executable).with_name("kitchen-printer"), "check"],
        env={**os.environ, "DATABASE_URL": pooled},
        capture_output=True,
        text=True,
        check=False,
    )
    print(check.stdout.strip())
    assert (check.returncode, "pooler" in check.stdout) == (1, True)


@contextmanager
def _bouncer(program: str, dsn: str, scratch: Path, mode: str) -> Generator[str, None, None]:
    """Run a PgBouncer in that mode; give the connection string through it."""
    parts = {name: str(value) for name, value in conninfo_to_dict(dsn).items()}
    listen, folder = free_port(), scratch / mode
    folder.mkdir()
    (folder / "users.txt").write_text(f'"{parts["user"]}" "{parts["password"]}"\n', encoding="utf-8")
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        _SETTINGS.format(
            name=parts["dbname"],
            host=parts["host"],
            port=parts["port"],
            listen=listen,
            mode=mode,
            users=folder / "users.txt",
        ),
        encoding="utf-8",
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            launch(identities_for(os.geteuid())[0], Path(program), str(settings)),
            stdout=log,
            stderr=log,
            cwd="/",
        )
        pooled = make_conninfo(dsn, host="127.0.0.1", port=listen)
        try:
            _wait_until_it_listens(pooled, folder / "log")
            yield pooled
        finally:
            process.terminate()
            process.wait()


def _wait_until_it_listens(dsn: str, log: Path) -> None:
    deadline = time.monotonic() + REFUSE_SECONDS_MAX
    while True:
        try:
            psycopg.connect(dsn, connect_timeout=2).close()
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{error}; {log.read_text(encoding='utf-8')}") from error
            time.sleep(ASK_EVERY_SECONDS)
        else:
            return
