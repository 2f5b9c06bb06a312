"""Deviations of a training loop: how its weights move, and which of them it keeps as the best."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from graders.deviations import Candidate, Deviation

ONCE = "Once per batch: zero_grad, forward, loss, backward, step, on the parameters of this model."
MANY = 100  # more steps than any check lets a loop make
NEVER_ZERO = Deviation(
    "never sets the gradients to zero",
    "major",
    "The gradients of all batches add up, because they are never set to zero. Call "
    "optimizer.zero_grad() for every batch, before backward(): gradients add up otherwise.",
)
ZERO_PER_EPOCH = Deviation(
    "sets the gradients to zero once per epoch",
    "major",
    "The gradients of an epoch's batches add up, because they are set to zero once per epoch. Call "
    "optimizer.zero_grad() for every batch, before backward(): gradients add up otherwise.",
)
STEP_PER_EPOCH = Deviation(
    "makes one step per epoch",
    "major",
    f"The weights change once per epoch, after its last batch. {ONCE}",
)
NO_STEP = Deviation(
    "forgets the step",
    "fatal",
    "The gradients are computed, but no step ever uses them: the weights never change. Call "
    f"optimizer.step() after backward(). {ONCE}",
)
UNUSED = Deviation(
    "never uses the gradients in a step",
    "fatal",
    "The gradients are computed, but the weights never change: there is no step, or each step comes "
    f"before its batch's backward pass, where the gradients have just been erased. {ONCE}",
)
STEP_TOO_EARLY = Deviation(
    "steps before the backward pass",
    "fatal",
    "Each step comes before its batch's backward pass, where the gradients have just been erased: "
    f"the weights never change. {ONCE}",
)
NO_BACKWARD = Deviation(
    "forgets the backward pass",
    "fatal",
    f"There are steps, but no backward pass: no gradient is computed. {ONCE}",
)
ERASES = Deviation(
    "erases the gradients before the step",
    "fatal",
    "After each backward pass the gradients are set to zero before a step uses them: the weights "
    f"never change. {ONCE}",
)
OTHER_PARAMETERS = Deviation(
    "optimises other parameters",
    "fatal",
    "The weights never change, and their gradients are never set to zero: no optimizer holds the "
    f"parameters of the model that was passed in. {ONCE}",
)
OWN_OPTIMIZER = Deviation(
    "has an optimizer of its own",
    "minor",
    "The weights change after every batch, but the optimizer that was passed in never makes a step. "
    "Use the optimizer that is passed in.",
)


def steps(epochs: Sequence[int]) -> list[Candidate]:
    """List the deviations of [fresh, steps, moved] in a loop with a given optimizer.

    fresh: whether the gradients were zero before each backward pass; steps: how many of these there
    were before each step; moved: whether the weights changed after each batch.

    Args:
        epochs: how many batches were trained on in each.
    """
    n = sum(epochs)
    all_, none, every = [True] * n, [False] * n, list(range(1, n + 1))
    return [
        (NEVER_ZERO, lambda: [[_first(n), every, all_]]),
        (ZERO_PER_EPOCH, lambda: [[_firsts(epochs), every, all_]]),
        (STEP_PER_EPOCH, lambda: [[all_, list(accumulate(epochs)), _lasts(epochs)]]),
        (NO_STEP, lambda: [[all_, [], none]]),
        (STEP_TOO_EARLY, lambda: [[all_, list(range(n)), none]]),
        (NO_BACKWARD, lambda: [[[], [0] * count, []] for count in range(1, MANY)]),
        (OWN_OPTIMIZER, lambda: [[all_, [], all_]]),
    ]


def moves(epochs: Sequence[int]) -> list[Candidate]:
    """List the deviations of [fresh, moved, left] in a loop with an optimizer of its own.

    left: whether a gradient was left at the end.

    Args:
        epochs: how many batches were trained on in each.
    """
    n = sum(epochs)
    all_, none = [True] * n, [False] * n
    return [
        (NEVER_ZERO, lambda: [[_first(n), all_, True]]),
        (ZERO_PER_EPOCH, lambda: [[_firsts(epochs), all_, True]]),
        (STEP_PER_EPOCH, lambda: [[all_, _lasts(epochs), left] for left in (True, False)]),
        (UNUSED, lambda: [[all_, none, True]]),
        (ERASES, lambda: [[all_, none, False]]),
        (OTHER_PARAMETERS, lambda: [[_first(n), none, True]]),
    ]


def _first(count: int) -> list[bool]:
    return [True] + [False] * (count - 1)


def _firsts(epochs: Sequence[int]) -> list[bool]:
    return [first for count in epochs for first in _first(count)]


def _lasts(epochs: Sequence[int]) -> list[bool]:
    return [last for count in epochs for last in reversed(_first(count))]


BEST = (
    "It has to be a copy of the weights after the epoch that was best in validation: "
    "copy.deepcopy(model.state_dict())."
)
LAST_STATE = Deviation(
    "keeps the last state",
    "major",
    "best_state has exactly the weights after the last epoch: it is replaced in every epoch, or it "
    f"is not a copy, and training goes on in it. Compare with the best value so far. {BEST}",
)
FIRST_STATE = Deviation(
    "keeps the first state",
    "major",
    f"best_state has exactly the weights after the first epoch. {BEST}",
)
WORST_STATE = Deviation(
    "keeps the worst state",
    "major",
    f"best_state has exactly the weights after the epoch with the highest validation loss. {BEST}",
)
BY_TRAINING = Deviation(
    "chooses by the training loss",
    "major",
    f"best_state has exactly the weights after the epoch with the lowest training loss. {BEST}",
)
BETTER_THAN_BEFORE = Deviation(
    "compares with the epoch before",
    "minor",
    "best_state has exactly the weights after the last epoch that was better than the one before "
    f"it. Compare with the best value so far. {BEST}",
)


def best_epochs(
    valid_losses: Sequence[float], train_losses: Sequence[float]
) -> list[tuple[Deviation, int]]:
    """List the deviations of the best epoch, with the epoch that each chooses."""
    last = len(valid_losses) - 1
    better = [e for e in range(1, last + 1) if valid_losses[e] < valid_losses[e - 1]]
    return [
        (LAST_STATE, last),
        (FIRST_STATE, 0),
        (WORST_STATE, valid_losses.index(max(valid_losses))),
        (BY_TRAINING, train_losses.index(min(train_losses))),
        (BETTER_THAN_BEFORE, max(better, default=0)),
    ]


def best_states(
    after: Sequence[Mapping[str, Any]], chosen: Sequence[tuple[Deviation, int]]
) -> list[Candidate]:
    """List the deviations of the best state, with its weights; `after` has those of each epoch."""

    def candidate(deviation: Deviation, epoch: int) -> Candidate:
        return deviation, lambda: [dict(after[epoch])]

    return [candidate(*each) for each in chosen]
