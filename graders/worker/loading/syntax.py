"""Questions about syntax trees: what a statement binds, uses and executes."""

import ast
import dis
from collections.abc import Iterator, Sequence
from types import CodeType

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Import = ast.Import | ast.ImportFrom
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def executed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that run when `node` does, without bodies of functions and lambdas."""
    stack = [node]
    while stack:
        here = stack.pop()
        yield here
        if isinstance(here, Function):
            stack += [*here.decorator_list, here.args]
        elif isinstance(here, ast.Lambda):
            stack.append(here.args)
        else:
            stack.extend(reversed(list(ast.iter_child_nodes(here))))


def calls(node: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls that run when `node` does."""
    return (here for here in executed(node) if isinstance(here, ast.Call))


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` for such an expression, otherwise ""."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(names)]) if isinstance(node, ast.Name) else ""


def called(call: ast.Call) -> str:
    """Return the last name of a called expression: `fit` for `Net(3).fit(x)`."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def root(node: ast.AST) -> str:
    """Return the name that an attribute, item or method belongs to: `a` for `a.b[0].c`."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def binds(statement: ast.stmt) -> frozenset[str]:
    """Return the names that a statement binds or changes in its module."""
    if isinstance(statement, Definition):
        return frozenset({statement.name})
    if isinstance(statement, Import):
        return frozenset(bound_by(alias) for alias in statement.names if alias.name != "*")
    private = _private_targets(statement)
    names = set()
    for node in executed(statement):
        if isinstance(node, Definition):
            names.add(node.name)
        elif isinstance(node, Import):
            names.update(bound_by(alias) for alias in node.names if alias.name != "*")
        elif isinstance(getattr(node, "ctx", None), ast.Store) and id(node) not in private:
            names.add(root(node))
    return frozenset(names - {""})


def _private_targets(statement: ast.stmt) -> set[int]:
    return {
        id(inner)
        for node in executed(statement)
        if isinstance(node, _COMPREHENSIONS)
        for generator in node.generators
        for inner in ast.walk(generator.target)
    }


def bound_by(alias: ast.alias) -> str:
    """Return the name that one part of an import binds."""
    return alias.asname or alias.name.partition(".")[0]


def uses(code: CodeType) -> frozenset[str]:
    """Return the module's names that a compiled statement reads, now or in its functions."""
    names: set[str] = set()
    stack = [code]
    while stack:
        here = stack.pop()
        names.update(
            str(step.argval)
            for step in dis.get_instructions(here)
            if step.opname.startswith(("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"))
        )
        stack += [const for const in here.co_consts if isinstance(const, CodeType)]
    return frozenset(names)


def blocks(statement: ast.stmt) -> list[list[ast.stmt]] | None:
    """Return the bodies of if, try and with, whose statements are chosen one by one; else None."""
    if isinstance(statement, ast.If):
        return [statement.body, statement.orelse]
    if isinstance(statement, ast.Try | ast.TryStar):
        handlers = [handler.body for handler in statement.handlers]
        return [statement.body, *handlers, statement.orelse, statement.finalbody]
    return [statement.body] if isinstance(statement, ast.With) else None


def is_main_guard(statement: ast.stmt) -> bool:
    """Return whether this is `if __name__ == "__main__":`, perhaps with a further condition."""
    if not isinstance(statement, ast.If):
        return False
    test = statement.test
    parts = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]
    return any(_compares_main(part) for part in parts)


def _compares_main(test: ast.expr) -> bool:
    if not (isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Eq)):
        return False
    sides = [test.left, *test.comparators]
    return any(dotted(side) == "__name__" for side in sides) and any(
        isinstance(side, ast.Constant) and side.value == "__main__" for side in sides
    )


def top_level(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the simple statements of a module, into if, try and with, not under the main guard."""
    stack = list(reversed(body))
    while stack:
        statement = stack.pop()
        inner = blocks(statement)
        if inner is None:
            yield statement
            continue
        if isinstance(statement, ast.If) and is_main_guard(statement):
            inner = [statement.orelse]
        stack.extend(reversed([part for block in inner for part in block]))


def under_main_guard(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the definitions under `if __name__ == "__main__":`."""
    for statement in body:
        if isinstance(statement, ast.If) and is_main_guard(statement):
            yield from (part for part in top_level(statement.body) if isinstance(part, Definition))


def is_stub(statement: ast.stmt) -> bool:
    """Return whether a definition was left as the template has it."""
    if isinstance(statement, Function):
        return _is_stub_body(statement.body, ("pass", "...", "raise"))
    if not isinstance(statement, ast.ClassDef):
        return False
    methods = [part for part in statement.body if isinstance(part, Function)]
    if not methods:
        plain = all(dotted(base).endswith(("Module", "object")) for base in statement.bases)
        return plain and not statement.keywords and _is_stub_body(statement.body, ("pass", "..."))
    work = [method for method in methods if method.name != "__init__"]
    return any(_is_stub_body(method.body, ("raise",)) for method in methods) or (
        bool(work) and all(is_stub(method) for method in work)
    )


def _is_stub_body(body: list[ast.stmt], signs: tuple[str, ...]) -> bool:
    if "raise" in signs and any(_is_not_implemented(statement) for statement in body):
        return True  # also after given code: nothing after it can run
    rest = body[1:] if body and is_text(body[0]) else body
    return len(rest) <= 1 and all(
        ("pass" in signs and isinstance(statement, ast.Pass))
        or ("..." in signs and isinstance(statement, ast.Expr) and _is_ellipsis(statement.value))
        for statement in rest
    )


def is_text(statement: ast.stmt) -> bool:
    """Return whether a statement is a text alone, such as a docstring."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _is_ellipsis(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is ...


def _is_not_implemented(statement: ast.stmt) -> bool:
    if not (isinstance(statement, ast.Raise) and statement.exc):
        return False
    return root(statement.exc) == "NotImplementedError"


def defines(statement: ast.stmt) -> frozenset[str]:
    """Return the names that a definition or an assignment introduces."""
    if isinstance(statement, Definition):
        return frozenset({statement.name})
    if not isinstance(statement, ast.Assign | ast.AnnAssign):
        return frozenset()
    return frozenset(binds(statement) - patches(statement))


def patches(statement: ast.stmt) -> frozenset[str]:
    """Return the names whose attributes an assignment sets: `Elman` for `Elman.forward = f`."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return frozenset(root(target) for target in targets if isinstance(target, ast.Attribute))
