"""``pos-sim``: a POS that is busy: it knows the backend's address and a token, and nothing else of the house."""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from random import Random
from typing import Annotated, Any, Final, NoReturn, assert_never

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kitchen_demo.evening import Deed, Step, Visit, visits
from kitchen_demo.table import Sent, Table, Tap
from kitchen_demo.till import PATIENCE_SECONDS, OrderRefused, Till

HANDS_MAX: Final = 32
"""Requests that are under way at once: waiters, not guests."""

TOKEN_VARIABLE: Final = "POS_TOKEN"  # noqa: S105  # its name
FAILURE: Final = 1
MISUSE: Final = 2


@dataclass(slots=True)
class Outcome:
    """How the evening went."""

    sent: Sent = field(default_factory=Sent)
    refused: list[str] = field(default_factory=list[str])
    seconds: list[float] = field(default_factory=list[float])

    def as_json(self) -> dict[str, Any]:
        """Return it for whoever compares it with the papers."""
        ordered = sorted(self.sent.tickets, key=lambda ticket: ticket.id)
        return {
            "taps": dict(self.sent.taps),
            "refused": self.refused,
            "seconds": _quantiles(self.seconds),
            "tickets": [asdict(ticket) for ticket in ordered],
        }


def main() -> None:
    """Run the command line."""
    typer.run(simulate)


def simulate(
    *,
    address: Annotated[str, typer.Argument(help="The backend: host:port.")],
    token: Annotated[
        str, typer.Option(envvar=TOKEN_VARIABLE, help="What `kitchen-backend token NAME` showed.")
    ] = "",
    token_file: Annotated[
        Path | None, typer.Option(envvar=f"{TOKEN_VARIABLE}_FILE", help="Or the file it stands in.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Which evening it is; the same seed, the same wishes.")] = 1,
    peak: Annotated[float, typer.Option(min=0.01, help="Tables a minute that sit down in the rush.")] = 2.0,
    start: Annotated[str, typer.Option(help="When it begins, HH:MM of a Saturday.")] = "18:00",
    minutes: Annotated[float, typer.Option(min=0.1, help="How long it lasts, in its own time.")] = 240.0,
    speed: Annotated[
        float, typer.Option(min=0.01, help="Minutes of the evening in a minute of yours.")
    ] = 60.0,
    steady: Annotated[bool, typer.Option("--steady", help="Always the rush, no Saturday curve.")] = False,
    orders: Annotated[
        int | None, typer.Option(min=0, help="Stop after so many tables; without it, when it is over.")
    ] = None,
    patience: Annotated[
        float, typer.Option(min=0, help="For how many seconds a tap is tried again while nobody answers.")
    ] = PATIENCE_SECONDS,
    summary: Annotated[Path | None, typer.Option(help="JSON file for what was sent.")] = None,
) -> None:
    """Order as a restaurant does: rounds, voids, moves, held courses, double taps, answers that get lost."""
    try:
        begins = datetime.strptime(start, "%H:%M")  # noqa: DTZ007  # a time of day, of no day
    except ValueError:
        _end(MISUSE, f"{start!r} is no time of day: write it as 18:00.")
    plan = visits(
        Random(seed),  # noqa: S311  # chance, not secrets
        peak_a_minute=peak,
        start_hour=begins.hour + begins.minute / 60,
        minutes=minutes,
        is_steady=steady,
    )
    outcome = Outcome()
    till = Till(address, token or _read(token_file), patience)
    try:
        products = till.menu()
    except OrderRefused as error:
        _end(FAILURE, f"The backend cannot be used: {error}")
    asyncio.run(_play(list(islice(plan, orders)), till, products, speed, outcome))
    if summary is not None:
        summary.write_text(json.dumps(outcome.as_json(), ensure_ascii=False, indent=1), encoding="utf-8")
    Console().print(_in_words(outcome), highlight=False)
    if outcome.refused:
        _end(FAILURE, "\n".join(["Refused:", *outcome.refused]))


def _read(token_file: Path | None) -> str:
    if token_file is None:
        _end(MISUSE, f"A token is needed: --token, --token-file, {TOKEN_VARIABLE} or {TOKEN_VARIABLE}_FILE.")
    try:
        return token_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        _end(MISUSE, f"The token's file cannot be read: {error}")


async def _play(
    plan: Sequence[Visit], till: Till, products: dict[str, int], speed: float, outcome: Outcome
) -> None:
    """Let every table do what it wants when it wants it."""
    loop = asyncio.get_running_loop()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with ThreadPoolExecutor(HANDS_MAX) as hands, Progress(*columns, transient=True) as progress:
        bar = progress.add_task("taps", total=sum(len(visit.steps) for visit in plan))
        began = loop.time()

        async def attend(visit: Visit) -> None:
            heading: dict[str, str | int] = {
                "number": visit.number,
                "table": visit.table,
                "server": visit.server,
                "guests": visit.guests,
                "order_type": "Dine in",
            }
            table = Table(till, outcome.sent, products, heading)
            for step in visit.steps:
                await asyncio.sleep(began + step.at * 60 / speed - loop.time())
                try:
                    seconds = await loop.run_in_executor(hands, _timed, lambda step=step: _do(step, table))
                except OrderRefused as error:
                    outcome.refused.append(f"{visit.number} {step.deed}: {error}")
                    return
                if step.tap is Tap.PLAIN:
                    outcome.seconds.append(seconds)
                progress.advance(bar)

        async with asyncio.TaskGroup() as tables:
            for visit in plan:
                tables.create_task(attend(visit))


def _timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def _do(step: Step, table: Table) -> None:
    match step.deed:
        case Deed.ORDER:
            table.order(step.items, step.held, tap=step.tap)
        case Deed.VOID_ONE | Deed.VOID_ALL:
            if table.dishes:
                table.void(table.dishes[0].dish, 1 if step.deed is Deed.VOID_ONE else None, tap=step.tap)
        case Deed.FIRE:
            if table.has_held:
                table.fire(tap=step.tap)
        case Deed.MOVE:
            table.move(step.table, tap=step.tap)
        case _:
            assert_never(step.deed)


def _quantiles(seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    if not ordered:
        return {}
    return {f"p{share}": round(ordered[len(ordered) * share // 100], 4) for share in (50, 95, 99)}


def _in_words(outcome: Outcome) -> str:
    taps = ", ".join(f"{count} {what}" for what, count in outcome.sent.taps.items()) or "nothing"
    return f"Sent {taps}; {len(outcome.sent.tickets)} tickets came of it; answered in {_quantiles(outcome.seconds)} s."


def _end(code: int, message: str) -> NoReturn:
    Console(stderr=True).print(message, markup=False, highlight=False, style="red")
    raise typer.Exit(code)
