"""The page of failures has one row for each reason of the closed list, and names no event that nobody writes."""

import re

from kitchen_printer.decisions.outcome import Evidence
from kitchen_printer.decisions.reason import Reason
from tests.documents.generated import CHECKOUT
from tests.documents.pages import text_of
from tests.documents.test_generated import worded_events

PAGE = CHECKOUT / "docs" / "failures.md"
SOURCE = CHECKOUT / "src" / "kitchen_printer" / "database"


def rows() -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text_of(PAGE).splitlines()
        if line.startswith("| ") and not line.startswith(("| reason |", "| failure |"))
    ]


def test_every_reason_has_one_row_and_every_code_of_the_first_column_is_a_reason() -> None:
    codes = [row[0].strip("`") for row in rows() if row[0].startswith("`")]
    known = [code for code in codes if code in [*Reason]]
    assert sorted(known) == sorted(Reason)
    assert [code for code in codes if re.fullmatch(r"[a-z_]+", code) and code not in [*Reason]] == []


def test_every_row_says_what_staff_see_what_we_do_and_what_the_record_says() -> None:
    for row in rows():
        assert len(row) == 4, row
        assert all(row), row


def test_every_name_in_the_last_column_is_one_that_is_written() -> None:
    sql = "\n".join(
        each.read_text(encoding="utf-8")
        for each in sorted(SOURCE.rglob("*"))
        if each.suffix in (".py", ".sql")
    )
    outcomes = {"not_sent", "confirmed", "uncertain"}
    evidence = {*Evidence, *(f"{each}, not cut" for each in Evidence)}
    findings = {"disk_full"}
    for row in rows():
        for name in re.findall(r"`([^`]+)`", row[3]):
            is_known = (
                name in outcomes | evidence | findings
                or name in [*Reason]
                or name in worded_events()
                or re.search(rf"\b{re.escape(name.rpartition('.')[2])}\b", sql)
                or (name.startswith("printer_") and name.removeprefix("printer_") in ("down", "ready"))
            )
            assert is_known, (row[0], name)
