"""How each station's papers look: the service's settings, and what a station's row says otherwise."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kitchen_printer.config import Settings
from kitchen_printer.database.routing import StationSettings
from kitchen_printer.decisions.style import BadOptionsError, Options, Style, read_options, styled
from kitchen_printer.service.facts import SettingRefused, Subscriber
from kitchen_printer.service.languages import UnknownLanguageError, words_of


@dataclass(frozen=True, slots=True)
class Look:
    """The style of a station's papers, and the time zone of its clock."""

    style: Style
    zone: tzinfo


class Looks:
    """All stations' looks. One that cannot be read costs its station its own wishes, nothing else."""

    def __init__(
        self, settings: Settings, zone: tzinfo, stations: Iterable[StationSettings], announce: Subscriber
    ) -> None:
        self.of_the_service = Look(style_of(settings), zone)
        self._announce = announce
        self._stations = {each.code: self._look(each) for each in stations}

    def of(self, station: str) -> Look:
        """Return the look of a station's papers."""
        return self._stations.get(station, self.of_the_service)

    def _look(self, station: StationSettings) -> Look:
        service = self.of_the_service
        try:
            options = read_options(station.options)
            zone = ZoneInfo(options.time_zone) if options.time_zone else service.zone
        except BadOptionsError as error:
            options, zone = self._refused(station, str(error)), service.zone
        except (ZoneInfoNotFoundError, ValueError):
            options, zone = self._refused(station, "time_zone: there is no such zone"), service.zone
        try:
            words = words_of(station.language) if station.language else service.style.words
        except UnknownLanguageError as error:
            self._announce(SettingRefused(f"stations, {station.code}: {error}"))
            words = service.style.words
        return Look(styled(service.style, options, words), zone)

    def _refused(self, station: StationSettings, problem: str) -> Options:
        self._announce(SettingRefused(f"stations, {station.code}: options: {problem}"))
        return Options()


def style_of(settings: Settings) -> Style:
    """Return the style that the service's settings ask for."""
    return Style(
        words=words_of(settings.language),
        letters=settings.letters,
        order=settings.item_order,
        clock=settings.clock,
        buzzer=settings.buzzer,
        rings=settings.rings,
        cut=settings.cut,
    )


def zone_of(name: str, announce: Subscriber) -> tzinfo:
    """Return the restaurant's time zone; one that this machine does not know is told, and UTC takes its place."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        announce(SettingRefused(f"kitchen_settings.time_zone {name!r} is unknown here: papers show UTC"))
        return UTC
