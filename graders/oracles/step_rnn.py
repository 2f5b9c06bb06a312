"""The step-wise RNN: every right reading of a student's weights, and the loss of given logits."""

from collections.abc import Callable, Iterator, Sequence
from math import exp, log1p

from torch import Tensor

from graders.harness.remote import Parameter
from graders.matching import Layout, Roles, assignments
from graders.oracles.formulas import ACTIVATIONS, Activation, same


def step_readings(
    parameters: Sequence[Parameter], sizes: Sequence[int], x: Tensor, hidden: Tensor
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield (logits (B, 1), hidden (B, H)) of one step for every reading of the weights.

    Args:
        parameters: the student's own, each used once.
        sizes: V, E, H, all different and none of them 1.
        x: (B,) token ids.
        hidden: (B, H) state before the step.
    """
    for layout, split in _layouts(*sizes):
        for w in assignments(parameters, layout):
            for activation in ACTIVATIONS.values():
                yield _step(split(w), x, hidden, activation)


def run_readings(
    parameters: Sequence[Parameter], sizes: Sequence[int], X: Tensor, hidden: Tensor
) -> Iterator[Tensor]:
    """Yield the logits (B, 1) after the last token of (B, T) for every reading of the weights."""
    for layout, split in _layouts(*sizes):
        for w in assignments(parameters, layout):
            for activation in ACTIVATIONS.values():
                state = hidden
                for x in X.T:
                    logits, state = _step(split(w), x, state, activation)
                yield logits


def _step(w: Roles, x: Tensor, hidden: Tensor, activation: Activation) -> tuple[Tensor, Tensor]:
    sums = w["embedding"][x] @ w["W"].T + hidden @ w["U"].T
    for bias in ("b_1", "b_2"):
        sums = sums + w[bias] if bias in w else sums
    new = activation(sums)
    logits = (new @ w["V"])[:, None]
    return (logits + w["c"] if "c" in w else logits), new


def _layouts(V: int, E: int, H: int) -> list[tuple[Layout, Callable[[Roles], Roles]]]:
    ends = {"embedding": (V, E), "V": (H,)}
    optional = {"b_1": (H,), "b_2": (H,), "c": ()}

    def x_first(w: Roles) -> Roles:
        return {**w, "W": w["joint"][:, :E], "U": w["joint"][:, E:]}

    def h_first(w: Roles) -> Roles:
        return {**w, "W": w["joint"][:, H:], "U": w["joint"][:, :H]}

    separate = Layout({**ends, "W": (H, E), "U": (H, H)}, optional)
    joint = Layout({**ends, "joint": (H, E + H)}, optional)
    return [(separate, same), (joint, x_first), (joint, h_first)]


def binary_cross_entropy(logits: Sequence[float], labels: Sequence[int]) -> float:
    """Give the mean of -log p(label) with p(1) = 1 / (1 + exp(-logit))."""
    signed = [z if y else -z for z, y in zip(logits, labels, strict=True)]
    return sum(max(-s, 0.0) + log1p(exp(-abs(s))) for s in signed) / len(signed)
