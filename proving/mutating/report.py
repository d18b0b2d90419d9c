"""What is said of the changes that were tried: a line for each module, and every survivor by name."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from proving.mutating.baseline import CHECKOUT
from proving.mutating.trying import Try, Verdict

ARGUED_IN: Final = CHECKOUT / "docs" / "mutation.md"
LEAST: Final = 90.0
"""Of all changes together so many in a hundred must be noticed."""

_ARGUED: Final = re.compile(r"^- `(?P<module>\w+)` `(?P<name>.+)`$", re.MULTILINE)


@dataclass(slots=True)
class Tally:
    """What became of the changes of one module."""

    tried: int = 0
    noticed: int = 0
    endless: int = 0
    """How many of those were noticed only because a test found no end."""

    survivors: list[Try] = field(default_factory=list[Try])


@dataclass(slots=True)
class Report:
    """What became of all changes."""

    commit: str
    tallies: dict[str, Tally] = field(default_factory=dict[str, Tally])
    seconds: float = 0.0

    def add(self, tried: Try, verdict: Verdict) -> None:
        tally = self.tallies.setdefault(tried.module, Tally())
        tally.tried += 1
        tally.noticed += verdict is not Verdict.SURVIVED
        tally.endless += verdict is Verdict.ENDLESS
        if verdict is Verdict.SURVIVED:
            tally.survivors.append(tried)

    @property
    def score(self) -> float:
        """How many changes in a hundred were noticed."""
        return share(self.tallies.values())

    def unargued(self, argued: Iterable[tuple[str, str]]) -> list[Try]:
        """The survivors of which nobody has said why they are harmless."""
        known = {*argued}
        return [
            each for tally in self.tallies.values() for each in tally.survivors if _key(each) not in known
        ]

    def in_words(self) -> str:
        """Return the report as text."""
        every = self.tallies.values()
        total = Tally(
            tried=sum(each.tried for each in every),
            noticed=sum(each.noticed for each in every),
            endless=sum(each.endless for each in every),
        )
        lines = [f"commit {self.commit}  {self.seconds / 60:.1f} min", ""]
        lines += [f"{'module':<18} changes  noticed  of these endless  survived      %"]
        lines += [_line(name, tally) for name, tally in self.tallies.items()]
        lines += [_line("all", total)]
        for name, tally in self.tallies.items():
            lines += ["", f"{name}: survivors"] if tally.survivors else []
            lines += [f"  line {each.mutant.line}  {each.mutant.name}" for each in tally.survivors]
        return "\n".join(lines)

    def as_json(self) -> str:
        """Return the report for programs."""
        modules = {
            name: {
                "changes": tally.tried,
                "noticed": tally.noticed,
                "endless": tally.endless,
                "survivors": [each.mutant.name for each in tally.survivors],
            }
            for name, tally in self.tallies.items()
        }
        whole: Mapping[str, Any] = {
            "commit": self.commit,
            "seconds": round(self.seconds),
            "score": round(self.score, 2),
            "modules": modules,
        }
        return json.dumps(whole, indent=1, ensure_ascii=False)


def argued(page: Path = ARGUED_IN) -> list[tuple[str, str]]:
    """Return the survivors that a page argues, each as its module and its name."""
    return [(found["module"], found["name"]) for found in _ARGUED.finditer(page.read_text(encoding="utf-8"))]


def survivors_in(report: str) -> dict[str, list[str]]:
    """Read from a report in JSON which changes survived, by module."""
    return {name: each["survivors"] for name, each in json.loads(report)["modules"].items()}


def share(tallies: Iterable[Tally]) -> float:
    """Return how many changes in a hundred were noticed."""
    every = [*tallies]
    return 100 * sum(each.noticed for each in every) / max(1, sum(each.tried for each in every))


def _line(name: str, tally: Tally) -> str:
    survived = tally.tried - tally.noticed
    return (
        f"{name:<18} {tally.tried:>7}  {tally.noticed:>7}  {tally.endless:>16}  {survived:>8}"
        f"  {share([tally]):>5.1f}"
    )


def _key(tried: Try) -> tuple[str, str]:
    return tried.module, tried.mutant.name
