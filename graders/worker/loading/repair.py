"""Definitions made possible without what is not here: skipped data, missing packages."""

import ast
import copy
from collections.abc import Callable, Iterator

from .syntax import Definition, executed, root

Unavailable = Callable[[str], bool]  # tells whether a placeholder stands for a module's name


def without_decorators(statement: ast.stmt, unavailable: Unavailable) -> ast.stmt:
    """Leave out the decorators of missing packages, of methods too; the same object if none is."""
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
    """Let `vocab=len(i2w)` be `vocab=i2w` where `i2w` is not available: an error only when used.

    Changed are default values of arguments and attributes of classes; None: there is nothing so.
    """
    changed = False

    def put_off(value: ast.expr) -> ast.expr:
        nonlocal changed
        for node in executed(value):
            if isinstance(node, ast.Name) and unavailable(node.id):
                changed = True
                return ast.copy_location(ast.Name(node.id, ast.Load()), value)
        return value

    mended = copy.deepcopy(statement)
    for part in _definitions(mended):
        if isinstance(part, ast.ClassDef):
            for inner in part.body:
                if isinstance(inner, ast.Assign | ast.AnnAssign) and inner.value is not None:
                    inner.value = put_off(inner.value)
        else:
            part.args.defaults = [put_off(value) for value in part.args.defaults]
            named = part.args.kw_defaults
            part.args.kw_defaults = [None if value is None else put_off(value) for value in named]
    return mended if changed else None


def _definitions(statement: ast.AST) -> Iterator[Definition]:
    """Walk over a definition and those in class bodies; none for another statement."""
    if isinstance(statement, Definition):
        yield statement
    if isinstance(statement, ast.ClassDef):
        for part in statement.body:
            yield from _definitions(part)
