"""Tries a change: a process that has everything loaded runs the tests once, then a child of its for every change.

The child loads the decisions anew with the one module changed, and runs the tests that come by the place. Chance is
fixed and examples are not made small, so a change that is noticed is noticed again, and soon.
"""

import ast
import gc
import os
import resource
import signal
import sys
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import ModuleType
from typing import Any, Final, NoReturn

import pytest

from proving.mutating.baseline import (
    CHECKOUT,
    PACKAGE,
    PYTEST,
    TESTS,
    Baseline,
    MutatingError,
    imported,
    parsed,
)
from proving.mutating.changes import Mutant, Place, mutants

_ANEW: Final = ("kitchen_printer", "tests.decisions")
"""What a child loads again, because it may hold something of the module that is changed."""

_LOAD_SECONDS: Final = 20.0
_TEST_SECONDS: Final = 2.0
_TIMES_LONGER: Final = 10.0
"""A test that takes ten times the processor's time that it took, and two seconds more, will not come to an end."""

_MEMORY_BYTES: Final = 4 * 1024**3


class Verdict(StrEnum):
    """What became of a change."""

    NOTICED = "noticed"
    ENDLESS = "noticed, by a test that found no end"
    SURVIVED = "survived"


@dataclass(frozen=True, slots=True)
class Try:
    """One change of one module, and the tests that come by its place, the quickest first."""

    module: str
    number: int
    mutant: Mutant
    tests: tuple[str, ...]


def tries(module: str, baseline: Baseline) -> list[Try]:
    """Return every change of a module with its tests."""
    return [
        Try(module, number, mutant, baseline.tests_of(module, mutant.place))
        for number, mutant in enumerate(mutants(parsed(module)))
    ]


def verdicts(every: Iterable[Try], baseline: Baseline, processes: int) -> Iterator[tuple[Try, Verdict]]:
    """Try changes, so many at a time. A change that no test comes by survives without a try."""
    running: dict[int, Try] = {}
    for each in every:
        if not each.tests:
            yield each, Verdict.SURVIVED
            continue
        if len(running) >= processes:
            yield _next_end(running)
        running[_begun(each, baseline)] = each
    while running:
        yield _next_end(running)


def must_pass_unchanged(modules: Iterable[str], baseline: Baseline) -> None:
    """See that every module has tests, and that what is done to a module passes when nothing is changed in it."""
    trees = {module: parsed(module) for module in modules}
    for module in trees:
        if not baseline.tests_of(module, Place()):
            raise MutatingError(f"No test in {TESTS.relative_to(CHECKOUT)} comes by {PACKAGE}.{module}.")
    child = os.fork()
    if child == 0:
        _run(trees, baseline.seconds)
    _, status = os.waitpid(child, 0)
    if status != 0:
        raise MutatingError(f"The tests fail in a child although nothing is changed: status {status}.")


def _begun(each: Try, baseline: Baseline) -> int:
    child = os.fork()
    if child == 0:
        tree = parsed(each.module)
        mutants(tree)[each.number].make()
        _run(
            {each.module: ast.fix_missing_locations(tree)},
            {name: baseline.seconds[name] for name in each.tests},
        )
    return child


def _next_end(running: dict[int, Try]) -> tuple[Try, Verdict]:
    child, status = os.wait()
    each = running.pop(child)
    if os.WIFSIGNALED(status):
        if os.WTERMSIG(status) == signal.SIGPROF:
            return each, Verdict.ENDLESS
        raise MutatingError(f"{each.module}, {each.mutant.name}: ended by signal {os.WTERMSIG(status)}.")
    match os.WEXITSTATUS(status):
        case pytest.ExitCode.OK:
            return each, Verdict.SURVIVED
        case pytest.ExitCode.TESTS_FAILED | pytest.ExitCode.INTERRUPTED:
            return each, Verdict.NOTICED  # interrupted: the module cannot even be imported
        case code:
            raise MutatingError(f"{each.module}, {each.mutant.name}: pytest ended with {code}.")


def _run(trees: Mapping[str, ast.Module], seconds: Mapping[str, float]) -> NoReturn:
    """Be the child: run those tests, in that order, with these modules instead of those on disk."""
    code: int = pytest.ExitCode.INTERNAL_ERROR
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        signal.setitimer(signal.ITIMER_PROF, _LOAD_SECONDS)
        for name in [name for name in sys.modules if name.startswith(_ANEW)]:
            del sys.modules[name]
        changed = _Changed({f"{PACKAGE}.{name}": tree for name, tree in trees.items()})
        sys.meta_path.insert(0, changed)
        gc.disable()
        # Most changes are noticed by the tests that are about them: those of other files need not even be gathered.
        first, *others = _by_file(seconds, {*trees})
        for names in (first, [name for each in others for name in each]):
            chosen = {name: seconds[name] for name in seconds if name in names}
            files = dict.fromkeys(str(CHECKOUT / _file_of(name)) for name in chosen)
            code = (
                pytest.main([*PYTEST, "-x", *files], plugins=[_Chosen(chosen)])
                if files
                else pytest.ExitCode.OK
            )
            if not _is_well(code):
                break
        else:
            # What was never asked for its module has changed nothing, and its survival would mean nothing.
            code = pytest.ExitCode.INTERNAL_ERROR if changed.is_waiting else pytest.ExitCode.OK
    finally:
        os._exit(code)


def _by_file(names: Iterable[str], modules: Set[str]) -> list[list[str]]:
    """Gather tests by their files: first those that name the module where they import, then those with most tests."""
    files: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        files[_file_of(name)].append(name)
    ordered = sorted(
        files, key=lambda file: (modules.isdisjoint(imported(CHECKOUT / file)), -len(files[file]))
    )
    return [files[file] for file in ordered]


def _is_well(code: int) -> bool:
    """Whether no test failed; a change may leave a table of cases empty."""
    return code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


def _file_of(name: str) -> str:
    return name.partition("::")[0]


class _Chosen:
    """Lets only some tests run, in their order, and ends the process when one fails or takes far too long."""

    def __init__(self, seconds: Mapping[str, float]) -> None:
        self._seconds = seconds

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        # pytest loads a module called so_test by itself, and has put itself before us.
        sys.meta_path.sort(key=lambda each: not isinstance(each, _Changed))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        # A change may take a case away from a test, or give it one: what is new is tried last.
        places = {name: place for place, name in enumerate(self._seconds)}
        functions = {name.partition("[")[0] for name in self._seconds}
        items[:] = [each for each in items if each.nodeid.partition("[")[0] in functions]
        items.sort(key=lambda each: places.get(each.nodeid, len(places)))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        seconds = _TEST_SECONDS + _TIMES_LONGER * self._seconds.get(item.nodeid, 0.0)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if not _is_well(exitstatus):
            os._exit(int(exitstatus))  # what pytest would tidy up now ends with this process


class _Changed(MetaPathFinder, Loader):
    """Finds the modules that are changed."""

    def __init__(self, trees: Mapping[str, ast.Module]) -> None:
        self._trees = trees
        self._loaded: set[str] = set()

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has asked for a changed module yet."""
        return self._loaded != {*self._trees}

    def find_spec(self, fullname: str, _: object, __: ModuleType | None = None) -> ModuleSpec | None:
        return spec_from_loader(fullname, self) if fullname in self._trees else None

    def exec_module(self, module: ModuleType) -> None:
        self._loaded.add(module.__name__)
        code = compile(self._trees[module.__name__], f"<changed {module.__name__}>", "exec")
        exec(code, module.__dict__)  # noqa: S102  # our own source
