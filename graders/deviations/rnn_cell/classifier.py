"""How classifiers on a cell, and accuracies, deviate, and what a student is told."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor

from graders.deviations import Candidate, Deviation
from graders.oracles.formulas import affine, same
from graders.oracles.rnn_cell import classifier_logits, classifier_runs, read_out
from graders.oracles.roles import Parameter, Roles

THEIRS = "Your logits are exactly those of a classifier that"
LAST = "Read the logits from the last state with one Linear. Add no other layers."

Runs = Callable[[], Iterator[tuple[Roles, Tensor]]]
Pool = Callable[[Tensor], Tensor]
"""Maps the states (B, T, H) to what the Linear reads."""

POOLS: list[tuple[Deviation, Pool]] = [
    (
        Deviation(
            "reads the mean state", "major", f"{THEIRS} reads the mean of all states. {LAST}"
        ),
        lambda states: states.mean(1),
    ),
    (
        Deviation(
            "reads the largest states",
            "major",
            f"{THEIRS} reads the largest states over time. {LAST}",
        ),
        lambda states: states.amax(1),
    ),
    (
        Deviation(
            "reads the first state", "fatal", f"{THEIRS} reads the state of the first step. {LAST}"
        ),
        lambda states: states[:, 0],
    ),
    (
        Deviation(
            "returns the logits of every step",
            "major",
            f"{THEIRS} returns logits for every step, which has the wrong shape. {LAST}",
        ),
        same,
    ),
]
MEAN_TOKEN = Deviation(
    "reads the mean of all tokens",
    "fatal",
    f"{THEIRS} makes one step on the mean of all tokens. Call the cell for each token, and read "
    "the logits from the last one.",
)
LEARNED = Deviation(
    "embeds its tokens without emb",
    "minor",
    f"{THEIRS} reads an embedding that is trained, also without emb. Then the tokens are one-hot "
    "vectors. Add no other layers.",
)
SCALED = Deviation(
    "scales one-hot vectors by the ids",
    "minor",
    f"{THEIRS} multiplies one-hot vectors by the token's id. They are 1 at the id, and 0 elsewhere. "
    "Add no other layers.",
)
NARROW = Deviation(
    "makes one-hot vectors as wide as the largest token",
    "minor",
    "Your logits are right if the batch holds the largest token id; otherwise the one-hot vectors "
    "are too narrow, and cannot be multiplied with the cell's weights. Pass the vocabulary's size.",
)
SOFTMAX = Deviation(
    "ends with a softmax",
    "major",
    f"{THEIRS} ends with a softmax. cross_entropy applies the softmax itself; return the logits.",
)
SIGMOID = Deviation(
    "ends with a sigmoid",
    "major",
    f"{THEIRS} ends with a sigmoid. BCEWithLogitsLoss applies the sigmoid itself; return the logit.",
)
CENTRED = Deviation(
    "subtracts a mean from the logits",
    "minor",
    f"{THEIRS} subtracts a mean over the batch. Samples leak into one another: the logits of one "
    "must not depend on the others. Add no other layers.",
)
TWO = Deviation(
    "returns two logits for one class",
    "minor",
    "With num_classes=1, your classifier returns two logits, which has the wrong shape. Return one "
    "logit for each sequence.",
)
SQUEEZED = Deviation(
    "squeezes the axis of a single sequence",
    "slip",
    "Your logits are right, but for a single sequence they have the wrong shape: squeeze() without "
    "a dim drops the axis of the batch, too.",
)
CONTINUES = Deviation(
    "starts from the last state of the call before",
    "major",
    f"{THEIRS} starts from the last state of the call before. Start from zeros in every call, and "
    "keep nothing on self.",
)
BUILT_IN = Deviation(
    "is built on torch's own layer",
    "major",
    "Your cell is your own, but your classifier does not use it: it is built on a recurrent module "
    "of torch. Write the step yourself, and build the classifier on your RNN and RNNCell.",
)


def classifier(
    parameters: Sequence[Parameter], sizes: Sequence[int], tokens: Tensor, one_hot: bool
) -> list[Candidate]:
    """List the logits that a classifier would have returned with each deviation.

    Args:
        parameters: the student's own.
        sizes: V, C, H, D with D the width of what the cell reads.
        tokens: (B, T) ids.
        one_hot: whether there is no embedding.
    """
    V, C, H, D = sizes
    fixed = [replace(p, values=p.values.detach()) for p in parameters]
    runs = partial(classifier_runs, fixed, sizes, tokens, one_hot)
    right = partial(classifier_logits, fixed, sizes, tokens, one_hot)
    end, how = (SIGMOID, torch.sigmoid) if C == 1 else (SOFTMAX, _softmax)
    found: list[Candidate] = [(d, partial(_pooled, runs, pool)) for d, pool in POOLS]
    found += [(end, lambda: map(how, right())), (CENTRED, partial(_centred, runs))]
    found += [(MEAN_TOKEN, partial(_pooled, partial(runs, _mean), _last))]
    if one_hot:
        scaled = partial(runs, lambda x: x * tokens[..., None])
        learned = partial(classifier_logits, fixed, sizes, tokens, False)
        found += [(SCALED, partial(_pooled, scaled, _last)), (LEARNED, learned)]
    if C == 1:
        two = (V, 2, H, D)
        found += [(TWO, partial(classifier_logits, fixed, two, tokens, one_hot))]
        found += (
            [(SQUEEZED, lambda: (row.squeeze() for row in right()))] if len(tokens) == 1 else []
        )
    return found


def continued(
    parameters: Sequence[Parameter], sizes: Sequence[int], tokens: Tensor, one_hot: bool
) -> Candidate:
    """Return two calls in a row of a classifier that carries its state on, on the same tokens."""
    T = tokens.shape[1]
    fixed = [replace(p, values=p.values.detach()) for p in parameters]

    def values() -> Iterator[list[Tensor]]:
        for w, states in classifier_runs(fixed, sizes, tokens.repeat(1, 7), one_hot):
            ends = [list(read_out(states[:, T * k - 1], w)) for k in range(2, 8)]
            for one, other in pairwise(ends):
                yield from map(list, zip(one, other, strict=True))

    return CONTINUES, values


def _mean(x: Tensor) -> Tensor:
    return x.mean(1, keepdim=True)


def _last(states: Tensor) -> Tensor:
    return states[:, -1]


def _softmax(logits: Tensor) -> Tensor:
    return logits.softmax(1)


def _pooled(runs: Runs, pool: Pool) -> Iterator[Tensor]:
    for w, states in runs():
        yield from read_out(pool(states), w)


def _centred(runs: Runs) -> Iterator[Tensor]:
    for w, states in runs():
        logits = affine(states[:, -1], w["W_out"], w.get("b_out"))
        yield logits - states[:, -1].mean()
        yield logits - logits.mean(0)


# The accuracy ---------------------------------------------------------------------------------

FRACTION = "The accuracy is the fraction of examples that are classified correctly."
ACCURACIES: list[tuple[Deviation, Callable[[Tensor, Tensor], float]]] = [
    (
        Deviation(
            "counts instead of averaging",
            "minor",
            f"Your accuracy is exactly the number of right examples. {FRACTION}",
        ),
        lambda logits, labels: float((logits.argmax(1) == labels).sum()),
    ),
    (
        Deviation(
            "divides by the number of classes",
            "minor",
            f"Your accuracy is exactly C times too small, with C classes. {FRACTION}",
        ),
        lambda logits, labels: float((logits.argmax(1) == labels).float().mean()) / logits.shape[1],
    ),
    (
        Deviation(
            "takes argmax over the batch",
            "major",
            "Your accuracy compares the labels with the sample of the largest logit. The class is "
            "the argmax over dim=1.",
        ),
        lambda logits, labels: float((logits.argmax(0)[:1] == labels).float().mean()),
    ),
]


def accuracies(draws: Sequence[tuple[Tensor, Tensor]]) -> list[Candidate]:
    """List the accuracies of several draws of logits (B, C) and labels with each deviation."""
    return [(deviation, partial(_each, way, draws)) for deviation, way in ACCURACIES]


def _each(
    way: Callable[[Tensor, Tensor], float], draws: Sequence[tuple[Tensor, Tensor]]
) -> list[list[float]]:
    return [[way(*both) for both in draws]]
