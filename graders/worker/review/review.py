"""Review the sources of a submission before any of it has run."""

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from ..loading.notes import Place
from ..loading.sources import Source
from ..loading.syntax import defines, top_level
from .built_in import uses_of_built_ins
from .names import Names
from .tampering import findings

MOST = 30  # lines that are shown


def reviewed(sources: Iterable[Source]) -> dict[str, Any]:
    """Return what the sources of a submission use.

    Returns:
        `built_in`: by file and top-level name, the places where it uses recurrent modules or
        functions of torch, itself or through others; `tampering`: places of code that could
        tamper with the worker. A place is [file, line or cell, what is there].
    """
    read = [source for source in sources if source.pieces]
    modules = frozenset(PurePosixPath(source.file).stem for source in read)
    try:
        named = {source.file: (source, Names(source, modules)) for source in read}
        own = frozenset(
            name
            for source in read
            for piece in source.pieces
            for statement in top_level(piece.body)
            for name in defines(statement)
        )
        lines = [
            (file, str(Place(cell, line)), what)
            for file, (_, names) in named.items()
            for cell, line, what in findings(names, own)
        ]
        return {
            "built_in": uses_of_built_ins(named),
            "tampering": [list(line) for line in dict.fromkeys(lines)][:MOST],
        }
    except RecursionError:
        return {"built_in": {}, "tampering": [["", "", "is nested too deeply to be read"]]}
