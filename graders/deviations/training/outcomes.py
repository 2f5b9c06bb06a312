"""Deviations of a training loop: the lists that it returns, and their form."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate, product
from typing import Any

from graders.deviations import Candidate, Deviation
from graders.deviations.training.loops import Epochs, Order, Plan, Visit
from graders.oracles.training import means

DIVIDE = "Add up over the epoch and divide once, by the number of batches or examples."
LAST_LOSS = Deviation(
    "keeps the last batch's training loss",
    "minor",
    f"Your training loss of an epoch is exactly that of its last batch. {DIVIDE}",
)
SUMMED = Deviation(
    "does not divide the training loss",
    "minor",
    f"Your training loss of an epoch is exactly the sum over it, not the mean. {DIVIDE}",
)
BY_LAST_SIZE = Deviation(
    "divides the training losses by the size of the last batch",
    "minor",
    "Your training loss of an epoch is exactly the sum of its batches' losses over the number of "
    f"examples in the last batch. {DIVIDE}",
)
BY_EXAMPLES = Deviation(
    "divides the batches' training losses by the examples",
    "minor",
    "Your training loss of an epoch is exactly the sum of its batches' mean losses over the number "
    f"of examples. {DIVIDE}",
)
ADDS_UP = Deviation(
    "keeps adding the training loss over epochs",
    "minor",
    "Your training losses add up over the epochs: each entry is the sum of the means so far. "
    f"{DIVIDE} Start every epoch at 0.",
)
EVERY_BATCH = Deviation(
    "keeps one training loss per batch",
    "minor",
    f"Your training losses have one entry per batch. The list has one per epoch. {DIVIDE}",
)


def both_means(epochs: Epochs) -> list[list[float]]:
    """Return both readings of the epochs' mean losses: over batches, and over examples."""
    pairs = [means([visit.loss for visit in e], [visit.size for visit in e]) for e in epochs]
    return [[pair[reading] for pair in pairs] for reading in (0, 1)]


def both_sums(epochs: Epochs) -> list[list[float]]:
    """Return both readings of the epochs' summed losses: over batches, and over examples."""
    return [
        [sum(visit.loss for visit in epoch) for epoch in epochs],
        [sum(visit.loss * visit.size for visit in epoch) for epoch in epochs],
    ]


def _over(epochs: Epochs, divisor: Callable[[Sequence[Visit]], int]) -> list[float]:
    return [sum(visit.loss for visit in epoch) / divisor(epoch) for epoch in epochs]


def _each(epochs: Epochs) -> list[list[float]]:
    repeated = [
        [mean for mean, epoch in zip(reading, epochs, strict=True) for _ in epoch]
        for reading in both_means(epochs)
    ]
    return [[visit.loss for epoch in epochs for visit in epoch], *repeated]


TRAIN_LOSSES: tuple[tuple[Deviation, Callable[[Epochs], list[list[float]]]], ...] = (
    (LAST_LOSS, lambda epochs: [[epoch[-1].loss for epoch in epochs]]),
    (SUMMED, both_sums),
    (BY_LAST_SIZE, lambda epochs: [_over(epochs, lambda epoch: epoch[-1].size)]),
    (BY_EXAMPLES, lambda epochs: [_over(epochs, lambda epoch: sum(v.size for v in epoch))]),
    (ADDS_UP, lambda epochs: [list(accumulate(means)) for means in both_means(epochs)]),
    (EVERY_BATCH, _each),
)

KEEPS_MODEL = Deviation(
    "keeps the model instead of its state",
    "minor",
    "best_state is a copy of the model after its best epoch, not the model's state dict. Keep "
    "copy.deepcopy(model.state_dict()).",
)
CONTINUES = Deviation(
    "continues the lists of the previous call",
    "slip",
    "A second call returns the entries of the first call too, as a list does that is a default "
    "argument or is kept outside the function. Make the lists in every call: one entry per epoch.",
)


RETURNS_DICT = Deviation(
    "returns a dict",
    "minor",
    "Your history has the right content, but it is a dict. Return an object with the attributes "
    "train_loss, val_loss, val_accuracy and best_state.",
)
LISTS_ALONE = Deviation(
    "returns the losses alone",
    "major",
    "Your losses are right, but they come alone: the best weights are lost. Return everything that "
    "the assignment asks for, with its best_state.",
)


@dataclass(frozen=True)
class Outcome:
    """What a loop visited and returned.

    Args:
        lists: what it returned in place of each list of numbers.
        state: what it returned as best state: "state dict", "model" if it is a model with the best
            weights, "missing", or another word.
        form: "object", or "dict" if the results are in one.
    """

    order: Order
    lists: Sequence[Sequence[float]]
    state: str = "state dict"
    form: str = "object"

    @property
    def flat(self) -> list[Any]:
        return [self.order, [list(values) for values in self.lists], self.state, self.form]


Lists = Sequence[Sequence[float]]


def outcomes(
    plan: Plan,
    met: Order,
    train: Epochs,
    readings: Sequence[Lists],
    others: Sequence[tuple[Deviation, Iterable[Lists]]],
    before: Sequence[Lists],
) -> list[Candidate]:
    """List the deviations of a loop's outcome.

    Args:
        train: what was learned from, by epoch.
        readings: the right lists other than of training losses, given what was recorded.
        others: their deviations.
        before: the lists that a call before this one may have returned.
    """
    right = [
        Outcome(plan.right, [one, *rest]) for one, rest in product(both_means(train), readings)
    ]

    def with_train(values: Callable[[Epochs], list[list[float]]]) -> Iterable[list[Any]]:
        for outcome, losses in product(right, values(train)):
            yield replace(outcome, lists=[losses, *outcome.lists[1:]]).flat

    def with_others(values: Iterable[Lists]) -> Iterable[list[Any]]:
        for outcome, lists in product(right, list(values)):
            yield replace(outcome, lists=[outcome.lists[0], *lists]).flat

    def in_order(order: Order) -> Iterable[list[Any]]:
        return (replace(outcome, order=order).flat for outcome in right)

    return [
        *((d, partial(in_order, order)) for d, order in plan.wrong(met)),
        *((d, partial(with_train, values)) for d, values in TRAIN_LOSSES),
        *((d, partial(with_others, values)) for d, values in others),
        (KEEPS_MODEL, lambda: [replace(outcome, state="model").flat for outcome in right]),
        (LISTS_ALONE, lambda: _alone(right)),
        (RETURNS_DICT, lambda: [replace(outcome, form="dict").flat for outcome in right]),
        (CONTINUES, lambda: _continued(right, before)),
    ]


def _alone(right: list[Outcome]) -> Iterable[list[Any]]:
    for outcome in right:
        for count in range(2, len(outcome.lists) + 1):
            yield replace(outcome, lists=outcome.lists[:count], state="missing").flat


def _continued(right: list[Outcome], before: Sequence[Lists]) -> Iterable[list[Any]]:
    for outcome, old in product(right, before):
        for kept in product((False, True), repeat=len(old)):
            if any(kept):
                parts = zip(kept, old, outcome.lists, strict=False)
                lists = [[*first, *new] if keep else new for keep, first, new in parts]
                yield replace(outcome, lists=lists).flat
