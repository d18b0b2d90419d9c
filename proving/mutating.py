"""``python -m proving.mutating [MODULE …]``: change the decisions, one place at a time, and see which no test notices.

Small and of our own: the delivery is a table at the level of its module, which common tools do not change, and each
mutant needs no more than the tests of its module, in a fresh process.
"""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[1]
DECISIONS: Final = CHECKOUT / "src" / "kitchen_printer" / "decisions"
PACKAGE: Final = "kitchen_printer.decisions"
SECONDS_MAX: Final = 300

TESTS: Final = {
    "asking": ("test_asking_again.py", "test_delivery_traces.py"),
    "delivery": ("test_delivery_*.py", "test_asking_again.py", "test_anonymous_answers.py"),
    "delivery_steps": ("test_delivery_*.py", "test_asking_again.py", "test_anonymous_answers.py"),
    "passed_over": ("test_passed_over.py",),
    "reconcile": ("test_reconcile.py",),
    "retry": ("test_retry.py",),
    "routing": ("test_routing.py",),
    "status": ("test_status.py", "test_delivery_traces.py"),
}
"""What is tried of each module; a mutant that these do not notice is a survivor, whatever other tests would say."""

_COMPARED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_CALCULATED: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: where, and how to make it in a fresh tree."""

    line: int
    what: str
    make: Callable[[], None]


def mutants(tree: ast.Module) -> Iterator[Mutant]:
    """Return every change of a tree; each is made in the tree itself."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare(ops=[operator]) if type(operator) in _COMPARED:
                other = _COMPARED[type(operator)]
                yield _set(node, "ops", [other()], f"{type(operator).__name__} to {other.__name__}")
            case ast.BoolOp(op=operator):
                other_op: ast.boolop = ast.Or() if isinstance(operator, ast.And) else ast.And()
                yield _set(node, "op", other_op, f"{type(operator).__name__} the other way")
            case ast.BinOp(op=operator) if type(operator) in _CALCULATED and not _is_type(node):
                yield _set(
                    node, "op", _CALCULATED[type(operator)](), f"{type(operator).__name__} the other way"
                )
            case ast.UnaryOp(op=ast.Not()):
                yield _set(node, "op", ast.UAdd(), "no not")
            case ast.Constant(value=bool() as value):
                yield _set(node, "value", not value, f"{value} to {not value}")
            case ast.Constant(value=int() | float() as value):
                yield _set(node, "value", value + 1, f"{value} to {value + 1}")
            case _:
                pass


def _is_type(node: ast.BinOp) -> bool:
    """Whether an expression is ``A | B`` of types rather than of bits."""
    return isinstance(node.op, ast.BitOr) and isinstance(
        node.left, ast.Name | ast.BinOp | ast.Subscript | ast.Constant
    )


def _set(node: ast.expr, name: str, value: object, what: str) -> Mutant:
    return Mutant(node.lineno, what, lambda: setattr(node, name, value))


class _Changed(MetaPathFinder, Loader):
    """Finds the one module that is changed."""

    def __init__(self, name: str, tree: ast.Module) -> None:
        self._name = name
        self._tree = tree

    def find_spec(self, fullname: str, _: object, __: ModuleType | None = None) -> ModuleSpec | None:
        return spec_from_loader(fullname, self) if fullname == self._name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._tree, f"<changed {self._name}>", "exec"), module.__dict__)  # noqa: S102  # our own source


def parsed(module: str) -> ast.Module:
    """Read a module of the decisions."""
    return ast.parse((DECISIONS / f"{module}.py").read_text(encoding="utf-8"))


def try_one(module: str, number: int) -> int:
    """Run the tests of a module with its mutant of that number; return what pytest returns."""
    tree = parsed(module)
    list(mutants(tree))[number].make()
    sys.meta_path.insert(0, _Changed(f"{PACKAGE}.{module}", ast.fix_missing_locations(tree)))
    import pytest

    found = [path for name in TESTS[module] for path in sorted((CHECKOUT / "tests" / "decisions").glob(name))]
    return int(pytest.main(["-x", "-q", "-n", "0", "-p", "no:cacheprovider", *map(str, found)]))


def main(modules: list[str]) -> int:
    """Try every mutant of some modules, list the survivors; 1 when fewer than nine of ten are noticed."""
    noticed = tried = 0
    for module in modules or TESTS:
        if module not in TESTS:
            print(f"There is no list of tests for {module!r}: choose of {', '.join(TESTS)}.", file=sys.stderr)
            return 2
        survivors: list[str] = []
        every = list(mutants(parsed(module)))
        for number, mutant in enumerate(every):
            command = [
                sys.executable,
                "-c",
                f"from proving.mutating import try_one; exit(try_one({module!r}, {number}))",
            ]
            try:
                done = subprocess.run(
                    command, cwd=CHECKOUT, capture_output=True, check=False, timeout=SECONDS_MAX
                )
                is_noticed = done.returncode != 0
            except subprocess.TimeoutExpired:
                is_noticed = True
            noticed, tried = noticed + is_noticed, tried + 1
            survivors += [] if is_noticed else [f"  line {mutant.line}: {mutant.what}"]
        print(
            f"{module}: {len(every) - len(survivors)} of {len(every)} noticed",
            *survivors,
            sep="\n",
            flush=True,
        )
    print(f"{noticed} of {tried} mutants noticed, {100 * noticed / max(1, tried):.1f} %")
    return 0 if noticed >= 0.9 * tried else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
