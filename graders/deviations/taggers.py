"""Deviations of both taggers: the order of gradients, a second call, and the update."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import permutations

from torch import Tensor

from graders.deviations import Candidate, Deviation
from graders.oracles.numpy_rnn import Weights, gradients

Sentence = tuple[Tensor, Tensor]  # (T,) word ids, (T,) tag ids

OTHER_ORDER = Deviation(
    "gives the gradients in another order",
    "minor",
    "Your gradients are right, but come in another order. In the order W_e (V, E), W_x (H, E), W_h "
    "(H, H), W_y (C, H).",
)
ADDS_UP = Deviation(
    "adds up the gradients of all calls",
    "major",
    "The gradients of a second call are the sum of all so far. Start from arrays of zeros in each "
    "call, and keep none on self; in PyTorch set gradients to None before each backward().",
)
MOVES = Deviation(
    "moves the weights when it differentiates",
    "minor",
    "Your gradients of a second call are those of weights that the first one moved. Only update "
    "may change the weights.",
)
UPHILL = Deviation(
    "adds the gradient",
    "fatal",
    "Your update goes up the gradient. Compute parameter -= learning_rate * gradient once for each "
    "of the four weights.",
)
NO_UPDATE = Deviation(
    "leaves the weights as they are",
    "fatal",
    "Your update changes no weight. Compute parameter -= learning_rate * gradient, in place, once "
    "for each of the four weights.",
)


def other_orders(weights: Weights, sentence: Sentence) -> Iterator[Candidate]:
    """Yield the right gradients in all other orders."""
    _, *orders = permutations(gradients(weights, *sentence))
    yield OTHER_ORDER, partial(list, [list(order) for order in orders])


def second_calls(
    weights: Weights, sentences: Sequence[Sentence], returned: Sequence[Weights], rate: float
) -> Iterator[Candidate]:
    """Yield the gradients of a sentence after it and another one were differentiated.

    Args:
        returned: the gradients that came back for these two sentences.
    """
    pairs = zip(*returned, strict=True)
    yield ADDS_UP, partial(list, [[one + other for one, other in pairs]])
    moved = list(weights)
    for before in sentences:
        steps = zip(moved, gradients(moved, *before), strict=True)
        moved = [w.double() - rate * gradient for w, gradient in steps]
    yield MOVES, partial(list, [gradients(moved, *sentences[0])])


def updates(
    weights: Weights, gradients: Weights, rate: float, grow: Callable[[], bool]
) -> Iterator[Candidate]:
    """Yield the weights after an update that goes wrong, after these gradients came back.

    Args:
        grow: asks whether the gradients of one sentence differ from call to call.
    """
    for deviation, factor in ((ADDS_UP, -2), (UPHILL, 1), (NO_UPDATE, 0)):
        if deviation != ADDS_UP or grow():
            pairs = zip(weights, gradients, strict=True)
            yield deviation, partial(list, [[w + factor * rate * g for w, g in pairs]])
