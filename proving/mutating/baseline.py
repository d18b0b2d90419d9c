"""The tests of the decisions as they are: how long each takes, and by which lines it comes.

They run in the process whose children try the changes, which then has loaded all that they need.
"""

import ast
import gc
import sys
import time
from collections.abc import Generator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any, Final

import pytest
from coverage import Coverage
from hypothesis import HealthCheck, Phase, settings

from proving.mutating.changes import Place

CHECKOUT: Final = Path(__file__).resolve().parents[2]
PACKAGE: Final = "kitchen_printer.decisions"
DECISIONS: Final = CHECKOUT / "src" / "kitchen_printer" / "decisions"
TESTS: Final = CHECKOUT / "tests" / "decisions"
MODULES: Final = tuple(sorted(path.stem for path in DECISIONS.glob("*.py") if path.stem != "__init__"))

_NO_TEST: Final = ""
"""Where lines are counted that no test runs: those of an import, and what is called to make a table of cases."""

PYTEST: Final = (
    *("-q", "-n", "0", "-p", "no:cacheprovider", "--timeout=600", "--hypothesis-profile=mutating"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # hypothesis is here before pytest
)


class MutatingError(Exception):
    """Nothing can be said of any change; the text says why."""


def parsed(module: str) -> ast.Module:
    """Read a module of the decisions."""
    return ast.parse(_path(module).read_text(encoding="utf-8"))


@dataclass(slots=True)
class Baseline:
    """The tests on the decisions as they are: how long each takes, and by which lines it comes."""

    seconds: dict[str, float] = field(default_factory=dict[str, float])
    tests_at: dict[str, dict[int, frozenset[str]]] = field(
        default_factory=dict[str, dict[int, frozenset[str]]]
    )

    def tests_of(self, module: str, place: Place) -> tuple[str, ...]:
        """The tests that notice a change at that place, if any does.

        What a module does when it is imported matters wherever it is imported, and to whoever imports that. So does a
        function that was called while the tests were gathered: what it returned is in their tables.
        """
        at = self.tests_at[module]
        found = {name for line in place.lines or () for name in at.get(line, ())}
        if place.lines is None or _NO_TEST in found:
            users = {module, *_importers(module)}
            found |= {name for each in users for tests in self.tests_at[each].values() for name in tests}
            found |= {name for name in self.seconds if module in imported(CHECKOUT / name.partition("::")[0])}
        return tuple(sorted(found - {_NO_TEST}, key=self.seconds.__getitem__))


def run_all() -> Baseline:
    """Run every test of the decisions once, in this process, which then has loaded all that they need."""
    settings.register_profile(
        "mutating",
        max_examples=50,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate, Phase.target),
        suppress_health_check=list(HealthCheck),
    )
    coverage = Coverage(data_file=None, include=[f"{DECISIONS}/*"], config_file=False, messages=False)
    coverage.set_option("run:core", "ctrace")  # the newer one cannot tell tests apart
    watch = _Watch(coverage)
    said = StringIO()
    with redirect_stdout(said), coverage.collect():
        code = pytest.main([*PYTEST, str(TESTS)], plugins=[watch])
    if code != pytest.ExitCode.OK:
        raise MutatingError(f"The tests must pass before anything is changed:\n{said.getvalue()}")
    data = coverage.get_data()
    baseline = Baseline(watch.seconds)
    for module in MODULES:
        by_line = data.contexts_by_lineno(str(_path(module)))
        baseline.tests_at[module] = {line: frozenset(tests) for line, tests in by_line.items()}
    gc.freeze()  # a child need not look for rubbish in what it has from here
    return baseline


@cache
def _importers(module: str) -> frozenset[str]:
    """Every module that has something of this one, at first or second hand."""
    found, fresh = {module}, {module}
    while fresh:
        fresh = {each for each in MODULES if each not in found and imported(_path(each)) & fresh}
        found |= fresh
    return frozenset(found) - {module}


@cache
def imported(path: Path) -> frozenset[str]:
    """The modules of the decisions that a file names where it imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
            names |= {
                (node.module or "").removeprefix(PACKAGE).lstrip("."),
                *(each.name for each in node.names),
            }
    return frozenset(names)


def _path(module: str) -> Path:
    return DECISIONS / f"{module}.py"


class _Watch:
    """Takes down how long each test takes and where it goes."""

    def __init__(self, coverage: Coverage) -> None:
        self.seconds: dict[str, float] = {}
        self._coverage = coverage

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        for name, module in [*sys.modules.items()]:
            if name.startswith(PACKAGE):  # What another test left in a cache would be no way of this one.
                for each in vars(module).values():
                    getattr(each, "cache_clear", lambda: None)()
        self._coverage.switch_context(item.nodeid)
        begun = time.process_time()
        try:
            return (yield)
        finally:
            self._coverage.switch_context(_NO_TEST)
            self.seconds[item.nodeid] = time.process_time() - begun
