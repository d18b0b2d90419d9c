"""``manage.py kitchen``: what is not on paper and why; send a bill, print a ticket again, write a message."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q

from kitchen_backend import kitchen
from kitchen_backend.errors import KitchenError
from kitchen_backend.models import TicketStatus
from kitchen_backend.words import tell

TICKETS_MAX = 200
"""A longer list is no list but an outage: the number of tickets is said, the oldest are shown."""


class Command(BaseCommand):
    """See the module's docstring."""

    help = (
        "Say which tickets are not on paper and why; or send a bill, print a ticket again, write a message."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the subcommands."""
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, help="The alias of the database.")
        commands = parser.add_subparsers(dest="what", required=True)
        commands.add_parser("status", help="Which tickets are not on paper, and why.")
        send = commands.add_parser("send", help="Tell the kitchen what it does not know yet of a bill.")
        send.add_argument("bill", type=int)
        reprint = commands.add_parser("reprint", help="Print a ticket again, marked REPRINT.")
        reprint.add_argument("ticket", type=int)
        reprint.add_argument("--reason", default="", help="Why: it goes on record.")
        message = commands.add_parser("message", help="Print a message at a station.")
        message.add_argument("station")
        message.add_argument("text")
        for parts in (reprint, message):
            parts.add_argument("--by", required=True, help="Who asks: it goes on record.")

    def handle(self, *_: Any, **options: Any) -> None:
        """Do what was asked."""
        try:
            self.stdout.write(_do(options, options["database"]))
        except KitchenError as error:
            raise CommandError(str(error)) from error


def _do(options: dict[str, Any], using: str) -> str:
    match options["what"]:
        case "send":
            tickets = kitchen.send_to_kitchen(options["bill"], using=using)
            stations = ", ".join(ticket.station_code for ticket in tickets)
            return f"Told {stations}." if tickets else "The kitchen knows all of this bill already."
        case "reprint":
            by, reason = options["by"], options["reason"]
            job = kitchen.request_reprint(options["ticket"], requested_by=by, reason=reason, using=using)
            return "The ticket itself is still on its way." if job is None else f"Print job {job}."
        case "message":
            ticket = kitchen.send_message(
                options["station"], options["text"], requested_by=options["by"], using=using
            )
            return f"Ticket {ticket}."
        case _:
            return _status(using)


def _status(using: str) -> str:
    open_ones = TicketStatus.objects.using(using).filter(~Q(status="PRINTED"))
    lines = [_line(each) for each in open_ones.order_by("ticket_id")[:TICKETS_MAX]]
    count = open_ones.count() if len(lines) == TICKETS_MAX else len(lines)
    return "\n".join([f"Tickets not on paper: {count}", *lines])


def _line(status: TicketStatus) -> str:
    told = tell(
        station=status.station_code,
        status=status.status,
        is_proved=status.is_proved,
        is_held=status.is_held,
        reason=status.reason,
    )
    return f"#{status.pk}, since {status.created_at:%H:%M}: {told.sentence} {told.advice}".rstrip()
