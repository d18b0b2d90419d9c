"""What a person needs to take part in a demo that stays up: a file to load into a shell, beside the papers."""

import asyncio
import os
import shlex
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

import psycopg

from kitchen_demo.edge import BackendReady, Edge
from kitchen_demo.logins import Login, create_login, drop_login
from kitchen_demo.paper_shelf import PaperShelf
from kitchen_demo.postgres_programs import PostgresUnavailable, find_programs_folder
from virtual_printer import Sheet
from virtual_printer.control import Control

FILE: Final = "environment.sh"
ROLE: Final = "kitchen_operator"


@asynccontextmanager
async def at_hand(edge: Edge, backend: BackendReady, folder: Path) -> AsyncGenerator[Path, None]:
    """Make a person's login, open a port that the printers obey, keep papers, and yield the file that tells of it.

    The file holds a password and a token: its owner alone may read it, and it is gone in the end.
    """
    file = folder / FILE
    login = await asyncio.to_thread(_make_login, edge.dsn)
    try:
        async with Control(edge.printers) as control:
            _keep_papers(edge, PaperShelf(folder, pictures=False))
            await asyncio.to_thread(
                _write,
                file,
                {
                    "DATABASE_URL": login.dsn(edge.dsn),
                    "HEALTH": f"http://{edge.service.health_address}",
                    "POS": f"http://{backend.process.address}",
                    "TOKEN": backend.token,
                    "PRINTERS": f"http://{control.address}",
                },
            )
            yield file
    finally:
        file.unlink(missing_ok=True)
        await asyncio.to_thread(_drop_login, edge.dsn, login)


def _make_login(dsn: str) -> Login:
    with psycopg.connect(dsn) as connection:
        return create_login(connection, ROLE)


def _drop_login(dsn: str, login: Login) -> None:
    with psycopg.connect(dsn) as connection:
        drop_login(connection, login)


def _keep_papers(edge: Edge, shelf: PaperShelf) -> None:
    for station, printer in edge.printers.items():
        printer.on_sheet.append(partial(_keep, shelf, station))


def _keep(shelf: PaperShelf, station: str, sheet: Sheet) -> None:
    shelf.keep([(station, sheet)])


def _write(file: Path, values: Mapping[str, str]) -> None:
    lines = [f"export {name}={shlex.quote(value)}" for name, value in values.items()]
    lines.append(f'export PATH={shlex.quote(":".join(_programs()))}:"$PATH"')
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    with os.fdopen(
        os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as opened:
        opened.write("\n".join(lines) + "\n")


def _programs() -> list[str]:
    """Return the folders of our commands and, where it is known, of psql."""
    ours = str(Path(sys.executable).parent)
    try:
        return [ours, str(find_programs_folder(os.environ))]
    except PostgresUnavailable:
        return [ours]
