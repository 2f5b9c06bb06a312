"""Whether two folders are twins: the same modules, in which each body is the same or a stub."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

GIVEN = ("data.py",)

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


def twin_problems(reference: Path, template: Path) -> list[str]:
    """List the differences that keep `template` from being the skeleton of `reference`, one per line.

    Modules in GIVEN are in `template` alone. All others have the same definitions in the same
    order, with the same signatures, decorators and docstrings, and the same imports and other
    statements around them. A function's body is the reference's, or a stub: one
    `raise NotImplementedError` whose text names part and function. Each part has a stub.
    """
    found = {path.name for folder in (reference, template) for path in folder.glob("*.py")}
    names = sorted(found.union(GIVEN))
    if not any((reference / name).is_file() for name in names):
        return [f"{reference.name}: no modules here, name the folder with the reference"]
    return [
        f"{template.name}/{name}:{problem.line}: {problem.subject}: {problem.text}"
        for name in names
        for problem in _compare_files(reference / name, template / name)
    ]


@dataclass(frozen=True)
class _Problem:
    line: int
    subject: str
    text: str


def _compare_files(reference: Path, template: Path) -> Iterator[_Problem]:
    part, original = reference.stem, f"{reference.parent.name}/{reference.name}"
    if reference.name in GIVEN:
        if reference.is_file() or not template.is_file():
            yield _Problem(1, part, f"the module is given and kept here alone, not as {original}")
    elif not template.is_file():
        yield _Problem(1, part, f"the module is missing, make it from {original}")
    elif not reference.is_file():
        yield _Problem(1, part, f"there is no {original}, delete this module or write that one")
    else:
        yield from _Twins(part, original).compare(reference.read_bytes(), template.read_bytes())


@dataclass(frozen=True)
class _Twins:
    """One part in both folders.

    Args:
        part: the module's name.
        original: the reference's file, as messages name it.
    """

    part: str
    original: str

    def compare(self, reference: bytes, template: bytes) -> Iterator[_Problem]:
        parsed = []
        for name, source in ((self.original, reference), ("this file", template)):
            try:
                parsed.append(ast.parse(source))
            except SyntaxError as problem:
                text = f"{name} is not valid Python ({problem.msg}), repair it"
                yield _Problem(problem.lineno or 1, self.part, text)
                return
        ours, theirs = parsed
        yield from self._scopes(ours, theirs, "")
        if not any(_is_stub(node) for node in ast.walk(theirs)):
            yield _Problem(1, self.part, "no body is a stub, take out what students are to write")

    def _scopes(
        self, reference: ast.Module | ast.ClassDef, template: ast.Module | ast.ClassDef, prefix: str
    ) -> Iterator[_Problem]:
        """Compare the inside of a module or a class; `prefix` is "" or "Elman."."""
        subject, line = prefix.rstrip(".") or self.part, getattr(template, "lineno", 1)
        if ast.get_docstring(reference) != ast.get_docstring(template):
            yield _Problem(line, subject, f"docstring differs, copy it from {self.original}")
        ours, theirs = _by_name(reference), _by_name(template)
        for name in ours:
            if name not in theirs:
                text = f"{_shown(name)} is missing, take it from {self.original}"
                yield _Problem(line, subject, text)
        for name, node in theirs.items():
            if name not in ours:
                text = f"{_shown(name)} is not in {self.original}, delete it"
                yield _Problem(node.lineno, subject, text)
        yield from self._order(ours, theirs, subject)
        for name, node in theirs.items():
            if name in ours:
                yield from self._definitions(ours[name], node, prefix)

    def _order(
        self, ours: dict[str, ast.stmt], theirs: dict[str, ast.stmt], subject: str
    ) -> Iterator[_Problem]:
        """Report the first shared statement in another place."""
        wanted = [name for name in ours if name in theirs]
        found = [name for name in theirs if name in ours]
        for want, name in zip(wanted, found, strict=True):
            if want != name:
                text = f"{_shown(name)} comes before {_shown(want)}, swap them"
                yield _Problem(theirs[name].lineno, subject, text)
                return

    def _definitions(
        self, reference: ast.stmt, template: ast.stmt, prefix: str
    ) -> Iterator[_Problem]:
        if not isinstance(reference, Definition) or not isinstance(template, Definition):
            return  # any other statement is its own name, so it is equal
        name = prefix + template.name
        if _header(reference) != _header(template):
            text = f"signature is `{_header(template)}`, make it `{_header(reference)}`"
            yield _Problem(template.lineno, name, text)
        if isinstance(reference, ast.ClassDef) and isinstance(template, ast.ClassDef):
            yield from self._scopes(reference, template, name + ".")
        elif isinstance(reference, Function) and isinstance(template, Function):
            yield from self._functions(reference, template, name)

    def _functions(self, reference: Function, template: Function, name: str) -> Iterator[_Problem]:
        if ast.get_docstring(reference) != ast.get_docstring(template):
            text = f"docstring differs, copy it from {self.original}"
            yield _Problem(template.lineno, name, text)
        stub = f'raise NotImplementedError("{self.part}.{name} is not implemented yet")'
        if _code(template) not in (_code(reference), ast.unparse(ast.parse(stub))):
            other = "the stub has another text" if _is_stub(template) else "not a stub"
            text = f"the body is not the reference's: {other}, write `{stub}`"
            yield _Problem(template.lineno, name, text)


def _by_name(scope: ast.Module | ast.ClassDef) -> dict[str, ast.stmt]:
    """Name the statements: a definition by its name, any other statement by its own text."""
    statements: dict[str, ast.stmt] = {}
    for node in _without_docstring(scope):
        name = node.name if isinstance(node, Definition) else ast.unparse(node)
        while name in statements:
            name += " (again)"
        statements[name] = node
    return statements


def _shown(name: str) -> str:
    first, *more = name.splitlines()
    return f"`{first} …`" if more else f"`{first}`"


def _header(node: Definition) -> str:
    """Return decorators, name, arguments and annotations in one line."""
    bare = copy.copy(node)
    bare.body = []
    return " ".join(ast.unparse(bare).split())


def _without_docstring(node: ast.Module | Definition) -> list[ast.stmt]:
    return node.body if ast.get_docstring(node) is None else node.body[1:]


def _code(function: Function) -> str:
    return "\n".join(ast.unparse(node) for node in _without_docstring(function))


def _is_stub(node: ast.AST) -> bool:
    if not isinstance(node, Function) or len(_without_docstring(node)) != 1:
        return False
    return _code(node).startswith("raise NotImplementedError")
