"""What commands say."""

from collections.abc import Iterator

from kitchen_printer.database.migrate import MigrationReport
from kitchen_printer.database.requests import KnownPrinter
from kitchen_printer.decisions.capability import Answers, LevelName, level_of
from kitchen_printer.decisions.reason import WORDS, Reason

LEVELS: dict[LevelName, str] = {
    "A+": "it echoes our tokens in order and counts its cuts: a print is proved, and a doubt can be settled later",
    "A": "it echoes our tokens in order: a print is proved",
    "B": "it answers in order, without a token: a print is proved while nobody else uses it",
    "B-": "it tells its health only: no print can be proved",
    "C": "it tells nothing: no print can be proved",
}


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
        yield "Bills can be sent once the POS tables exist and their owner has run this, or you migrate again:"
        yield from (f"    {statement};" for statement in report.pos_grants_missing)
    for statement in report.advice:
        yield f"An administrator would make this database safer with: {statement};"


def probe_sentences(answers: Answers | Reason) -> Iterator[str]:
    """Say what a printless interview found, and what level follows from it."""
    if isinstance(answers, Reason):
        yield f"It cannot be probed now. {WORDS[answers].sentence} {WORDS[answers].advice}"
        return
    level, who = level_of(answers), answers.identity
    yield f"Level {level}: {LEVELS[level]}."
    yield f"It says it is {who.maker or 'nobody'} {who.model or ''}, firmware {who.firmware or 'unknown'}."
    for can, what in (
        (answers.pushes_status, "pushes its status (GS a)"),
        (answers.echoes_tokens, "echoes a token (GS ( H)"),
        (answers.answers_in_order, "answers in order (GS r)"),
        (answers.has_counters, "has maintenance counters (GS g 2)"),
    ):
        yield f"  {'yes' if can else 'no ':3}  {what}"
    yield "Found without paper: whether it answers only once the paper has moved is not proved yet."


def served_sentence(known: KnownPrinter) -> str:
    """Say what is on record of a printer that a running service serves."""
    return (
        f"A running service serves this printer, so it is not asked a second time. On record: level {known.level}"
        f" ({known.level_provenance})."
    )
