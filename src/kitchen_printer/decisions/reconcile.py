"""After a doubtful end: what the printer's own memory says about an attempt.

Maintenance counters live in the printer's RAM. They survive a dead service and a cut cable, so they tell what
a ticket did to the mechanism. They do not survive a power cut: saved only every few minutes, they fall back to
an older value, which may even be exactly the value from before the ticket (Epson's technical guides for
TM-m50II and TM-L100 describe the saving). A printer that lost power and is back before we ask cannot be told from
one whose line broke, so "nothing moved" never proves that nothing was printed.
"""

from dataclasses import dataclass

from kitchen_printer.decisions.outcome import Confirmed, Evidence, Outcome, Uncertain
from kitchen_printer.decisions.reason import Reason

STROKES_MIN = 50
"""The shortest ticket has a heading, a line, two rules and a footer: more dot rows than this."""


@dataclass(frozen=True, slots=True)
class Odometer:
    """Two cumulative maintenance counters: cuts made (178) and strokes of the print head (149)."""

    cuts: int
    strokes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An attempt that may or may not have printed, and what is known of it.

    ``before`` is what the odometer said before the payload, None at levels without one.
    """

    reason: Reason
    token_printed: str
    token_cut: str
    before: Odometer | None
    expected_cuts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the printer said when it was asked afterwards.

    ``answered_in_order`` means that everything that was in its buffer is done.
    """

    echoes: frozenset[str]
    answered_in_order: bool
    after: Odometer | None


def verdict(doubt: Doubt, found: Findings) -> Outcome:
    """Judge what became of the attempt. Whatever is not proved stays uncertain."""
    if doubt.token_cut in found.echoes:
        return Confirmed(Evidence.LATE_TOKEN, is_cut=True)
    if doubt.token_printed in found.echoes:
        return Confirmed(Evidence.LATE_TOKEN, is_cut=False)
    if not found.answered_in_order or doubt.before is None or found.after is None:
        return Uncertain(doubt.reason)
    return _by_counters(doubt, doubt.before, found.after)


def _by_counters(doubt: Doubt, before: Odometer, after: Odometer) -> Outcome:
    cuts, strokes = after.cuts - before.cuts, after.strokes - before.strokes
    if cuts < 0 or strokes < 0:
        return Uncertain(Reason.POWER_LOST)
    if cuts == doubt.expected_cuts and strokes >= STROKES_MIN:
        # A power cut only ever lowers counters, so it cannot feign a ticket that was printed and cut.
        return Confirmed(Evidence.COUNTERS, is_cut=True)
    if cuts == 0 and strokes > 0:
        return Uncertain(Reason.PARTIAL)
    return Uncertain(doubt.reason)


def what_moved(before: Odometer, after: Odometer, *, otherwise: Reason | None) -> Reason | None:
    """Say what became of a ticket that was taken back, where its printer's counters differ."""
    if after.cuts < before.cuts or after.strokes < before.strokes:
        return Reason.POWER_LOST
    return Reason.PARTIAL if after.cuts == before.cuts else otherwise
