"""Wrong training loops for a language model, each with one fault.

The model that the checks train has logits that training leaves as they are, so the losses and the
gradients of a batch are the same in every epoch.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from statistics import fmean as mean
from typing import Any

import torch
from torch import Tensor

from graders.deviations import Candidate, Deviation
from graders.oracles.autoregressive import surprise

CHANCE = 1e-7  # that random batches are not taken for what they are
Gradients = Sequence[Tensor]
"""The gradients of one step, one for each parameter."""

# Targets and batches -------------------------------------------------------------------------

NOT_SHIFTED = Deviation(
    "predicts the token that it reads",
    "major",
    "Your targets are exactly the batch itself, so the model learns to copy its input. The "
    "assignment asks for the next token: the batch without its first column, then a column of pads.",
)
SHIFTED_BACK = Deviation(
    "predicts the token before",
    "major",
    "Your targets are exactly the batch shifted to the right, so the model learns the token before. "
    "The assignment asks for the next token: the batch without its first column, then a column of "
    "pads.",
)
OVERWRITES_START = Deviation(
    "overwrites the first column of the batches",
    "minor",
    "Your model is trained on batches in which another token replaces START. Make the targets as a "
    "new tensor, and leave the caller's batches as they are.",
)
ONE_EPOCH = Deviation(
    "trains for one epoch",
    "major",
    "Your loop trains on each batch exactly once in all. The assignment asks for `epochs` passes: "
    "for epoch in range(epochs).",
)
SKIPS_ONE = Deviation(
    "skips one batch in each epoch",
    "minor",
    "Each of your epochs trains on all batches except one. Train on every batch, including the last "
    "one.",
)
REPLACES = Deviation(
    "draws the batches with replacement",
    "minor",
    "Your epochs have the right number of steps, but each step draws any batch, so some come twice "
    "and others not at all. Each epoch takes every batch exactly once.",
)
NOT_SHUFFLED = Deviation(
    "takes the batches in the given order",
    "minor",
    "Your loop takes the batches in the order of the list in every epoch. Shuffle before each "
    "epoch.",
)
SAME_ORDER = Deviation(
    "takes the same order in every epoch",
    "minor",
    "Your loop shuffles the batches, but takes the same order in every epoch. Shuffle before each "
    "epoch, and do not set a seed there.",
)


def targets(batches: Sequence[Tensor], pad: int) -> list[Candidate]:
    """List other targets of the batches, with the whole width of the batches or one less."""
    return [
        (NOT_SHIFTED, lambda: _both_widths([not_shifted(batch) for batch in batches])),
        (SHIFTED_BACK, lambda: _both_widths([shifted_back(batch, pad) for batch in batches])),
    ]


def not_shifted(batch: Tensor) -> Tensor:
    return batch


def shifted_back(batch: Tensor, pad: int) -> Tensor:
    return torch.cat([torch.full_like(batch[:, :1], pad), batch[:, :-1]], 1)


def _both_widths(batches: Sequence[Tensor]) -> list[list[Tensor]]:
    return [list(batches), [batch[:, :-1] for batch in batches]]


def inputs(trained: Sequence[Tensor], batches: Sequence[Tensor]) -> list[Candidate]:
    """List other inputs of the steps."""

    def overwritten() -> Iterable[list[Tensor]]:
        found = []
        for x in trained:
            same = [b for b in batches if b.shape == x.shape and torch.equal(b[:, 1:], x[:, 1:])]
            if not same or bool((x[:, 0] != x[0, 0]).any()):
                return
            found.append(x)
        yield found

    return [(OVERWRITES_START, overwritten)]


def orders(
    order: Sequence[int], count: int, epochs: int, more: Callable[[], Sequence[int]]
) -> list[Candidate]:
    """List other orders of training on `count` batches.

    Args:
        order: the one that is to be recognised.
        more: returns the order of a longer training.
    """
    whole = list(order)

    def skipping() -> Iterable[list[int]]:
        starts = range(0, len(whole), max(1, count - 1))
        sizes = [len(set(whole[start : start + count - 1])) for start in starts]
        return [whole] if sizes == [count - 1] * epochs and len(whole) == sum(sizes) else []

    def replacing() -> Iterable[list[int]]:
        if len(whole) == count * epochs:
            longer = list(more())
            alike = len({longer.count(batch) for batch in range(count)}) == 1
            exponent, _ = surprise(longer, [1 / count] * count)
            if not alike and exponent < math.log(2 * count / CHANCE):
                yield whole

    return [
        (ONE_EPOCH, lambda: [whole] if sorted(whole) == list(range(count)) else []),
        (SKIPS_ONE, skipping),
        (REPLACES, replacing),
    ]


def shuffles(order: Sequence[int], count: int, epochs: int) -> list[Candidate]:
    """List orders that are the same in every epoch."""
    first, given = list(order[:count]), list(range(count))
    shuffled = first != given and sorted(first) == given
    return [
        (NOT_SHUFFLED, lambda: [given * epochs]),
        (SAME_ORDER, lambda: [first * epochs] if shuffled else []),
    ]


# Gradients and steps -------------------------------------------------------------------------

ADDS_UP = Deviation(
    "never sets the gradients to zero",
    "major",
    "Your optimiser steps with exactly the sum of the gradients of all batches so far: gradients "
    "add up. Set them to zero before every loss.backward().",
)
STRETCHES = Deviation(
    "stretches short gradients",
    "minor",
    "Your optimiser always steps with a gradient of the same norm, also if the batch's own is "
    "shorter. The gradient norms at the steps are wrong: one that is below `clip` stays as it is.",
)
NOT_CLIPPED = Deviation(
    "steps with the whole gradient",
    "major",
    "Your optimiser steps with exactly the whole gradient: it is not clipped, or too late. Call "
    "clip_grad_norm_(model.parameters(), clip) between loss.backward() and optimizer.step().",
)
CLIPS_VALUES = Deviation(
    "clips each value of the gradient",
    "minor",
    "Your gradients are exactly those of which each number is clipped by itself. The assignment "
    "asks to scale the whole gradient to the norm `clip`: clip_grad_norm_.",
)
CLIPS_EACH = Deviation(
    "clips the gradient of each parameter by itself",
    "minor",
    "Your gradients are exactly those of which each parameter's norm is clipped by itself. The "
    "assignment asks for the norm over all: clip_grad_norm_(model.parameters(), clip).",
)
SOFTMAX_FIRST = Deviation(
    "applies a softmax before the loss",
    "major",
    "Your losses are exactly those of softmax(logits). The losses are wrong: masked_loss expects "
    "logits, since cross_entropy applies the softmax itself.",
)
IGNORES_RATE = Deviation(
    "ignores the learning rate",
    "minor",
    "Your parameters move equally far at any learning rate, with lr=0 too. Pass `lr` to the "
    "optimiser: With lr=0 nothing moves.",
)


def steps(
    found: Sequence[float], gradients: Sequence[Gradients], moves: Callable[[], bool]
) -> list[Candidate]:
    """List other norms at the steps, where no gradient is as long as `clip`.

    Args:
        found: those that are to be recognised.
        gradients: the exact ones of each step.
        moves: whether the steps move the parameters. Gradients add up, too, if the optimiser holds
            the parameters of another model.
    """

    def alike() -> Iterable[list[float]]:
        if max(found) > max(map(norm, gradients)):
            yield [max(found)] * len(gradients)

    def adding_up() -> Iterable[list[float]]:
        return [_norms_of_sums(gradients)] if moves() else []

    return [(ADDS_UP, adding_up), (STRETCHES, alike)]


def _norms_of_sums(gradients: Sequence[Gradients]) -> list[float]:
    total, found = [torch.zeros_like(g) for g in gradients[0]], []
    for step in gradients:
        total = [one + other for one, other in zip(total, step, strict=True)]
        found.append(norm(total))
    return found


def clipped_steps(
    gradients: Sequence[Gradients], squashed: Sequence[Gradients], clip: float
) -> list[Candidate]:
    """List other norms at the steps, where all gradients are longer than `clip`.

    Args:
        gradients: the exact ones of each step.
        squashed: those with a softmax before the loss.
    """

    def each(step: Gradients) -> float:
        return math.hypot(*(min(norm([g]), clip) for g in step))

    return [
        (NOT_CLIPPED, lambda: [list(map(norm, gradients))]),
        (CLIPS_VALUES, lambda: [[norm([g.clamp(-clip, clip) for g in s]) for s in gradients]]),
        (CLIPS_EACH, lambda: [list(map(each, gradients))]),
        (STRETCHES, lambda: [[clip * len(step) ** 0.5 for step in gradients]]),
        (SOFTMAX_FIRST, lambda: [[min(norm(step), clip) for step in squashed]]),
    ]


def norm(gradients: Gradients) -> float:
    """Return the norm over all parameters."""
    return float(torch.cat([g.flatten() for g in gradients]).norm())


# The history ---------------------------------------------------------------------------------

SUMS = Deviation(
    "records sums of losses",
    "minor",
    "Your history holds exactly the losses times the number of rows or tokens, or their sum over "
    "the epoch. The assignment asks for the loss per token: loss.item() of each step, or its mean "
    "over the epoch.",
)
LAST_BATCH = Deviation(
    "records only the last batch of each epoch",
    "minor",
    "Your history holds exactly the loss of each epoch's last batch. The assignment asks for every "
    "step, or for the mean over the epoch.",
)
LAST_EPOCH = Deviation(
    "records only the last epoch",
    "minor",
    "Your history holds exactly the losses of the last epoch, so it has the wrong length. Make it "
    "once, before the first epoch.",
)
AFTER_CLIPPING = Deviation(
    "records the norm after clipping",
    "minor",
    "Your history holds exactly the norms after clipping. The assignment asks for the norm before "
    "clipping, which clip_grad_norm_ returns.",
)
ONE_PARAMETER = Deviation(
    "records the norm of one parameter",
    "minor",
    "Your history holds exactly the gradient norm of one parameter. The assignment asks for the norm "
    "over all parameters, the norm before clipping that clip_grad_norm_ returns.",
)

Losses = list[float]
"""One loss for each step of a training."""


def losses(right: Sequence[Losses], epochs: int, rows: int, tokens: int) -> list[Candidate]:
    """List other records of right losses, in any of their right readings.

    Args:
        rows, tokens: of each batch.
    """
    size = max(1, len(right[0]) // epochs)
    sums = [[factor * loss for loss in one] for factor in (rows, tokens) for one in right]
    totals = [_by_epoch(one, epochs, sum) for one in (*right, *sums)]
    means = [_by_epoch(one, epochs, mean) for one in sums]
    return [
        (SUMS, lambda: [*sums, *totals, *means]),
        (LAST_BATCH, lambda: [one[size - 1 :: size] for one in right]),
        (
            LAST_EPOCH,
            lambda: [kept for one in right for kept in (one[-size:], [mean(one[-size:])])],
        ),
    ]


def other_losses(
    unshifted: Callable[[], Iterable[Losses]],
    backward: Callable[[], Iterable[Losses]],
    squashed: Callable[[], Iterable[Losses]],
    epochs: int,
) -> list[Candidate]:
    """List records of other losses, which are computed when needed."""
    known = ((NOT_SHIFTED, unshifted), (SHIFTED_BACK, backward), (SOFTMAX_FIRST, squashed))
    return [(deviation, partial(_recorded, found, epochs)) for deviation, found in known]


def _recorded(found: Callable[[], Iterable[Losses]], epochs: int) -> Iterable[Losses]:
    for one in found():
        yield from (one, _by_epoch(one, epochs, mean))


def _by_epoch(one: Losses, epochs: int, summed: Callable[[Losses], float]) -> Losses:
    size = max(1, len(one) // epochs)
    return [summed(one[start : start + size]) for start in range(0, len(one), size)]


def norms(gradients: Sequence[Gradients], clip: float) -> list[Candidate]:
    """List other records of the gradient norms."""
    return [
        (AFTER_CLIPPING, lambda: [[min(norm(step), clip) for step in gradients]]),
        (ONE_PARAMETER, lambda: ([norm([g]) for g in one] for one in zip(*gradients, strict=True))),
    ]


# Samples and modes ---------------------------------------------------------------------------

AFTER_EACH_BATCH = Deviation(
    "calls on_epoch after each batch",
    "minor",
    "Your loop calls on_epoch after each batch. The assignment asks for one call after each epoch. "
    "After the loop over batches: on_epoch(…).",
)
ONCE_AT_THE_END = Deviation(
    "calls on_epoch once, at the end",
    "minor",
    "Your loop calls on_epoch once, after the last epoch. The assignment asks for a call after each "
    "epoch. After the loop over batches, but inside the loop over epochs: on_epoch(…).",
)
SINGLE_SAMPLE = Deviation(
    "passes a single sample",
    "minor",
    "Your loop passes one sample to on_epoch. The assignment asks for a list of 10: "
    "for _ in range(10).",
)
EVAL_LATER = Deviation(
    "trains in eval mode after the first epoch",
    "minor",
    "Your model is in eval mode from the second epoch on. Call model.train() at the start of each "
    "epoch.",
)


def calls(count: int, epochs: int) -> list[Candidate]:
    """List other numbers of batches trained before each call of on_epoch."""
    total = count * epochs
    return [
        (AFTER_EACH_BATCH, lambda: [list(range(1, total + 1))]),
        (ONCE_AT_THE_END, lambda: [[total]]),
    ]


def samples(found: Any) -> list[Candidate]:
    """List other samples that on_epoch is called with."""

    def single() -> Iterable[list[Any]]:
        flat = all(sample and all(type(token) is int for token in sample) for sample in found)
        if found and (flat or all(len(sample) == 1 for sample in found)):
            yield list(found)

    return [(SINGLE_SAMPLE, single)]


def modes(count: int, epochs: int) -> list[Candidate]:
    """List other modes at the steps: whether each is in train mode."""
    return [(EVAL_LATER, lambda: [[True] * count + [False] * count * (epochs - 1)])]
