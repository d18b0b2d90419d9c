"""``kitchen-printer printers``: what a technician sees of the printers, and decides about them."""

import psycopg

from tests.cli.test_bad_input import kitchen_printer

DRAWER = "10.0.0.9:9100"


def test_a_pinned_printer_is_listed_with_its_level_and_who_pinned_it(database: str) -> None:
    code, said = kitchen_printer("printers", DATABASE_URL=database)
    assert (code, "No printer is on record" in said) == (0, True), said

    code, said = kitchen_printer("printers", "pin", "10.0.0.9", "C", "--by", "Ana", DATABASE_URL=database)
    assert (code, said.startswith(f"{DRAWER} is pinned at level C")) == (0, True), said
    code, said = kitchen_printer("printers", "pin", "10.0.0.9", "B-", "--by", "Ana", DATABASE_URL=database)
    assert (code, "level B-, was C" in said) == (0, True), said

    code, said = kitchen_printer("printers", DATABASE_URL=database)
    assert said == f"{DRAWER} B- proves nothing, accepted by a person (Ana); served by nobody"


def test_a_thin_roll_is_listed_with_about_how_many_tickets_it_lasts(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(
            "INSERT INTO printers (address, paper_low_since, paper_low_tickets) VALUES (%s, now(), 12)",
            [DRAWER],
        )
    code, said = kitchen_printer("printers", DATABASE_URL=database)
    assert (code, "paper low, about 12 tickets left, since " in said) == (0, True), said


def test_what_cannot_be_pinned_is_said_in_words(database: str) -> None:
    for arguments, exit_code, words in (
        (("pin", "10.0.0.9", "D", "--by", "Ana"), 2, "'D' is not one of"),
        (("pin", "10.0.0.9", "C"), 2, "--by"),
        (("pin", "10.0.0.9", "C", "--by", " "), 1, "whose"),
        (("pin", "the bar", "C", "--by", "Ana"), 2, "10.0.0.5:9100"),
        (("unpin", "10.0.0.9", "--by", "Ana"), 1, f"Nothing is pinned for {DRAWER}"),
    ):
        code, said = kitchen_printer("printers", *arguments, DATABASE_URL=database)
        assert (code, words in said) == (exit_code, True), said
