"""The one path through the documents: what stands where in the site."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
AT_THE_ROOT: Final = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")

SECTIONS: Final = {
    "Start here": """
        README.md
        docs/index.md
        docs/tutorial.md
        docs/glossary.md
    """,
    "Run it": """
        docs/hardware.md
        docs/evidence-levels.md
        docs/docker.md
        docs/django.md
        docs/backend.md
        docs/any-backend.md
        docs/operating.md
        docs/health.md
        docs/high-availability.md
        docs/backup-and-upgrade.md
        docs/chains.md
        docs/security.md
    """,
    "Understand it": """
        docs/from-item-to-printer.md
        docs/database.md
        docs/main-loop.md
        docs/routing.md
        docs/retry.md
        docs/failures.md
        docs/guarantees.md
        docs/campaigns/README.md
        docs/mutation.md
        docs/best-practices.md
        docs/performance.md
        docs/simulation.md
        docs/critiques.md
        docs/comparison.md
        ARCHITECTURE.md
    """,
    "When something goes wrong": """
        docs/runbook.md
        docs/slips.md
    """,
    "Reference": """
        docs/configuration.md
        docs/states.md
        docs/limits.md
        docs/papers.md
        docs/virtual-printer.md
        CHANGELOG.md
        CONTRIBUTING.md
    """,
}
DECISIONS: Final = "docs/adr"


def documents() -> list[Path]:
    """Return every document, at the root and in ``docs/``."""
    return [*(ROOT / name for name in AT_THE_ROOT), *sorted((ROOT / "docs").rglob("*.md"))]


def navigation() -> list[dict[str, list[str]]]:
    """Return the sections with their pages; decisions by number, and what nobody placed in a section of its own."""
    decisions = [
        f"{DECISIONS}/README.md",
        *(_named(each) for each in sorted((ROOT / DECISIONS).glob("0*.md"))),
    ]
    placed = {*decisions, *(page for pages in SECTIONS.values() for page in pages.split())}
    others = [_named(each) for each in documents() if _named(each) not in placed]
    sections = [{title: pages.split()} for title, pages in SECTIONS.items()]
    return [*sections, {"Decisions": decisions}, *([{"More": others}] if others else [])]


def _named(document: Path) -> str:
    return str(document.relative_to(ROOT))
