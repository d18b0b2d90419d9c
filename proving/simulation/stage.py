"""What the service is told instead of the truth: the simulated clock, chance, network and database.

Only names that lead out of the program are replaced, in the modules that use them; every decision and every task of
the service is the product's own.
"""

import asyncio
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from functools import cache
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from kitchen_printer.database.ledger import Claimed
from kitchen_printer.decisions.page import CUT as CUT_HERE
from kitchen_printer.decisions.page import Page, Row
from kitchen_printer.decisions.ticket import JobKind
from kitchen_printer.service.render import Rendered
from proving.simulation import link
from proving.simulation.wire import ON_STAGE, connected_line, open_line

LINES_MIN, LINES_MAX = 4, 12
SECOND_SHEET_EVERY = 13
POISON_EVERY = 97
CUT = b"\x1dVB\x00"

_TOKEN_CHARACTERS = "".join(chr(code) for code in range(0x21, 0x7F))


def _now() -> float:
    return asyncio.get_running_loop().time()


def _token() -> str:
    return "".join(ON_STAGE.get().chance.choice(_TOKEN_CHARACTERS) for _ in range(4))


def _chance() -> float:
    return ON_STAGE.get().chance.random()


async def _rendered(
    claimed: Claimed, _device: object, _look: object, late_seconds: float, *, low: object
) -> Rendered:
    """Make a paper that says what a checker must know, and nothing else: layout is tested elsewhere."""
    del low
    await asyncio.sleep(0.002)
    job = claimed.job
    if job.kind is JobKind.NOTICE:
        return Rendered(b"NOTICE\n", _page(1, 1), is_late=False)
    if job.ticket_id is not None and job.ticket_id % POISON_EVERY == 0:
        raise ValueError("this ticket cannot be laid out")
    count = LINES_MIN + job.id % (LINES_MAX - LINES_MIN)
    mark = "M" if job.marked else "-"
    lines = [
        f"T{job.attempt_id} J{job.id} {number}/{count} {mark}\n".encode() for number in range(1, count + 1)
    ]
    sheets = 2 if job.id % SECOND_SHEET_EVERY == 0 else 1
    if sheets == 2:
        lines.insert(count // 2, CUT)
    return Rendered(b"".join(lines), _page(count, sheets), is_late=job.age_seconds > late_seconds)


@cache
def _page(lines: int, sheets: int) -> Page:
    return Page((*[Row(text="T")] * lines, *[CUT_HERE] * (sheets - 1)))


def _stand_ins() -> dict[str, dict[str, Any]]:
    service, printers = "kitchen_printer.service", "kitchen_printer.printers"
    return {
        f"{service}.attempt": {
            "expect_cuts": link.expect_cuts, "render": _rendered, "new_token": _token, "monotonic": _now,
        },
        f"{service}.dispatcher": {
            "move_jobs": link.move_jobs, "look_around": link.look_around, "monotonic": _now,
            "abandoned_attempts": link.abandoned_attempts,
        },
        f"{service}.expand": {"expand": link.expand},
        f"{service}.failed_slip": {"add_notice": link.add_notice},
        f"{service}.get_acquainted": {"note_capability": link.note_capability, "new_token": _token},
        f"{service}.lane": {"monotonic": _now},
        f"{service}.leases": {
            "hand_back": link.hand_back, "leave": link.leave, "send_heartbeat": link.send_heartbeat,
            "take_free_lanes": link.take_free_lanes, "monotonic": _now,
        },
        f"{service}.ledger": {
            "is_settled_by": link.is_settled_by, "new_token": _token, "unknown_attempts": link.unknown_attempts,
            "write": link.write,
        },
        f"{service}.line_to_printer": {"monotonic": _now, "new_token": _token, "open_line": open_line},
        f"{service}.outage": {"monotonic": _now},
        f"{service}.missing_routes": {"unroutable_stations": link.unroutable_stations},
        f"{service}.printer_states": {"note_states": link.note_states, "monotonic": _now},
        f"{service}.recovery": {
            "add_notice": link.add_notice, "is_next_late": link.is_next_late,
            "read_backlog": link.read_backlog, "monotonic": _now,
        },
        f"{service}.route_book": {"read_configuration": link.read_configuration},
        f"{service}.settle_abandoned": {"new_token": _token},
        f"{service}.settle_doubt": {"new_token": _token},
        f"{service}.snapshot": {"monotonic": _now},
        f"{service}.work_lane": {
            "add_waiting_time": link.add_waiting_time, "give_up": link.give_up, "new_token": _token,
            "note_late_proofs": link.note_late_proofs, "random": SimpleNamespace(random=_chance),
        },
        f"{printers}.afterwards": {"connected_line": connected_line},
        f"{printers}.connection": {"open_line": open_line},
        f"{printers}.probe": {"connected_line": connected_line},
    }  # fmt: skip


@contextmanager
def on_stage() -> Generator[None, None, None]:
    """Let the service live in the world of the context it runs in."""
    with ExitStack() as stack:
        for module, names in _stand_ins().items():
            stack.enter_context(patch.multiple(module, **names))
        yield
