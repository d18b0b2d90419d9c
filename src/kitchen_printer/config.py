"""Configuration: the environment, read once, checked whole, frozen."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from kitchen_printer.decisions.retry import OnUnconfirmed
from kitchen_printer.decisions.style import Buzzer, Clock, Cut, Letters, Order, Rings

Seconds = float


def _host_names(text: str | tuple[str, ...]) -> tuple[str, ...]:
    names = (
        text if isinstance(text, tuple) else tuple(each.strip() for each in text.split(",") if each.strip())
    )
    for name in names:
        if not re.fullmatch(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?", name):
            raise ValueError("one of these is no host name: write names without port, separated by commas")
    return names


LANGUAGES_FOLDER = Path(__file__).parent / "languages"


def languages() -> list[str]:
    """Return the languages that papers speak."""
    return sorted({"en", *(each.parent.name for each in LANGUAGES_FOLDER.glob("*/papers.mo"))})


def _language(text: str) -> str:
    if text not in languages():
        raise ValueError(f"there is no such language: choose one of {', '.join(languages())}")
    return text


Language = Annotated[str, AfterValidator(_language)]
HostNames = Annotated[tuple[str, ...], BeforeValidator(_host_names)]

_NAMES_OF_OTHERS = frozenset(
    {
        "KITCHEN_POSTGRES_BIN",
        "KITCHEN_POSTGRES_DSN",
        "KITCHEN_ESCPOS_CORPUS",
        "KITCHEN_WRITE_SCHEMA",
        "KITCHEN_WRITE_DOCS",
    }
)
"""What the demo and the tests read."""


class BadConfigurationError(ValueError):
    """The environment is not usable; the message has one line per problem: name, what is wrong, the range."""


def _split_addresses(urls: SecretStr) -> tuple[str, ...]:
    """Cut at blanks, and at commas before another address: inside one, a comma may mean something."""
    parts = re.split(r"\s+|,\s*(?=[a-z][a-z0-9+.-]*://)", urls.get_secret_value(), flags=re.IGNORECASE)
    return tuple(each for each in parts if each)


def _alert_urls(urls: SecretStr) -> SecretStr:
    """Judge the shape only; what service each address is, Apprise says when it is asked to send."""
    for place, url in enumerate(_split_addresses(urls), start=1):
        if not re.match(r"[a-z][a-z0-9+.-]*://.", url, re.IGNORECASE):
            raise ValueError(
                f"entry {place} is no address: expected service://... for each, separated by blanks"
            )
    return urls


class Settings(BaseModel):
    """Everything the process is told by its environment. Durations are in seconds.

    What SQL must see too (time zone, business day, default station) lives in ``kitchen_settings`` instead.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: Annotated[SecretStr, Field(alias="DATABASE_URL")] = SecretStr("")
    """Where the database is, ``postgresql://user:password@host:port/name``; several hosts are allowed."""

    database_url_file: Annotated[Path | None, Field(alias="DATABASE_URL_FILE")] = None
    """A file that holds the address instead, so that no password stands in the environment."""

    poll_seconds: Annotated[Seconds, Field(alias="KITCHEN_POLL_SECONDS", ge=0.1, le=60)] = 1
    """How often the database is asked for work when no notification comes."""

    lease_seconds: Annotated[Seconds, Field(alias="KITCHEN_LEASE_SECONDS", ge=2, le=120)] = 15
    """How long printers stay with a service that is no longer heard of."""

    failover_seconds: Annotated[Seconds, Field(alias="KITCHEN_FAILOVER_SECONDS", ge=0, le=600)] = 10
    """How long a printer may be unable to print before its tickets go to the next one of their station, and how long
    it must be well again before they come home."""

    confirm_seconds: Annotated[Seconds, Field(alias="KITCHEN_CONFIRM_SECONDS", ge=2, le=300)] = 30
    """How long a printer may take to confirm, beyond the estimated print time."""

    give_up_seconds: Annotated[Seconds, Field(alias="KITCHEN_GIVE_UP_SECONDS", ge=30, le=86400)] = 1800
    """How long a ticket waits for a printer that a running service sees unable to print."""

    alarm_seconds: Annotated[Seconds, Field(alias="KITCHEN_ALARM_SECONDS", ge=0, le=3600)] = 30
    """How long something must stand in the way of the kitchen before people are told."""

    alarm_repeat_seconds: Annotated[Seconds, Field(alias="KITCHEN_ALARM_REPEAT_SECONDS", ge=10, le=86400)] = (
        600
    )
    """How soon an alarm is told again while tickets are late, held or failed; then after twice that, and so on."""

    alert_urls: Annotated[SecretStr, AfterValidator(_alert_urls), Field(alias="KITCHEN_ALERT_URLS")] = (
        SecretStr("")
    )
    """Where alarms are sent beside paper; they hold secrets. ``kitchen-printer alert-test`` tries them."""

    late_seconds: Annotated[Seconds, Field(alias="KITCHEN_LATE_SECONDS", ge=10, le=86400)] = 300
    """From which age on a ticket says LATE on its paper, with both times."""

    recovery_list_from: Annotated[int, Field(alias="KITCHEN_RECOVERY_LIST_FROM", ge=2, le=1000)] = 6
    """From how many waiting tickets on a printer that comes back prints a list of them first."""

    recovery_tickets_per_minute: Annotated[
        int, Field(alias="KITCHEN_RECOVERY_TICKETS_PER_MINUTE", ge=1, le=6000)
    ] = 60
    """How fast late tickets follow each other, so that a kitchen can take them off the printer."""

    caution_seconds: Annotated[Seconds, Field(alias="KITCHEN_CAUTION_SECONDS", ge=0, le=86400)] = 300
    """How much of the newest record may be missing when a standby takes over; 0 says that nothing ever is."""

    max_attempts: Annotated[int, Field(alias="KITCHEN_MAX_ATTEMPTS", ge=1, le=20)] = 3
    """How many attempts that may have printed a ticket gets."""

    on_unconfirmed: Annotated[OnUnconfirmed, Field(alias="KITCHEN_ON_UNCONFIRMED")] = "reprint_marked"
    """What follows a print that nobody can confirm: a second paper marked so, or a wait for a person."""

    language: Annotated[Language, Field(alias="KITCHEN_LANGUAGE")] = "en"
    """Language of the fixed words on papers, for stations that name none; what other programs read stays English
    beside it."""

    letters: Annotated[Letters, Field(alias="KITCHEN_LETTERS")] = "big"
    """Dishes twice as high and wide, or twice as high only."""

    item_order: Annotated[Order, Field(alias="KITCHEN_ITEM_ORDER")] = "entered"
    """Dishes as they were ordered, or gathered by course or by seat."""

    clock: Annotated[Clock, Field(alias="KITCHEN_CLOCK")] = "24h"
    """How times are shown."""

    buzzer: Annotated[Buzzer, Field(alias="KITCHEN_BUZZER")] = "clone"
    """What makes a printer sound: ``ESC B``, ``ESC ( A``, or the drawer's pulse for a buzzer in its place; it opens a
    cash drawer, if one hangs there."""

    rings: Annotated[Rings, Field(alias="KITCHEN_RINGS")] = "alarms"
    """Which papers sound: voids, changes, messages, duplicates and alarms; all of them; none."""

    cut: Annotated[Cut, Field(alias="KITCHEN_CUT")] = "partial"
    """Whether a paper keeps hanging by a bridge or falls down."""

    health_host: Annotated[str, Field(alias="KITCHEN_HEALTH_HOST", min_length=1)] = "127.0.0.1"
    """What the health port binds to; 0.0.0.0 for all interfaces."""

    health_port: Annotated[int, Field(alias="KITCHEN_HEALTH_PORT", ge=0, le=65535)] = 9100
    """Port of ``/health``, ``/livez``, ``/readyz`` and ``/metrics``; 0 takes any free one."""

    health_allowed_hosts: Annotated[HostNames, Field(alias="KITCHEN_HEALTH_ALLOWED_HOSTS")] = ()
    """Names, separated by commas, by which the health port may be asked; addresses and localhost always may."""

    log_level: Annotated[Literal["debug", "info", "warning", "error"], Field(alias="KITCHEN_LOG_LEVEL")] = (
        "info"
    )
    """The least severe facts that are logged."""

    log_format: Annotated[Literal["json", "console"], Field(alias="KITCHEN_LOG_FORMAT")] = "json"
    """JSON lines for machines, or a console view for people."""

    @property
    def dsn(self) -> str:
        """The database address with its password: for the driver only, never for a log."""
        if self.database_url_file is not None:
            return self.database_url_file.read_text(encoding="utf-8").strip()
        return self.database_url.get_secret_value()

    @property
    def alert_addresses(self) -> tuple[str, ...]:
        """The addresses alarms are sent to, with their secrets: for Apprise only, never for a log."""
        return _split_addresses(self.alert_urls)

    @property
    def heartbeat_seconds(self) -> Seconds:
        """How often the lease is renewed: three chances before it ends."""
        return self.lease_seconds / 3

    @property
    def lease_margin_seconds(self) -> Seconds:
        """How long before its end a lease is no longer acted upon."""
        return self.lease_seconds / 5


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read and check the environment. Raises :class:`BadConfigurationError` naming every problem at once."""
    known = {name: value for name, value in environment.items() if name in variable_names() and value != ""}
    problems = _database_problems(known)
    try:
        settings = Settings.model_validate(known)
    except ValidationError as error:
        raise BadConfigurationError("\n".join([*problems, *_worded(error)])) from None
    if problems:
        raise BadConfigurationError("\n".join(problems))
    return settings


def variable_names() -> frozenset[str]:
    """The names of all variables that are read."""
    return frozenset(field.alias for field in Settings.model_fields.values() if field.alias)


def unknown_names(environment: Mapping[str, str]) -> list[str]:
    """Return the names that look like ours and are not: misspelt ones, most likely."""
    return sorted(
        name
        for name in environment
        if name.startswith("KITCHEN_") and name not in variable_names() | _NAMES_OF_OTHERS
    )


def _worded(error: ValidationError) -> list[str]:
    lines: list[str] = []
    for each in error.errors(include_input=False, include_url=False):
        name = ".".join(str(part) for part in each["loc"])
        message = each["msg"].removeprefix("Value error, ")
        lines.append(f"{name}: {message}{_range_of(name)}" if name else message)
    return lines


def _range_of(name: str) -> str:
    for field in Settings.model_fields.values():
        if field.alias == name:
            low = next((each.ge for each in field.metadata if hasattr(each, "ge")), None)
            high = next((each.le for each in field.metadata if hasattr(each, "le")), None)
            return f" (allowed: {low} to {high})" if low is not None and high is not None else ""
    return ""


def _database_problems(known: Mapping[str, str]) -> list[str]:
    address, file = known.get("DATABASE_URL"), known.get("DATABASE_URL_FILE")
    if (address is None) == (file is None):
        return ["set exactly one of DATABASE_URL and DATABASE_URL_FILE"]
    if address is not None:
        return [f"DATABASE_URL: {problem}" for problem in _address_problems(address)]
    try:
        content = Path(file or "").read_text(encoding="utf-8").strip()
    except (FileNotFoundError, IsADirectoryError):
        return [f"DATABASE_URL_FILE: there is no file {file}"]
    except (OSError, UnicodeDecodeError):
        return [f"DATABASE_URL_FILE: {file} cannot be read as text"]
    return [f"DATABASE_URL_FILE: {problem}" for problem in _address_problems(content)]


def _address_problems(address: str) -> list[str]:
    """Judge the kind of address only; the driver says what is wrong with the rest. Never quotes a password."""
    expected = "expected postgresql://user:password@host:5432/name"
    scheme, is_url, _ = address.partition("://")
    if is_url and scheme not in ("postgresql", "postgres"):
        return [f"{expected}, found the scheme {scheme!r}"]
    return [] if is_url or "=" in address else [f"{expected}, found something else"]
