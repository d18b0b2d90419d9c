"""The slips that staff find explained are those that come out."""

from collections.abc import Iterator

import pytest

from kitchen_printer.decisions.notice import Notice, PaperTest, Specimen, lay_out_notice
from tests.decisions.test_notice import NOTICES, NOW, a_notice_job
from tests.decisions.tickets import WIDE, ZONE
from tests.documents.generated import written

FOR_STAFF = [each for each in NOTICES if not isinstance(each, PaperTest | Specimen)]


@pytest.mark.parametrize("notice", FOR_STAFF, ids=lambda each: each.kind)
def test_a_slip_stands_in_the_document_as_it_comes_out(notice: Notice) -> None:
    stands, should = written("docs/slips.md", notice.kind, _slip(notice))
    assert stands == should


def _slip(notice: Notice) -> Iterator[str]:
    yield "```"
    yield from (row.text.rstrip() for row in lay_out_notice(notice, a_notice_job(), NOW, WIDE, ZONE).rows)
    yield "```"
