"""Lists for people: which tickets are not on paper, how printers stand; and pruning, completion, JSON everywhere."""

import asyncio
import json
import os
import subprocess
import sys
from inspect import signature
from pathlib import Path
from typing import Any

import pytest

from kitchen_printer.cli.app import app
from tests.cli.test_bad_input import kitchen_printer
from tests.service.kitchen_under_test import KitchenUnderTest
from virtual_printer import VirtualPrinter


async def command(kitchen: KitchenUnderTest, *arguments: str) -> tuple[int, str]:
    """Run a command as the database's owner beside the test's loop."""
    return await asyncio.to_thread(lambda: kitchen_printer(*arguments, DATABASE_URL=kitchen.dsn))


async def answered(kitchen: KitchenUnderTest, *arguments: str) -> Any:
    """Return what a command answers as JSON."""
    code, said = await command(kitchen, *arguments, "--json")
    assert code == 0, said
    return json.loads(said)


async def test_what_is_not_on_paper_is_listed_with_its_reason_and_everything_on_request(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    second_printer.causes.open_cover()
    await kitchen.route("BAR", printer)
    await kitchen.route("KITCHEN", second_printer)
    await kitchen.start_service()
    printed = await kitchen.submit("BAR", "Negroni", bill_id=1)
    waiting = await kitchen.submit("KITCHEN", "Soup", bill_id=2)
    await kitchen.wait_for_status(printed, "PRINTED")
    await kitchen.wait_until("SELECT count(*) = 1 AS yes FROM printers WHERE state_reason = 'cover_open'")

    (row,) = await answered(kitchen, "tickets")
    assert (row["ticket_id"], row["station"], row["reason"]) == (waiting, "KITCHEN", "cover_open")
    assert {each["ticket_id"] for each in await answered(kitchen, "tickets", "--all")} == {printed, waiting}
    assert [
        each["ticket_id"]
        for each in await answered(kitchen, "tickets", "--status", "printed", "--station", "bar")
    ] == [printed]
    assert await answered(kitchen, "tickets", "--bill", "3") == []

    code, said = await command(kitchen, "tickets")
    assert code == 0
    assert "KITCHEN 001 table 7 NEW for" in said
    assert said.endswith("The printer's cover is open.")

    rows = {row["address"]: row for row in await answered(kitchen, "printers")}
    assert rows.keys() == {printer.address, second_printer.address}


async def test_when_everything_is_on_paper_one_sentence_says_so(kitchen: KitchenUnderTest) -> None:
    assert await command(kitchen, "tickets") == (0, "Every ticket is proved to be on paper.")


async def test_pruning_deletes_old_settled_bills_in_batches_and_nothing_else(
    kitchen: KitchenUnderTest,
) -> None:
    await kitchen.execute(
        "INSERT INTO kitchen_tickets (bill_id, printer_target, status, created_at)"
        " SELECT n, 'BAR', CASE WHEN n = 100 THEN 'NEW' ELSE 'PRINTED' END,"
        "        now() - CASE WHEN n > 100 THEN interval '1 day' ELSE interval '200 days' END"
        "   FROM generate_series(1, 101) n"
    )
    assert (await answered(kitchen, "prune", "--older-than", "100"))["deleted"] == 99
    rows = await kitchen.rows("SELECT bill_id FROM kitchen_tickets ORDER BY bill_id")
    assert [row["bill_id"] for row in rows] == [100, 101]

    code, said = await command(kitchen, "prune", "--older-than", "2")
    assert (code, "is kept" in said) == (1, True), said


async def test_pruning_deletes_events_only_when_told_how_long_they_are_kept_and_leaves_the_story_of_what_is_there(
    kitchen: KitchenUnderTest,
) -> None:
    kept, pruned = await kitchen.submit("BAR", bill_id=1), await kitchen.submit("BAR", bill_id=2)
    await kitchen.execute(
        "UPDATE kitchen_tickets SET created_at = now() - interval '500 days',"
        " status = CASE id WHEN %s THEN 'PRINTED' ELSE status END",
        [pruned],
    )
    await kitchen.execute("ALTER TABLE print_events DISABLE TRIGGER events_are_never_rewritten")
    await kitchen.execute("DELETE FROM print_events")
    await kitchen.execute("ALTER TABLE print_events ENABLE TRIGGER events_are_never_rewritten")
    await kitchen.execute(
        "INSERT INTO print_events (event, ticket_id, at) SELECT 'expanded', ticket, now() - age * interval '1 day'"
        "  FROM unnest(%s::bigint[]) ticket, unnest(ARRAY[500, 300]) age",
        [[kept, pruned]],
    )

    assert (await answered(kitchen, "prune", "--older-than", "200"))["deleted"] == 1
    assert len(await kitchen.rows("SELECT 1 FROM print_events WHERE event = 'expanded'")) == 4
    answer = await answered(kitchen, "prune", "--older-than", "200", "--events-older-than", "400")
    assert (answer["deleted"], answer["events_deleted"]) == (0, 1)
    rows = await kitchen.rows("SELECT ticket_id FROM print_events WHERE event = 'expanded' ORDER BY id")
    assert [row["ticket_id"] for row in rows] == [kept, kept, pruned]
    told = await kitchen.rows(
        "SELECT detail - 'before' AS detail FROM print_events WHERE event = 'pruned' ORDER BY id"
    )
    assert told[-1] == {"detail": {"events": 1}}

    code, said = await command(kitchen, "prune", "--older-than", "200", "--events-older-than", "100")
    assert (code, "the larger number" in said) == (2, True), said


def test_every_command_can_answer_as_json() -> None:
    commands = [each.callback for each in app.registered_commands if each.callback]
    assert len(commands) > 8
    without = {each.__name__ for each in commands if "as_json" not in signature(each).parameters}
    assert without == {"run"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_can_complete_commands(shell: str) -> None:
    program = Path(sys.executable).with_name("kitchen-printer")
    words = {"COMP_WORDS": "kitchen-printer exp", "COMP_CWORD": "1"}
    fish_and_zsh = {"_TYPER_COMPLETE_ARGS": "kitchen-printer exp", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    done = subprocess.run(
        [program],
        env={**os.environ, "_KITCHEN_PRINTER_COMPLETE": f"complete_{shell}", **words, **fish_and_zsh},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert "explain" in done.stdout
