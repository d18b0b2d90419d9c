"""The site builds, strictly."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from making.docs.navigation import documents

from tests.documents.generated import CHECKOUT
from tests.documents.pages import blocks_of, named, prose_of

DIAGRAMS = ("flowchart ", "sequenceDiagram", "stateDiagram-v2", "erDiagram")


@pytest.mark.timeout(120)
def test_the_site_builds_and_every_document_is_a_page_of_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "making.docs", str(tmp_path)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for document in documents():
        assert page_of(named(document), tmp_path).is_file(), named(document)
    assert "mermaid" in (tmp_path / "docs" / "states" / "index.html").read_text(encoding="utf-8")
    assert [page.as_posix() for page in tmp_path.rglob("*.html") if _swallowed(page)] == []


def page_of(name: str, site: Path) -> Path:
    path = Path(name)
    if path.stem in ("README", "index"):
        return site / path.parent / "index.html"
    return site / path.parent / path.stem / "index.html"


def _swallowed(page: Path) -> list[str]:
    """Return lists and tables that Git hosts show and the site takes for text, as when nested by less than 4."""
    text = re.sub(r"<pre.*?</pre>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [
        line
        for paragraph in re.findall(r"<(?:p|li)>(.*?)</(?:p|li)>", text, flags=re.DOTALL)
        for line in paragraph.split("\n")
        if re.match(r"\s*(\||[-*] |\d+\. |```)", line)
    ]


def test_a_diagram_is_of_a_kind_that_git_hosts_draw_and_holds_no_semicolon_which_would_end_a_line() -> None:
    drawn = [
        block for document in documents() for block in blocks_of(document) if block.language == "mermaid"
    ]
    assert len(drawn) > 8
    for block in drawn:
        assert block.text.startswith(DIAGRAMS), block.where
        assert ";" not in block.text, block.where


def test_a_list_in_a_list_is_indented_by_4_which_every_reader_of_markdown_understands() -> None:
    for document in documents():
        for line in prose_of(document).split("\n"):
            nested = re.match(r"( +)([-*]|\d+\.) ", line)
            assert nested is None or len(nested[1]) % 4 == 0, f"{named(document)}: {line}"
