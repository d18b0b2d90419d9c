"""The check-up of the program and of the database: its contract, its rights, its server."""

from collections.abc import Iterable, Iterator
from typing import Final

from kitchen_printer.decisions.observations import DatabaseFindings, Finding, Surroundings, problem, warning

CLOCK_SECONDS_MAX: Final = 2.0
"""More than NTP leaves, less than a cook would notice on paper."""

DISK_FREE_MIN: Final = 1024**3
"""A gibibyte holds months of tickets; below it PostgreSQL is soon the next problem."""


def of_program(missing_parts: Iterable[str]) -> Iterator[Finding]:
    """Judge what cannot be loaded."""
    for part in missing_parts:
        yield problem(
            "part_missing",
            f"{part} cannot be loaded: texts in some scripts could not be printed.",
            "Install the service again with all its requirements; none of them needs a package of the system.",
        )


def of_database(database: DatabaseFindings, around: Surroundings) -> Iterator[Finding]:
    """Judge contract, rights, the point of sale's tables and the server."""
    if database.missing_roles:
        yield problem(
            "role_missing",
            f"The roles {', '.join(database.missing_roles)} do not exist.",
            "Run kitchen-printer migrate as a user who may create roles; without one it prints what to run.",
        )
    if not database.is_migrated and not database.is_locked:
        yield problem(
            "contract_old",
            f"The contract in the database is version {database.schema_version}, this program needs"
            f" {database.needed_version}.",
            "Run kitchen-printer migrate.",
        )
    elif not database.may_serve:
        yield problem(
            "login_without_role",
            f"The login {database.login} may not do what the service does.",
            f"GRANT kitchen_service TO {database.login};",
        )
    yield from _of_the_point_of_sale(database)
    yield from _of_the_server(database, around)


def _of_the_point_of_sale(database: DatabaseFindings) -> Iterator[Finding]:
    if database.pos_tables_missing:
        yield problem(
            "pos_table_missing",
            f"The point of sale's tables {', '.join(database.pos_tables_missing)} do not exist here:"
            " no bill can be sent.",
            "Create them in this database, or correct the database's name in DATABASE_URL.",
        )
    elif database.pos_grants_missing:
        yield problem(
            "grant_missing",
            "kitchen_send_bill may not read what it needs of the point of sale.",
            "The tables' owner runs: " + " ".join(f"{each};" for each in database.pos_grants_missing),
        )
    for column, kind in database.ids_of_other_types.items():
        yield problem(
            "id_type",
            f"{column} is of type {kind}; the contract knows ids that are whole numbers.",
            "Give the table a bigint key (a second, unique column will do), and let the contract see that one.",
        )


def _of_the_server(database: DatabaseFindings, around: Surroundings) -> Iterator[Finding]:
    if database.loses_sessions:
        yield problem(
            "transaction_pooler",
            "Between this program and PostgreSQL is a pooler that changes the session after each transaction.",
            "Connect to PostgreSQL itself, or set the pooler to session mode for this login.",
        )
    if database.synchronous_commit == "off" or database.fsync == "off":
        which = "synchronous_commit" if database.synchronous_commit == "off" else "fsync"
        yield problem(
            "commits_get_lost",
            f"{which} is off: after a power cut PostgreSQL forgets what it had promised, and tickets with it.",
            f"Set {which} = on for this database and login.",
        )
    ahead = (around.clock - database.clock).total_seconds()
    if abs(ahead) > CLOCK_SECONDS_MAX:
        yield warning(
            "clock_off",
            f"This machine's clock is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} the database's:"
            " papers and records would disagree.",
            "Let both keep time by NTP.",
        )
    if database.free_bytes is not None and database.free_bytes < DISK_FREE_MIN:
        yield problem(
            "disk_full",
            f"The database's disk has {database.free_bytes / 1024**2:.0f} MiB left; when it is full, nothing prints.",
            "Free space, or prune: kitchen-printer prune --older-than 90.",
        )
