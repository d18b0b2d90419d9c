"""What an evening begins with: how the service is set up, what kinds of printers there are, and who prints what."""

from random import Random

from kitchen_printer.config import Settings, read_settings
from kitchen_printer.database.routing import Printer as ConfiguredPrinter
from kitchen_printer.database.routing import StationPrinter
from kitchen_printer.decisions.level import Level
from proving.simulation.mechanism import Temper
from proving.simulation.printer import Printer


def settings_of(chance: Random) -> Settings:
    return read_settings(
        {
            "DATABASE_URL": "postgresql://nobody@nowhere/kitchen",
            "KITCHEN_FAILOVER_SECONDS": chance.choice(("0", "3", "10")),
            "KITCHEN_GIVE_UP_SECONDS": chance.choice(("60", "300", "1800")),
            "KITCHEN_LEASE_SECONDS": chance.choice(("4", "15")),
            "KITCHEN_MAX_ATTEMPTS": chance.choice(("1", "2", "3", "3")),
            "KITCHEN_CONFIRM_SECONDS": chance.choice(("5", "30")),
            "KITCHEN_LATE_SECONDS": chance.choice(("60", "300")),
        }
    )


def temper_of(chance: Random) -> Temper:
    return Temper(
        level=chance.choice(
            (Level.COUNTERS, Level.COUNTERS, Level.TOKEN_FENCE, Level.TOKEN_FENCE, Level.QUEUED_STATUS)
            if chance.random() < 0.85
            else (Level.HEALTH, Level.MUTE)
        ),
        line_seconds=chance.choice((0.02, 0.05, 0.2)),
        buffer_bytes=chance.choice((64, 512, 4096)),
        keeps_echoes=chance.random() < 0.5,
        after_refill=chance.choice(("goes on", "goes on", "discards", "repeats the line")),
        forgets=chance.choice(("at once", "at once", "late", "never")),
    )


def configured(printer: Printer) -> ConfiguredPrinter:
    return ConfiguredPrinter(
        id=printer.number,
        address=f"10.0.0.{printer.number}:9100",
        columns=48,
        code_page="CP858",
        raster="none",
        level=printer.temper.level,
        level_provenance="proven on paper" if printer.temper.level.proves else "pinned",
        serial=f"Printer {printer.number}/68",
        firmware=f"Printer {printer.number}/65",
        parked=False,
    )


def routes_of(chance: Random, stations: list[str], printers: int) -> tuple[StationPrinter, ...]:
    routes: list[StationPrinter] = []
    for station in stations:
        for copy_no in (1, 2) if chance.random() < 0.15 else (1,):
            chosen = chance.sample(range(1, printers + 1), chance.randint(1, min(3, printers)))
            routes += [
                StationPrinter(
                    station=station, printer_ip=f"10.0.0.{each}", priority=priority, copy_no=copy_no
                )
                for priority, each in enumerate(chosen, start=1)
            ]
    return tuple(routes)
