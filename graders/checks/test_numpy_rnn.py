"""Checks of numpy_rnn.py: backpropagation through time, without autograd."""

import torch

from graders.assertions.compare import close, holds, is_close
from graders.assertions.properties import arguments_unchanged
from graders.assertions.recognise import recognised
from graders.deviations import numpy_rnn as deviations
from graders.deviations.taggers import other_orders, second_calls, updates
from graders.oracles import numpy_rnn as oracle
from graders.probes import tagging

STEP = 1e-5  # of finite differences: accurate to about 1e-9 in float64
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
ADD = "Use += (or np.add.at) on the row of the word: each occurrence adds its part."


def _setting(student, draw, length, repeat=False):
    """Make a model with random weights and a sentence; return them with the sizes and weights."""
    size = tagging.sizes(draw)
    model = tagging.make(student.NumpyRNN, size)
    weights = tagging.weigh(student, model, size, tagging.random_weights(draw, size))
    return model, size, weights, tagging.sentence(draw, size, length, repeat)


def _gradients(model, size, weights, sentence):
    words, tags = (values.numpy() for values in sentence)
    returned = model.backpropagation(words, tags)
    with recognised(tagging.as_tensors(returned), other_orders(weights, sentence)):
        return tagging.matrices(returned, size, "The gradients")


def _recognised(student, draw, model, size, weights, sentence, found):
    """Say what is wrong with the four gradients of the last call, if one thing is."""

    def again():  # a longer sentence, which may no longer have as many words as there are tags
        other = tagging.sentence(draw, size, len(sentence[0]) + 1)
        return _gradients(model, size, weights, other), _causes(student, weights, other)

    return recognised(found, _causes(student, weights, sentence), again)


def _causes(student, weights, sentence):
    yield from deviations.wrong_gradients(weights, sentence, tagging.RATE)
    if student.mutated:
        yield from deviations.other_tags(weights, sentence)


def _one_gradient(student, draw, name, length=4, repeat=False, hint=""):
    """Raise Failed unless the gradient of one weight matrix is that of the formula."""
    model, size, weights, sentence = _setting(student, draw, length, repeat)
    place = oracle.NAMES.index(name)
    every = _gradients(model, size, weights, sentence)
    found = every[place]
    student.figure(tagging.along_one_weight(name, weights, found, sentence))
    hint = hint or f"{HINTS[name]} {'' if name == 'W_y' else BACK}".strip()
    wanted = oracle.gradients(weights, *sentence)[place]
    with _recognised(student, draw, model, size, weights, sentence, every):
        close(found, wanted, _multiple(found, wanted) or hint, f"The gradient of {name}")


def _multiple(found, wanted):
    """Return a hint if the gradient is a multiple of the right one; "" otherwise."""
    factor = float((found * wanted).sum() / (wanted * wanted).sum())
    if factor == 0 or not is_close(found, factor * wanted):
        return ""
    return f"The gradient is {factor:.3g} times the right one: " + (
        "the derivative of the scores is p_t - one-hot of the tag, not the other way round."
        if factor < 0
        else "divide by the number of words once, and leave the learning rate to update."
    )


def test_gradient_of_the_output_weights(student, draw):
    """The gradient of W_y is that of the mean loss over the words."""
    _one_gradient(student, draw, "W_y")


def test_gradient_of_the_recurrent_weights(student, draw):
    """The gradient of W_h sums each step's effect on the loss of its own and of later words."""
    _one_gradient(student, draw, "W_h")


def test_gradient_of_the_input_weights(student, draw):
    """The gradient of W_x sums each step's effect on the loss of its own and of later words."""
    _one_gradient(student, draw, "W_x")


def test_gradient_of_the_embeddings(student, draw):
    """The gradient of W_e is correct for the words of the sentence and zero for all others."""
    _one_gradient(student, draw, "W_e")


def test_a_repeated_word_adds_up(student, draw):
    """A repeated word's embedding accumulates both gradients."""
    _one_gradient(student, draw, "W_e", repeat=True, hint=ADD)


def test_sentence_of_one_word(student, draw):
    """NumpyRNN's gradients are correct for a sentence of one word."""
    model, size, weights, sentence = _setting(student, draw, 1)
    found = _gradients(model, size, weights, sentence)
    wanted = oracle.gradients(weights, *sentence)
    with _recognised(student, draw, model, size, weights, sentence, found):
        for name, one, other in zip(oracle.NAMES, found, wanted, strict=True):
            close(one, other, _multiple(one, other) or HINTS[name], f"The gradient of {name}")


def test_gradients_are_the_slope_of_the_loss(student, draw):
    """NumpyRNN's gradients equal finite differences of cross_entropy_loss."""
    model, size, weights, sentence = _setting(student, draw, 5, repeat=True)
    found = _gradients(model, size, weights, sentence)
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
        hint = "The loss is a mean over the words: divide the gradient by T once."
        close(told, slope, hint, f"The slope of the loss along a direction of {name}")


def _placed(weights, directions):
    return enumerate(zip(weights, directions, strict=True))


def test_gradients_are_made_anew(student, draw):
    """NumpyRNN returns the same gradients for a sentence after computing another one."""
    model, size, weights, sentence = _setting(student, draw, 4)
    sentences = [sentence, tagging.sentence(draw, size, 3), sentence]
    first, *_, again = returned = [_gradients(model, size, weights, each) for each in sentences]
    tagging.not_only_zeros(first)
    hint = "Start from arrays of zeros in each call; keep none on self."
    with recognised(again, second_calls(weights, sentences[:2], returned[:2], tagging.RATE)):
        for name, one, other in zip(oracle.NAMES, again, first, strict=True):
            close(one, other, hint, f"The second gradient of {name}")


def test_backpropagation_changes_nothing(student, draw):
    """NumpyRNN's backpropagation modifies neither the weights nor the sentence."""
    model, size, weights, sentence = _setting(student, draw, 4)
    found = _gradients(model, size, weights, sentence)
    arguments_unchanged(student)
    tagging.not_only_zeros(found)
    hint = "Only update may change the weights."
    now = tagging.read(student, model, size)
    for name, one, other in zip(oracle.NAMES, now, weights, strict=True):
        close(one, other, hint, f"{name} after backpropagation")


def _updates(student, model, size, weights, sentence, gradients):
    def grow():
        return tagging.differ(student, lambda: _gradients(model, size, weights, sentence))

    return updates(weights, gradients, tagging.RATE, grow)


def test_update_goes_down(student, draw):
    """NumpyRNN's update subtracts learning_rate * gradient, and the loss decreases."""
    model, size, weights, sentence = _setting(student, draw, 4)
    gradients = _gradients(model, size, weights, sentence)
    model.update(*(values.numpy() for values in sentence))
    moved = tagging.read(student, model, size)
    hint = "Compute parameter -= learning_rate * gradient once for each of the four weights."
    with recognised(moved, _updates(student, model, size, weights, sentence, gradients)):
        for name, now, old, gradient in zip(oracle.NAMES, moved, weights, gradients, strict=True):
            close(now, old - tagging.RATE * gradient, hint, f"{name} after an update")
    fell = oracle.loss(moved, *sentence) < oracle.loss(weights, *sentence)
    holds(bool(fell), "The loss does not decrease.", hint="Check the gradients and their sign.")


def test_learns_to_tag(student, draw):
    """After training on the tiny corpus, NumpyRNN tags held-out sentences accurately."""
    tagging.learns_to_tag(student, student.NumpyRNN, draw, [lambda values: values.numpy()])
