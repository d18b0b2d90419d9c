"""Every wait of the service has a name and a reason, and stands on the page of limits."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.documents.generated import CHECKOUT, written

SOURCE = CHECKOUT / "src" / "kitchen_printer"
FOLDERS = ("service", "printers", "database", "decisions")


def test_the_page_of_limits_is_made_from_the_code() -> None:
    stands, should = written("docs/limits.md", "limits", _limits())
    assert stands == should


def test_every_wait_has_a_reason() -> None:
    assert [row for row in _limits() if row.endswith("|  |")] == []


def _limits() -> Iterator[str]:
    yield "| where | name | seconds | why |"
    yield "|---|---|---|---|"
    for folder in FOLDERS:
        for path in sorted((SOURCE / folder).glob("*.py")):
            for name, value, reason in _constants(path):
                yield f"| `{folder}/{path.name}` | `{name}` | {value} | {reason} |"


def _constants(path: Path) -> Iterator[tuple[str, str, str]]:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    for statement, below in zip(body, [*body[1:], ast.Pass()], strict=True):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                pass
            case _:
                continue
        if "_SECONDS" in name and not name.startswith("_"):
            yield name, ast.unparse(value), _reason(below)


def _reason(below: ast.stmt) -> str:
    match below:
        case ast.Expr(value=ast.Constant(value=str() as text)):
            return " ".join(text.split()).replace("``", "`")
        case _:
            return ""
