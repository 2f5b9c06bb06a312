"""Full names of what a file's expressions refer to: `torch.nn.GRUCell` for `G` after an import as G."""

import ast
import sys
from collections.abc import Iterable, Iterator

from ..loading.names import PLAIN_MODULES
from ..loading.sources import Source
from ..loading.syntax import bound_by

COMPUTED = "<computed>"  # in place of a name that is put together while the code runs
LIBRARIES = {*sys.stdlib_module_names, "torch", "numpy"} - {*PLAIN_MODULES}
READERS = ("getattr", "setattr", "delattr", "hasattr")


class Names:
    """The names that a file's imports and plain assignments bind, anywhere in it.

    Args:
        own: last names of the submission's own modules; they are not libraries.

    Attributes:
        originals: names of the submission's own definitions, by the names that imports give them.
        stars: modules of which everything is imported.
    """

    def __init__(self, source: Source, own: frozenset[str]) -> None:
        self.nodes = [(piece.cell, node) for piece in source.pieces for node in walked(piece.body)]
        self.originals: dict[str, str] = {}
        self.stars: set[str] = set()
        self._known: dict[str, str] = {}
        for _, node in self.nodes:
            if isinstance(node, ast.Import):
                self._import(node, own)
            elif isinstance(node, ast.ImportFrom):
                self._import_from(node, own)
        for _ in range(2):  # an alias of an alias
            for _, node in self.nodes:
                if isinstance(node, ast.Assign) and (full := self.full(node.value)):
                    plain = [t.id for t in node.targets if isinstance(t, ast.Name)]
                    self._known.update((name, full) for name in plain if name != full)

    def _import(self, node: ast.Import, own: frozenset[str]) -> None:
        for alias in node.names:
            if not _is_own(alias.name, own):
                name = bound_by(alias)
                self._known[name] = alias.name if alias.asname else name

    def _import_from(self, node: ast.ImportFrom, own: frozenset[str]) -> None:
        module = node.module or ""
        if node.level or _is_own(module, own):
            self.originals.update((bound_by(alias), alias.name) for alias in node.names)
            return
        for alias in node.names:
            if alias.name == "*":
                self.stars.add(module)
            else:
                self._known[bound_by(alias)] = f"{module}.{alias.name}"

    def full(self, node: ast.AST) -> str:
        """Return the full name of a library's object, or "" for anything else."""
        if isinstance(node, ast.Name):
            return self._known.get(node.id, "")
        if isinstance(node, ast.Attribute):
            above = self.full(node.value)
            return f"{above}.{node.attr}" if above else ""
        if isinstance(node, ast.Call):
            return self._full_of_call(node)
        return ""

    def _full_of_call(self, call: ast.Call) -> str:
        """Return what `getattr(torch, "nn")` and `import_module("torch.nn")` return."""
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name == "getattr" and len(call.args) > 1:
            above = self.full(call.args[0])
            return f"{above}.{folded(call.args[1]) or COMPUTED}" if above else ""
        if (
            name == "__import__" or self.full(call.func) == "importlib.import_module"
        ) and call.args:
            return folded(call.args[0])
        return ""


def _is_own(module: str, own: frozenset[str]) -> bool:
    """Return whether an import finds a file of the submission: libraries come first."""
    first, _, _ = module.partition(".")
    return first not in LIBRARIES and module.rpartition(".")[2] in own


def walked(body: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """Yield all nodes of some statements."""
    for statement in body:
        yield from ast.walk(statement)


def folded(node: ast.AST) -> str:
    """Return the text of a constant or of constants that are put together, or ""."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = folded(node.left), folded(node.right)
        return left + right if left and right else ""
    if isinstance(node, ast.JoinedStr):
        parts = [folded(part) for part in node.values]
        return "".join(parts) if all(parts) else ""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _joined(node.func, node.args)
    return ""


def _joined(function: ast.Attribute, arguments: list[ast.expr]) -> str:
    """Return what `"".join(["a", "b"])` returns."""
    between, rows = function.value, arguments[:1]
    if function.attr != "join" or not isinstance(between, ast.Constant):
        return ""
    parts = [folded(p) for row in rows if isinstance(row, ast.List | ast.Tuple) for p in row.elts]
    return str(between.value).join(parts) if all(parts) else ""
