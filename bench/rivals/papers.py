"""Everybody prints twenty tickets on four printers: each once, on its printer, and the same words on every paper."""

from typing import Final

from bench.rivals.contender import NAMES
from bench.rivals.plan import Log, Sizes, Taken, take_turns, those
from bench.rivals.stage import Place, on_stage

PART: Final = "papers"
TICKETS: Final = 20
PRINTERS: Final = 4


def measure(place: Place, log: Log, sizes: Sizes) -> None:
    """Compare everybody's papers with those of the first."""
    first: list[tuple[str, str]] = []

    def take(place: Place, name: str) -> Taken:
        papers = _papers(place, name)
        if not first:
            first.extend(papers)
        assert papers == first, f"{name} prints something else: {sorted(set(papers) ^ set(first))[:2]}"
        return {"papers": len(papers)}, {}

    take_turns(place, log, PART, f"{PRINTERS} printers", those(NAMES, sizes), rounds=1, take=take)


def _papers(place: Place, name: str) -> list[tuple[str, str]]:
    with on_stage(place, name, PRINTERS) as stage:
        tickets = stage.tickets(TICKETS)
        stage.order(tickets)
        stage.wait_for_papers()
        stage.recorded(tickets)
        return sorted(each.said for each in stage.expect_every_paper_once())
