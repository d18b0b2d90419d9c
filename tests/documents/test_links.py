"""Inside the repository no link is dead: the file is there, and so is the heading."""

from pathlib import Path

import pytest
from making.docs.navigation import documents

from tests.documents.pages import anchors_of, headings_of, links_of, named

DOCUMENTS = documents()


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_link_leads_to_a_file_and_to_a_heading_that_are_there(document: Path) -> None:
    for link in links_of(document):
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        if anchor:
            assert anchor in anchors_of(target), f"{link}: the headings are {sorted(anchors_of(target))}"
        assert not target.is_dir(), f"{link} leads to a folder: a site has no page for it"


def test_every_page_is_reached_from_another() -> None:
    reached = {
        (document.parent / link.partition("#")[0]).resolve()
        for document in DOCUMENTS
        for link in links_of(document)
        if not link.startswith("http")
    }
    assert [named(each) for each in DOCUMENTS if each not in reached and each.name != "README.md"] == []


@pytest.mark.parametrize("document", [each for each in DOCUMENTS if each.name != "CHANGELOG.md"], ids=named)
def test_no_two_headings_of_a_page_have_the_same_anchor(document: Path) -> None:
    assert len(headings_of(document)) == len(anchors_of(document))
