"""The Elman layer and its classifier: every right reading of a student's weights."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from graders.oracles.formulas import ACTIVATIONS, Activation, affine, max_over_time, same
from graders.oracles.roles import Layout, Parameter, Roles, assignments


@dataclass(frozen=True)
class ElmanReading:
    """One way to read the student's weights as an Elman layer, and what it computes."""

    activation: str
    roles: Roles
    outs: Tensor  # (B, T, O)
    hidden: Tensor  # (B, H)


def elman_readings(
    parameters: Sequence[Parameter], sizes: Sequence[int], x: Tensor, hidden: Tensor | None
) -> Iterator[ElmanReading]:
    """Yield every reading of the weights as an Elman layer.

    Args:
        parameters: the student's own, each used once.
        sizes: I, O, H.
        x: (B, T, I) inputs.
        hidden: (B, H) first hidden state, zeros when None.
    """
    for layout, split in elman_layouts(*sizes):
        for w in assignments(parameters, layout):
            roles = split(w)
            for name, activation in ACTIVATIONS.items():
                yield ElmanReading(name, roles, *elman(roles, x, hidden, activation))


Step = Callable[[Roles, Tensor, Tensor, Activation], tuple[Tensor, Tensor]]
"""Maps the weights, x_t (B, I), h_(t-1) (B, H) and the activation to y_t (B, O) and h_t."""


def step(w: Roles, x: Tensor, h: Tensor, activation: Activation) -> tuple[Tensor, Tensor]:
    """Compute h_t = f(W_x x_t + W_h h_(t-1) + b), y_t = W_y h_t + c (Elman, 1990)."""
    h = activation(sums(w, x, h))
    return affine(h, w["W_y"], w.get("c")), h


def sums(w: Roles, x: Tensor, h: Tensor) -> Tensor:
    """Compute what the activation gets: W_x x_t + W_h h_(t-1) + b."""
    total = x @ w["W_x"].T + h @ w["W_h"].T
    for bias in ("b_1", "b_2"):
        total = total + w[bias] if bias in w else total
    return total


def elman(
    w: Roles, x: Tensor, hidden: Tensor | None, activation: Activation, step: Step = step
) -> tuple[Tensor, Tensor]:
    """Run a step over time: the outputs (B, T, O) and the last state."""
    B, T, _ = x.shape
    h = x.new_zeros(B, w["W_h"].shape[0]) if hidden is None else hidden
    outs = []
    for t in range(T):
        y, h = step(w, x[:, t], h, activation)
        outs.append(y)
    return torch.stack(outs, 1), h


def elman_layouts(I: int, O: int, H: int) -> list[tuple[Layout, Callable[[Roles], Roles]]]:
    """List the layouts of W_x and W_h, one matrix or two, each with what splits it."""
    biases = {"b_1": (H,), "b_2": (H,), "c": (O,)}
    separate = Layout({"W_x": (H, I), "W_h": (H, H), "W_y": (O, H)}, biases)
    joint = Layout({"W": (H, I + H), "W_y": (O, H)}, biases)

    def x_first(w: Roles) -> Roles:
        return {**w, "W_x": w["W"][:, :I], "W_h": w["W"][:, I:]}

    def h_first(w: Roles) -> Roles:
        return {**w, "W_x": w["W"][:, H:], "W_h": w["W"][:, :H]}

    return [(joint, x_first), (joint, h_first), (separate, lambda w: w)]


def elman_classifier_logits(
    parameters: Sequence[Parameter], sizes: Sequence[int], x: Tensor
) -> Iterator[Tensor]:
    """Yield the logits of Embedding, Elman, ReLU or none, max over time, Linear.

    Args:
        parameters: the student's own, each used once.
        sizes: V, C, N with embedding, hidden state and output all N wide.
        x: (B, T) token ids.
    """
    for split, w in classifier_roles(parameters, sizes):
        for activation in ACTIVATIONS.values():
            outs, _ = elman(split(w), w["embedding"][x], None, activation)
            for after in (torch.relu, same):
                yield affine(max_over_time(after(outs)), w["W_out"], w.get("b_out"))


def makes_up_classifier(parameters: Sequence[Parameter], sizes: Sequence[int]) -> bool:
    """Return whether parameters have the shapes of an Elman classifier of `sizes`."""
    return any(True for _ in classifier_roles(parameters, sizes))


def classifier_roles(
    parameters: Sequence[Parameter], sizes: Sequence[int]
) -> Iterator[tuple[Callable[[Roles], Roles], Roles]]:
    """Yield every way to give the parameters of a classifier their roles, with what splits W."""
    V, C, N = sizes
    for layout, split in elman_layouts(N, N, N):
        ends = {"embedding": (V, N), "W_out": (C, N)}
        both = Layout({**layout.needed, **ends}, {**layout.optional, "b_out": (C,)})
        for w in assignments(parameters, both):
            yield split, w
