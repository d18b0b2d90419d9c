"""The checker's questions to the database, read from `questions.sql` by their names."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

_HEADING: Final = re.compile(r"^-- \[(.+)\]$", re.MULTILINE)


@cache
def _questions() -> Mapping[str, bytes]:
    text = files("proving.chaos").joinpath("questions.sql").read_text(encoding="utf-8")
    _, *parts = _HEADING.split(text)
    return {name: part.encode() for name, part in zip(parts[::2], parts[1::2], strict=True)}


def question(name: str) -> bytes:
    """Return the question of that name. Raises ``KeyError``."""
    return _questions()[name]
