"""Find a student's weights by shape and role, whatever their names.

A layout names the roles of a formula with their shapes, `{"W_x": (H, D), "W_h": (H, H)}`; roles that
may be missing are listed separately. Every parameter of the model must have a role: one that is left
over is part of another formula.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from torch import Tensor


@dataclass(frozen=True, eq=False)  # == of tensors has no single result
class Parameter:
    """One parameter of a student's model: its name, values, and the class that owns it."""

    name: str
    values: Tensor
    trained: bool
    owner: str


Shape = tuple[int, ...]
Roles = dict[str, Tensor]


@dataclass(frozen=True)
class Layout:
    """The roles that a formula needs, and the optional ones (biases)."""

    needed: Mapping[str, Shape]
    optional: Mapping[str, Shape]


def assignments(parameters: Sequence[Parameter], layout: Layout) -> Iterator[Roles]:
    """Yield every way to give each parameter one role of its shape.

    A matrix may be stored the other way round, but for those of an nn.Linear; trailing axes of
    length 1 (nn.Conv1d) are dropped. The tensors are views of the parameters' own, so gradients of
    an oracle arrive there. Where no way is found, one or two layers are taken as left over: made,
    and not used. If they are used the values cannot be right without them.
    """
    found = False
    for roles in _assign(list(parameters), dict(layout.needed), dict(layout.optional)):
        found = True
        yield roles
    if not found:
        for kept in _without_layers(parameters):
            yield from _assign(kept, dict(layout.needed), dict(layout.optional))


def _without_layers(parameters: Sequence[Parameter]) -> Iterator[list[Parameter]]:
    layer_of = {p.name: p.name.rpartition(".")[0] or p.name for p in parameters}
    layers = list(dict.fromkeys(layer_of.values()))
    for count in (1, 2):
        for dropped in combinations(layers, count):
            yield [p for p in parameters if layer_of[p.name] not in dropped]


def _assign(
    left: list[Parameter], needed: dict[str, Shape], optional: dict[str, Shape]
) -> Iterator[Roles]:
    if len(left) < len(needed):
        return
    if not left:
        yield {}
        return
    parameter, *rest = left
    for role, shape in (needed | optional).items():
        for oriented in _orientations(parameter, shape):
            others = _assign(rest, _without(needed, role), _without(optional, role))
            for roles in others:
                yield {role: oriented, **roles}


def _orientations(parameter: Parameter, shape: Shape) -> list[Tensor]:
    values = parameter.values
    while values.ndim > len(shape) and values.shape[-1] == 1:
        values = values.squeeze(-1)
    while values.ndim > len(shape) and values.shape[0] == 1:  # a bias kept as (1, H)
        values = values.squeeze(0)
    found = [values] if tuple(values.shape) == shape else []
    turned = values.ndim == 2 and parameter.owner not in ("Linear", "Embedding")
    if turned and tuple(values.shape[::-1]) == shape:
        found.append(values.T)
    return found


def _without(roles: dict[str, Shape], role: str) -> dict[str, Shape]:
    return {name: shape for name, shape in roles.items() if name != role}


def split(
    parameters: Sequence[Parameter], inner: Sequence[Parameter]
) -> Iterator[tuple[dict[str, Tensor], list[Parameter]]]:
    """Find a layer's parameters inside a model's: the same names behind some prefix.

    Yields:
        Values for the layer, by its own names, and the model's other parameters.
    """
    named = {p.name: p for p in parameters}
    first = inner[0].name if inner else ""
    for start in [name.removesuffix(first) for name in named if inner and name.endswith(first)]:
        own = {start + p.name: p for p in inner}
        if all(n in named and named[n].values.shape == p.values.shape for n, p in own.items()):
            values = {p.name: named[n].values.detach() for n, p in own.items()}
            yield values, [p for p in parameters if p.name not in own]
