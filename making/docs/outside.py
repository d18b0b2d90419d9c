"""Asks every address outside this repository that a document names whether it still answers."""

import re
import sys
import urllib.error
import urllib.request
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from making.docs.navigation import ROOT, documents

SECONDS_MAX: Final = 20.0
AT_ONCE: Final = 8
_ADDRESS: Final = re.compile(r"https?://[^\s)>\]\"'`|]+")
_CODE: Final = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_DEAD: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking: dead for certain, alive, or not known, as from a host that keeps programs out."""

    address: str
    is_dead: bool
    said: str


def addresses() -> dict[str, list[str]]:
    """Return every address in prose, with the documents that name it. Code and commands hold examples."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for document in documents():
        for address in _ADDRESS.findall(_CODE.sub("", document.read_text(encoding="utf-8"))):
            found[address.rstrip(".,;:")].append(str(document.relative_to(ROOT)))
    return dict(found)


def report() -> int:
    """Ask each, print what is dead or unknown; 1 when one is dead."""
    named = addresses()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(ask, sorted(named)))
    for each in answers:
        if each.said:
            print(
                "DEAD   " if each.is_dead else "unknown",
                each.address,
                each.said,
                *named[each.address],
                sep="  ",
            )
    dead = sum(each.is_dead for each in answers)
    print(f"{len(answers)} addresses asked, {dead} dead.", file=sys.stderr)
    return 1 if dead else 0


def ask(address: str) -> Answer:
    """Ask one address; nothing is said of one that answers."""
    request = urllib.request.Request(address, headers={"User-Agent": "link check of a documentation"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=SECONDS_MAX):  # noqa: S310
            return Answer(address, is_dead=False, said="")
    except urllib.error.HTTPError as error:
        return Answer(address, is_dead=error.code in _DEAD, said=f"HTTP {error.code}")
    except (OSError, ValueError) as error:
        return Answer(address, is_dead=False, said=str(error))
