"""What is looked at in a check-up, and what is found: the values that the judgement takes and gives."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kitchen_printer.decisions.address import BadAddressError, canonical
from kitchen_printer.decisions.reason import Reason


class Severity(StrEnum):
    """A problem keeps tickets from paper or is about to; a warning weakens a promise."""

    PROBLEM = "problem"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as it should be: a code for scripts, a sentence, and the remedy."""

    code: str
    severity: Severity
    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRow:
    """One row of ``station_printers``."""

    station: str
    printer_ip: str
    copy_no: int
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterRow:
    """One row of ``printers``, and whether a running service serves it now."""

    address: str
    level: str
    level_provenance: str
    parked: bool
    is_served: bool
    state: str
    state_reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFindings:
    """What the database was found to be; the fields below the version mean something once it is migrated."""

    is_locked: bool
    """The contract is there, and this login may not even read its version."""

    schema_version: int
    needed_version: int
    missing_roles: tuple[str, ...]
    login: str
    may_serve: bool
    pos_grants_missing: tuple[str, ...]
    pos_tables_missing: tuple[str, ...]
    ids_of_other_types: dict[str, str]
    synchronous_commit: str
    fsync: str
    loses_sessions: bool
    clock: datetime
    free_bytes: int | None
    tickets_without_route: dict[str, int] = field(default_factory=dict[str, int])
    default_station: str | None = None
    stations: dict[str, bool] = field(default_factory=dict[str, bool])
    routes: tuple[RouteRow, ...] = ()
    printers: tuple[PrinterRow, ...] = ()

    @property
    def is_migrated(self) -> bool:
        """Whether the contract is there, as new as this program needs it."""
        return self.schema_version >= self.needed_version

    @property
    def routed_addresses(self) -> frozenset[str]:
        """Where tickets may be sent, each address once; those that are none are left out."""
        found: set[str] = set()
        for row in self.routes:
            with suppress(BadAddressError):
                found |= {canonical(row.printer_ip)} if row.is_active else set()
        return frozenset(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What was found beside the database: our clock when it told its own, printers' answers, the program itself."""

    clock: datetime
    own_health_port: frozenset[str]
    """Addresses of routes, canonical, that lead to our own health port."""

    answers: dict[str, Reason | None]
    """What each printer that nobody serves answered when it was asked, by canonical address; None is well."""

    missing_parts: tuple[str, ...] = ()
    """Parts of the program that papers need and that cannot be loaded."""


def problem(code: str, sentence: str, remedy: str) -> Finding:
    """Make a finding that keeps tickets from paper."""
    return Finding(code=code, severity=Severity.PROBLEM, sentence=sentence, remedy=remedy)


def warning(code: str, sentence: str, remedy: str) -> Finding:
    return Finding(code=code, severity=Severity.WARNING, sentence=sentence, remedy=remedy)
