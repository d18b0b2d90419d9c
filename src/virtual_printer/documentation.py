"""The generated parts of docs/virtual-printer.md: command table, fault catalogue, profiles, control port."""

from collections.abc import Iterable
from typing import Final

from virtual_printer.catalogue import KINDS
from virtual_printer.commands import COMMANDS
from virtual_printer.fault_kinds import Kind
from virtual_printer.profiles import PROFILES
from virtual_printer.routes import ROUTES

BEGIN: Final = "<!-- generated: {} -->"
END: Final = "<!-- end -->"


def sections() -> dict[str, str]:
    """Markdown by section name."""
    return {
        "profiles": _table("profile | what it is", (f"`{p.name}` | {p.title}" for p in PROFILES.values())),
        "faults": _table(
            "fault | where | what happens | parameters | ended by", map(_fault_row, KINDS.values())
        ),
        "control": _table("request | what it does", (f"`{r.method} {r.path}` | {r.title}" for r in ROUTES)),
        "commands": f"{len(COMMANDS)} commands.\n\n"
        + _table(
            "command | bytes | meaning | effect",
            (f"`{c.name}` | `{c.prefix.hex(' ').upper()}` | {c.title} | {c.effect}" for c in COMMANDS),
        ),
    }


def refreshed(page: str) -> str:
    """The page with every generated section replaced by what the code says now."""
    for name, text in sections().items():
        begin = BEGIN.format(name)
        before, found, rest = page.partition(begin)
        if not found or END not in rest:
            raise ValueError(f"the page has no place for {name}: {begin} ... {END}")
        page = f"{before}{begin}\n{text}\n{END}{rest.partition(END)[2]}"
    return page


def _fault_row(kind: Kind) -> str:
    params = ", ".join(
        f"`{name}` = {_value(value)}"
        + (f" (of {', '.join(kind.choices[name])})" if name in kind.choices else "")
        for name, value in kind.params.items()
    )
    ends = ["it is over at once" if kind.instant else "clearing, seconds"]
    if kind.instant or kind.counts_replies:
        ends.append("n times")
    if kind.remedy is not None:
        ends.append(f"operator: {kind.remedy}")
    return f"`{kind.name}` | {kind.where} | {kind.title} | {params or '-'} | {', '.join(ends)}"


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _table(head: str, rows: Iterable[str]) -> str:
    columns = head.count("|") + 1
    lines = [f"| {head} |", "|" + " --- |" * columns]
    lines += [f"| {row} |" for row in rows]
    return "\n".join(lines)
