"""Which words of a guest are about an allergy: they are boxed, and repeated at the foot of the ticket."""

import re
from collections.abc import Iterator
from typing import Final

from kitchen_printer.decisions.ticket import Action, Ticket

_ABOUT_AN_ALLERGY: Final = re.compile(
    # Allergy and its kin in English, German, French, Dutch, Nordic (allerg-), Spanish, Portuguese, Indonesian,
    # Polish, Turkish (aler-); then coeliac disease, and an anaphylactic shock.
    "al+erg|alerji|alérg|co?eli|zöliak|zoeliak|cœliaqu|c[eé]liaqu|anaph|anafil"
    # Russian, Ukrainian, Greek, Arabic, Persian, Hebrew, Hindi, Thai, Vietnamese
    "|аллерг|алерг|αλλεργ|حساسي|آلرژ|אלרג|एलर्जी|แพ้|dị ứng"
    # Chinese, Japanese, Korean
    "|过敏|過敏|敏感症|アレルギー|알레르기|알러지",
    re.IGNORECASE,
)


_HEADING: Final = re.compile(r"^\s*allerg(y|ies|ic)\s*[:!-]+\s*(?=\S)", re.IGNORECASE)


def is_about_an_allergy(text: str) -> bool:
    """Whether a note or modifier warns of an allergy. Too often is a nuisance, too rarely hurts a guest."""
    return _ABOUT_AN_ALLERGY.search(text) is not None


def text_of_warning(text: str) -> str:
    """Return a warning without the heading that it may bring: the box has one."""
    return _HEADING.sub("", text, count=1) or text


def warnings(ticket: Ticket) -> Iterator[str]:
    """Return every warning of a ticket with the dish it belongs to, in the order of the ticket."""
    for line in ticket.lines:
        if line.action is not Action.VOID:
            for text in (*line.modifiers, line.note or ""):
                if is_about_an_allergy(text):
                    yield f"{line.name}: {text_of_warning(text)}"
    if ticket.note and is_about_an_allergy(ticket.note):
        yield ticket.note
