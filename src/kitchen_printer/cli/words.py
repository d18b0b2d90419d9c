"""What commands say."""

from collections.abc import Iterator

from kitchen_printer.database.migrate import MigrationReport


def migration_sentences(report: MigrationReport) -> Iterator[str]:
    """Say what a migration did, or would do, and what somebody else has to do now."""
    verb = "Would apply" if report.is_dry_run else "Applied"
    for statement in report.prepared:
        yield f"{'Would run' if report.is_dry_run else 'Ran'}: {statement}"
    for name in report.applied:
        yield f"{verb} {name}."
    if not report.applied:
        yield f"The schema is version {report.version_after}: nothing to apply."
    if report.pos_grants_missing:
        yield "Bills can be sent to the kitchen once the owner of the POS tables has run:"
        yield from (f"    {statement};" for statement in report.pos_grants_missing)
    for statement in report.advice:
        yield f"An administrator would make this database safer with: {statement};"
