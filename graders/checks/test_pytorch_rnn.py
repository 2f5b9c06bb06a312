"""Checks of pytorch_rnn.py: the forward pass of the tagger; autograd gives the gradients."""

import contextlib
from functools import partial
from itertools import chain

import torch

from graders.assertions.compare import close, holds, shaped
from graders.assertions.properties import any_reading, arguments_unchanged, furthest
from graders.assertions.recognise import recognised
from graders.deviations import pytorch_rnn as deviations
from graders.deviations.taggers import other_orders, updates
from graders.oracles import numpy_rnn as oracle
from graders.probes import tagging
from graders.remote.faults import Fault, StudentError

EQUATIONS = (
    "h_t = sigmoid(W_x W_e[word_t] + W_h h_(t-1)) from zeros, and row t is the log-softmax over "
    "the tags of W_y h_t. There are no biases."
)
CARRY = "Assign the new hidden state to the variable that the next step reads."
CUT = "The graph is cut where values leave PyTorch: detach(), .data, .item(), .numpy()."
KINDS = (lambda values: values, lambda values: values.numpy())  # LongTensor or array


def _setting(student, draw, length, repeat=False):
    """Make a model with random weights and a sentence; return them with the sizes and weights."""
    size = tagging.sizes(draw)
    model = tagging.make(student.PytorchRNN, size)
    weights = tagging.weigh(student, model, size, tagging.random_weights(draw, size))
    return model, size, weights, tagging.sentence(draw, size, length, repeat)


def _taken(function, *tensors):
    """Call a method with LongTensors, or with arrays if it takes no tensors."""
    return any_reading(function, *[[kind(values) for values in tensors] for kind in KINDS])


def _log_probabilities(student, model, size, weights, words):
    """Return the log-probabilities (T, C), from log_forward or _log_forward."""
    try:
        returned = _taken(model.log_forward, words)
    except StudentError as error:
        try:
            returned = _taken(student.get(model, "_log_forward"), words)
        except StudentError as other:
            raise furthest([error, other]) from None
    if isinstance(returned, (tuple, list)) and returned:
        returned = returned[0]  # the NumPy model returns more than the log-probabilities
    with recognised(returned, deviations.wrong_rows(weights, words)):
        return shaped(returned, (len(words), size.C), EQUATIONS, "log_p_y")


def _gradients(model, size, weights, sentence):
    returned = _taken(model.backpropagation, *sentence)
    with recognised(tagging.as_tensors(returned), other_orders(weights, sentence)):
        return tagging.matrices(returned, size, "The gradients")


def _changes(student, model, size, weights, words, compute):
    """Yield what the last call led to if it changed the words or the weights first."""
    if student.mutated:
        others = deviations.other_words(weights, words)
        yield deviations.CHANGES_WORDS, lambda: (compute(weights, other) for other in others)
    with contextlib.suppress(Fault):
        now = tagging.read(student, model, size)
        if not all(map(torch.equal, now, weights)):
            yield deviations.CHANGES_WEIGHTS, lambda: [compute(now, words)]


def _gradients_agree(student, draw, length, repeat=False):
    """Raise Failed unless all four gradients are those of the formula."""
    model, size, weights, sentence = _setting(student, draw, length, repeat)
    found = _gradients(model, size, weights, sentence)
    wanted = oracle.gradients(weights, *sentence)
    compute = partial(oracle.gradients, tags=sentence[1])
    changes = _changes(student, model, size, weights, sentence[0], compute)
    with recognised(found, chain(deviations.wrong_gradients(weights, sentence), changes)):
        for name, one, other in zip(oracle.NAMES, found, wanted, strict=True):
            close(one, other, CUT, f"The gradient of {name}")


def test_log_probabilities_equal_the_equations(student, draw):
    """The log-probabilities equal the network's equations with the model's own weights."""
    model, size, weights, (words, _) = _setting(student, draw, 5)
    found = _log_probabilities(student, model, size, weights, words)
    changes = _changes(student, model, size, weights, words, oracle.log_probabilities)
    with recognised(found, chain(deviations.wrong_rows(weights, words), changes)):
        close(found, oracle.log_probabilities(weights, words), EQUATIONS, "log_p_y")


def test_rows_are_log_probabilities(student, draw):
    """Each row contains the logarithms of probabilities that sum to one."""
    model, size, weights, (words, _) = _setting(student, draw, 5)
    rows = _log_probabilities(student, model, size, weights, words)
    sums = rows.double().exp().sum(dim=1).float()
    hint = "Apply log_softmax over the tags, dim=1 of (T, C)."
    with recognised(rows, deviations.wrong_rows(weights, words)):
        close(sums, torch.ones(5), hint, "The row sums")


def test_one_row_for_each_word(student, draw):
    """There is one row for each word, also for a sentence of one word."""
    model, size, weights, _ = _setting(student, draw, 2)
    for length in (1, 6, 2):
        words, _ = tagging.sentence(draw, size, length)
        _log_probabilities(student, model, size, weights, words)


