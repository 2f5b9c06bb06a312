"""Deviations of pytorch_rnn.py: the forward pass of the tagger with one thing changed."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import torch
from torch import Tensor

from graders.deviations import Candidate, Deviation
from graders.deviations.numpy_rnn import SUMS
from graders.deviations.taggers import Sentence, second_calls
from graders.oracles.numpy_rnn import (
    Forward,
    Weights,
    gradients,
    log_probabilities,
    same,
    scores,
    states,
)

NOT_CARRIED = Deviation(
    "does not carry the state",
    "fatal",
    "Your rows are those of a network that starts from zeros at each word. Assign the new hidden "
    "state to the variable that the next step reads.",
)
TANH = Deviation(
    "uses tanh",
    "minor",
    "Your rows are those of states with a tanh. The assignment asks for the sigmoid.",
)
LINEAR = Deviation(
    "carries the state before the activation",
    "major",
    "Your rows are those of a linear recurrence, with the sigmoid only on the way to the output. "
    "The next step reads the state after the sigmoid.",
)
TRANSPOSED = Deviation(
    "transposes the recurrent weights",
    "minor",
    "Your rows are those of the transposed recurrent weights. The assignment asks for W_h h_(t-1).",
)
FROM_ONES = Deviation(
    "starts from ones",
    "minor",
    "Your rows are those of a first state of ones. The assignment starts from zeros.",
)
STATE_BEFORE = Deviation(
    "reads the state before",
    "major",
    "Each of your rows is that of the state before its word. Row t is the log-softmax of W_y h_t, "
    "and h_t has read word t.",
)
SCORES = Deviation(
    "gives scores without a softmax",
    "major",
    "Your rows are the scores W_y h_t. The assignment asks for their logarithms of probabilities: "
    "apply log_softmax over the tags.",
)
PROBABILITIES = Deviation(
    "gives probabilities",
    "major",
    "Your rows are probabilities. The assignment asks for their logarithms: apply log_softmax over "
    "the tags.",
)
OVER_WORDS = Deviation(
    "applies the softmax over the words",
    "major",
    "Your columns are normalised, and not your rows. Apply log_softmax over the tags, dim=1 of "
    "(T, C).",
)
LAST_ROW = Deviation(
    "gives the last row alone",
    "major",
    "Your result is the row of the last word. There is one for each word: row t is the log-softmax "
    "over the tags of W_y h_t.",
)
BACKWARDS = Deviation(
    "reads the sentence backwards",
    "major",
    "Your rows are those of a network that reads from the last word to the first. Row t may only "
    "read the words up to t.",
)
DETACHED = Deviation(
    "detaches the state between steps",
    "major",
    "Your gradients are those of a state that is cut off at each step: nothing goes back through "
    "time. The graph is cut by detach(), .data, .item() or .numpy().",
)
KEEPS_STATE = Deviation(
    "goes on with the state of the sentence before",
    "major",
    "Your gradients of a second call are those of a first state that the call before left behind. "
    "Start each sentence from zeros.",
)
CHANGES_WORDS = Deviation(
    "changes the words",
    "major",
    "Your results are right for other words than those that are given, and the caller's tensor is "
    "changed. Operations that end in _ and assignments into a slice change the caller's tensor.",
)
CHANGES_WEIGHTS = Deviation(
    "changes the weights",
    "major",
    "Your results are right for other weights than those that the model had: the call changes "
    "them. Only update may change the weights.",
)


def _softmax_of(
    weights: Weights,
    words: Tensor,
    activation: Callable[[Tensor], Tensor] = torch.sigmoid,
    carried: Callable[[Tensor], Tensor] = same,
    first: Tensor | float = 0.0,
) -> Tensor:
    hidden = states(weights, words, activation, carried, first)
    return torch.log_softmax(scores(weights, hidden[1:]), 1)


def _without_recurrence(weights: Weights, words: Tensor) -> Tensor:
    W_e, W_x, W_h, W_y = weights
    return log_probabilities([W_e, W_x, 0 * W_h, W_y], words)


def _linear(weights: Weights, words: Tensor) -> Tensor:
    hidden = states(weights, words, same)[1:].sigmoid()
    return torch.log_softmax(scores(weights, hidden), 1)


def _transposed(weights: Weights, words: Tensor) -> Tensor:
    W_e, W_x, W_h, W_y = weights
    return log_probabilities([W_e, W_x, W_h.T, W_y], words)


def _state_before(weights: Weights, words: Tensor) -> Tensor:
    return torch.log_softmax(scores(weights, states(weights, words)[:-1]), 1)


def _scores(weights: Weights, words: Tensor) -> Tensor:
    return scores(weights, states(weights, words)[1:])


FORWARDS: dict[Deviation, Forward] = {
    NOT_CARRIED: _without_recurrence,
    TANH: partial(_softmax_of, activation=torch.tanh),
    LINEAR: _linear,
    TRANSPOSED: _transposed,
    FROM_ONES: partial(_softmax_of, first=1.0),
    STATE_BEFORE: _state_before,
    SCORES: _scores,
    PROBABILITIES: lambda weights, words: log_probabilities(weights, words).exp(),
    OVER_WORDS: lambda weights, words: _scores(weights, words).log_softmax(0),
    LAST_ROW: lambda weights, words: log_probabilities(weights, words)[-1:],
    BACKWARDS: lambda weights, words: log_probabilities(weights, words.flip(0)).flip(0),
}


def wrong_rows(weights: Weights, words: Tensor) -> Iterator[Candidate]:
    """Yield the log-probabilities with one thing wrong."""
    right = log_probabilities(weights, words)
    for deviation, forward in FORWARDS.items():
        found = forward(weights, words)
        if found.shape != right.shape or not torch.allclose(found, right):
            yield deviation, partial(list, [found])


def wrong_gradients(weights: Weights, sentence: Sentence) -> Iterator[Candidate]:
    """Yield the four gradients of a forward pass or a loss with one thing wrong."""
    words, tags = sentence
    right = gradients(weights, words, tags)
    detached: Forward = partial(_softmax_of, carried=torch.Tensor.detach)
    for deviation, forward in [*FORWARDS.items(), (DETACHED, detached)]:
        if deviation != LAST_ROW:
            found = gradients(weights, words, tags, forward)
            if not all(map(torch.allclose, found, right)):
                yield deviation, partial(list, [found])
    if len(words) > 1:
        yield SUMS, partial(list, [[len(words) * gradient for gradient in right]])


def other_words(weights: Weights, words: Tensor) -> Sequence[Tensor]:
    """List what the words may have become: remainders, as far as they differ."""
    found = [words % by for by in range(1, len(weights[0]))]
    return [other for other in found if not torch.equal(other, words)]


def later_calls(
    weights: Weights, sentences: Sequence[Sentence], returned: Sequence[Weights], rate: float
) -> Iterator[Candidate]:
    """Yield the gradients of a sentence after it and another one were differentiated."""
    yield from second_calls(weights, sentences, returned, rate)
    last: Tensor | float = 0.0
    for words, _ in sentences:
        last = states(weights, words, first=last)[-1].detach()
    found = gradients(weights, *sentences[0], partial(_softmax_of, first=last))
    yield KEEPS_STATE, partial(list, [found])
