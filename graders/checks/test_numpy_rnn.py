"""Checks of numpy_rnn.py: backpropagation through time, written by hand."""

import torch

from graders.assertions.compare import close, holds, is_close
from graders.assertions.properties import arguments_unchanged
from graders.oracles import numpy_rnn as oracle
from graders.probes import tagging

STEP = 1e-5  # of finite differences: right to about 1e-9 in float64
HINTS = {
    "W_e": "W_x.T times the derivative at the pre-activation, added to the row of the word.",
    "W_x": "Sum over all T steps the outer product of the derivative at the pre-activation and z_e[t].",
    "W_h": "Sum over all T steps the outer product of the derivative at the pre-activation and h[t]: "
    "the state before it, since row 0 of h is the first state.",
    "W_y": "Sum over all T steps the outer product of (p_t - one-hot of the tag) / T and h[t + 1].",
}
BACK = (
    "Go from the last word to the first: the derivative goes back through W_h.T, then through "
    "h (1 - h) of the step before."
)
ADD = "Use += (or np.add.at) on the row of the word: each place where it stands adds its part."


def _setting(student, draw, length, repeat=False):
    """Make a model with random weights, and a sentence; give both with the weights."""
    size = tagging.sizes(draw)
    model = tagging.make(student.NumpyRNN, size)
    weights = tagging.weigh(student, model, size, tagging.random_weights(draw, size))
    return model, size, weights, tagging.sentence(draw, size, length, repeat)


def _gradients(model, size, sentence):
    words, tags = (values.numpy() for values in sentence)
    return tagging.matrices(model.backpropagation(words, tags), size, "The gradients")


def _one_gradient(student, draw, name, length=4, repeat=False, hint=""):
    """Pass if the gradient of one weight matrix is that of the formula."""
    model, size, weights, sentence = _setting(student, draw, length, repeat)
    place = oracle.NAMES.index(name)
    found = _gradients(model, size, sentence)[place]
    student.figure(tagging.along_one_weight(name, weights, found, sentence))
    hint = hint or f"{HINTS[name]} {'' if name == 'W_y' else BACK}".strip()
    wanted = oracle.gradients(weights, *sentence)[place]
    close(found, wanted, _multiple(found, wanted) or hint, f"The gradient of {name}")


def _multiple(found, wanted):
    """Give the hint for a gradient that is a multiple of the right one; else nothing."""
    factor = float((found * wanted).sum() / (wanted * wanted).sum())
    if factor == 0 or not is_close(found, factor * wanted):
        return ""
    return f"It is {factor:.3g} times the right one: " + (
        "the derivative by the scores is p_t - one-hot of the tag, not the other way round."
        if factor < 0
        else "divide by the number of words once, and leave the learning rate to update."
    )


def test_gradient_of_the_output_weights(student, draw):
    """The gradient of W_y is that of the mean loss over the words."""
    _one_gradient(student, draw, "W_y")


def test_gradient_of_the_recurrent_weights(student, draw):
    """The gradient of W_h sums what each step adds to the loss of its own and of later words."""
    _one_gradient(student, draw, "W_h")


def test_gradient_of_the_input_weights(student, draw):
    """The gradient of W_x sums what each step adds to the loss of its own and of later words."""
    _one_gradient(student, draw, "W_x")


def test_gradient_of_the_embeddings(student, draw):
    """The gradient of W_e reaches the row of each word of the sentence, and no other row."""
    _one_gradient(student, draw, "W_e")


def test_a_repeated_word_adds_up(student, draw):
    """A word that stands twice in a sentence gets the sum of both gradients in W_e."""
    _one_gradient(student, draw, "W_e", repeat=True, hint=ADD)


def test_sentence_of_one_word(student, draw):
    """All four gradients are right for a sentence of one word, where W_h has no effect."""
    model, size, weights, sentence = _setting(student, draw, 1)
    found = _gradients(model, size, sentence)
    wanted = oracle.gradients(weights, *sentence)
    for name, one, other in zip(oracle.NAMES, found, wanted, strict=True):
        close(one, other, _multiple(one, other) or HINTS[name], f"The gradient of {name}")


def test_gradients_are_the_slope_of_the_loss(student, draw):
    """Moving the weights a little changes cross_entropy_loss as the gradients say."""
    model, size, weights, sentence = _setting(student, draw, 5, repeat=True)
    found = _gradients(model, size, sentence)
    directions = tagging.random_weights(draw, size)
    for place, name in enumerate(oracle.NAMES):
        loss = []
        for step in (STEP, -STEP):
            moved = [w + step * d * (i == place) for i, (w, d) in _placed(weights, directions)]
            tagging.weigh(student, model, size, moved)
            value = model.cross_entropy_loss(*(values.numpy() for values in sentence))
            loss.append(tagging.number(value, "The loss"))
        slope = torch.tensor([(loss[0] - loss[1]) / (2 * STEP)]).float()
        told = (found[place].double() * directions[place]).sum()[None].float()
        hint = "The loss is a mean over the words, and the gradient is of it: divide by T once."
        close(told, slope, hint, f"The slope of the loss along a direction of {name}")


def _placed(weights, directions):
    return enumerate(zip(weights, directions, strict=True))


def test_gradients_are_made_anew(student, draw):
    """The same sentence gives the same gradients again after another sentence."""
    model, size, _, sentence = _setting(student, draw, 4)
    first = _gradients(model, size, sentence)
    _gradients(model, size, tagging.sentence(draw, size, 3))
    tagging.not_only_zeros(first)
    hint = "Start from arrays of zeros in each call; keep none on self."
    again = _gradients(model, size, sentence)
    for name, one, other in zip(oracle.NAMES, again, first, strict=True):
        close(one, other, hint, f"The second gradient of {name}")


def test_backpropagation_changes_nothing(student, draw):
    """Computing gradients changes neither the weights nor the sentence."""
    model, size, weights, sentence = _setting(student, draw, 4)
    found = _gradients(model, size, sentence)
    arguments_unchanged(student)
    tagging.not_only_zeros(found)
    hint = "The step belongs to update."
    now = tagging.read(student, model, size)
    for name, one, other in zip(oracle.NAMES, now, weights, strict=True):
        close(one, other, hint, f"{name} after backpropagation")


def test_update_goes_down(student, draw):
    """An update moves the weights by -learning_rate times their gradients, and the loss falls."""
    model, size, weights, sentence = _setting(student, draw, 4)
    gradients = _gradients(model, size, sentence)
    model.update(*(values.numpy() for values in sentence))
    moved = tagging.read(student, model, size)
    hint = "parameter -= learning_rate * gradient, once, for each of the four."
    for name, now, before, gradient in zip(oracle.NAMES, moved, weights, gradients, strict=True):
        close(now, before - tagging.RATE * gradient, hint, f"{name} after an update")
    fell = oracle.loss(moved, *sentence) < oracle.loss(weights, *sentence)
    holds(bool(fell), "The loss does not fall.", hint="Look at the gradients and their sign.")


def test_learns_to_tag(student, draw):
    """Trained with update on the tiny corpus, the model tags held-out sentences well enough."""
    tagging.learns_to_tag(student, student.NumpyRNN, draw, [lambda values: values.numpy()])
