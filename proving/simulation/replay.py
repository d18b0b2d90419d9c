"""A simulated evening's record, done again in PostgreSQL: the service's SQL must answer what the model answered."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql

from kitchen_printer.database import (
    assignments,
    leases,
    ledger,
    notices,
    outcomes,
    recovery,
    routing,
    surroundings,
    tickets,
)
from kitchen_printer.database.connection import Database
from kitchen_printer.database.ledger import Claimed, ClaimRequest, Settlement, Written
from kitchen_printer.database.outcomes import Abandoned
from kitchen_printer.database.routing import Configuration
from kitchen_printer.database.surroundings import Surroundings
from kitchen_printer.decisions.notice import RecoveryList
from proving.simulation.link import Done
from proving.simulation.model import BEGINNING
from proving.simulation.rows import PrinterRow
from proving.simulation.world import World

_CLOCK: Final = """
CREATE SCHEMA simulated;
CREATE TABLE simulated.clock (at timestamptz NOT NULL);
INSERT INTO simulated.clock VALUES ('2026-01-03 18:00+00');
CREATE FUNCTION simulated.now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT at FROM simulated.clock';
CREATE FUNCTION simulated.clock_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
    AS 'SELECT at FROM simulated.clock';
CREATE FUNCTION simulated.stamp() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN NEW.created_at := simulated.now(); RETURN NEW; END';
CREATE TRIGGER simulated_time BEFORE INSERT ON print_jobs FOR EACH ROW EXECUTE FUNCTION simulated.stamp();
"""
"""The simulated clock stands before PostgreSQL's own on the search path, so that statements find it first."""


class DriftError(AssertionError):
    """The model answered otherwise than PostgreSQL."""


def prepare(dsn: str, printers: dict[int, PrinterRow]) -> None:
    """Give a migrated database the simulated clock and the printers of a world."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(_CLOCK)
        name = sql.Identifier(connection.info.dbname)
        connection.execute(
            sql.SQL("ALTER DATABASE {} SET search_path = simulated, public, pg_catalog").format(name)
        )
        for number, row in printers.items():
            connection.execute(
                "INSERT INTO printers (id, address, level, level_provenance, serial, firmware)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                [
                    *(number, row.printer.address, row.printer.level, row.printer.level_provenance),
                    *(row.printer.serial, row.printer.firmware),
                ],
            )
            connection.execute("INSERT INTO lanes (printer_id) VALUES (%s)", [number])


async def replay(world: World, dsn: str, steps_max: int) -> int:
    """Do a world's trace again; return how many steps it had. Raises :class:`DriftError` at the first difference."""
    async with _opened(dsn) as database:
        again = _Again(database, world.stations)
        trace = world.server.trace[:steps_max]
        for place, done in enumerate(trace):
            await again.step(place, done)
        return len(trace)


@asynccontextmanager
async def _opened(dsn: str) -> AsyncGenerator[Database, None]:
    database = Database(dsn, "replay")
    await database.open()
    try:
        yield database
    finally:
        await database.close()


