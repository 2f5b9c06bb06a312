"""How Elman classifiers deviate, and what a student is told."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from graders.deviations import Candidate, Deviation
from graders.oracles import elman as oracle
from graders.oracles.formulas import ACTIVATIONS, affine, max_over_time, mlp_logits, same
from graders.oracles.roles import Layout, Parameter, assignments

THEIRS = "Your logits are exactly those of a classifier that"
POOL = (
    "Take the first of the two values that the Elman layer returns, and pool over dim=1: the "
    "largest value over time."
)
RAW = "cross_entropy applies the softmax itself; the classifier returns the logits."

Pool = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Maps outputs (B, T, N), last state (B, N) and embedded tokens (B, T, N) to what the Linear reads."""


def _over_batch(outs: Tensor, last: Tensor, embedded: Tensor) -> Tensor:
    return outs.amax(0).amax(0).expand(len(outs), -1)


def _viewed(outs: Tensor, last: Tensor, embedded: Tensor) -> Tensor:
    B, T, _ = outs.shape
    return outs.reshape(T, B, -1).amax(0)


POOLS: list[tuple[Deviation, Pool]] = [
    (
        Deviation(
            "pools the embeddings",
            "fatal",
            f"{THEIRS} pools the embeddings and never uses its Elman layer. Pool the outputs of "
            "the Elman layer, not the embeddings.",
        ),
        lambda outs, last, embedded: embedded.amax(1),
    ),
    (
        Deviation(
            "reads the last state",
            "major",
            f"{THEIRS} reads the last hidden state. {POOL}",
        ),
        lambda outs, last, embedded: last,
    ),
    (
        Deviation(
            "keeps the last output alone",
            "major",
            f"{THEIRS} reads the output of the last step alone. {POOL}",
        ),
        lambda outs, last, embedded: outs[:, -1],
    ),
    (
        Deviation(
            "pools by the mean",
            "major",
            f"{THEIRS} pools by the mean over time. {POOL}",
        ),
        lambda outs, last, embedded: outs.mean(1),
    ),
    (
        Deviation(
            "pools over the batch",
            "fatal",
            f"{THEIRS} takes the maximum over dim 0, the batch: all samples get the same. {POOL}",
        ),
        _over_batch,
    ),
    (
        Deviation(
            "takes a view for a transpose",
            "major",
            f"{THEIRS} reshapes its outputs to (T, B, …) before it pools. Samples leak into one "
            f"another; use transpose, or pool over dim=1 at once.",
        ),
        _viewed,
    ),
    (
        Deviation(
            "returns the logits of every step",
            "major",
            f"{THEIRS} has no pooling, and returns logits for every step. {POOL}",
        ),
        lambda outs, last, embedded: outs,
    ),
]
ENDS: list[tuple[Deviation, Callable[[Tensor], Tensor]]] = [
    (
        Deviation("ends with a softmax", "major", f"{THEIRS} ends with a softmax. {RAW}"),
        lambda logits: logits.softmax(1),
    ),
    (
        Deviation("ends with a log-softmax", "minor", f"{THEIRS} ends with a log-softmax. {RAW}"),
        lambda logits: logits.log_softmax(1),
    ),
    (
        Deviation("ends with a sigmoid", "major", f"{THEIRS} ends with a sigmoid. {RAW}"),
        torch.sigmoid,
    ),
]
LINEAR = Deviation(
    "has a Linear for its Elman layer",
    "fatal",
    f"{THEIRS} has a Linear in place of the Elman layer, and so no memory. Pool the outputs of the "
    "Elman layer.",
)


def classifier(parameters: Sequence[Parameter], sizes: Sequence[int], x: Tensor) -> list[Candidate]:
    """List the logits that a classifier would have returned with each deviation.

    Args:
        parameters: the student's own.
        sizes: V, C, N with embedding, hidden state and output all N wide.
        x: (B, T) token ids.
    """
    pools: list[Candidate] = [
        (d, partial(_pooled, parameters, sizes, x, pool)) for d, pool in POOLS
    ]
    ends: list[Candidate] = [(d, partial(_ended, parameters, sizes, x, end)) for d, end in ENDS]
    return [*pools, *ends, (LINEAR, partial(_linear, parameters, sizes, x))]


def _pooled(
    parameters: Sequence[Parameter], sizes: Sequence[int], x: Tensor, pool: Pool
) -> Iterator[Tensor]:
    for split, w in oracle.classifier_roles(parameters, sizes):
        embedded = w["embedding"][x]
        for activation in ACTIVATIONS.values():
            outs, last = oracle.elman(split(w), embedded, None, activation)
            for after in (torch.relu, same):
                read = pool(after(outs), after(last), after(embedded))
                yield affine(read, w["W_out"], w.get("b_out"))


def _ended(
    parameters: Sequence[Parameter],
    sizes: Sequence[int],
    x: Tensor,
    end: Callable[[Tensor], Tensor],
) -> Iterator[Tensor]:
    yield from map(end, oracle.elman_classifier_logits(parameters, sizes, x))


def _linear(parameters: Sequence[Parameter], sizes: Sequence[int], x: Tensor) -> Iterable[Any]:
    V, C, N = sizes
    yield from mlp_logits(parameters, (V, C, N, N), x)
    layout = Layout({"embedding": (V, N), "W": (N, N), "W_out": (C, N)}, {"b": (N,), "b_out": (C,)})
    for w in assignments(parameters, layout):
        features = affine(w["embedding"][x], w["W"], w.get("b"))
        yield affine(max_over_time(features), w["W_out"], w.get("b_out"))
