"""The basic cell, the loop, and the classifier: every right reading of a student's weights."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from graders.oracles.formulas import ACTIVATIONS, Activation, affine, same
from graders.oracles.roles import Layout, Parameter, Roles, Shape, assignments

Step = Callable[[Tensor, Tensor], Tensor]  # x (B, D) and h (B, H) to the new h
StepOf = Callable[[Roles, Activation], Step]

# The assignment writes f for the activation; any nonlinear one is right.
BENDING = [
    *ACTIVATIONS.values(),
    *(F.leaky_relu, F.elu, F.selu, F.gelu, F.silu, F.mish, F.softplus, F.softsign),
    *(F.hardtanh, F.hardsigmoid, F.hardswish, F.relu6, F.logsigmoid, torch.sin, torch.atan),
    lambda sums: F.gelu(sums, approximate="tanh"),
]


def cells(
    parameters: Sequence[Parameter],
    D: int,
    H: int,
    step_of: StepOf | None = None,
    more: Mapping[str, Shape] | None = None,
) -> Iterator[Step]:
    """Yield every reading of the weights as the cell h = f(W x + U h + b).

    Args:
        step_of: makes another step of the weights in their roles and an activation.
        more: roles that it needs besides.
    """
    for layout, split in cell_layouts(D, H):
        for w in assignments(
            parameters, Layout({**layout.needed, **(more or {})}, layout.optional)
        ):
            for activation in BENDING:
                yield (step_of or cell_step)(split(w), activation)


def cell_layouts(D: int, H: int) -> list[tuple[Layout, Callable[[Roles], Roles]]]:
    """List the layouts of W and U: one matrix on [x, h] or [h, x], or two; up to two biases."""
    biases = {"b_1": (H,), "b_2": (H,)}
    separate = Layout({"W": (H, D), "U": (H, H)}, biases)
    joint = Layout({"WU": (H, D + H)}, biases)

    def x_first(w: Roles) -> Roles:
        return {**w, "W": w["WU"][:, :D], "U": w["WU"][:, D:]}

    def h_first(w: Roles) -> Roles:
        return {**w, "W": w["WU"][:, H:], "U": w["WU"][:, :H]}

    return [(joint, x_first), (joint, h_first), (separate, lambda w: w)]


def cell_step(w: Roles, activation: Activation) -> Step:
    """Return the step h = f(W x + U h + b)."""
    return lambda x, h: activation(with_biases(x @ w["W"].T + h @ w["U"].T, w))


def with_biases(sums: Tensor, w: Roles) -> Tensor:
    for bias in ("b_1", "b_2"):
        sums = sums + w[bias] if bias in w else sums
    return sums


def unrolled(step: Step, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
    """Run a step over x (B, T, D) from h (B, H): all states (B, T, H) and the last."""
    states = []
    for t in range(x.shape[1]):
        h = step(x[:, t], h)
        states.append(h)
    return torch.stack(states, 1), h


def leaky(M: Tensor) -> Step:
    """Return the step of the given cell `Leaky`."""
    return lambda x, h: h / 2 + x @ M.T


def register(x: Tensor, h: Tensor) -> Tensor:
    """Make the step of the given cell `Register`."""
    return torch.cat([x.sum(1)[:, None], h[:, :-1]], 1)


def classifier_logits(
    parameters: Sequence[Parameter], sizes: Sequence[int], tokens: Tensor, one_hot: bool
) -> Iterator[Tensor]:
    """Yield the logits (B, C) of every reading as tokens, cell, last state, ReLU or none, Linear.

    Args:
        parameters: the student's own, each used once.
        sizes: V, C, H, D with D the width of what the cell reads: V for one-hot, else E.
        tokens: (B, T) ids.
        one_hot: whether there is no embedding.
    """
    for w, states in classifier_runs(parameters, sizes, tokens, one_hot):
        yield from read_out(states[:, -1], w)


def classifier_runs(
    parameters: Sequence[Parameter],
    sizes: Sequence[int],
    tokens: Tensor,
    one_hot: bool,
    read: Callable[[Tensor], Tensor] = same,
) -> Iterator[tuple[Roles, Tensor]]:
    """Yield the roles and the states (B, T, H) of every reading.

    Args:
        read: changes what the cell reads (B, T, D).
    """
    V, C, H, D = sizes
    table = {} if one_hot else {"embedding": (V, D)}
    for layout, split in cell_layouts(D, H):
        needed = {**layout.needed, "W_out": (C, H), **table}
        for w in assignments(parameters, Layout(needed, {**layout.optional, "b_out": (C,)})):
            x = read(inputs(w.get("embedding"), tokens, V, w["W_out"].dtype))
            for activation in BENDING:
                step = cell_step(split(w), activation)
                yield w, unrolled(step, x, x.new_zeros(len(x), H))[0]


def rest_logits(
    parameters: Sequence[Parameter],
    sizes: Sequence[int],
    tokens: Tensor,
    one_hot: bool,
    run: Callable[[Tensor], Tensor],
) -> Iterator[Tensor]:
    """Yield the logits where only embedding and Linear are read, and `run` gives the last state."""
    V, C, H, D = sizes
    table = {} if one_hot else {"embedding": (V, D)}
    for w in assignments(parameters, Layout({"W_out": (C, H), **table}, {"b_out": (C,)})):
        x = inputs(w.get("embedding"), tokens, V, w["W_out"].dtype)
        yield from read_out(run(x.detach()), w)


def inputs(table: Tensor | None, tokens: Tensor, V: int, dtype: torch.dtype) -> Tensor:
    """Return what the cell reads: rows of the embedding, or one-hot rows."""
    return torch.eye(V, dtype=dtype)[tokens] if table is None else table[tokens]


def read_out(last: Tensor, w: Roles) -> Iterator[Tensor]:
    """Yield the logits of the last state, with a ReLU before the Linear and without."""
    for after in (same, torch.relu):
        yield affine(after(last), w["W_out"], w.get("b_out"))
