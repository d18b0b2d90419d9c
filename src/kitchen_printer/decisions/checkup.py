"""Is everything set up as it should be? Observations in, findings out, each with what to do about it."""

from kitchen_printer.decisions.checkup_database import of_database, of_program
from kitchen_printer.decisions.checkup_printers import of_printers, of_routes
from kitchen_printer.decisions.observations import DatabaseFindings, Finding, Severity, Surroundings


def findings(database: DatabaseFindings, around: Surroundings) -> list[Finding]:
    """Judge everything that was observed, problems first."""
    found = [*of_program(around.missing_parts), *of_database(database, around)]
    if database.is_migrated:
        found += [*of_routes(database, around), *of_printers(database, around)]
    return sorted(found, key=lambda each: each.severity is Severity.WARNING)
