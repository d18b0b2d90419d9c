"""The reference of the environment is made from the settings themselves."""

import ast
import inspect
import re
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from kitchen_printer.config import Settings, languages
from tests.documents.generated import written

ALLOWED = {
    "DATABASE_URL": "a PostgreSQL address; this or the next one",
    "DATABASE_URL_FILE": "a file that can be read",
    "KITCHEN_ALERT_URLS": "addresses of [Apprise](https://appriseit.com/services/), by blanks or commas",
    "KITCHEN_LANGUAGE": ", ".join(languages()),
    "KITCHEN_HEALTH_HOST": "an address",
    "KITCHEN_HEALTH_ALLOWED_HOSTS": "names, by commas",
}
"""What the type of a setting does not say by itself."""


def test_the_table_of_settings_is_that_of_the_program() -> None:
    stands, should = written("docs/configuration.md", "settings", _settings())
    assert stands == should


def _settings() -> Iterator[str]:
    yield "| variable | default | allowed | meaning |"
    yield "|---|---|---|---|"
    meanings = _meanings()
    for name, field in Settings.model_fields.items():
        assert field.alias
        yield f"| `{field.alias}` | {_default(field)} | {_allowed(field)} | {meanings[name]} |"


def _meanings() -> dict[str, str]:
    """Return what stands below each setting, as one line."""
    (settings,) = ast.parse(inspect.getsource(Settings)).body
    assert isinstance(settings, ast.ClassDef)
    found: dict[str, str] = {}
    for statement, below in zip(settings.body, settings.body[1:], strict=False):
        match statement, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str() as text)):
                line = re.sub(r"\s+", " ", text).replace("``", "`").removesuffix(".")
                found[name] = line if line[1].isupper() else line[0].lower() + line[1:]
            case _:
                pass
    return found


def _default(field: FieldInfo) -> str:
    default: Any = field.default
    shown = default.get_secret_value() if isinstance(default, SecretStr) else default
    return "" if shown in ("", (), None) else str(shown)


def _allowed(field: FieldInfo) -> str:
    assert field.alias
    if field.alias in ALLOWED:
        return ALLOWED[field.alias]
    if get_origin(field.annotation) is Literal:
        return ", ".join(get_args(field.annotation))
    low = next(each.ge for each in field.metadata if hasattr(each, "ge"))
    high = next(each.le for each in field.metadata if hasattr(each, "le"))
    return f"{low} to {high}"
