"""A ticket that cannot be laid out fails, and a slip on its printer says so: nobody else would tell the cook."""

from contextlib import suppress

from kitchen_printer.database.connection import Database, DatabaseLostError
from kitchen_printer.database.notices import add_notice
from kitchen_printer.decisions.notice import Alarm
from kitchen_printer.decisions.reason import WORDS, Reason
from kitchen_printer.decisions.ticket import Job


async def add_failed_slip(database: Database, job: Job, reason: Reason) -> None:
    """Queue the slip for the printer that should have printed the ticket; once per job.

    Without a database it is not added: the ticket is on record as failed, which every view shows.
    """
    notice = Alarm(
        headline=f"{job.station}: a ticket cannot be printed",
        details=(f"Ticket #{job.ticket_id}, copy {job.copy_no}", WORDS[reason].sentence),
        advice=WORDS[reason].advice,
    )
    with suppress(DatabaseLostError):
        async with database.transaction() as connection:
            await add_notice(connection, job.printer_id, notice, f"failed/{job.id}")
