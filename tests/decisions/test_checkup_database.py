"""The check-up of database and program finds what is planted, and nothing in a set-up without a fault."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kitchen_printer.decisions.checkup import findings
from kitchen_printer.decisions.observations import DatabaseFindings, Finding, Severity
from tests.decisions.observed import AROUND, NOON, WELL, a_route

MEBIBYTE = 1024**2


def found(database: DatabaseFindings, *, ahead_seconds: float = 0.0) -> list[Finding]:
    return findings(database, replace(AROUND, clock=NOON + timedelta(seconds=ahead_seconds)))


def the_one_of(database: DatabaseFindings, *, ahead_seconds: float = 0.0) -> Finding:
    (finding,) = found(database, ahead_seconds=ahead_seconds)
    return finding


def test_a_set_up_without_a_fault_has_no_finding() -> None:
    assert found(WELL) == []


def test_a_newer_contract_than_this_program_needs_is_no_fault() -> None:
    assert found(replace(WELL, schema_version=17)) == []


@pytest.mark.parametrize(
    ("database", "code", "sentence", "remedy"),
    [
        (
            replace(WELL, missing_roles=("kitchen_service", "kitchen_backend")),
            "role_missing",
            "The roles kitchen_service, kitchen_backend do not exist.",
            "Run kitchen-printer migrate as a user",
        ),
        (
            replace(WELL, schema_version=15),
            "contract_old",
            "version 15, this program needs 16.",
            "Run kitchen-printer migrate.",
        ),
        (
            replace(WELL, may_serve=False),
            "login_without_role",
            "The login kitchen may not do what the service does.",
            "GRANT kitchen_service TO kitchen;",
        ),
        (
            replace(WELL, schema_version=0, is_locked=True, may_serve=False),
            "login_without_role",
            "The login kitchen may not",
            "GRANT kitchen_service TO kitchen;",
        ),
        (
            replace(WELL, pos_tables_missing=("bills", "menu"), pos_grants_missing=("GRANT a",)),
            "pos_table_missing",
            "The point of sale's tables bills, menu do not exist here",
            "Create them in this database",
        ),
        (
            replace(WELL, pos_grants_missing=("GRANT a", "GRANT b")),
            "grant_missing",
            "kitchen_send_bill may not read",
            "The tables' owner runs: GRANT a; GRANT b;",
        ),
        (
            replace(WELL, ids_of_other_types={"bills.id": "uuid"}),
            "id_type",
            "bills.id is of type uuid",
            "Give the table a bigint key",
        ),
        (
            replace(WELL, loses_sessions=True),
            "transaction_pooler",
            "a pooler that changes the session",
            "Connect to PostgreSQL itself",
        ),
        (
            replace(WELL, synchronous_commit="off"),
            "commits_get_lost",
            "synchronous_commit is off",
            "Set synchronous_commit = on for this database and login.",
        ),
        (
            replace(WELL, fsync="off"),
            "commits_get_lost",
            "fsync is off",
            "Set fsync = on for this database and login.",
        ),
        (
            replace(WELL, free_bytes=1024 * MEBIBYTE - 1),
            "disk_full",
            "The database's disk has 1024 MiB left",
            "Free space, or prune",
        ),
        (
            replace(WELL, free_bytes=512 * MEBIBYTE),
            "disk_full",
            "The database's disk has 512 MiB left",
            "Free space, or prune",
        ),
    ],
)
def test_what_is_planted_in_the_database_is_a_problem_with_its_remedy(
    database: DatabaseFindings, code: str, sentence: str, remedy: str
) -> None:
    finding = the_one_of(database)
    assert (finding.code, finding.severity) == (code, Severity.PROBLEM)
    assert sentence in finding.sentence
    assert finding.remedy.startswith(remedy)


@pytest.mark.parametrize(("ahead", "words"), [(2.5, "is 2 s ahead of"), (-61.0, "is 61 s behind")])
def test_a_clock_that_is_off_by_more_than_two_seconds_is_a_warning(ahead: float, words: str) -> None:
    finding = the_one_of(WELL, ahead_seconds=ahead)
    assert (finding.code, finding.severity) == ("clock_off", Severity.WARNING)
    assert words in finding.sentence


@pytest.mark.parametrize("ahead", [2.0, -2.0])
def test_two_seconds_are_no_wrong_clock(ahead: float) -> None:
    assert found(WELL, ahead_seconds=ahead) == []


@pytest.mark.parametrize("free_bytes", [None, 1024 * MEBIBYTE])
def test_a_disk_with_a_gibibyte_left_or_one_that_nobody_can_measure_is_no_fault(
    free_bytes: int | None,
) -> None:
    assert found(replace(WELL, free_bytes=free_bytes)) == []


def test_a_part_of_the_program_that_is_missing_is_named() -> None:
    (finding,) = findings(WELL, replace(AROUND, missing_parts=("uharfbuzz",)))
    assert (finding.code, finding.severity) == ("part_missing", Severity.PROBLEM)
    assert finding.sentence.startswith("uharfbuzz cannot be loaded")


def test_routes_are_judged_only_once_the_contract_is_there() -> None:
    database = replace(WELL, schema_version=15, routes=(a_route("BAR", "nowhere:0"),))
    assert [each.code for each in found(database)] == ["contract_old"]


def test_problems_come_before_warnings() -> None:
    database = replace(WELL, printers=(), free_bytes=1)
    assert [each.code for each in found(database, ahead_seconds=9)] == [
        "disk_full",
        "clock_off",
        "level_unverified",
    ]