def test_hidden_state_is_carried(student, draw):
    """The first word affects the log-probabilities of later words."""
    model, size, weights, (words, _) = _setting(student, draw, 3)
    other = torch.cat([(words[:1] + 1) % size.V, words[1:]])
    rows, changed = (_log_probabilities(student, model, size, weights, w) for w in (words, other))
    moved = bool((changed[1:] - rows[1:]).abs().max() > 1e-5)
    with recognised(rows, deviations.wrong_rows(weights, words)):
        holds(moved, "Changing the first word changes no later row.", hint=CARRY)


def test_is_causal(student, draw):
    """A word does not affect the log-probabilities of earlier words."""
    model, size, weights, (words, _) = _setting(student, draw, 4)
    other = torch.cat([words[:-1], (words[-1:] + 1) % size.V])
    rows, changed = (_log_probabilities(student, model, size, weights, w) for w in (words, other))
    with recognised(rows, deviations.wrong_rows(weights, words)):
        close(changed[:-1], rows[:-1], "Row t may only read the words up to t.", "An earlier row")


def test_gradients_agree_with_numpy(student, draw):
    """PytorchRNN's gradients of all four weights equal those of the NumPy model."""
    _gradients_agree(student, draw, 4)


def test_a_repeated_word_adds_up(student, draw):
    """PytorchRNN's gradients are correct for a sentence with a repeated word."""
    _gradients_agree(student, draw, 5, repeat=True)


def test_sentence_of_one_word(student, draw):
    """PytorchRNN's gradients are correct for a sentence of one word."""
    _gradients_agree(student, draw, 1)


def test_gradients_are_the_slope_of_the_loss(student, draw):
    """PytorchRNN's gradients equal finite differences of the loss of log_forward."""
    model, size, weights, sentence = _setting(student, draw, 4)
    found = _gradients(model, size, weights, sentence)
    directions = tagging.random_weights(draw, size, 0.3)
    told = sum((g.double() * d).sum() for g, d in zip(found, directions, strict=True))
    slope = _slope(student, model, size, weights, directions, sentence)
    wrong = abs(float(told) - slope) > 0.005 * (1 + abs(slope))  # float32, a step of 0.01
    hint = f"The loss is the mean of -log p(correct tag). {CUT}"
    holds(
        not wrong, "The slope of the loss does not match the gradients.", float(told), slope, hint
    )


def _slope(student, model, size, weights, directions, sentence, step=0.01):
    loss = []
    for sign in (step, -step):
        moved = [w.double() + sign * d for w, d in zip(weights, directions, strict=True)]
        tagging.weigh(student, model, size, moved)
        rows = _log_probabilities(student, model, size, moved, sentence[0])
        loss.append(-rows.double().gather(1, sentence[1][:, None]).mean())
    return float(loss[0] - loss[1]) / (2 * step)


def test_gradients_are_made_anew(student, draw):
    """PytorchRNN returns the same gradients for a sentence after computing another one."""
    model, size, weights, sentence = _setting(student, draw, 4)
    sentences = [sentence, tagging.sentence(draw, size, 3), sentence]
    first, *_, again = returned = [_gradients(model, size, weights, each) for each in sentences]
    tagging.not_only_zeros(first)
    hint = "Start each sentence from zeros; set gradients to None before each backward()."
    with recognised(
        again, deviations.later_calls(weights, sentences[:2], returned[:2], tagging.RATE)
    ):
        for name, one, other in zip(oracle.NAMES, again, first, strict=True):
            close(one, other, hint, f"The second gradient of {name}")


def test_changes_nothing(student, draw):
    """PytorchRNN's forward pass and gradients modify neither the weights nor the sentence."""
    model, size, weights, sentence = _setting(student, draw, 4)
    _log_probabilities(student, model, size, weights, sentence[0])
    arguments_unchanged(student)
    found = _gradients(model, size, weights, sentence)
    arguments_unchanged(student)
    tagging.not_only_zeros(found)
    now = tagging.read(student, model, size)
    for name, one, other in zip(oracle.NAMES, now, weights, strict=True):
        close(one, other, "Only update may change the weights.", f"{name} afterwards")


def _updates(student, model, size, weights, sentence, gradients):
    def grow():
        return tagging.differ(student, lambda: _gradients(model, size, weights, sentence))

    return updates(weights, gradients, tagging.RATE, grow)


def test_update_goes_down(student, draw):
    """PytorchRNN's update subtracts learning_rate * gradient, and the loss decreases."""
    model, size, weights, sentence = _setting(student, draw, 4)
    gradients = _gradients(model, size, weights, sentence)
    _taken(model.update, *sentence)
    moved = tagging.read(student, model, size)
    hint = "Compute parameter -= learning_rate * gradient once for each of the four weights."
    with recognised(moved, _updates(student, model, size, weights, sentence, gradients)):
        for name, now, old, gradient in zip(oracle.NAMES, moved, weights, gradients, strict=True):
            close(now, old - tagging.RATE * gradient, hint, f"{name} after an update")
    falls = oracle.loss(moved, *sentence) < oracle.loss(weights, *sentence)
    holds(bool(falls), "The loss does not decrease.", hint="Check the gradients and their sign.")


def test_learns_to_tag(student, draw):
    """After training on the tiny corpus, PytorchRNN tags held-out sentences accurately."""
    tagging.learns_to_tag(student, student.PytorchRNN, draw, KINDS)
