"""Changes of the decisions: each is what it says, none is of words or types, and every module has its tests."""

import ast
from pathlib import Path

import pytest
from proving.covering import app as covering
from proving.mutating.__main__ import app as mutating
from proving.mutating.baseline import CHECKOUT, DECISIONS, MODULES, Baseline, MutatingError, parsed
from proving.mutating.changes import Mutant, mutants
from proving.mutating.report import ARGUED_IN, Report, argued, survivors_in
from proving.mutating.trying import Try, Verdict, must_pass_unchanged, tries
from typer import Typer
from typer.testing import CliRunner


def changes(source: str) -> list[str]:
    return [each.name for each in mutants(ast.parse(source))]


def made(source: str, name: str) -> str:
    """The source once the change of that name was made."""
    tree = ast.parse(source)
    (change,) = [each for each in mutants(tree) if each.name == name]
    change.make()
    return ast.unparse(ast.fix_missing_locations(tree))


@pytest.mark.parametrize(
    ("source", "name", "after"),
    [
        ("x = a < b", "x: a < b → a <= b", "x = a <= b"),
        ("x = 0 < a <= 9", "x: 0 < a <= 9 → 0 < a < 9", "x = 0 < a < 9"),
        ("x = a and b", "x: a and b → a or b", "x = a or b"),
        ("x = a - b", "x: a - b → a + b", "x = a + b"),
        ("x = a | {B: C}", "x: a | {B: C} → a & {B: C}", "x = a & {B: C}"),
        ("x = not a", "x: not a → +a", "x = +a"),
        ("LIMIT = 3", "LIMIT: 3 → 4", "LIMIT = 4"),
        ("x = f(True)", "x: True → False", "x = f(False)"),
        ("RESET = b'\\x1b@'", "RESET: b'\\x1b@' → b'\\x1bA'", "RESET = b'\\x1bA'"),
        ("x = min(a, b)", "x: min(a, b) → max(a, b)", "x = max(a, b)"),
        ("T = {A: {B: C}}", "T: A: … → left out", "T = {}"),
        ("T = {A: {B: C}}", "T[A]: B: … → left out", "T = {A: {}}"),
        ("S = {A, B}", "S: A → left out", "S = {B}"),
        ("S = {A}", "S: A → left out", "S = {*()}"),
        ("def f():\n    return a", "f: return a → return None", "def f():\n    return None"),
        ("def f():\n    g(a)", "f: g(a) → left out", "def f():\n    pass"),
        ("def f():\n    yield a", "f: yield a → left out", "def f():\n    yield from ()"),
        ("def f():\n    x += a", "f: x += a → left out", "def f():\n    pass"),
        ("def f():\n    self.x = a", "f: self.x = a → left out", "def f():\n    pass"),
        ("if a:\n    pass", "a → not a", "if not a:\n    pass"),
        ("x = [a for a in b if f(a)]", "x: f(a) → not f(a)", "x = [a for a in b if not f(a)]"),
        (
            "match a:\n    case b if c:\n        pass",
            "c → not c",
            "match a:\n    case b if not c:\n        pass",
        ),
    ],
)
def test_a_change_turns_a_rule_into_another_one(source: str, name: str, after: str) -> None:
    assert name in changes(source)
    assert made(source, name) == after


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring of 3 words."""',
        "WORDS = 'out of paper'",
        "def f(a: Literal[1] = None) -> Annotated[int, 2]: ...",
        "Outcome = NotSent | Confirmed | None",
        "x = isinstance(a, str | int)",
        "@dataclass(frozen=True)\nclass A: ...",
        "C = Config(frozen=True)",
        "raise Bad(f'{a + 1} is too much')",
        "def f():\n    assert_never(a)",
        "def f():\n    return None",
        "def f():\n    return",
    ],
)
def test_what_decides_nothing_is_left_alone(source: str) -> None:
    assert changes(source) == []


def test_changes_that_read_the_same_are_told_apart() -> None:
    source = "def f():\n    return g(1, 1)"
    assert changes(source) == ["f: return g(1, 1) → return None", "f: 1 → 2", "f: 1 → 2 (2)"]
    assert made(source, "f: 1 → 2 (2)") == "def f():\n    return g(1, 2)"


@pytest.mark.parametrize("module", ["level", "retry"])
def test_every_change_of_a_module_is_one_and_can_be_compiled(module: str) -> None:
    before = ast.unparse(parsed(module))
    for number in range(len(mutants(parsed(module)))):
        changed = parsed(module)
        mutants(changed)[number].make()
        assert ast.unparse(ast.fix_missing_locations(changed)) != before
        compile(changed, module, "exec")


def test_the_names_of_changes_are_one_change_each() -> None:
    for module in MODULES:
        names = [each.name for each in mutants(parsed(module))]
        assert len(names) == len({*names})


def test_whoever_is_argued_to_be_harmless_is_still_there() -> None:
    """A survivor whose place was rewritten since is a change that nobody has judged."""
    there = {(module, each.name) for module in MODULES for each in mutants(parsed(module))}
    told = argued()
    assert [each for each in told if each not in there] == []
    assert len(told) == len({*told})


def test_every_module_of_the_decisions_is_imported_by_its_tests() -> None:
    """What no test of the decisions comes by, directly or through another module, cannot be tried."""
    reached = {"__init__"}
    fresh = {name for path in (CHECKOUT / "tests" / "decisions").glob("*.py") for name in _imported(path)} & {
        *MODULES
    }
    while fresh:
        reached |= fresh
        fresh = {name for each in fresh for name in _imported(DECISIONS / f"{each}.py")} & {
            *MODULES
        } - reached
    assert reached >= {*MODULES}


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and "decisions" in (node.module or ""):
            names |= {(node.module or "").rpartition(".")[2], *(each.name for each in node.names)}
    return names


def test_a_module_that_no_test_comes_by_is_an_error_and_no_success() -> None:
    nobody = Baseline(tests_at={each: {} for each in MODULES})
    with pytest.raises(MutatingError, match=r"No test in tests/decisions comes by .*\.retry"):
        must_pass_unchanged(["retry"], nobody)


def test_a_change_inside_a_function_is_tried_with_the_tests_that_call_it_the_quickest_first() -> None:
    tree = parsed("recovery")
    line = next(each.lineno for each in ast.walk(tree) if isinstance(each, ast.Return))
    seconds = {"slow": 2.0, "quick": 0.1, "elsewhere": 0.1}
    at = {each: {1: frozenset({"elsewhere"})} for each in MODULES}
    at["recovery"] = {1: frozenset({"elsewhere"}), line: frozenset({"slow", "quick"})}
    found = tries("recovery", Baseline(seconds, at))
    assert found
    assert {each.tests for each in found} == {("quick", "slow")}


def test_a_constant_is_tried_with_the_tests_of_whoever_imports_it() -> None:
    names = {"tests/decisions/test_reason.py::of_layout", "tests/decisions/test_roll.py::of_roll"}
    reads_only = "tests/decisions/test_commands.py::reads_it"
    seconds = dict.fromkeys((*sorted(names), reads_only), 0.1)
    at: dict[str, dict[int, frozenset[str]]] = {each: {} for each in MODULES}
    at["layout"] = {9: frozenset({"tests/decisions/test_reason.py::of_layout"})}
    at["roll"] = {9: frozenset({"tests/decisions/test_roll.py::of_roll"})}
    baseline = Baseline(seconds, at)
    assert {each.tests for each in tries("limits", baseline)} == {
        ("tests/decisions/test_reason.py::of_layout",)
    }
    constants = [each for each in tries("commands", baseline) if each.mutant.place.lines is None]
    assert {reads_only in each.tests for each in constants} == {True}


def a_report(*verdicts: Verdict) -> Report:
    every = mutants(parsed("recovery"))
    report = Report("abc")
    for number, verdict in enumerate(verdicts):
        report.add(Try("recovery", number, every[number], ("a test",)), verdict)
    return report


def test_the_report_counts_names_the_survivors_and_says_which_nobody_argued() -> None:
    report = a_report(Verdict.NOTICED, Verdict.ENDLESS, Verdict.SURVIVED, Verdict.SURVIVED)
    first, second = (each.mutant.name for each in report.tallies["recovery"].survivors)
    words = report.in_words()
    assert report.score == 50.0
    assert f"  line 9  {first}\n  line 9  {second}" in words
    assert "recovery                 4        2                 1         2   50.0" in words
    assert [each.mutant.name for each in report.unargued([("recovery", first)])] == [second]
    assert survivors_in(report.as_json()) == {"recovery": [first, second]}


def test_the_page_of_arguments_is_read_as_it_is_written(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Title\n\n- `retry` `f: 1 → 2`\n- a list of something else\n- `text` `a `b` → c`\n")
    assert argued(page) == [("retry", "f: 1 → 2"), ("text", "a `b` → c")]
    assert ARGUED_IN.exists()


@pytest.mark.parametrize("app", [mutating, covering])
def test_each_command_tells_what_it_does_when_it_is_asked(app: Typer) -> None:
    asked = CliRunner().invoke(app, ["--help"])
    assert asked.exit_code == 0
    assert "Usage:" in asked.output
    assert "Ends with 1 when" in " ".join(asked.output.split())


def test_a_module_that_is_none_is_a_usage_error_that_lists_those_that_are() -> None:
    asked = CliRunner().invoke(mutating, ["recovery", "nonsense"])
    assert asked.exit_code == 2
    assert "nonsense" in asked.output
    assert "delivery_table" in asked.output


def test_a_mutant_knows_where_it_is() -> None:
    source = "class A:\n    x = 1\n\n    def f(self, y=2):\n        return self.x + 3\n"
    found: dict[str, Mutant] = {each.name: each for each in mutants(ast.parse(source))}
    assert found["A.x: 1 → 2"].place.lines is None
    assert found["A: 2 → 3"].place.lines is None  # a default is made when the module is imported
    assert found["A.f: 3 → 4"].place.lines == range(5, 6)
    assert found["A.f: 3 → 4"].line == 5
