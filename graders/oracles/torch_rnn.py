"""Torch's recurrent layers by their equations, on the student's own weights.

nn.RNN and nn.LSTM name their weights themselves, `weight_ih_l0` and so on: those names are torch's
and not the student's choice. All other weights are found by shape.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import product

import torch
from torch import Tensor

from graders.oracles.formulas import affine, look_up, max_over_time, same
from graders.oracles.roles import Parameter

NAMED = re.compile(r"(?:.*\.)?(weight|bias)_(ih|hh)(?:_l(\d+))?(_reverse)?")
GATES = {"rnn": 1, "gru": 3, "lstm": 4}
Layer = dict[str, Tensor]  # weight_ih (G, D), weight_hh (G, H), bias_ih and bias_hh (G,)
Activation = Callable[[Tensor], Tensor]
Run = Callable[[Layer, Tensor], Tensor]


def recurrent_layers(parameters: Sequence[Parameter]) -> dict[tuple[str, int, bool], Layer]:
    """Group recurrent weights by module, layer number, and whether the layer runs backwards."""
    found: dict[tuple[str, int, bool], Layer] = {}
    for p in parameters:
        if match := NAMED.fullmatch(p.name):
            what, side, number, reverse = match.groups()
            key = (p.name.rpartition(".")[0], int(number or 0), bool(reverse))
            found.setdefault(key, {})[f"{what}_{side}"] = p.values
    return {key: layer for key, layer in found.items() if _is_whole(layer)}


def _is_whole(layer: Layer) -> bool:
    if not {"weight_ih", "weight_hh"} <= set(layer):
        return False
    rows = layer["weight_hh"].shape[0]
    return all(
        values.shape[:1] == (rows,) and values.ndim == (2 if name.startswith("weight") else 1)
        for name, values in layer.items()
    )


def rnn(layer: Layer, x: Tensor, activation: Activation = torch.tanh) -> Tensor:
    """Run h_t = f(W x_t + b + U h_(t-1) + c) from zeros: (B, T, D) to (B, T, H)."""
    U = layer["weight_hh"]
    h, states = x.new_zeros(x.shape[0], U.shape[1]), []
    for t in range(x.shape[1]):
        sums = affine(x[:, t], layer["weight_ih"], layer.get("bias_ih"))
        h = activation(sums + affine(h, U, layer.get("bias_hh")))
        states.append(h)
    return torch.stack(states, 1)


def lstm(layer: Layer, x: Tensor) -> Tensor:
    """Run an LSTM from zeros, its gates in torch's order i, f, g, o: (B, T, D) to (B, T, H)."""
    U = layer["weight_hh"]
    h = c = x.new_zeros(x.shape[0], U.shape[1])
    states = []
    for t in range(x.shape[1]):
        sums = affine(x[:, t], layer["weight_ih"], layer.get("bias_ih"))
        i, f, g, o = (sums + affine(h, U, layer.get("bias_hh"))).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        states.append(h)
    return torch.stack(states, 1)


def gru(layer: Layer, x: Tensor) -> Tensor:
    """Run a GRU from zeros, its gates in torch's order r, z, n: (B, T, D) to (B, T, H)."""
    U = layer["weight_hh"]
    h, states = x.new_zeros(x.shape[0], U.shape[1]), []
    for t in range(x.shape[1]):
        inner = affine(x[:, t], layer["weight_ih"], layer.get("bias_ih")).chunk(3, 1)
        outer = affine(h, U, layer.get("bias_hh")).chunk(3, 1)
        r, z = (torch.sigmoid(inner[i] + outer[i]) for i in range(2))
        h = (1 - z) * torch.tanh(inner[2] + r * outer[2]) + z * h
        states.append(h)
    return torch.stack(states, 1)


