"""Where a definition of a submission is, and its lines: shown beside a failure."""

import ast
from typing import Any

from ..loading.loader import Loader
from ..loading.sources import Piece, Source
from ..loading.syntax import Definition, Function, is_text, top_level

LINES, WIDTH = 40, 200  # that are shown
RUN = ("forward", "__call__", "__init__")  # what a call of an object or of a class runs


def source_of(loader: Loader, part: str, name: str, method: str) -> dict[str, Any]:
    """Return file, function, first line and lines of a definition, empty if it is not found.

    Args:
        method: of a class; "" for what a call of its objects runs.
    """
    for source in loader.sources_of(part, name):
        for piece, statement in _bound(source, name):
            function, node = name, statement
            if isinstance(statement, ast.ClassDef):
                wanted = (method, *RUN) if method else RUN
                methods = {f.name: f for f in statement.body if isinstance(f, Function)}
                inner = next((methods[each] for each in wanted if each in methods), None)
                if inner is not None:
                    function, node = f"{name}.{inner.name}", inner
            return _shown(piece, function, node)
    return {}


def _bound(source: Source, name: str) -> list[tuple[Piece, ast.stmt]]:
    """List the definitions of a name, the one that counts first: the last in the file."""
    return [
        (piece, statement)
        for piece in reversed(source.pieces)
        for statement in reversed(list(top_level(piece.body)))
        if isinstance(statement, Definition) and statement.name == name
    ]


def _shown(piece: Piece, function: str, node: ast.stmt) -> dict[str, Any]:
    """Return the lines of a definition without its docstring."""
    body = getattr(node, "body", [])
    text = body[0] if body and is_text(body[0]) else None
    hidden = range(text.lineno, (text.end_lineno or 0) + 1) if text else range(0)
    lines = enumerate(piece.text.split("\n"), 1)
    inside = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    shown = [[n, line.rstrip()[:WIDTH]] for n, line in lines if n in inside and n not in hidden]
    return {"file": piece.title, "function": function, "around": shown[:LINES]}
