"""What the documents consist of: headings with their anchors, links, and fenced blocks with what is said of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from tests.documents.generated import CHECKOUT

SHELL: Final = frozenset({"sh", "bash", "console", "shell"})

_FENCE: Final = re.compile(
    r"^(?P<above>(?:<!--[^\n]*-->\n+)?)```(?P<language>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_RUN_BY: Final = re.compile(r"<!-- (?:all commands )?run by: (\S+) -->")
_ALL_RUN_BY: Final = re.compile(r"^<!-- all commands run by: (\S+) -->$", re.MULTILINE)
_NOT_RUN: Final = re.compile(r"<!-- not run: (.+?) -->")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block. ``run_by`` is the file that runs it, ``not_run`` why nothing does; empty when nobody said."""

    document: str
    line: int
    language: str
    text: str
    run_by: str
    not_run: str

    @property
    def where(self) -> str:
        """Its place, for a message."""
        return f"{self.document}:{self.line}"

    @property
    def is_shell(self) -> bool:
        """Whether it is for a shell."""
        return self.language in SHELL


def named(document: Path) -> str:
    """Return a document's path in the checkout."""
    return str(document.relative_to(CHECKOUT))


@cache
def text_of(document: Path) -> str:
    """Return what stands in it."""
    return document.read_text(encoding="utf-8")


def prose_of(document: Path) -> str:
    """Return it without its fenced blocks and comments."""
    return re.sub(r"<!--.*?-->", "", _FENCE.sub("", text_of(document)), flags=re.DOTALL)


def blocks_of(document: Path) -> Iterator[Block]:
    """Return its fenced blocks in order."""
    text = text_of(document)
    of_all = _ALL_RUN_BY.search(text)
    for found in _FENCE.finditer(text):
        own, excused = _RUN_BY.search(found["above"]), _NOT_RUN.search(found["above"])
        run_by = own or (None if excused else of_all)
        yield Block(
            document=named(document),
            line=text.count("\n", 0, found.start("language")) + 1,
            language=found["language"].strip(),
            text=found["text"],
            run_by=run_by[1] if run_by else "",
            not_run=excused[1] if excused else "",
        )


def shell_blocks(path: str) -> list[Block]:
    """Return the shell blocks of a document that something is to run, in order."""
    return [each for each in blocks_of(CHECKOUT / path) if each.is_shell and each.run_by]


def headings_of(document: Path) -> list[str]:
    """Return its headings."""
    return re.findall(r"^#{1,6} (.+)$", prose_of(document), re.MULTILINE)


@cache
def anchors_of(document: Path) -> frozenset[str]:
    """Return the anchors of its headings, as Git hosts and the site make them."""
    return frozenset(_anchor(each) for each in headings_of(document))


def _anchor(heading: str) -> str:
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def links_of(document: Path) -> list[str]:
    """Return where it links to."""
    return re.findall(r"\]\(([^)\s]+)\)", prose_of(document))
