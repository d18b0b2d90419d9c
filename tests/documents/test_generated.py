"""Every metric, log event, setting and reason is in the documents, and nothing else is."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

from kitchen_printer.service import log
from tests.documents.generated import written
from tests.documents.series import every_series
from tests.service.test_log import FACTS

OPERATING = "docs/operating.md"
LEVELS = {"DEBUG", "INFO", "WARNING", "ERROR"}


def test_the_table_of_metrics_is_that_of_the_program() -> None:
    stands, should = written(OPERATING, "metrics", _metrics())
    assert stands == should


def _metrics() -> Iterator[str]:
    yield "| metric | kind | labels | meaning |"
    yield "|---|---|---|---|"
    for each in every_series():
        yield f"| `{each.name}` | {each.kind} | {', '.join(each.labels)} | {each.meaning} |"


def test_the_table_of_log_events_is_that_of_the_program() -> None:
    stands, should = written(OPERATING, "log events", _events())
    assert stands == should


def _events() -> Iterator[str]:
    yield "| event | level | details | when |"
    yield "|---|---|---|---|"
    for event, (level, details, meaning) in sorted(_worded_events().items()):
        yield f"| `{event}` | {level.lower()} | {', '.join(details)} | {meaning} |"


def _worded_events() -> dict[str, tuple[str, list[str], str]]:
    events: dict[str, tuple[str, list[str], str]] = {}
    for fact in FACTS:
        level, event, details = log.worded(fact)
        meaning = (inspect.getdoc(type(fact)) or "").partition("\n\n")[0].replace("\n", " ")
        events[event] = (level, list(details), meaning)
    return events


def test_the_facts_of_the_log_s_test_reach_every_event_that_can_be_logged() -> None:
    tree = ast.parse(Path(log.__file__).read_text(encoding="utf-8"))
    literals = {
        (each.elts[0].value, each.elts[1].value)
        for each in ast.walk(tree)
        if isinstance(each, ast.Tuple)
        and len(each.elts) == 3
        and isinstance(each.elts[0], ast.Constant)
        and isinstance(each.elts[1], ast.Constant)
        and each.elts[0].value in LEVELS
    }
    assert literals == {(level, event) for event, (level, _, _) in _worded_events().items()}
