"""How a time is shown to people in a hurry."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from kitchen_printer.decisions.style import PLAIN, Style


def clock(moment: datetime, now: datetime, zone: tzinfo, style: Style = PLAIN) -> str:
    """Return the time of day, with its date when that is not today's."""
    local = moment.astimezone(zone)
    time = f"{local:%H:%M}" if style.clock == "24h" else f"{local:%I:%M %p}".lstrip("0")
    is_today = local.date() == now.astimezone(zone).date()
    return time if is_today else f"{local:%d} {style.words(f'{local:%b}')} {time}"


@dataclass(frozen=True, slots=True)
class WallClock:
    """The clock on the kitchen's wall: what it shows now, where it hangs, and how it is read."""

    now: datetime
    zone: tzinfo
    style: Style

    def shows(self, moment: datetime) -> str:
        """Return a time as the kitchen reads it."""
        return clock(moment, self.now, self.zone, self.style)
