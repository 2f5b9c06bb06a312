"""Definitions repaired to work without skipped data and missing packages."""

import ast
import copy
from collections.abc import Callable, Iterator

from .syntax import Definition, executed, root

Unavailable = Callable[[str], bool]  # returns whether a module's name is a placeholder


def without_decorators(statement: ast.stmt, unavailable: Unavailable) -> ast.stmt:
    """Return a definition without decorators of missing packages; the same object if none is."""
    if not any(
        unavailable(root(decorator))
        for part in _definitions(statement)
        for decorator in part.decorator_list
    ):
        return statement
    bare = copy.deepcopy(statement)
    for part in _definitions(bare):
        part.decorator_list = [d for d in part.decorator_list if not unavailable(root(d))]
    return bare


def with_values_put_off(statement: ast.stmt, unavailable: Unavailable) -> ast.stmt | None:
    """Return a definition with `vocab=i2w` for `vocab=len(i2w)` if `i2w` is not available.

    Then only its use is an error. This changes default values of arguments and attributes of
    classes; None: nothing to change.
    """
    changed = False

    def put_off(value: ast.expr) -> ast.expr:
        nonlocal changed
        for node in executed(value):
            if isinstance(node, ast.Name) and unavailable(node.id):
                changed = True
                return ast.copy_location(ast.Name(node.id, ast.Load()), value)
        return value

    repaired = copy.deepcopy(statement)
    for part in _definitions(repaired):
        if isinstance(part, ast.ClassDef):
            for inner in part.body:
                if isinstance(inner, ast.Assign | ast.AnnAssign) and inner.value is not None:
                    inner.value = put_off(inner.value)
        else:
            part.args.defaults = [put_off(value) for value in part.args.defaults]
            named = part.args.kw_defaults
            part.args.kw_defaults = [None if value is None else put_off(value) for value in named]
    return repaired if changed else None


def _definitions(statement: ast.AST) -> Iterator[Definition]:
    """Yield a definition and those in class bodies; nothing for other statements."""
    if isinstance(statement, Definition):
        yield statement
    if isinstance(statement, ast.ClassDef):
        for part in statement.body:
            yield from _definitions(part)
