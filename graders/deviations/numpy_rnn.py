"""Deviations of numpy_rnn.py: backpropagation through time with one thing changed.

The gradients are computed step by step, since autograd makes none of these mistakes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from graders.deviations import Candidate, Deviation
from graders.deviations.taggers import Sentence
from graders.oracles.numpy_rnn import Weights, gradients, scores, states

REPEATED_ONCE = Deviation(
    "counts a repeated word once",
    "minor",
    "Your gradient of W_e has only one of the parts of a word that occurs several times. Use += in "
    "a loop (or np.add.at) on the row of the word: each occurrence adds its part.",
)
STATE_TOO_EARLY = Deviation(
    "reads the state one step too early",
    "minor",
    "Your gradient of W_h is that of states one step too early. The state before word t is h[t], "
    "since row 0 of h is the first state.",
)
NEW_STATE = Deviation(
    "reads the new state for the one before",
    "minor",
    "Your gradient of W_h is that of the new states. The state before word t is h[t], since row 0 "
    "of h is the first state.",
)
BACK_UNTRANSPOSED = Deviation(
    "goes back through W_h",
    "minor",
    "Your derivative goes back through W_h. The one that is asked for goes back through its "
    "transpose, W_h.T.",
)
TRANSPOSED = Deviation(
    "transposes the gradient of W_h",
    "minor",
    "Your gradient of W_h is the transpose of the right one: the two factors of the outer product "
    "are exchanged. The derivative at the pre-activation is for its rows, the state before for its "
    "columns.",
)
NOTHING_BACK = Deviation(
    "sends nothing back through time",
    "major",
    "Your gradients are those of steps that do not know of later ones: no derivative comes back "
    "through the states. It goes back through W_h.T, from the last word to the first.",
)
ONLY_OUTPUT = Deviation(
    "differentiates the output weights alone",
    "fatal",
    "Your gradient of W_y is right, and the other three are zero. Compute them; do not only create "
    "arrays.",
)
OTHER_SIGN = Deviation(
    "has the wrong sign",
    "major",
    "Your gradients point up: they are -1 times the right ones. The derivative of the scores is "
    "p_t - one-hot of the tag, not the other way round.",
)
ONE_HOT_ADDED = Deviation(
    "adds the one-hot tags",
    "major",
    "Your gradients are those of p_t + one-hot of the tag. The derivative of the scores is the "
    "difference of the two.",
)
SUMS = Deviation(
    "gives sums instead of means",
    "minor",
    "Your gradients are those of the sum over the words. The loss is a mean over the words: divide "
    "by the number of words once.",
)
DIVIDED_TWICE = Deviation(
    "divides by the number of words twice",
    "minor",
    "Your gradients are divided by the number of words twice. The loss is a mean over the words: "
    "divide by the number of words once.",
)
MEAN_OVER_TAGS = Deviation(
    "takes the mean over the tags as well",
    "minor",
    "Your gradients are divided by the number of words and by the number of tags. The loss is a "
    "mean over the words: divide by the number of words once.",
)
RATE_INSIDE = Deviation(
    "multiplies the gradients by the learning rate",
    "minor",
    "Your gradients are those that are asked for, times the learning rate. Return the derivatives "
    "of the loss, and leave the learning rate to update.",
)
NO_SIGMOID = Deviation(
    "does not differentiate the sigmoid",
    "major",
    "Your gradients are those of states without an activation. The derivative goes back through "
    "the sigmoid of each step: h (1 - h).",
)
AS_TANH = Deviation(
    "differentiates the sigmoid as a tanh",
    "minor",
    "Your derivative at each step is that of a tanh, 1 - h². That of the sigmoid is h (1 - h).",
)
PAST_SIGMOID = Deviation(
    "lets the later derivative pass by the sigmoid",
    "minor",
    "What comes back from later steps is added behind the sigmoid. It belongs to the state, as "
    "what comes from the scores does: both go back through h (1 - h).",
)
ONE_STEP = Deviation(
    "goes back one step only",
    "major",
    "Your derivative goes back by one step, and not on from there. What goes back through W_h.T is "
    "all of the derivative at the pre-activation, with the part from later steps.",
)
FORWARDS = Deviation(
    "goes from the first word to the last",
    "major",
    "Your derivatives are passed on from earlier words to later ones. Go from the last word to the "
    "first.",
)
LAST_LEFT_OUT = Deviation(
    "leaves out the last step",
    "minor",
    "Your gradients lack the part of the last word. Sum over all T steps.",
)
OUTPUT_BEFORE = Deviation(
    "reads the state before for W_y",
    "minor",
    "Your gradient of W_y is that of the states before each word. The output of word t reads "
    "h[t + 1], since row 0 of h is the first state.",
)
ALL_WORDS = Deviation(
    "adds to every word of the sentence",
    "major",
    "Your gradient of W_e has the same in the rows of all words of the sentence. Each step adds "
    "its part to the row of the word that it reads.",
)
PAST_INPUT = Deviation(
    "passes by the input weights",
    "major",
    "Your gradient of W_e does not go through the input weights. It is W_x.T times the derivative "
    "at the pre-activation.",
)
TAGS_CHANGED = Deviation(
    "changes the tags",
    "major",
    "Your gradients are right for other tags than those that are given, and the caller's array of "
    "tags is changed. Operations that end in _ and assignments into a slice change the caller's.",
)


@dataclass(frozen=True)
class Back:
    """How derivatives go back through the network; what stands here is right.

    Args:
        score: the derivative by the scores, of the probabilities and one-hot tags (T, C).
        through: from what arrives at a state (of its own scores, of later steps) and the state, to
            the derivative at the pre-activation.
        onward: what the step before gets, of W_h and of the derivative with and without later
            steps.
        steps: the order of the steps.
        before: the row of the states that W_h is taken to have read at step t.
        output: the row of the states that W_y is taken to have read at step t.
        to_word: the derivative by the word's vector.
        add: what W_e gets, of the derivatives (T, E) by the words' vectors.
    """

    score: Callable[[Tensor, Tensor], Tensor] = lambda p, tags: (p - tags) / len(p)
    through: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda own, later, h: (
        (own + later) * h * (1 - h)
    )
    onward: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda W_h, d_z, alone: W_h.T @ d_z
    steps: Callable[[int], Iterable[int]] = lambda T: reversed(range(T))
    before: Callable[[int], int] = lambda t: t
    output: Callable[[int], int] = lambda t: t + 1
    to_word: Callable[[Tensor, Tensor], Tensor] = lambda W_x, d_z: W_x.T @ d_z
    add: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda d_e, words, parts: d_e.index_add(
        0, words, parts
    )


def backpropagated(weights: Weights, words: Tensor, tags: Tensor, back: Back) -> list[Tensor]:
    """Return the gradients of W_e, W_x, W_h, W_y, as `back` computes them."""
    W_e, W_x, W_h, W_y = weights = [w.detach().double() for w in weights]
    h = states(weights, words)
    d_y = back.score(scores(weights, h[1:]).softmax(1), torch.eye(len(W_y)).double()[tags])
    d_e, d_x, d_h, d_W_y = (torch.zeros_like(w) for w in weights)
    parts = torch.zeros(len(words), W_e.shape[1], dtype=torch.float64)
    later = nothing = torch.zeros(len(W_h), dtype=torch.float64)
    for t in back.steps(len(words)):
        own = W_y.T @ d_y[t]
        d_z = back.through(own, later, h[t + 1])
        d_W_y += torch.outer(d_y[t], h[back.output(t)])
        d_x += torch.outer(d_z, W_e[words[t]])
        d_h += torch.outer(d_z, h[back.before(t)])
        parts[t] = back.to_word(W_x, d_z)
        later = back.onward(W_h, d_z, back.through(own, nothing, h[t + 1]))
    return [back.add(d_e, words, parts), d_x, d_h, d_W_y]


def _once(d_e: Tensor, words: Tensor, parts: Tensor, last: bool) -> Tensor:
    """Give the row of a word only the part of its first or of its last place."""
    for t in range(len(words)) if last else reversed(range(len(words))):
        d_e[words[t]] = parts[t]
    return d_e


def _to_all(d_e: Tensor, words: Tensor, parts: Tensor) -> Tensor:
    d_e[words] = parts.sum(0)
    return d_e


WAYS: dict[Deviation, Sequence[Back]] = {
    REPEATED_ONCE: [Back(add=partial(_once, last=last)) for last in (False, True)],
    STATE_TOO_EARLY: [Back(before=lambda t: t - 1)],
    NEW_STATE: [Back(before=lambda t: t + 1)],
    BACK_UNTRANSPOSED: [Back(onward=lambda W_h, d_z, alone: W_h @ d_z)],
    NOTHING_BACK: [Back(onward=lambda W_h, d_z, alone: 0 * d_z)],
    ONE_HOT_ADDED: [Back(score=lambda p, tags: (p + tags) / len(p))],
    NO_SIGMOID: [Back(through=lambda own, later, h: own + later)],
    AS_TANH: [Back(through=lambda own, later, h: (own + later) * (1 - h * h))],
    PAST_SIGMOID: [Back(through=lambda own, later, h: own * h * (1 - h) + later)],
    ONE_STEP: [Back(onward=lambda W_h, d_z, alone: W_h.T @ alone)],
    FORWARDS: [Back(steps=range)],
    LAST_LEFT_OUT: [Back(steps=lambda T: reversed(range(T - 1)))],
    OUTPUT_BEFORE: [Back(output=lambda t: t)],
    ALL_WORDS: [Back(add=_to_all)],
    PAST_INPUT: [Back(to_word=lambda W_x, d_z: d_z[:1].expand(W_x.shape[1]))],
}


def wrong_gradients(weights: Weights, sentence: Sentence, rate: float) -> Iterator[Candidate]:
    """Yield the four gradients with one thing wrong; `rate` is the model's learning rate."""
    T, C, right = len(sentence[0]), len(weights[3]), gradients(weights, *sentence)
    for deviation, factor in ((OTHER_SIGN, -1), (MEAN_OVER_TAGS, 1 / C), (RATE_INSIDE, rate)):
        yield deviation, partial(list, [[factor * gradient for gradient in right]])
    zeros = [torch.zeros_like(gradient) for gradient in right[:3]]
    yield ONLY_OUTPUT, partial(list, [[*zeros, right[3]]])
    yield TRANSPOSED, partial(list, [[*right[:2], right[2].T, right[3]]])
    if T > 1:
        yield SUMS, partial(list, [[T * gradient for gradient in right]])
        yield DIVIDED_TWICE, partial(list, [[gradient / T for gradient in right]])
    for deviation, ways in WAYS.items():
        found = [backpropagated(weights, *sentence, back) for back in ways]
        wrong = [
            g for g in found if not all(map(torch.allclose, g, right)) and any(map(torch.any, g))
        ]
        yield deviation, partial(list, wrong)


def other_tags(weights: Weights, sentence: Sentence) -> Iterator[Candidate]:
    """Yield the gradients for tags that are moved on, all alike."""
    words, tags = sentence
    C = len(weights[3])
    moved = [(tags + by) % C for by in range(1, C)]
    yield TAGS_CHANGED, partial(list, [gradients(weights, words, other) for other in moved])
