"""Mutants: small changes of a module's code, one at a time, each a possible wrong answer.

Existing tools for test suites run a whole test command for each mutant and import it into the
process of the tests. Here a mutant runs single checks in a worker, a hundred times as fast, and
endless loops are stopped; so this module only creates the changes.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from graders.validation.replacements import is_self, other_statements, others

GONE = "(deleted)"


@dataclass(frozen=True)
class Mutation:
    """One change of a function: a statement (of a block its first line) before and after."""

    function: str
    before: str
    after: str
    source: str = field(repr=False)

    @property
    def text(self) -> str:
        return f"{self.before} => {self.after}"


def changes(source: str, template: str) -> list[Mutation]:
    """Return every mutant of the functions of a module that its template leaves to the student."""
    tree = ast.parse(source)
    given = {_dumped(function) for function in _functions(ast.parse(template))}
    mutants = {ast.unparse(tree): Mutation("", "", "", "")}
    for function in [it for it in _functions(tree) if _dumped(it) not in given]:
        for statement in _statements(function.slot):
            before = _first_line(statement.node)
            for _ in _changed(statement, function):
                text = ast.unparse(ast.fix_missing_locations(tree))
                mutants.setdefault(
                    text, Mutation(function.name, before, _first_line(statement.node), text)
                )
    return list(mutants.values())[1:]


def _dumped(function: "_Function") -> tuple[str, str]:
    return function.name, ast.unparse(function.slot.node)


@dataclass(frozen=True)
class _Slot:
    """A place in the tree that one node fills."""

    parent: ast.AST
    name: str
    index: int | None = None

    @property
    def node(self) -> Any:
        value = getattr(self.parent, self.name)
        return value if self.index is None else value[self.index]

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.name, node)
        else:
            getattr(self.parent, self.name)[self.index] = node


@dataclass(frozen=True)
class _Function:
    """A function with possible replacements: its variables, its object's attributes."""

    name: str
    slot: _Slot
    variables: dict[str, int]  # each with the line after which it exists
    attributes: tuple[str, ...]


def _functions(tree: ast.Module) -> Iterator[_Function]:
    for i, node in enumerate(tree.body):
        if isinstance(node, ast.ClassDef):
            attributes = _attributes(node)
            for j, inner in enumerate(node.body):
                if isinstance(inner, ast.FunctionDef):
                    name, slot = f"{node.name}.{inner.name}", _Slot(node, "body", j)
                    yield _Function(name, slot, _variables(inner), attributes)
        elif isinstance(node, ast.FunctionDef):
            yield _Function(node.name, _Slot(tree, "body", i), _variables(node), ())


def _variables(function: ast.FunctionDef) -> dict[str, int]:
    found = {argument.arg: 0 for argument in function.args.args if argument.arg != "self"}
    inner = [n for n in ast.walk(function) if isinstance(n, ast.comprehension)]
    passing = {id(name) for comprehension in inner for name in ast.walk(comprehension.target)}
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Name)
            and isinstance(node.ctx, ast.Store)
            and id(node) not in passing
        ):
            found[node.id] = min(node.lineno, found.get(node.id, node.lineno))
    return {name: line for name, line in found.items() if name != "_"}


def _attributes(node: ast.ClassDef) -> tuple[str, ...]:
    stored = [n for n in ast.walk(node) if isinstance(n, ast.Attribute) and _is_stored(n)]
    return tuple(dict.fromkeys(n.attr for n in stored))


def _is_stored(node: ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Store) and is_self(node.value)


def _statements(slot: _Slot) -> Iterator[_Slot]:
    """Yield a statement and those inside it, without docstrings and raise statements."""
    yield slot
    for name in ("body", "orelse"):
        for i, node in enumerate(getattr(slot.node, name, ())):
            if not _is_text(node) and not isinstance(node, ast.Raise):
                yield from _statements(_Slot(slot.node, name, i))


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _first_line(node: ast.stmt) -> str:
    """Return a statement's code; of a function or a block only the first line."""
    if isinstance(node, ast.Pass):
        return GONE
    shown: Any = copy.copy(node)
    if isinstance(shown, ast.FunctionDef):
        shown.decorator_list = []
    if hasattr(shown, "body"):
        shown.body, shown.orelse = [], []
    return ast.unparse(ast.fix_missing_locations(shown))


def _changed(statement: _Slot, function: _Function) -> Iterator[None]:
    """Change a statement, yield, and restore it: one change after the other."""
    for slot in [*_expressions(statement), statement]:
        kept = slot.node
        instead: Iterator[ast.AST] = other_statements(kept)
        if slot != statement:
            instead = others(kept, function.variables, function.attributes)
        for other in instead:
            slot.put(other)
            yield
        slot.put(kept)


def _expressions(statement: _Slot) -> Iterator[_Slot]:
    """Yield the expressions of a statement, without annotations and inner statements."""
    if isinstance(statement.node, ast.FunctionDef):
        arguments = statement.node.args
        yield from (
            s for i in range(len(arguments.defaults)) for s in _inside(arguments, "defaults", i)
        )
        return
    yield from _below(statement.node)


def _below(node: ast.AST) -> Iterator[_Slot]:
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "body", "orelse", "ctx") and isinstance(node, ast.stmt):
            continue
        for index, inner in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(inner, ast.AST):
                yield from _inside(node, name, index)


def _inside(parent: ast.AST, name: str, index: int | None) -> Iterator[_Slot]:
    slot = _Slot(parent, name, index)
    yield slot
    yield from _below(slot.node)
