"""What tests of the service's SQL need: a connection pool as the service has it, lanes, tickets, jobs."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

from kitchen_printer.database.connection import Database
from kitchen_printer.database.leases import send_heartbeat, take_free_lanes
from kitchen_printer.database.ledger import Claimed, ClaimRequest, Settlement, write
from kitchen_printer.database.routing import add_printers
from kitchen_printer.decisions.outcome import Outcome
from kitchen_printer.decisions.retry import decide
from kitchen_printer.decisions.ticket import Job
from kitchen_printer.service.kitchen import new_token


@asynccontextmanager
async def opened(dsn: str) -> AsyncGenerator[Database, None]:
    """The service's own pool."""
    database = Database(dsn, "test")
    await database.open()
    try:
        yield database
    finally:
        await database.close()


class Replica:
    """One service as the database sees it: an owner with a heartbeat and lanes."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.me: UUID = uuid4()
        self.epochs: dict[int, int] = {}

    async def start(self, lease_seconds: float = 30) -> None:
        """Send a heartbeat and take the lanes that are free."""
        await send_heartbeat(self.database, self.me, lease_seconds, "test")
        holdings = await take_free_lanes(self.database, self.me)
        self.epochs = {lease.printer_id: lease.epoch for lease in holdings.leases}

    async def claim(self, *printers: int) -> list[Claimed]:
        """Claim for these lanes, or for all of ours."""
        requests = [self.request(printer) for printer in printers or sorted(self.epochs)]
        return list((await write(self.database, self.me, [], requests)).claimed)

    def request(self, printer: int) -> ClaimRequest:
        """Return what a lane of ours asks with."""
        return ClaimRequest(
            printer_id=printer,
            epoch=self.epochs[printer],
            token_printed=new_token(),
            token_cut=new_token(),
            odometer=None,
        )


async def record(database: Database, me: UUID, settlements: Sequence[Settlement]) -> frozenset[int]:
    """Settle attempts and claim nothing, however often that takes; return those that are on record no more."""
    lost: set[int] = set()
    while settlements:
        written = await write(database, me, settlements, [])
        lost |= {attempt_id for attempt_id, _ in written.lost}
        settlements = [each for each in settlements if each.key in written.held_attempts]
    return frozenset(lost)


async def add_lanes(database: Database, count: int) -> list[int]:
    """Make printers with lanes and return their ids."""
    addresses = [f"127.0.0.1:{20000 + n}" for n in range(count)]
    await add_printers(database, addresses)
    async with database.connection() as connection:
        cursor = await connection.execute("SELECT id FROM printers ORDER BY id")
        return [row["id"] async for row in cursor]


async def add_ticket(database: Database, bill_id: int, station: str, printers: list[int]) -> int:
    """Make an expanded ticket with one job per printer, as copies 1, 2, …; return its id."""
    async with database.transaction() as connection:
        cursor = await connection.execute(
            "INSERT INTO kitchen_tickets (bill_id, printer_target, expanded_at) VALUES (%s, %s, now()) RETURNING id",
            [bill_id, station],
        )
        row = await cursor.fetchone()
        assert row is not None
        for copy_no, printer in enumerate(printers, start=1):
            await connection.execute(
                "INSERT INTO print_jobs (ticket_id, copy_no, bill_id, station_code, printer_id)"
                " VALUES (%s, %s, %s, %s, %s)",
                [row["id"], copy_no, bill_id, station, printer],
            )
        return int(row["id"])


def settled(job: Job, outcome: Outcome, attempts_max: int = 3) -> Settlement:
    """How the service would settle this outcome."""
    return Settlement(
        attempt_id=job.attempt_id,
        token_printed=job.token_printed,
        job_id=job.id,
        ticket_id=job.ticket_id,
        outcome=outcome,
        decision=decide(
            outcome, spent=job.spent, maybe_on_paper=job.maybe_on_paper, attempts_max=attempts_max
        ),
    )
