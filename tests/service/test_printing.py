"""What becomes of a ticket while its printer works, stops, or fails."""

from time import monotonic

from kitchen_printer.decisions.outcome import Confirmed, Evidence
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.service.facts import (
    GaveUp,
    LayoutRefused,
    OutcomeRecorded,
    PrinterBack,
    PrinterDown,
    PrinterReady,
    StationWithoutRoute,
    TicketHandedOver,
    TicketsExpanded,
)
from tests.service.kitchen_under_test import WAIT_SECONDS, KitchenUnderTest
from virtual_printer import VirtualPrinter


async def test_a_ticket_gets_to_paper_and_the_printer_itself_proves_it(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    service = await kitchen.start_service()
    ticket = await kitchen.submit("BAR", "Negroni")

    recorded = await service.facts.wait_for(OutcomeRecorded)

    assert recorded.outcome == Confirmed(Evidence.TOKEN, is_cut=True)
    assert await kitchen.status(ticket) == "PRINTED"
    assert await kitchen.attempts(ticket) == [(1, False, "CONFIRMED", "token", None)]
    assert await kitchen.events(ticket) == ["expanded", "claimed", "confirmed"]
    (paper,) = printer.paper.sheets
    assert "1 x Negroni" in paper.lines
    assert paper.lines[-1] == f"#{ticket}-1/1 {recorded.job.token_printed}"


async def test_a_level_b_printer_proves_by_answering_behind_the_ticket(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    await kitchen.execute(
        "INSERT INTO printers (address, level, level_provenance) VALUES (%s, 'B', 'pinned')",
        [printer.address],
    )
    await kitchen.start_service()
    ticket = await kitchen.submit("BAR", "Negroni")

    await kitchen.wait_for_status(ticket, "PRINTED")

    assert await kitchen.attempts(ticket) == [(1, False, "CONFIRMED", "queued status", None)]
    assert printer.paper.sheets[0].complete


async def test_a_burst_is_printed_in_the_order_of_submission(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    tickets = [await kitchen.submit("BAR", f"Drink {n}", bill_id=n) for n in range(30)]
    await kitchen.start_service()

    sheets = await printer.paper.wait_for_sheets(30, timeout=WAIT_SECONDS)

    assert [sheet.lines[-1].partition("-")[0] for sheet in sheets] == [f"#{ticket}" for ticket in tickets]


async def test_a_ticket_waits_without_an_attempt_while_its_printer_is_off_and_prints_when_it_is_on(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    printer.causes.refuse()
    await kitchen.route("BAR", printer)
    service = await kitchen.start_service()
    ticket = await kitchen.submit("BAR", "Negroni")

    assert (await service.facts.wait_for(PrinterDown)).reason is Reason.REFUSED
    assert await kitchen.attempts(ticket) == []
    printer.causes.accept()
    await service.facts.wait_for(PrinterBack)
    await kitchen.wait_for_status(ticket, "PRINTED")

    assert await kitchen.attempts(ticket) == [(1, False, "CONFIRMED", "token", None)]


async def test_paper_out_in_the_middle_keeps_the_line_and_the_ticket_ends_printed_once(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("KITCHEN", printer)
    service = await kitchen.start_service()
    printer.causes.paper_out_at_line(3)
    ticket = await kitchen.submit("KITCHEN", "Soup", "Steak", "Fries", "Salad", "Bread")

    assert (await service.facts.wait_for(PrinterDown)).reason is Reason.PAPER_OUT
    assert await kitchen.status(ticket) == "PRINTING"
    await kitchen.wait_until(
        "SELECT state = 'down' AND state_reason = 'paper_out' AS yes FROM printers WHERE address = %s",
        [printer.address],
    )
    printer.causes.refill()
    await service.facts.wait_for(PrinterBack)
    await kitchen.wait_for_status(ticket, "PRINTED")

    assert await kitchen.attempts(ticket) == [(1, False, "CONFIRMED", "token", None)]
    (paper,) = printer.paper.sheets
    assert [line for line in paper.lines if " x " in line] == [
        "1 x Soup",
        "1 x Steak",
        "1 x Fries",
        "1 x Salad",
        "1 x Bread",
    ]


async def test_a_printer_that_falls_mute_behind_the_ticket_never_yields_printed(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    service = await kitchen.start_service(KITCHEN_MAX_ATTEMPTS="1")
    ticket = await kitchen.submit("BAR", "Negroni")
    await service.facts.wait_for(PrinterReady)
    printer.causes.mute()

    await kitchen.wait_for_status(ticket, "FAILED")

    assert await kitchen.attempts(ticket) == [(1, False, "UNCERTAIN", None, "no_confirmation")]


async def test_a_broken_line_leads_to_a_second_paper_that_says_possible_duplicate(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    service = await kitchen.start_service()
    ticket = await kitchen.submit("BAR", "Negroni")
    await service.facts.wait_for(PrinterReady)
    printer.causes.reset_after_byte(130)

    await kitchen.wait_for_status(ticket, "PRINTED")

    assert await kitchen.attempts(ticket) == [
        (1, False, "UNCERTAIN", None, "partial"),
        (2, True, "CONFIRMED", "token", None),
    ]
    last = printer.paper.sheets[-1]
    assert "POSSIBLE DUPLICATE" in last.text
    assert last.lines[-1].startswith(f"#{ticket}-1/2 ")


async def test_after_too_many_doubtful_attempts_the_ticket_is_failed_and_the_lane_goes_on(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    service = await kitchen.start_service(KITCHEN_MAX_ATTEMPTS="1")
    doubtful = await kitchen.submit("BAR", "Negroni", bill_id=1)
    await service.facts.wait_for(PrinterReady)
    printer.causes.reset_after_byte(130)
    await kitchen.wait_for_status(doubtful, "FAILED")

    healthy = await kitchen.submit("BAR", "Lager", bill_id=2)
    await kitchen.wait_for_status(healthy, "PRINTED")

    assert (await kitchen.one("SELECT failed_reason FROM kitchen_tickets WHERE id = %s", [doubtful])) == {
        "failed_reason": "partial"
    }


async def test_a_ticket_that_cannot_be_laid_out_fails_a_slip_says_so_and_the_lane_goes_on(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    poison = await kitchen.submit("BAR", "Negroni", bill_id=1)
    await kitchen.execute("UPDATE kitchen_tickets SET created_at = 'infinity' WHERE id = %s", [poison])
    healthy = await kitchen.submit("BAR", "Lager", bill_id=2)
    service = await kitchen.start_service()

    await kitchen.wait_for_status(healthy, "PRINTED")

    assert service.facts.of(LayoutRefused)[0].job.ticket_id == poison
    assert await kitchen.status(poison) == "FAILED"
    assert await kitchen.attempts(poison) == [(1, False, "NOT_SENT", None, "cannot_lay_out")]
    sheets = await printer.paper.wait_for_sheets(2, WAIT_SECONDS)
    slip = next(sheet for sheet in sheets if "ALARM" in sheet.text)
    assert "BAR: a ticket cannot be printed" in slip.text
    assert f"Ticket #{poison}, copy 1" in slip.text
    assert "Tell the kitchen by voice" in slip.text


async def test_one_dead_printer_holds_up_nobody_else(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    second_printer.causes.mute()
    await kitchen.route("BAR", printer)
    await kitchen.route("KITCHEN", second_printer)
    stuck = await kitchen.submit("KITCHEN", "Soup")
    tickets = [await kitchen.submit("BAR", f"Drink {n}", bill_id=n) for n in range(10)]
    await kitchen.start_service()

    await printer.paper.wait_for_sheets(10, timeout=WAIT_SECONDS)
    for ticket in tickets:
        await kitchen.wait_for_status(ticket, "PRINTED")

    assert await kitchen.status(stuck) == "NEW"


async def test_a_printer_seen_unable_for_too_long_fails_its_tickets_aloud(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    printer.causes.refuse()
    await kitchen.route("BAR", printer)
    ticket = await kitchen.submit("BAR", "Negroni")
    service = await kitchen.start_service(KITCHEN_GIVE_UP_SECONDS="30")
    await service.facts.wait_for(PrinterDown)
    await service.facts.wait_for(TicketsExpanded)
    # As if a running service had watched it for 29.5 seconds already.
    await kitchen.execute("UPDATE print_jobs SET waited_seconds = 29.5 WHERE ticket_id = %s", [ticket])

    gave_up = await service.facts.wait_for(GaveUp)

    assert (gave_up.tickets, gave_up.reason) == (1, Reason.REFUSED)
    assert await kitchen.status(ticket) == "FAILED"
    assert (await kitchen.events(ticket))[-1] == "gave_up"


async def test_two_copies_are_two_papers_on_two_printers_and_both_make_the_ticket_printed(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    second_printer.causes.refuse()
    await kitchen.route("KITCHEN", printer, copy_no=1)
    await kitchen.route("KITCHEN", second_printer, copy_no=2)
    service = await kitchen.start_service()
    ticket = await kitchen.submit("KITCHEN", "Soup")
    await service.facts.wait_for(OutcomeRecorded)
    assert await kitchen.status(ticket) == "PRINTING"

    second_printer.causes.accept()
    await kitchen.wait_for_status(ticket, "PRINTED")

    assert printer.paper.sheets[0].lines[-1].startswith(f"#{ticket}-1/1 ")
    assert second_printer.paper.sheets[0].lines[-1].startswith(f"#{ticket}-2/1 ")


async def test_a_reprint_says_so_and_leaves_the_original_as_it_is(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    await kitchen.start_service()
    ticket = await kitchen.submit("BAR", "Negroni")
    await kitchen.wait_for_status(ticket, "PRINTED")

    await kitchen.execute("SELECT kitchen_request_reprint(%s, 'Ana', 'fell into the soup')", [ticket])
    sheets = await printer.paper.wait_for_sheets(2, timeout=WAIT_SECONDS)

    assert "REPRINT" in sheets[1].text
    assert "1 x Negroni" in sheets[1].lines
    assert "REPRINT" not in sheets[0].text


async def test_a_station_without_a_route_waits_aloud_until_it_has_one(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    service = await kitchen.start_service()
    ticket = await kitchen.submit("BAR", "Negroni")
    assert (await service.facts.wait_for(StationWithoutRoute)).station == "BAR"

    await kitchen.route("BAR", printer)
    await kitchen.wait_for_status(ticket, "PRINTED")

    assert len(service.facts.of(StationWithoutRoute)) == 1


async def test_an_unrouted_station_prints_at_the_default_station_with_a_banner(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("KITCHEN", printer)
    await kitchen.execute("UPDATE kitchen_settings SET default_station = 'KITCHEN'")
    await kitchen.start_service()
    ticket = await kitchen.submit("SUSHI", "Maki")

    await kitchen.wait_for_status(ticket, "PRINTED")

    assert "NO ROUTE FOR SUSHI" in printer.paper.text
    assert "SUSHI 001" in printer.paper.text


async def test_a_changed_route_is_followed_without_a_restart(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    await kitchen.start_service()
    await kitchen.wait_for_status(await kitchen.submit("BAR", "Negroni", bill_id=1), "PRINTED")

    await kitchen.execute("UPDATE station_printers SET printer_ip = %s", [second_printer.address])
    await kitchen.wait_for_status(await kitchen.submit("BAR", "Lager", bill_id=2), "PRINTED")

    assert "Negroni" in printer.paper.text
    assert "Lager" in second_printer.paper.text


async def test_text_from_outside_never_acts_as_a_command(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    await kitchen.start_service()
    cut, clear = "\x1dV\x01", "\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
    ticket = await kitchen.submit("BAR", f"Neg{cut}roni", f"La{clear}ger", "\x1b@\x1b=\x02 Water")

    await kitchen.wait_for_status(ticket, "PRINTED")

    (paper,) = printer.paper.sheets
    assert printer.state.cuts == 1
    assert "[U+001D]V" in paper.text
    assert "[U+0010][U+0014][U+0008]" in paper.text.replace("\n", "").replace(" ", "")


async def test_the_service_hands_a_ticket_over_only_after_its_attempt_is_on_record(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    service = await kitchen.start_service()
    await kitchen.submit("BAR", "Negroni")

    handed_over = await service.facts.wait_for(TicketHandedOver)

    row = await kitchen.one(
        "SELECT token_printed FROM print_attempts WHERE id = %s", [handed_over.job.attempt_id]
    )
    assert row == {"token_printed": handed_over.job.token_printed}


async def test_time_in_which_nobody_watched_the_printer_is_not_held_against_a_new_ticket(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    printer.causes.refuse()
    await kitchen.route("BAR", printer)
    first = await kitchen.submit("BAR", "Negroni", bill_id=1)
    service = await kitchen.start_service(KITCHEN_GIVE_UP_SECONDS="30")
    await service.facts.wait_for(PrinterDown)
    await service.facts.wait_for(TicketsExpanded)
    await kitchen.execute("UPDATE print_jobs SET waited_seconds = 30 WHERE ticket_id = %s", [first])
    await kitchen.wait_for_status(first, "FAILED")
    # The station is quiet for an hour: nothing is due, so nobody asks the printer.
    (lane,) = service.lanes
    lane.last_failure = monotonic() - 3600
    lane.rests_until = monotonic() - 3590

    second = await kitchen.submit("BAR", "Lager", bill_id=2)
    await kitchen.wait_until(
        "SELECT coalesce(max(waited_seconds), 0) > 0 AS yes FROM print_jobs WHERE ticket_id = %s", [second]
    )

    assert await kitchen.status(second) == "NEW"
    row = await kitchen.one("SELECT waited_seconds FROM print_jobs WHERE ticket_id = %s", [second])
    assert row["waited_seconds"] < 30
