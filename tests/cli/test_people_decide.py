"""A kitchen that rather looks than gets a second paper: held tickets, their story, and who decides."""

import psycopg

from kitchen_demo.logins import create_login, drop_login
from kitchen_printer.service.facts import PrinterReady
from tests.cli.test_bad_input import kitchen_printer
from tests.service.kitchen_under_test import WAIT_SECONDS, KitchenUnderTest
from virtual_printer import VirtualPrinter


async def _held_ticket(kitchen: KitchenUnderTest, printer: VirtualPrinter) -> int:
    await kitchen.pin(printer, "B")
    await kitchen.route("BAR", printer)
    await kitchen.execute("INSERT INTO stations (station_code, on_unconfirmed) VALUES ('BAR', 'hold')")
    service = await kitchen.start_service()
    ticket = await kitchen.submit("BAR", "Negroni")
    await service.facts.wait_for(PrinterReady)
    printer.causes.reset_after_byte(120)
    await kitchen.wait_until("SELECT bool_or(state = 'HELD') AS yes FROM print_jobs")
    return ticket


async def test_a_held_ticket_that_somebody_saw_is_printed_and_no_second_paper_comes(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    ticket = await _held_ticket(kitchen, printer)
    code, said = kitchen_printer("confirm", str(ticket), "--printed", "--by", "Ana", DATABASE_URL=kitchen.dsn)

    assert (code, "on record as printed" in said) == (0, True), said
    assert await kitchen.status(ticket) == "PRINTED"
    assert len(await kitchen.attempts(ticket)) == 1
    code, story = kitchen_printer("explain", str(ticket), DATABASE_URL=kitchen.dsn)
    assert code == 0
    assert "It waits for a person to decide." in story
    assert "Ana saw copy 1 on paper." in story


async def test_a_held_ticket_that_nobody_found_prints_again_marked(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    ticket = await _held_ticket(kitchen, printer)
    code, said = kitchen_printer(
        "confirm", str(ticket), "--not-printed", "--by", "Ana", DATABASE_URL=kitchen.dsn
    )
    assert (code, "prints again" in said) == (0, True), said

    await kitchen.wait_for_status(ticket, "PRINTED")
    assert "POSSIBLE DUPLICATE" in printer.paper.sheets[-1].text


async def test_a_reprint_is_asked_for_by_name_and_told_in_the_story(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    await kitchen.start_service()
    ticket = await kitchen.submit("BAR", "Negroni")
    await kitchen.wait_for_status(ticket, "PRINTED")

    code, _ = kitchen_printer("reprint", str(ticket), "--by", "Ana", DATABASE_URL=kitchen.dsn)
    sheets = await printer.paper.wait_for_sheets(2, timeout=WAIT_SECONDS)

    assert code == 0
    assert "REPRINT" in sheets[1].text
    assert "Ana asked for a reprint" in kitchen_printer("explain", str(ticket), DATABASE_URL=kitchen.dsn)[1]


def test_what_is_not_there_is_said_in_a_sentence(database: str) -> None:
    for command in (
        ["explain", "99"],
        ["reprint", "99", "--by", "A"],
        ["confirm", "99", "--printed", "--by", "A"],
    ):
        code, said = kitchen_printer(*command, DATABASE_URL=database)
        assert (code, said) == (1, "there is no ticket 99")


async def test_who_decides_about_a_ticket_may_see_it_with_the_same_login(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    ticket = await _held_ticket(kitchen, printer)
    with psycopg.connect(kitchen.dsn, autocommit=True) as connection:
        operator = create_login(connection, "kitchen_operator")
        dsn = operator.dsn(kitchen.dsn)
        asked = ("tickets", "printers", f"explain {ticket}", f"preview {ticket} --text")
        answers = {each: kitchen_printer(*each.split(), DATABASE_URL=dsn) for each in asked}
        decided = kitchen_printer("confirm", str(ticket), "--printed", "--by", "Ana", DATABASE_URL=dsn)
        drop_login(connection, operator)

    assert {each: code for each, (code, _) in answers.items()} == dict.fromkeys(asked, 0), answers
    assert "Negroni" in answers[f"preview {ticket} --text"][1]
    assert decided[0] == 0, decided
