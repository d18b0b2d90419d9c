"""What commands say."""

from collections.abc import Iterator, Sequence

from kitchen_printer.database.logins import Login
from kitchen_printer.database.migrate import MigrationReport
from kitchen_printer.database.printers import KnownPrinter, ProbeKept
from kitchen_printer.decisions.capability import Answers, level_of
from kitchen_printer.decisions.level import Level, standing
from kitchen_printer.decisions.reason import WORDS, Reason
from kitchen_printer.decisions.roll import how_long


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


def login_sentences(logins: Sequence[Login], *, is_dry_run: bool) -> Iterator[str]:
    """Say which logins may work now, or would."""
    for each in logins:
        yield f"The login {each.name} {'would work' if is_dry_run else 'works'} as {each.role}."


def probe_sentences(answers: Answers | Reason) -> Iterator[str]:
    """Say what a printless interview found, and what level follows from it."""
    if isinstance(answers, Reason):
        yield f"It cannot be probed now. {WORDS[answers].sentence} {WORDS[answers].advice}"
        return
    level, who = level_of(answers), answers.identity
    yield f"Level {level}: {level.can.words}."
    yield f"It says it is {who.maker or 'nobody'} {who.model or ''}, firmware {who.firmware or 'unknown'}."
    for can, what in (
        (answers.pushes_status, "pushes its status (GS a)"),
        (answers.echoes_tokens, "echoes a token (GS ( H)"),
        (answers.answers_in_order, "answers in order (GS r)"),
        (answers.has_counters, "has maintenance counters (GS g 2)"),
    ):
        yield f"  {'yes' if can else 'no ':3}  {what}"
    yield "Found without paper: whether it answers only once the paper has moved is not proved yet."


def kept_sentence(kept: ProbeKept) -> str:
    """Say what became of a probe's findings."""
    match kept:
        case "stored":
            return "It is on record now, as unverified: kitchen-printer test-print proves it on paper."
        case "unknown":
            return "No such printer is on record, so nothing was kept: name it in station_printers first."
        case "served":
            return "A service began to serve it meanwhile and asks it itself: nothing was kept."
        case "pinned":
            return "A person pinned its level, so that stands: nothing was kept."
        case "proven on paper":
            return (
                "Its level was proven on paper and it is the same printer, so that stands: nothing was kept."
            )


def pinned_sentences(address: str, level: Level, before: Level | None) -> Iterator[str]:
    """Say what a pinned level means from now on."""
    was = f", was {before}" if before not in (None, level) else ""
    yield f"{address} is pinned at level {level}{was}: {level.can.words}."
    if not level.proves:
        yield (
            "Its tickets end PRINTED without proof, and are listed in kitchen_exceptions as unconfirmed."
            " A ticket that it swallows is seen by nobody."
        )


def printer_table(known: Sequence[KnownPrinter]) -> Iterator[str]:
    """List printers: address, level and how far it can be trusted, how it stands; below, what to do and who decided."""
    if not known:
        yield "No printer is on record: name one in station_printers."
    width = max((len(each.address) for each in known), default=0)
    for each in known:
        by = f" ({each.pinned_by})" if each.pinned_by else ""
        yield (
            f"{each.address:{width}}  {each.level:2}  {standing(each.level, each.level_provenance)}{by};"
            f" {_condition(each)}{_waiting(each)}"
        )
        yield from (f"    {detail}" for detail in _details(each))


def _condition(known: KnownPrinter) -> str:
    since = f" since {known.since.astimezone():%d %b %H:%M}" if known.since else ""
    if known.state == "parked":
        why = f": {known.parked_reason}" if known.parked_reason else ""
        return f"parked by {known.parked_by or 'hand'}{since}{why}"
    if known.reason is not None and known.reason in [*Reason]:
        return f"{known.state}{since}: {WORDS[Reason(known.reason)].sentence.rstrip('.').lower()}"
    return "served by nobody" if known.state == "unserved" else f"{known.state}{since}"


def _waiting(known: KnownPrinter) -> str:
    if not known.waiting:
        return ""
    seconds = known.oldest_seconds or 0
    lasting = f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
    return f", {known.waiting} waiting, the oldest for {lasting}"


def _details(known: KnownPrinter) -> Iterator[str]:
    if known.stations:
        yield f"for {', '.join(known.stations)}"
    if known.reason is not None and known.reason in [*Reason]:
        yield WORDS[Reason(known.reason)].advice
    if known.paper_low_since is not None:
        yield f"{how_long(known.paper_low_tickets)}, since {known.paper_low_since.astimezone():%d %b %H:%M}"
    if known.is_passed_over:
        yield "Its tickets go to the next printer of their station, if there is one."
    for redirect in known.redirects:
        yield f"redirected: {redirect.replace('* to', 'everything to')}"


def served_sentence(known: KnownPrinter) -> str:
    """Say what is on record of a printer that a running service serves."""
    return (
        f"A running service serves this printer, so it is not asked a second time. On record: level {known.level},"
        f" {standing(known.level, known.level_provenance)}."
    )
