"""Which changes are tried of a module: small ones, each of which turns a rule into another rule.

Left alone is what decides nothing: annotations and types, docstrings, words for people, what an exception says, and
decorators, which say how a class is made.
"""

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

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
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_CALLED: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}
_DECIDE_ALREADY: Final = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Constant)
"""Conditions that are changed in themselves; the others are turned round."""

_NONE_OF_THEM: Final = ast.Starred(ast.Tuple([], ast.Load()), ast.Load())
"""What a set is written with that has nothing in it."""

_DECIDE_NOTHING: Final = frozenset({"annotation", "returns", "decorator_list", "type_params"})
_HOW_IT_IS_MADE: Final = frozenset({"frozen", "slots", "kw_only"})
_TYPES: Final = frozenset({"str", "int", "float", "bytes", "bool", "dict", "list", "tuple", "None"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a change is: the name of the function, and the lines that run when it is called.

    No ``lines`` means that the place is reached when the module is imported.
    """

    name: str = ""
    lines: range | None = None


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: where, what the source says before and after it, and how to make it in its tree."""

    place: Place
    line: int
    before: str
    after: str
    make: Callable[[], None]
    nth: int = 1
    """Which one of those that read the same."""

    @property
    def name(self) -> str:
        """What it is called for as long as nobody rewrites the place: no line number."""
        where = f"{self.place.name}: " if self.place.name else ""
        return f"{where}{self.before} → {self.after}" + (f" ({self.nth})" if self.nth > 1 else "")


def mutants(tree: ast.Module) -> list[Mutant]:
    """Return every change of a tree; each is made in the tree itself, so one at a time of each tree."""
    seen = Counter[str]()
    found: list[Mutant] = []
    for each in _inside(tree, Place()):
        seen[each.name] += 1
        found.append(replace(each, nth=seen[each.name]))
    return found


def _inside(node: ast.AST, place: Place) -> Iterator[Mutant]:
    if isinstance(node, ast.expr):
        yield from _of_expression(node, place)
        yield from _left_out(node, place)
    elif isinstance(node, ast.stmt):
        yield from _of_statement(node, place)
    yield from _turned_round(node, place)
    if isinstance(node, ast.Raise) or _is_assert_never(node):
        return
    if isinstance(node, ast.keyword) and node.arg in _HOW_IT_IS_MADE:
        return
    if isinstance(node, ast.Dict):
        yield from _inside_table(node, place)
        return
    for field, value in ast.iter_fields(node):
        if field in _DECIDE_NOTHING:
            continue
        inner = _place_of_body(node, place) if field == "body" else _named(node, place)
        for child in _children(value):
            if isinstance(child, ast.stmt):
                yield from _dropped(child, value, inner)
            yield from _inside(child, inner)


def _children(value: object) -> list[ast.AST]:
    among: list[object] = [*value] if isinstance(value, list) else [value]
    return [each for each in among if isinstance(each, ast.AST)]


def _inside_table(node: ast.Dict, place: Place) -> Iterator[Mutant]:
    for key, value in zip(node.keys, node.values, strict=True):
        inner = Place(f"{place.name}[{ast.unparse(key)}]", place.lines) if key else place
        for child in (key, value):
            yield from _inside(child, inner) if child else ()


def _named(node: ast.AST, outer: Place) -> Place:
    """A constant of a module or a class is known by its name."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)) if (
            not outer.lines
        ):
            return Place(f"{outer.name}.{name}" if outer.name else name)
        case _:
            return outer


def _place_of_body(node: ast.AST, outer: Place) -> Place:
    """The inside of a function is reached by a call, that of a class when the module is imported."""
    if not isinstance(node, ast.FunctionDef | ast.ClassDef):
        return outer
    name = f"{outer.name}.{node.name}" if outer.name else node.name
    if isinstance(node, ast.ClassDef) or outer.lines:
        return Place(name, outer.lines)
    return Place(name, range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1))


def _of_expression(node: ast.expr, place: Place) -> Iterator[Mutant]:
    match node:
        case ast.Compare(ops=operators):
            for number, operator in enumerate(operators):
                others: list[ast.cmpop] = [*operators]
                others[number] = _COMPARED[type(operator)]()
                yield _with(node, place, "ops", others)
        case ast.BoolOp(op=operator):
            yield _with(node, place, "op", ast.Or() if isinstance(operator, ast.And) else ast.And())
        case ast.BinOp(op=operator) if type(operator) in _CALCULATED and not _is_type(node):
            yield _with(node, place, "op", _CALCULATED[type(operator)]())
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield _with(node, place, "op", ast.UAdd())
        case ast.Constant(value=bool() as value):
            yield _with(node, place, "value", not value)
        case ast.Constant(value=int() | float() as value):
            yield _with(node, place, "value", value + 1)
        case ast.Constant(value=bytes() as value) if value:
            yield _with(node, place, "value", value[:-1] + bytes((value[-1] ^ 1,)))
        case ast.Call(func=ast.Name(id=name)) if name in _CALLED:
            yield _with(node, place, "func", ast.Name(_CALLED[name], ast.Load()))
        case _:
            pass


def _left_out(node: ast.AST, place: Place) -> Iterator[Mutant]:
    """Leave something out of a set or a table."""
    match node:
        case ast.Set(elts=elements):
            for number in range(len(elements)):
                left = elements[:number] + elements[number + 1 :]
                instead = {"elts": left or [_NONE_OF_THEM]}
                yield _changed(node, place, ast.unparse(elements[number]), "left out", instead)
        case ast.Dict(keys=keys, values=values):
            for number, key in enumerate(keys):
                both = {
                    "keys": keys[:number] + keys[number + 1 :],
                    "values": values[:number] + values[number + 1 :],
                }
                entry = f"{ast.unparse(key)}: …" if key else f"**{ast.unparse(values[number])}"
                yield _changed(node, place, entry, "left out", both)
        case _:
            pass


def _of_statement(node: ast.stmt, place: Place) -> Iterator[Mutant]:
    match node:
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield _with(node, place, "value", ast.Constant(None))
        case ast.AugAssign(op=operator) if type(operator) in _CALCULATED:
            yield _with(node, place, "op", _CALCULATED[type(operator)]())
        case _:
            pass


def _turned_round(node: ast.AST, place: Place) -> Iterator[Mutant]:
    """Let a condition that is no comparison say the opposite."""
    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            if not isinstance(test, _DECIDE_ALREADY):
                yield _opposite(node, place, "test", test)
        case ast.match_case(guard=ast.expr() as guard):
            if not isinstance(guard, _DECIDE_ALREADY):
                yield _opposite(node, place, "guard", guard)
        case ast.comprehension(ifs=conditions):
            for number, condition in enumerate(conditions):
                if not isinstance(condition, _DECIDE_ALREADY):
                    others = [*conditions]
                    others[number] = ast.UnaryOp(ast.Not(), condition)
                    said = ast.unparse(condition)
                    yield _changed(node, place, said, f"not {said}", {"ifs": others}, line=condition.lineno)
        case _:
            pass


def _dropped(node: ast.stmt, among: list[ast.stmt], place: Place) -> Iterator[Mutant]:
    """Leave out a statement that has an effect: a call, a value that is yielded, a field that is set."""
    match node:
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()) if not _is_assert_never(node):
            pass
        case ast.AugAssign():
            pass
        case ast.Assign(targets=[ast.Attribute()]):
            pass
        case _:
            return
    number = among.index(node)

    is_yield = isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield | ast.YieldFrom)
    # A function that no longer yields would be no generator any more, another change than this one.
    instead = ast.Expr(ast.YieldFrom(ast.Tuple([], ast.Load()))) if is_yield else ast.Pass()

    def drop() -> None:
        among[number] = ast.copy_location(instead, node)

    yield Mutant(place, node.lineno, ast.unparse(node), "left out", drop)


def _with(node: ast.expr | ast.stmt, place: Place, field: str, value: object) -> Mutant:
    changed = copy.copy(node)
    setattr(changed, field, value)
    return _changed(node, place, ast.unparse(node), ast.unparse(changed), {field: value})


def _opposite(node: ast.AST, place: Place, field: str, condition: ast.expr) -> Mutant:
    said = ast.unparse(condition)
    return _changed(
        node, place, said, f"not {said}", {field: ast.UnaryOp(ast.Not(), condition)}, line=condition.lineno
    )


def _changed(
    node: ast.AST, place: Place, before: str, after: str, fields: Mapping[str, object], *, line: int = 0
) -> Mutant:
    def make() -> None:
        for field, value in fields.items():
            setattr(node, field, value)

    return Mutant(place, line or getattr(node, "lineno", 0), before, after, make)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_assert_never(node: ast.AST) -> bool:
    call = node.value if isinstance(node, ast.Expr) else node
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "assert_never"


def _is_type(node: ast.BinOp) -> bool:
    """Whether an expression is ``A | B`` of types rather than of values."""
    if not isinstance(node.op, ast.BitOr):
        return False
    sides = [side for side in (node.left, node.right) if not (isinstance(side, ast.BinOp) and _is_type(side))]
    return all(ast.unparse(side) in _TYPES or _is_class(side) for side in sides)


def _is_class(node: ast.expr) -> bool:
    name = node.id if isinstance(node, ast.Name) else ""
    return name[:1].isupper() and not name.isupper()
