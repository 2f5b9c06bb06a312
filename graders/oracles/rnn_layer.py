"""The tutorial's layer and its sentiment model: every right reading of a student's weights."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from graders.oracles.formulas import ACTIVATIONS, Activation, affine, same
from graders.oracles.roles import Layout, Parameter, Roles, assignments

Step = tuple[Tensor, Tensor]  # y_t (B, O), h_t (B, H)
StepOf = Callable[[Roles, Tensor, Tensor, Activation, Activation], Any]
Layer = Callable[[Tensor, Tensor], Step]  # x_t (B, E) and h (B, H) to scores and new state
Update = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], Step]


def layer_readings(
    parameters: Sequence[Parameter],
    sizes: Sequence[int],
    inputs: Step,
    phi_h: Activation,
    phi_y: Activation | None,
    step: StepOf | None = None,
) -> Iterator[Any]:
    """Yield every reading of one step: h_t = phi_h(W_x x_t + W_h h + b), y_t = phi_y(W_y h_t + c).

    Args:
        parameters: the student's own, each used once.
        sizes: I, H, O.
        inputs: x_t (B, I) and the state before it (B, H).
        phi_h: the activation of the state.
        phi_y: the activation of the output, None for none.
        step: what one step computes, if not this.
    """
    for layout, split in layouts(*sizes):
        for w in assignments(parameters, layout):
            yield (step or layer_step)(split(w), *inputs, phi_h, phi_y or same)


def layer_step(w: Roles, x: Tensor, h: Tensor, phi_h: Activation, phi_y: Activation) -> Step:
    """Compute one step of the layer."""
    h = phi_h(sums(w, x, h))
    return phi_y(affine(h, w["W_y"], w.get("c"))), h


def sums(w: Roles, x: Tensor, h: Tensor) -> Tensor:
    """Compute what phi_h gets: W_x x_t + W_h h + b."""
    total = x @ w["W_x"].T + h @ w["W_h"].T
    for bias in ("b_1", "b_2"):
        total = total + w[bias] if bias in w else total
    return total


def layouts(I: int, H: int, O: int) -> list[tuple[Layout, Callable[[Roles], Roles]]]:
    """List two matrices for x and h, or one on both; another check reports a second bias."""
    biases = {"b_1": (H,), "b_2": (H,), "c": (O,)}
    separate = Layout({"W_x": (H, I), "W_h": (H, H), "W_y": (O, H)}, biases)
    joint = Layout({"W": (H, I + H), "W_y": (O, H)}, biases)

    def x_first(w: Roles) -> Roles:
        return {**w, "W_x": w["W"][:, :I], "W_h": w["W"][:, I:]}

    def h_first(w: Roles) -> Roles:
        return {**w, "W_x": w["W"][:, H:], "W_h": w["W"][:, :H]}

    return [(separate, lambda w: w), (joint, x_first), (joint, h_first)]


def sentiment_readings(
    parameters: Sequence[Parameter], sizes: Sequence[int], X: Tensor
) -> Iterator[Tensor]:
    """Yield the log-probabilities (B, O) of the last step of Embedding and layer, without phi_y.

    Args:
        parameters: the student's own, each used once.
        sizes: V, E, H, O.
        X: (T, B) token ids, time first.
    """
    for embedding, layer in sentiment_layers(parameters, sizes):
        yield layer_by_layer(embedding, sizes[2], layer, X)


def sentiment_layers(
    parameters: Sequence[Parameter], sizes: Sequence[int]
) -> Iterator[tuple[Tensor, Layer]]:
    """Yield every reading of the weights as an embedding (V, E) and a layer without phi_y."""
    V, E, H, O = sizes
    for layout, split in layouts(E, H, O):
        whole = Layout({**layout.needed, "embedding": (V, E)}, layout.optional)
        for w in assignments(parameters, whole):
            for phi_h in ACTIVATIONS.values():
                yield w["embedding"], partial(layer_step, split(w), phi_h=phi_h, phi_y=same)


def layer_by_layer(embedding: Tensor, H: int, layer: Layer, X: Tensor) -> Tensor:
    """Return the log-probabilities of a given layer: (x_t, h) to (scores, new state)."""
    return torch.log_softmax(scores(embedding, H, layer, X)[-1], dim=1)


def scores(
    embedding: Tensor, H: int, layer: Layer, X: Tensor, update: Update | None = None
) -> list[Tensor]:
    """Return the scores (B, O) after each step.

    Args:
        update: decides what a step leaves, of the old and new scores and states, and the tokens.
    """
    h = embedding.new_zeros(X.shape[1], H)
    found: list[Tensor] = []
    for tokens in X:
        new, state = layer(embedding[tokens], h)
        old = found[-1] if found else torch.zeros_like(new)
        y, h = update(old, h, new, state, tokens) if update else (new, state)
        found.append(y)
    return found
