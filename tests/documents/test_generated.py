"""Every metric, log event, setting and reason is in the documents, and nothing else is."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from kitchen_printer.cli.app import app
from kitchen_printer.service import log
from tests.documents.generated import written
from tests.documents.series import every_series
from tests.service.test_log import FACTS

OPERATING = "docs/operating.md"
ANY_WORD = "[a-z]+"
LEVELS = {"DEBUG", "INFO", "WARNING", "ERROR"}


def test_the_table_of_metrics_is_that_of_the_program() -> None:
    stands, should = written(OPERATING, "metrics", _metrics())
    assert stands == should


def _metrics() -> Iterator[str]:
    yield "| metric | kind | labels | meaning |"
    yield "|---|---|---|---|"
    for each in every_series():
        yield f"| `{each.name}` | {each.kind} | {', '.join(each.labels)} | {each.meaning} |"


def test_the_table_of_commands_is_that_of_the_program() -> None:
    stands, should = written(OPERATING, "commands", _commands())
    assert stands == should


def _commands() -> Iterator[str]:
    yield "| `kitchen-printer` | what it does |"
    yield "|---|---|"
    told = {
        each.name or (each.callback.__name__ if each.callback else ""): each.callback
        for each in app.registered_commands
    }
    for group in app.registered_groups:
        if group.typer_instance and group.typer_instance.registered_callback:
            told[str(group.name)] = group.typer_instance.registered_callback.callback
        inner = group.typer_instance.registered_commands if group.typer_instance else []
        told |= {
            f"{group.name} {each.name or getattr(each.callback, '__name__', '')}": each.callback
            for each in inner
        }
    for name, callback in sorted(told.items()):
        yield f"| `{name}` | {(inspect.getdoc(callback) or '').partition(chr(10))[0]} |"


def test_the_table_of_log_events_is_that_of_the_program() -> None:
    stands, should = written(OPERATING, "log events", _events())
    assert stands == should


def _events() -> Iterator[str]:
    yield "| event | level | details | when |"
    yield "|---|---|---|---|"
    for event, (level, details, meaning) in sorted(worded_events().items()):
        yield f"| `{event}` | {level.lower()} | {', '.join(details)} | {meaning} |"


def worded_events() -> dict[str, tuple[str, list[str], str]]:
    """Return every event of the log with its level, its details and what it means."""
    events: dict[str, tuple[str, list[str], str]] = {}
    for fact in FACTS:
        level, event, details = log.worded(fact)
        meaning = (inspect.getdoc(type(fact)) or "").partition("\n\n")[0].replace("\n", " ")
        events[event] = (level, list(details), meaning)
    return events


def test_the_facts_of_the_log_s_test_reach_every_event_that_can_be_logged() -> None:
    tree = ast.parse(Path(log.__file__).read_text(encoding="utf-8"))
    patterns = {
        _as_pattern(each.elts[1])
        for each in ast.walk(tree)
        if isinstance(each, ast.Tuple)
        and len(each.elts) == 3
        and isinstance(each.elts[0], ast.Constant)
        and each.elts[0].value in LEVELS
    }
    events = worded_events()
    assert len(patterns) > 20
    assert [event for event in events if not any(re.fullmatch(each, event) for each in patterns)] == []
    for pattern in patterns:
        reached = [event for event in events if re.fullmatch(pattern, event)]
        assert len(reached) == (2 if ANY_WORD in pattern else 1), (pattern, reached)


def _as_pattern(event: ast.expr) -> str:
    """Return what an event's name may be: of a ticket and of a notice, where it says both."""
    match event:
        case ast.Constant(value=str() as name):
            return name
        case ast.JoinedStr(values=parts):
            return "".join(
                part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else ANY_WORD
                for part in parts
            )
        case _:
            raise AssertionError(f"an event's name is not written down: {ast.dump(event)}")
