"""Builds the site, strictly: a dead link or a missing anchor is an error.

MkDocs wants its pages in one folder; ours lie at the root of the repository and in ``docs/``, and link to sources. So
it is given a folder of symbolic links that has the same shape, and every relative link holds in both.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from making.docs.navigation import AT_THE_ROOT, ROOT, documents, navigation

CONFIGURATION: Final = Path(__file__).with_name("mkdocs.yml")
_LINK: Final = re.compile(r"\]\((?!https?:|mailto:|#)([^)\s#]+)")
_FENCED: Final = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


class SiteIsWrong(Exception):
    """The site was not built; the message is what MkDocs said."""


def build(folder: Path) -> int:
    """Build the site into a folder; return how many pages it has. Raises :class:`SiteIsWrong`."""
    with TemporaryDirectory(prefix="kitchen-docs-") as scratch:
        pages, configuration = Path(scratch) / "pages", Path(scratch) / "mkdocs.yml"
        pages.mkdir()
        stage(pages)
        told = {"INHERIT": str(CONFIGURATION), "docs_dir": str(pages), "nav": navigation()}
        configuration.write_text(json.dumps(told), encoding="utf-8")  # JSON is YAML
        done = subprocess.run(
            [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-f", configuration, "-d", folder],
            env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},  # ADR 23 says what will be done about it
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise SiteIsWrong(done.stdout + done.stderr)
    return len(list(folder.rglob("index.html")))


def stage(folder: Path) -> None:
    """Fill an empty folder with links to the documents, their pictures, and the files that they link to."""
    (folder / "docs").symlink_to(ROOT / "docs")
    for name in AT_THE_ROOT:
        (folder / name).symlink_to(ROOT / name)
    for path in sorted(set(_linked_files())):
        place = folder / path.relative_to(ROOT)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(path)


def _linked_files() -> Iterator[Path]:
    for document in documents():
        for target in _LINK.findall(_FENCED.sub("", document.read_text(encoding="utf-8"))):
            path = (document.parent / target).resolve()
            if path.is_file() and path.suffix != ".md" and path.is_relative_to(ROOT):
                yield path
