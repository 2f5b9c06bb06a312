"""The step-wise RNN: every right reading of a student's weights, and the loss of given logits."""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from math import exp, log1p

from torch import Tensor
from torch.nn import functional as F

from graders.oracles.formulas import ACTIVATIONS, Activation
from graders.oracles.roles import Layout, Parameter, Roles, Shape, assignments

# The assignment says "e.g. tanh": any activation of torch is right.
OTHERS: tuple[Activation, ...] = (
    F.leaky_relu,
    F.elu,
    F.selu,
    F.gelu,
    F.silu,
    F.mish,
    F.softplus,
    F.softsign,
    F.hardtanh,
    F.relu6,
)

Step = Callable[[Roles, Activation, Tensor, Tensor], tuple[Tensor, Tensor]]
"""Maps weights, activation, tokens (B,) and hidden state (B, H) to logits and new hidden state."""


def one_step(w: Roles, activation: Activation, x: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
    """Return (logits (B, 1), hidden (B, H)) of one step."""
    sums = w["embedding"][x] @ w["W"].T + hidden @ w["U"].T
    new = activation(with_biases(w, sums))
    return logits_of(w, new), new


def with_biases(w: Roles, sums: Tensor) -> Tensor:
    for bias in ("b_1", "b_2"):
        sums = sums + w[bias] if bias in w else sums
    return sums


def logits_of(w: Roles, hidden: Tensor) -> Tensor:
    """Return the logits (B, 1) of a hidden state; (B, 2) with two rows in V."""
    logits = hidden @ w["V"].T if w["V"].ndim > 1 else (hidden @ w["V"])[:, None]
    return logits + w["c"] if "c" in w else logits


def step_readings(
    parameters: Sequence[Parameter],
    sizes: Sequence[int],
    x: Tensor,
    hidden: Tensor,
    step: Step = one_step,
    without: Collection[str] = (),
    outputs: Shape = (),
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield (logits (B, 1), hidden (B, H)) of one step for every reading of the weights.

    Args:
        parameters: the student's own, each used once.
        sizes: V, E, H, all different and none of them 1.
        x: (B,) token ids.
        hidden: (B, H) state before the step.
        step: what is computed.
        without: roles that the step does not use.
        outputs: (2,) where V has two rows.
    """
    for run in _readings(parameters, sizes, step, without, outputs):
        yield run(x, hidden)


def run_readings(
    parameters: Sequence[Parameter], sizes: Sequence[int], X: Tensor, hidden: Tensor
) -> Iterator[Tensor]:
    """Yield the logits (B, 1) after the last token of (B, T) for every reading of the weights."""
    for run in _readings(parameters, sizes):
        state = hidden
        for x in X.T:
            logits, state = run(x, state)
        yield logits


def _readings(
    parameters: Sequence[Parameter],
    sizes: Sequence[int],
    step: Step = one_step,
    without: Collection[str] = (),
    outputs: Shape = (),
) -> Iterator[Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]]:
    V, E, H = sizes
    for layout, split in _layouts(V, E, H, without, outputs):
        for w in assignments(parameters, layout):
            for activation in (*ACTIVATIONS.values(), *OTHERS):
                yield partial(step, split(w), activation)


def _layouts(
    V: int, E: int, H: int, without: Collection[str], outputs: Shape
) -> Iterator[tuple[Layout, Callable[[Roles], Roles]]]:
    """Yield the layouts of W and U, separate or joint, and of the embedding."""
    middles: tuple[tuple[dict[str, Shape], Callable[[Roles], Roles]], ...] = (
        ({"W": (H, E), "U": (H, H)}, lambda w: w),
        ({"joint": (H, E + H)}, lambda w: {**w, "W": w["joint"][:, :E], "U": w["joint"][:, E:]}),
        ({"joint": (H, E + H)}, lambda w: {**w, "W": w["joint"][:, H:], "U": w["joint"][:, :H]}),
    )
    biases: dict[str, Shape] = {"b_1": (H,), "b_2": (H,), "c": outputs}
    for one_hot in (False, True):  # a Linear on one-hot vectors
        for shapes, split in middles:
            used = {role: shape for role, shape in shapes.items() if role not in without}
            if one_hot:
                needed = {"one_hot": (E, V), "V": (*outputs, H), **used}
                yield Layout(needed, {**biases, "b_e": (E,)}), partial(_from_one_hot, split)
            else:
                yield Layout({"embedding": (V, E), "V": (*outputs, H), **used}, biases), split


def _from_one_hot(split: Callable[[Roles], Roles], w: Roles) -> Roles:
    table = w["one_hot"].T
    return split({**w, "embedding": table + w["b_e"] if "b_e" in w else table})


def binary_cross_entropy(logits: Sequence[float], labels: Sequence[int]) -> float:
    """Return the mean of -log p(label) with p(1) = 1 / (1 + exp(-logit))."""
    signed = [z if y else -z for z, y in zip(logits, labels, strict=True)]
    return sum(max(-s, 0.0) + log1p(exp(-abs(s))) for s in signed) / len(signed)


def slopes(logits: Sequence[float], labels: Sequence[int]) -> list[float]:
    """Return the slope of the mean binary cross entropy in each logit."""
    pairs = zip(logits, labels, strict=True)
    return [(1 / (1 + exp(-z)) - y) / len(logits) for z, y in pairs]
