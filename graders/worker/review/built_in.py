"""Recurrent modules and functions of torch that a definition uses, itself or through others."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..loading.notes import Place
from ..loading.sources import Source
from ..loading.syntax import Import, binds, top_level
from .names import COMPUTED, Names, walked

MODULES = {
    *("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell", "RNNBase", "RNNCellBase"),
    *("LSTMWithProjection", "LSTMCellWithProjection"),
}
FUNCTIONS = {
    f"{kind}{cell}" for kind in ("rnn_tanh", "rnn_relu", "lstm", "gru") for cell in ("", "_cell")
}
SHOWN = 5  # places of one definition

Spot = tuple[str, str, str]  # file, place and what is there


@dataclass
class _Definition:
    """A top-level definition: the built-in names in it, and the names of others."""

    spots: list[Spot] = field(default_factory=list)
    uses: set[str] = field(default_factory=set)


def uses_of_built_ins(
    sources: Mapping[str, tuple[Source, Names]],
) -> dict[str, dict[str, list[Spot]]]:
    """Return, by file and top-level name, where a definition comes to use what torch has built in."""
    bound = [
        (file, piece.cell, statement, names, binds(statement))
        for file, (source, names) in sources.items()
        for piece in source.pieces
        for statement in top_level(piece.body)
        if not isinstance(statement, Import)
    ]
    own = {name for *_, defined in bound for name in defined}
    known: dict[tuple[str, str], _Definition] = {}
    for file, cell, statement, names, defined in bound:
        for name in defined:
            definition = known.setdefault((file, name), _Definition())
            _read(statement, file, cell, names, own, definition)
    return _through(known)


def _read(
    statement: ast.stmt,
    file: str,
    cell: int,
    names: Names,
    own: set[str],
    definition: _Definition,
) -> None:
    stored: set[str] = set()
    for node in walked([statement]):
        if isinstance(node, ast.arg):
            stored.add(node.arg)
        if not isinstance(node, ast.Name | ast.Attribute | ast.Call):
            continue
        full = names.full(node)
        if not full and isinstance(node, ast.Name) and node.id in MODULES - own:
            full = next((f"{star}.{node.id}" for star in names.stars if _is_torch(star)), "")
        if is_built_in(full):
            definition.spots.append((file, str(Place(cell, node.lineno)), full))
        if isinstance(node, ast.Name):
            (definition.uses if isinstance(node.ctx, ast.Load) else stored).add(node.id)
            definition.uses |= {full.rpartition(".")[2], names.originals.get(node.id, "")}
        elif isinstance(node, ast.Attribute):
            definition.uses.add(node.attr)
    definition.uses -= stored


def is_built_in(full: str) -> bool:
    """Return whether a full name is that of a recurrent module or function of torch."""
    if not _is_torch(full):
        return False
    parts = full.split(".")
    computed = parts[-1] == COMPUTED and parts[-2] in ("torch", "nn", "_VF", "aten")
    return computed or parts[-1] in MODULES or bool(FUNCTIONS & {p.lstrip("_") for p in parts[1:]})


def _is_torch(full: str) -> bool:
    return full.partition(".")[0] == "torch"


def _through(known: Mapping[tuple[str, str], _Definition]) -> dict[str, dict[str, list[Spot]]]:
    """Follow the names from definition to definition."""
    by_name: dict[str, list[tuple[str, str]]] = {}
    for file, name in known:
        by_name.setdefault(name, []).append((file, name))
    if not any(definition.spots for definition in known.values()):
        return {}
    found: dict[str, dict[str, list[Spot]]] = {}
    for start in known:
        spots = [s for place in _reached(start, known, by_name) for s in known[place].spots]
        if spots:
            found.setdefault(start[0], {})[start[1]] = list(dict.fromkeys(spots))[:SHOWN]
    return found


def _reached(
    start: tuple[str, str],
    known: Mapping[tuple[str, str], _Definition],
    by_name: Mapping[str, Iterable[tuple[str, str]]],
) -> list[tuple[str, str]]:
    reached, stack = {start: None}, [start]
    while stack:
        for name in known[stack.pop()].uses:
            for place in by_name.get(name, ()):
                if place not in reached:
                    reached[place] = None
                    stack.append(place)
    return list(reached)