def stacks(parameters: Sequence[Parameter], kind: str, D: int) -> Iterator[list[list[Layer]]]:
    """Yield each module's layers of this kind whose first reads D numbers, and all of them chained.

    A layer is a list: the forward one, followed by the one that runs backwards, if any.
    """
    modules: dict[str, dict[int, list[Layer]]] = {}
    for (module, number, _), layer in recurrent_layers(parameters).items():
        G, H = layer["weight_hh"].shape
        if GATES[kind] * H == G:
            modules.setdefault(module, {}).setdefault(number, []).append(layer)
    single = [[module[number] for number in sorted(module)] for module in modules.values()]
    chained = [layer for stack in single for layer in stack]
    for stack in [*single, chained] if len(single) > 1 else single:
        if _fits(stack, D):
            yield stack


def _fits(stack: list[list[Layer]], D: int) -> bool:
    for layer in stack:
        if any(one["weight_ih"].shape[1] != D for one in layer):
            return False
        D = sum(one["weight_hh"].shape[1] for one in layer)
    return bool(stack)


def same_run(run: Run) -> Run:
    return run


def states(stack: list[list[Layer]], run: Run, x: Tensor) -> Tensor:
    """Run a stack of layers; outputs of a backward one are appended to the forward one's."""
    for layer in stack:
        both = [run(layer[0], x)] + [run(one, x.flip(1)).flip(1) for one in layer[1:]]
        x = torch.cat(both, 2)
    return x


def runs_of(kind: str) -> list[Run]:
    """List what a layer of this kind may compute."""
    runs: dict[str, list[Run]] = {
        "rnn": [rnn, lambda layer, x: rnn(layer, x, torch.relu)],
        "gru": [gru],
        "lstm": [lstm],
    }
    return runs[kind]


def torch_classifier_logits(
    parameters: Sequence[Parameter],
    kind: str,
    sizes: Sequence[int],
    x: Tensor,
    *,
    embed: Callable[[Tensor, Tensor], Tensor] = look_up,
    around: Callable[[Run], Run] = same_run,
    pool: Callable[[Tensor], Tensor] = max_over_time,
    last: Callable[[Tensor], Tensor] = same,
) -> Iterator[Tensor]:
    """Yield every right reading of the logits (B, C).

    Embedding, recurrent layer, ReLU or none, another Linear or none, ReLU or none, max over time,
    Linear. Parameters that a reading leaves over may belong to the other kind. The steps can be
    exchanged one by one, which gives the deviations.

    Args:
        parameters: the student's own.
        kind: "rnn", "lstm" or, for a deviation, "gru".
        sizes: V, C, E, H.
        x: (B, T) token ids.
        around: changes how a layer is run.
    """
    V, C, E, H = sizes
    for (_, table), stack in product(matrices(parameters, V, E), stacks(parameters, kind, E)):
        for run in map(around, runs_of(kind)):
            outs = states(stack, run, embed(table, x))
            for features in _features(parameters, outs, H):
                width = features.shape[2]
                for name, weight in matrices(parameters, C, width):
                    yield last(affine(pool(features), weight, bias_of(parameters, name)))


def _features(parameters: Sequence[Parameter], outs: Tensor, H: int) -> Iterator[Tensor]:
    for before in (same, torch.relu):
        yield before(outs)
        for name, weight in matrices(parameters, H, outs.shape[2]):
            middle = affine(before(outs), weight, bias_of(parameters, name))
            for after in (same, torch.relu, torch.tanh):
                yield after(middle)


def matrices(parameters: Sequence[Parameter], rows: int, columns: int) -> list[tuple[str, Tensor]]:
    """List the matrices of this shape that are not recurrent weights."""
    others = [p for p in parameters if not NAMED.fullmatch(p.name)]
    return [(p.name, p.values) for p in others if tuple(p.values.shape) == (rows, columns)]


def bias_of(parameters: Sequence[Parameter], weight: str) -> Tensor | None:
    """Return the bias that belongs to a Linear's weight, found by its name."""
    shapes = {p.name: tuple(p.values.shape) for p in parameters}
    name, rows = weight.removesuffix("weight") + "bias", shapes[weight][:1]
    return next((p.values for p in parameters if p.name == name and shapes[name] == rows), None)
