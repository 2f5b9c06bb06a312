"""The tutorial's layer and its sentiment model: every right reading of a student's weights."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import torch
from torch import Tensor

from graders.oracles.formulas import ACTIVATIONS, Activation, affine, same
from graders.oracles.roles import Layout, Parameter, Roles, assignments

Step = tuple[Tensor, Tensor]  # y_t (B, O), h_t (B, H)


def layer_readings(
    parameters: Sequence[Parameter],
    sizes: Sequence[int],
    inputs: Step,
    phi_h: Activation,
    phi_y: Activation | None,
) -> Iterator[Step]:
    """Yield every reading of one step: h_t = phi_h(W_x x_t + W_h h + b), y_t = phi_y(W_y h_t + c).

    Args:
        parameters: the student's own, each used once.
        sizes: I, H, O.
        inputs: x_t (B, I) and the state before it (B, H).
        phi_h: the activation of the state.
        phi_y: the activation of the output, None for none.
    """
    for layout, split in _layouts(*sizes):
        for w in assignments(parameters, layout):
            yield _step(split(w), *inputs, phi_h, phi_y or same)


def _step(w: Roles, x: Tensor, h: Tensor, phi_h: Activation, phi_y: Activation) -> Step:
    sums = x @ w["W_x"].T + h @ w["W_h"].T
    for bias in ("b_1", "b_2"):
        sums = sums + w[bias] if bias in w else sums
    h = phi_h(sums)
    return phi_y(affine(h, w["W_y"], w.get("c"))), h


def _layouts(I: int, H: int, O: int) -> list[tuple[Layout, Callable[[Roles], Roles]]]:
    """List two matrices for x and h, or one on both; another check reports a second bias."""
    biases = {"b_1": (H,), "b_2": (H,), "c": (O,)}
    separate = Layout({"W_x": (H, I), "W_h": (H, H), "W_y": (O, H)}, biases)
    joint = Layout({"W": (H, I + H), "W_y": (O, H)}, biases)

    def x_first(w: Roles) -> Roles:
        return {**w, "W_x": w["W"][:, :I], "W_h": w["W"][:, I:]}

    def h_first(w: Roles) -> Roles:
        return {**w, "W_x": w["W"][:, H:], "W_h": w["W"][:, :H]}

    return [(separate, same), (joint, x_first), (joint, h_first)]


def sentiment_readings(
    parameters: Sequence[Parameter], sizes: Sequence[int], X: Tensor
) -> Iterator[Tensor]:
    """Yield the log-probabilities (B, O) of the last step of Embedding and layer, without phi_y.

    Args:
        parameters: the student's own, each used once.
        sizes: V, E, H, O.
        X: (T, B) token ids, time first.
    """
    V, E, H, O = sizes
    for layout, split in _layouts(E, H, O):
        whole = Layout({**layout.needed, "embedding": (V, E)}, layout.optional)
        for w in assignments(parameters, whole):
            for phi_h in ACTIVATIONS.values():
                layer = partial(_step, split(w), phi_h=phi_h, phi_y=same)
                yield _last(w["embedding"][X], H, layer)


def layer_by_layer(
    embedding: Tensor, H: int, layer: Callable[[Tensor, Tensor], Step], X: Tensor
) -> Tensor:
    """Return the log-probabilities of a given layer: (x_t, h) to (scores, new state)."""
    return _last(embedding[X], H, layer)


def _last(embedded: Tensor, H: int, layer: Callable[[Tensor, Tensor], Step]) -> Tensor:
    h = embedded.new_zeros(embedded.shape[1], H)
    for x in embedded:
        y, h = layer(x, h)
    return torch.log_softmax(y, dim=1)
