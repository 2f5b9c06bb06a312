"""The cost of running a statement: cheap, unknown, or a training run, download, plot …

Calls of a submission's own functions are judged by what their bodies do, all others by their names.
"""

import ast
import builtins
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from .names import (
    CHEAP,
    CHEAP_METHODS,
    DEAR,
    DEAR_BUILTINS,
    HEAVY,
    KINDS,
    LOADING,
    NEVER,
    STATEMENT,
    TRAINING,
)
from .syntax import Function, Import, bound_by, called, calls, dotted, executed, root


@dataclass
class _Function:
    """The cost of calling a function of the submission."""

    kind: str = ""
    works: bool = False  # loops, or opens files: a name such as `load_all` is then believed
    callees: set[str] = field(default_factory=set)


class Costs:
    """The functions, classes and methods of all files, and whether calling them is heavy."""

    def __init__(self, bodies: Mapping[str, Sequence[ast.stmt]]) -> None:
        self._functions: dict[tuple[str, str], _Function] = {}
        self._files: dict[str, list[str]] = {}
        self._modules = {
            part for file in bodies for part in PurePosixPath(file).with_suffix("").parts
        }
        self.aliases = {file: dict(_aliases(body)) for file, body in bodies.items()}
        for file, body in bodies.items():
            for name, parts in _own_functions(body):
                if (file, name) not in self._functions:
                    self._files.setdefault(name, []).append(file)
                known = self._functions.setdefault((file, name), _Function())
                self._describe(known, file, parts)
        self._spread()

    def of(self, file: str, name: str) -> _Function | None:
        """Return the function that `file` means by `name`: its own first."""
        if (file, name) in self._functions:
            return self._functions[file, name]
        others = [self._functions[other, name] for other in self._files.get(name, [])]
        return max(others, key=lambda other: other.kind, default=None)

    def certain(self, file: str, call: ast.Call) -> str:
        """Return the kind of heavy work that a call certainly does, or ""."""
        by_name = _kind_of_name(called(call)) if self.in_library(file, call.func) else ""
        return _marker(call, self.aliases[file]) or by_name

    def in_library(self, file: str, node: ast.AST) -> bool:
        """Return whether an expression belongs to a module that is not the submission's."""
        meaning = self.aliases[file].get(root(node), ".")
        return meaning[0] != "." and meaning.partition(".")[0] not in self._modules

    def _describe(self, function: _Function, file: str, parts: Iterable[ast.stmt]) -> None:
        for part in parts:
            for node in executed(part):
                if isinstance(node, ast.Call):
                    function.callees.add(called(node))
                    function.kind = function.kind or self.certain(file, node)
                elif isinstance(node, ast.While) and _is_endless(node):
                    function.kind = function.kind or STATEMENT
                function.works |= isinstance(node, ast.For | ast.While | ast.With)

    def _spread(self) -> None:
        callers: dict[str, list[tuple[str, str]]] = {}
        for key, function in self._functions.items():
            for name in function.callees:
                callers.setdefault(name, []).append(key)
        heavy = [key for key, function in self._functions.items() if function.kind]
        while heavy:
            file, name = heavy.pop()
            for key in callers.get(name, []):
                caller = self._functions[key]
                means_it = key[0] == file or (key[0], name) not in self._functions
                if means_it and not caller.kind:
                    caller.kind = self._functions[file, name].kind
                    heavy.append(key)


class Judge:
    """Judges the statements of one file."""

    def __init__(self, file: str, costs: Costs) -> None:
        self._file = file
        self._costs = costs
        self._aliases = costs.aliases[file]

    def heavy(self, node: ast.AST) -> str:
        """Return the kind of heavy work that running `node` would start, or ""."""
        for here in executed(node):
            if isinstance(here, ast.Await | ast.Yield | ast.YieldFrom):
                return STATEMENT
            if isinstance(here, ast.Call) and (kind := self._heavy_call(here)):
                return kind
        return ""

    def cheap(self, node: ast.AST) -> bool:
        """Return whether `node` calls only functions that are known to be cheap."""
        return all(self._cheap_call(call) for call in calls(node)) and not self.heavy(node)

    def meaning(self, node: ast.AST) -> str:
        """Return the full dotted name of an expression: `torch.nn.ReLU` for `nn.ReLU`."""
        return _meaning(node, self._aliases)

    def in_library(self, node: ast.AST) -> bool:
        """Return whether an expression belongs to a module that is not the submission's."""
        return self._costs.in_library(self._file, node)

    def _heavy_call(self, call: ast.Call) -> str:
        name, library = called(call), self.in_library(call.func)
        own = None if library else self._costs.of(self._file, name)
        if own is None:
            return self._costs.certain(self._file, call) or _kind_of_name(name)
        return own.kind or (_kind_of_name(name) if own.works else "")

    def _cheap_call(self, call: ast.Call) -> bool:
        if isinstance(call.func, ast.Name) and self._costs.of(self._file, call.func.id):
            return False
        meaning = self.meaning(call.func)
        if _is_below(meaning, CHEAP):
            return not _is_below(meaning, DEAR)
        if isinstance(call.func, ast.Name):
            return hasattr(builtins, call.func.id) and call.func.id not in DEAR_BUILTINS
        return called(call) in CHEAP_METHODS


def _aliases(body: Sequence[ast.stmt]) -> Iterator[tuple[str, str]]:
    for statement in body:
        for node in ast.walk(statement):
            if not isinstance(node, Import):
                continue
            for alias in node.names:
                if isinstance(node, ast.ImportFrom):
                    yield bound_by(alias), f"{'.' * node.level}{node.module or ''}.{alias.name}"
                else:
                    yield bound_by(alias), alias.name if alias.asname else bound_by(alias)


def _own_functions(body: Sequence[ast.stmt]) -> Iterator[tuple[str, Sequence[ast.stmt]]]:
    starters = ("__init__", "__new__", "__post_init__")
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, Function) and node.name not in starters:
                yield node.name, node.body
            elif isinstance(node, ast.ClassDef):
                made = [part for part in node.body if isinstance(part, Function)]
                started = [part for part in made if part.name in starters]
                yield node.name, [inner for part in started for inner in part.body]


def _meaning(node: ast.AST, aliases: Mapping[str, str]) -> str:
    first, dot, rest = dotted(node).partition(".")
    return aliases.get(first, first) + dot + rest


def _marker(call: ast.Call, aliases: Mapping[str, str]) -> str:
    name = called(call)
    if isinstance(call.func, ast.Attribute) and name in ("backward", "step"):
        return TRAINING
    meaning = _meaning(call.func, aliases)
    for prefix, kind in HEAVY.items():
        if _is_below(meaning, [prefix]):
            return kind
    if name in NEVER and isinstance(call.func, ast.Name):
        return STATEMENT
    return LOADING if name == "open" or meaning.endswith((".load", ".read_csv")) else ""


def _kind_of_name(name: str) -> str:
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    return KINDS.get(words[0].casefold(), "") if words and name != "load_state_dict" else ""


def _is_below(name: str, roots: Iterable[str]) -> bool:
    return any(name == above or name.startswith(above + ".") for above in roots)


def _is_endless(loop: ast.While) -> bool:
    constant = isinstance(loop.test, ast.Constant) and bool(loop.test.value)
    ends = (ast.Break, ast.Return, ast.Raise)
    return constant and not any(isinstance(node, ends) for node in executed(loop))
