"""Pieces of formulas that several oracles share."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from graders.oracles.roles import Layout, Parameter, Roles, Shape, assignments

Activation = Callable[[Tensor], Tensor]
ACTIVATIONS: dict[str, Activation] = {
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "ReLU": torch.relu,
}


def affine(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    product = x @ weight.T
    return product if bias is None else product + bias


def max_over_time(features: Tensor) -> Tensor:
    return features.max(dim=1).values


def same(value: Tensor) -> Tensor:
    return value


@dataclass(frozen=True)
class Formula:
    """What a cell computes from weights in their roles.

    Args:
        words: its name in messages.
        needed: shapes of the roles without which it is another formula.
        optional: shapes of those that may be missing, or be the sum of several (biases).
        run: maps roles and inputs to the outputs.
    """

    words: str
    needed: Mapping[str, Shape]
    optional: Mapping[str, Shape]
    run: Callable[[Roles, Sequence[Tensor]], list[Tensor]]

    @property
    def shapes(self) -> dict[str, Shape]:
        return {**self.needed, **self.optional}


def look_up(table: Tensor, x: Tensor) -> Tensor:
    return table[x]


def hidden_layer(w: Roles, embedded: Tensor, activation: Activation = torch.relu) -> Tensor:
    return activation(affine(embedded, w["W"], w.get("b")))


def mlp_layers(V: int, C: int, E: int, H: int) -> Layout:
    """Return the roles of the MLP's weights."""
    return Layout({"embedding": (V, E), "W": (H, E), "W_out": (C, H)}, {"b": (H,), "b_out": (C,)})


def mlp_logits(
    parameters: Sequence[Parameter],
    sizes: Sequence[int],
    x: Tensor,
    *,
    layers: Callable[[int, int, int, int], Layout] = mlp_layers,
    embed: Callable[[Tensor, Tensor], Tensor] = look_up,
    features: Callable[[Roles, Tensor], Tensor] = hidden_layer,
    pool: Callable[[Tensor], Tensor] = max_over_time,
    last: Callable[[Tensor], Tensor] = same,
) -> Iterator[Tensor]:
    """Yield the logits (B, C) of Embedding, Linear, ReLU, max over time, Linear.

    The steps can be exchanged one by one, which gives the deviations.

    Args:
        parameters: the student's own, each used once.
        sizes: V, C, E, H.
        x: (B, T) token ids.
    """
    V, C, E, H = sizes
    for w in assignments(parameters, layers(V, C, E, H)):
        pooled = pool(features(w, embed(w["embedding"], x)))
        yield last(affine(pooled, w["W_out"], w.get("b_out")))


def pooled_logits(
    parameters: Sequence[Parameter],
    sizes: Sequence[int],
    middle: Callable[[Tensor], Tensor],
    x: Tensor,
) -> Iterator[Tensor]:
    """Yield the logits of Embedding, a given layer, ReLU or none, max over time, Linear.

    Args:
        parameters: those of the embedding and of the last Linear.
        sizes: V, C, E, H.
        middle: maps (B, T, E) to (B, T, H).
        x: (B, T) token ids.
    """
    V, C, E, H = sizes
    layout = Layout({"embedding": (V, E), "W_out": (C, H)}, {"b_out": (C,)})
    for w in assignments(parameters, layout):
        outs = middle(w["embedding"][x])
        for after in (torch.relu, same):
            yield affine(max_over_time(after(outs)), w["W_out"], w.get("b_out"))