class _Again:
    """The steps of a trace, in PostgreSQL. ``_attempts`` and ``_jobs`` are its ids for the model's."""

    def __init__(self, database: Database, stations: Sequence[str]) -> None:
        self._database = database
        self._stations = stations
        self._attempts: dict[int, int] = {}
        self._jobs: dict[int, int] = {}
        self._versions = (0, 0)

    async def step(self, place: int, done: Done) -> None:
        """Do one step, and compare."""
        async with self._database.connection() as connection:
            await connection.execute(
                "UPDATE simulated.clock SET at = %s::timestamptz + make_interval(secs => %s)",
                [BEGINNING, done.at],
            )
        found = await getattr(self, f"_{done.name}")(*done.arguments, done.result)
        expected = self._seen(done.result)
        if found != expected:
            raise DriftError(
                f"step {place}, {done.name} at {done.at:.3f}: PostgreSQL {found}, the model {expected}"
            )

    def _seen(self, result: Any) -> Any:
        """Return a result as it is compared."""
        match result:
            case Written():
                return [_claimed(each) for each in result.claimed]
            case [Abandoned(), *_]:
                return [each.token_printed for each in result]
            case Surroundings():
                return self._surroundings(result)
            case Configuration():
                return [(each.id, each.level, each.parked) for each in result.printers]
            case recovery.Backlog():
                return result.waiting, result.up_to, result.is_late, result.was_down
            case float():
                return round(result, 2)
            case _:
                return result

    def _surroundings(self, seen: Surroundings) -> tuple[Any, ...]:
        return (
            {each: (absence.reason, absence.answers) for each, absence in seen.absences.items()},
            seen.down_on_record,
            seen.has_free_lanes,
            seen.has_new_tickets,
            seen.has_abandoned_attempts,
            seen.has_unknown_attempts,
            seen.tickets_failed,
            sorted((each.printer_id, each.station or "", each.copy_no, each.waiting) for each in seen.queues),
        )

    # ── what others do ──────────────────────────────────────────────────────────────────────────────────

    async def _add_ticket(self, ticket: int, bill: int, station: str, is_void: bool, _: None) -> None:
        async with self._database.connection() as connection:
            await connection.execute(
                "INSERT INTO kitchen_tickets (id, bill_id, printer_target, kind, created_at)"
                " VALUES (%s, %s, %s, %s, (SELECT at FROM simulated.clock))",
                [ticket, bill, station, "VOID" if is_void else "ORDER"],
            )

    async def _retry(self, ticket: int, _: int) -> int:
        async with self._database.connection() as connection:
            row = await (
                await connection.execute("SELECT kitchen_retry(%s, 'cook') AS n", [ticket])
            ).fetchone()
            return int(row["n"]) if row else -1

    async def _park(self, printer: int, parked: bool, _: None) -> None:
        name = sql.SQL("kitchen_park" if parked else "kitchen_resume")
        async with self._database.connection() as connection:
            await connection.execute(
                sql.SQL("SELECT {}((SELECT address FROM printers WHERE id = %s), 'cook')").format(name),
                [printer],
            )

    # ── leases ──────────────────────────────────────────────────────────────────────────────────────────

    async def _send_heartbeat(self, me: UUID, seconds: float, _: None) -> None:
        await leases.send_heartbeat(self._database, me, seconds, "replay")

    async def _take_free_lanes(self, me: UUID, _: leases.Holdings) -> leases.Holdings:
        return await leases.take_free_lanes(self._database, me)

    async def _hand_back(self, me: UUID, printers: Sequence[int], _: None) -> None:
        await leases.hand_back(self._database, me, printers)

    async def _leave(self, me: UUID, _: None) -> None:
        await leases.leave(self._database, me)

    # ── what is to be done ──────────────────────────────────────────────────────────────────────────────

    async def _read_configuration(self, _: Configuration) -> Any:
        return self._seen(await routing.read_configuration(self._database))

    async def _look_around(self, me: UUID, known: frozenset[int], expected: Surroundings) -> Any:
        seen = await surroundings.look_around(
            self._database, me, [self._attempts[each] for each in known], self._stations, any_station=False
        )
        before, self._versions = self._versions, (expected.routing_version, seen.routing_version)
        if (before[0] != self._versions[0]) != (before[1] != self._versions[1]):
            raise DriftError(f"versions of routes went from {before} to {self._versions}")
        return self._surroundings(seen)

    async def _expand(self, version: int, ways: str, _: tickets.Expanded) -> tickets.Expanded:
        """Expand by the version of the routes that the model's replica knew, in numbers of PostgreSQL."""
        model, postgresql = self._versions
        return await tickets.expand(self._database, version - model + postgresql, ways)

    async def _add_notice(self, printer: int, key: str, expected: int | None) -> int | None:
        async with self._database.connection() as connection:
            job = await notices.add_notice(connection, printer, RecoveryList(waiting=2, tickets=()), key)
        return expected if (job is None) == (expected is None) else job

    async def _move_jobs(self, me: UUID, moves: Sequence[assignments.Move], _: Any) -> Any:
        moved = await assignments.move_jobs(self._database, me, moves)
        return sorted(moved, key=lambda each: (each.from_printer_id, each.to_printer_id, each.reason))

    # ── attempts ────────────────────────────────────────────────────────────────────────────────────────

    async def _write(
        self, me: UUID, settlements: Sequence[Settlement], requests: Sequence[ClaimRequest], expected: Written
    ) -> Any:
        translated = [
            replace(each, attempt_id=self._attempts[each.attempt_id], job_id=self._jobs[each.job_id])
            for each in settlements
        ]
        written = await ledger.write(self._database, me, translated, requests)
        found = sorted(written.claimed, key=lambda each: each.job.printer_id)
        for theirs, ours in zip(found, expected.claimed, strict=False):
            self._attempts[ours.job.attempt_id] = theirs.job.attempt_id
            self._jobs[ours.job.id] = theirs.job.id
        return [_claimed(each) for each in found]

    async def _expect_cuts(self, attempt: int, cuts: int, _: None) -> None:
        await outcomes.expect_cuts(self._database, self._attempts[attempt], cuts)

    async def _is_settled_by(self, me: UUID, attempt: int, _: bool) -> bool:
        return await outcomes.is_settled_by(self._database, me, self._attempts[attempt])

    async def _abandoned_attempts(self, me: UUID, _: list[Abandoned]) -> Any:
        return self._seen(await outcomes.abandoned_attempts(self._database, me))

    async def _unknown_attempts(self, me: UUID, known: frozenset[int], _: list[Abandoned]) -> Any:
        return self._seen(
            await outcomes.unknown_attempts(self._database, me, [self._attempts[each] for each in known])
        )

    async def _note_late_proofs(self, printer: int, tokens: Sequence[str], _: int) -> int:
        return await outcomes.note_late_proofs(self._database, printer, tokens)

    # ── patience ────────────────────────────────────────────────────────────────────────────────────────

    async def _add_waiting_time(self, printer: int, seconds: float, _: float) -> float:
        return round(await outcomes.add_waiting_time(self._database, printer, seconds), 2)

    async def _give_up(self, printer: int, limit: float, reason: Any, _: int) -> int:
        return await outcomes.give_up(self._database, printer, limit, reason)

    async def _note_states(self, me: UUID, states: Sequence[routing.PrinterState], _: set[int]) -> set[int]:
        return await routing.note_states(self._database, me, states)

    async def _note_capability(self, printer: int, level: Any, serial: Any, firmware: Any, _: None) -> None:
        await routing.note_capability(self._database, printer, level, serial=serial, firmware=firmware)

    async def _read_backlog(self, printer: int, late_seconds: float, _: Any) -> Any:
        return self._seen(await recovery.read_backlog(self._database, printer, late_seconds))

    async def _is_next_late(self, printer: int, late_seconds: float, _: bool) -> bool:
        return await recovery.is_next_late(self._database, printer, late_seconds)


def _claimed(each: Claimed) -> tuple[Any, ...]:
    job = each.job
    return (
        *(job.printer_id, job.kind, job.ticket_id, job.copy_no, job.station, job.spent, job.maybe_on_paper),
        *(job.attempt_no, job.marked, job.token_printed, job.token_cut, round(job.waited_seconds, 1)),
        *(each.is_last, each.backup.reason if each.backup else None, round(job.age_seconds, 1)),
    )
