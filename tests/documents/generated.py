"""The parts of the documents that are made from the code, between two marks; ``KITCHEN_WRITE_DOCS=1`` writes them."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[2]


def written(path: str, name: str, lines: Iterable[str]) -> tuple[str, str]:
    """Return what stands between the marks of a part, and what should; write the latter first when asked to."""
    file = CHECKOUT / path
    begin, end = f"<!-- {name}: made by the tests -->\n", f"<!-- end of {name} -->"
    before, found_begin, rest = file.read_text(encoding="utf-8").partition(begin)
    stands, found_end, after = rest.partition(end)
    assert found_begin, f"{path} has no place for {name}: {begin}"
    assert found_end, f"{path} has no end of {name}: {end}"
    should = "\n".join(["", *lines, "", ""])
    if os.environ.get("KITCHEN_WRITE_DOCS") == "1" and stands != should:
        file.write_text(before + begin + should + end + after, encoding="utf-8")
        stands = should
    return stands, should


def whole(path: str, content: str) -> tuple[str, str]:
    """The same for a file that is made altogether."""
    file = CHECKOUT / path
    if os.environ.get("KITCHEN_WRITE_DOCS") == "1":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    return file.read_text(encoding="utf-8") if file.exists() else "", content
