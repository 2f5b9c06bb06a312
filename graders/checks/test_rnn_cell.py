"""Checks of rnn_cell.py: the cell, the loop, the stack of layers, the classifier, the accuracy."""

import contextlib

import torch

from graders.assertions.compare import close, equal, holds, is_close, several, shaped
from graders.assertions.figures import grids
from graders.assertions.properties import (
    arguments_unchanged,
    ignores_device,
    matches_one,
    same_twice,
    samples_apart,
    weighted,
)
from graders.assertions.recognise import error_recognised_by, recognised, recognised_by
from graders.deviations.rnn_cell import cell as deviations
from graders.oracles import rnn_cell as oracle
from graders.probes import classifier
from graders.probes.causes import rnn_cell as probe
from graders.probes.cells import built_by_hand, floats, slopes_match

EQUATION = "h_t = f(W x_t + U h_(t-1) + b), with f a tanh or another activation of the whole sum."
STATES = "Return all states, stacked along dim=1, and the last one."
OWN = "Call the cell that RNN was given, once for each step, as cell(x[:, t], h)."
START = "Start from zeros of shape (B, cell.hidden_size), with the dtype and device of the input."


# The cell -------------------------------------------------------------------------------------


def _cell(student, draw, D=4, H=4, dtype=torch.float32):
    B = 5
    cell = student.RNNCell(D, H)
    parameters = weighted(student, cell, draw, dtype)
    x, h = draw.normal(B, D, dtype=dtype), draw.normal(B, H, dtype=dtype)
    built_by_hand(student, cell, x, h)
    return cell, parameters, x, h


def _new(cell, x, h):
    return floats(cell(x, h), h.shape, "Return the new state.", "The new state")


def _equals_the_equation(student, draw, cell, parameters, x, h):
    readings = [step(x, h) for step in oracle.cells(parameters, x.shape[1], h.shape[1])]
    answer = cell(x, h)
    with (
        recognised_by(student, lambda: probe.cell_again(cell, parameters, x, h, draw)),
        recognised(answer, deviations.cell(parameters, x, h)),
    ):
        new = floats(answer, h.shape, "Return the new state.", "The new state")
        matches_one(new, readings, parameters, EQUATION, "The new state")


def test_cell_equals_the_equation(student, draw):
    """The cell's new state equals the update equation with the cell's own weights."""
    _equals_the_equation(student, draw, *_cell(student, draw))


def test_cell_sizes_may_differ(student, draw):
    """The cell's input and hidden sizes may differ."""
    _equals_the_equation(student, draw, *_cell(student, draw, *draw.sizes(2, 3, 7)))


def test_cell_gradients(student, draw):
    """The gradients of the cell's weights, input and state are correct (float64)."""
    cell, parameters, x, h = _cell(student, draw, dtype=torch.float64)
    returned, leaves = _new(cell, x, h), [x.requires_grad_(), h.requires_grad_()]
    truths = (step(*leaves) for step in oracle.cells(parameters, x.shape[1], h.shape[1]))
    truth = next(([t] for t in truths if is_close(returned, t.detach())), None)
    cotangents = [draw.normal(*h.shape, dtype=torch.float64)]
    slopes_match(student, cell, parameters, leaves, cotangents, truth, measured=truth is None)


def test_cell_takes_any_batch(student, draw):
    """The cell computes each sample independently, at any batch size."""
    cell, _, x, h = _cell(student, draw)
    whole = _new(cell, x, h)
    for rows in (slice(0, 1), slice(1, 3)):
        hint = "Take the batch size from the input; no weight or bias has an axis for it."
        close(_new(cell, x[rows], h[rows]), whole[rows], hint, "The state of a smaller batch")


def test_cell_keeps_nothing_between_calls(student, draw):
    """The cell keeps no state between calls."""
    cell, _, x, h = _cell(student, draw)
    same_twice(lambda *both: _new(cell, *both), [x, h], [draw.normal(3, 4), draw.normal(3, 4)])


def test_cell_runs_on_any_device(student, draw):
    """The cell creates no tensor on a fixed device."""
    cell, _, x, h = _cell(student, draw)
    ignores_device(student, cell, x, h)


def test_cell_leaves_its_inputs_alone(student, draw):
    """The cell modifies neither the input nor the given state."""
    cell, _, x, h = _cell(student, draw)
    _new(cell, x, h)
    arguments_unchanged(student)


# The loop -------------------------------------------------------------------------------------


def _loop(student, draw, dtype=torch.float32):
    """Put a given cell with inputs and states of one width into the student's loop."""
    N, B = draw.integer(5, 7), draw.integer(2, 3)
    cell = student.given("cells.Leaky", N, N)
    if dtype != torch.float32:
        cell.to(dtype)
    M = shaped(draw.weights(student, cell, 1.0)["M"], (N, N)).to(dtype)
    rnn = student.RNN(cell)
    return rnn, M, draw.normal(B, 4, N, dtype=dtype), draw.normal(B, N, dtype=dtype)


@contextlib.contextmanager
def _named(student, draw, rnn, M, x, answer, *given):
    """Say what a wrong answer to `rnn(x, *given)` is, if that is known."""
    candidates = probe.loop(student, M, x, answer, *given)
    with (
        recognised_by(student, lambda: probe.loop_of_own_cell(student, rnn, x, M)),
        recognised(answer, candidates, lambda: probe.loop_again(student, rnn, M, x, draw, *given)),
    ):
        yield


def _run(rnn, x, h, *given):
    """Run a loop over x; h has the shape of a state."""
    return _split(rnn(x, *given), x, h)


def _split(answer, x, h):
    states, last = several(answer, 2, "(states, last)", STATES)
    floats(states, (*x.shape[:2], h.shape[1]), STATES, "The sequence of states")
    return states, floats(last, (len(x), h.shape[1]), STATES, "The last state")


def test_loop_returns_every_state(student, draw):
    """The loop returns the state after each input, starting from zeros."""
    rnn, M, x, h = _loop(student, draw)
    expected, _ = oracle.unrolled(oracle.leaky(M), x, torch.zeros_like(h))
    with error_recognised_by(student, lambda: probe.runs_own_cell(student, draw)):
        answer = rnn(x)
    with _named(student, draw, rnn, M, x, answer):
        states = _split(answer, x, h)[0]
        named = {"Returned": states[0], "By the given cell": expected[0]}
        student.figure(grids("The first sequence's hidden state", named, "step", "unit"))
        close(states, expected, OWN, "The sequence of states")


def test_loop_returns_the_last_state(student, draw):
    """The loop's second return value is the state after the last input."""
    rnn, M, x, h = _loop(student, draw)
    answer = rnn(x)
    with _named(student, draw, rnn, M, x, answer):
        states, last = _split(answer, x, h)
        close(last, states[:, -1], STATES, "The last state")


def test_loop_works_with_any_cell(student, draw):
    """The loop takes the hidden size from the cell and works with any cell."""
    rnn = student.RNN(student.given("cells.Register", 5))
    x, h = draw.normal(2, 4, 3), torch.zeros(2, 5)
    expected, _ = oracle.unrolled(oracle.register, x, h)
    answer = rnn(x)
    with recognised(answer, deviations.widths(oracle.register, x)):
        close(_split(answer, x, h)[0], expected, f"{OWN} {START}", "The sequence of states")


def test_loop_starts_from_a_given_state(student, draw):
    """The loop starts from the given state."""
    rnn, M, x, h = _loop(student, draw)
    expected, _ = oracle.unrolled(oracle.leaky(M), x, h)
    hint = "Make zeros only if h is None."
    answer = rnn(x, h)
    with _named(student, draw, rnn, M, x, answer, h):
        close(_split(answer, x, h)[0], expected, hint, "The sequence of states")


def test_two_chunks_equal_one_run(student, draw):
    """Running the loop in two parts, passing on the last state, equals one run."""
    rnn, _, x, h = _loop(student, draw)
    whole, _ = _run(rnn, x, h)
    first, last = _run(rnn, x[:, :2], h)
    second, _ = _run(rnn, x[:, 2:], h, last)
    hint = "Return the state after the last input, and start from h where it is given."
    close(torch.cat([first, second], 1), whole, hint, "The tensor of states of the two parts")


def test_gradients_flow_through_the_loop(student, draw):
    """The gradient of the last state reaches the cell's weights, every input and the first state."""
    rnn, M, x, h = _loop(student, draw)
    for leaf in (M, x, h):
        leaf.requires_grad_()
    cotangents = [None, draw.normal(*h.shape)]
    found = student.gradients(rnn, [x.detach(), h.detach()], cotangents)
    holds(
        len(found.parameters) == 1,
        "The cell's weights are not among the parameters of RNN.",
        f"parameters {sorted(found.parameters)}",
        hint="Keep the cell as an attribute of an nn.Module, as self.cell = cell.",
    )
    _, last = oracle.unrolled(oracle.leaky(M), x, h)
    expected = torch.autograd.grad((last * cotangents[1]).sum(), [M, x, h])
    returned = [*found.parameters.values(), *found.inputs]
    hint = "Nothing in the loop may cut the graph: no detach(), no .data, no torch.no_grad()."
    for name, got, wanted in zip(("M", "x", "h"), returned, expected, strict=True):
        close(got, wanted, hint, f"The gradient of {name}")


def test_loop_runs_the_own_cell(student, draw):
    """RNN(RNNCell(…)) returns the states that the cell computes step by step."""
    cell = student.RNNCell(5, 5)
    weighted(student, cell, draw)
    x, h = draw.normal(2, 3, 5), torch.zeros(2, 5)
    expected, _ = oracle.unrolled(lambda *both: _new(cell, *both), x, h)
    close(_run(student.RNN(cell), x, h)[0], expected, OWN, "The sequence of states")


def test_loop_takes_any_length_and_batch(student, draw):
    """The loop returns T states for T inputs, also when B or T is 1."""
    rnn, _, x, h = _loop(student, draw)
    whole, _ = _run(rnn, x, h)
    for part, expected in ((x[:, :1], whole[:, :1]), (x[:1], whole[:1]), (x[1:3], whole[1:3])):
        close(_run(rnn, part, h)[0], expected, STATES, "The sequence of states")


def test_loop_keeps_nothing_between_calls(student, draw):
    """The loop keeps no state between calls."""
    rnn, M, x, h = _loop(student, draw)
    with recognised_by(student, lambda: probe.loop_twice(rnn, M, x, draw)):
        same_twice(lambda batch: _run(rnn, batch, h)[0], [x], [draw.normal(*x.shape)])


def test_loop_works_in_float64(student, draw):
    """The loop creates its first state with the dtype of its input."""
    rnn, M, x, h = _loop(student, draw, torch.float64)
    expected, _ = oracle.unrolled(oracle.leaky(M), x, torch.zeros_like(h))
    states, _ = _run(rnn, x, h)
    equal(str(states.dtype), "torch.float64", START, "The dtype of the states")
    close(states, expected, START, "The sequence of states")


def test_loop_runs_on_any_device(student, draw):
    """The loop creates its first state on the device of its input."""
    rnn, _, x, _ = _loop(student, draw)
    ignores_device(student, rnn, x)


def test_loop_leaves_its_inputs_alone(student, draw):
    """The loop modifies neither the inputs nor the given state."""
    rnn, _, x, h = _loop(student, draw)
    _run(rnn, x, h, h)
    arguments_unchanged(student)


# The stack ------------------------------------------------------------------------------------


def _stack(student, draw, D=5, M=5, H=5):
    """Make two given cells that can be stacked."""
    cells = [student.given("cells.Leaky", D, M), student.given("cells.Leaky", M, H)]
    drawn = [draw.weights(student, cell, 1.0)["M"] for cell in cells]
    weights = [shaped(M_, size) for M_, size in zip(drawn, ((M, D), (H, M)), strict=True)]
    return cells, weights, draw.normal(2, 4, D)


def _stack_matches(student, cells, weights, x):
    expected, returned = x, student.DeepRNN(cells)(x)
    for M in weights:
        expected, _ = oracle.unrolled(oracle.leaky(M), expected, x.new_zeros(2, len(M)))
    states, last = several(returned, 2, "(states, last)", STATES)
    if not is_close(states, expected):  # the checks of the loop report its faults
        expected = classifier.through_own_loops(student, cells, x, expected)
    hint = "The input of a layer is the sequence of states of the layer below; return those of the top."
    close(states, expected, hint, "The sequence of states")
    close(last, expected[:, -1], hint, "The last state")


def test_stack_runs_over_the_states_below(student, draw):
    """Each layer of DeepRNN reads all states of the layer below; the top layer's are returned."""
    _stack_matches(student, *_stack(student, draw))


def test_stack_widths_may_differ(student, draw):
    """The layers of DeepRNN may have different hidden sizes."""
    _stack_matches(student, *_stack(student, draw, *draw.sizes(3, 3, 6)))


def test_stack_may_be_one_layer(student, draw):
    """DeepRNN with a single cell equals that cell's loop."""
    cells, weights, x = _stack(student, draw)
    _stack_matches(student, cells[:1], weights[:1], x)


def test_stack_trains_every_layer(student, draw):
    """Every cell of DeepRNN gets a gradient."""
    cells, weights, x = _stack(student, draw)
    cotangents = [draw.normal(2, 4, len(weights[-1]))]
    found = student.gradients(student.DeepRNN(cells), [x], cotangents).parameters
    reached = sum(value is not None and bool(value.any()) for value in found.values())
    hint = "Keep the layers in an nn.ModuleList: a plain list hides them from parameters()."
    holds(reached == 2, f"{reached} of the 2 cells get a gradient.", hint=hint)


# The classifier -------------------------------------------------------------------------------


def test_one_hot_classifier_equals_the_layers(student, draw):
    """Without emb, the logits are those of one-hot tokens, cell, last state and Linear."""
    classifier.equals_the_layers(classifier.make(student, draw, emb=False))


def test_embedding_classifier_equals_the_layers(student, draw):
    """With emb, the logits are those of Embedding, cell, last state and Linear."""
    classifier.equals_the_layers(classifier.make(student, draw, emb=True))


def test_classifier_sizes_may_differ(student, draw):
    """The classifier's vocabulary, embedding and hidden sizes may differ."""
    for emb in (False, True):
        classifier.equals_the_layers(classifier.make(student, draw, emb, equal=False))


def test_classifier_with_one_logit(student, draw):
    """With num_classes=1, there is one logit per sequence, also for a single sequence."""
    made = classifier.make(student, draw, emb=True, C=1)
    classifier.equals_the_layers(made)
    answer = made.model(made.tokens[:1])
    with classifier.named(made, answer, made.tokens[:1]):
        classifier.as_logits(made, answer, made.tokens[:1])


def test_classifier_shape(student, draw):
    """The classifier's logits have shape (B, C), also when B or T is 1."""
    made = classifier.make(student, draw, emb=True)
    for shape in ((2, 4), (1, 3), (6, 1), (1, 1)):
        classifier.logits(made, draw.tokens(*shape, high=made.sizes[0]))


def test_classifier_reads_the_order(student, draw):
    """The classifier's logits depend on the order of the tokens."""
    made = classifier.make(student, draw, emb=True)
    x = torch.tensor([[1, 2, 3], [4, 5, 6], [7, 8, 9], [2, 9, 4]])
    moved = (classifier.logits(made, x) - classifier.logits(made, x.flip(1))).abs().max()
    hint = "Carry the state from step to step, and read the logits from the last one."
    holds(bool(moved > 1e-5), "The logits do not depend on the order of tokens.", hint=hint)


def test_classifier_has_no_softmax(student, draw):
    """The classifier returns logits, without a softmax or sigmoid."""
    for C in (2, 1):
        classifier.stays_raw(classifier.make(student, draw, emb=True, C=C), draw)


def test_classifier_trains_every_layer(student, draw):
    """Every parameter of the classifier gets a gradient."""
    made = classifier.make(student, draw, emb=True)
    classifier.trains_every_layer(made, draw)


def test_classifier_samples_do_not_mix(student, draw):
    """The classifier computes each sequence of a batch independently."""
    made = classifier.make(student, draw, emb=True)
    other = draw.tokens(made.tokens.shape[1], high=made.sizes[0])
    samples_apart(made.model, made.tokens, other)


def test_classifier_keeps_nothing_between_calls(student, draw):
    """The classifier keeps no state between calls."""
    made = classifier.make(student, draw, emb=True)
    other = draw.tokens(*made.tokens.shape, high=made.sizes[0])
    same_twice(lambda tokens: classifier.logits(made, tokens), [made.tokens], [other])


def test_classifier_works_in_float64(student, draw):
    """With emb, the classifier works in float64."""
    made = classifier.make(student, draw, emb=True, dtype=torch.float64)
    returned = classifier.logits(made, made.tokens)
    hint = "Do not hard-code a dtype: use that of the layers."
    holds(returned.dtype == torch.float64, "The logits are not float64.", returned.dtype, hint=hint)


def test_classifier_runs_on_any_device(student, draw):
    """The classifier creates no tensor on a fixed device."""
    for emb in (True, False):
        made = classifier.make(student, draw, emb=emb)
        ignores_device(student, made.model, made.tokens)


# The accuracy ---------------------------------------------------------------------------------


def test_accuracy_of_several_logits(student, draw):
    """With several logits, accuracy predicts the class of the largest one."""
    for B, C in ((8, 3), (5, 2), (1, 2)):
        logits, labels = draw.normal(B, C), draw.tokens(B, low=0, high=C)
        expected = float((logits.argmax(1) == labels).sum()) / B
        hint = "Compare argmax over dim=1 with the labels, and take the mean."
        with recognised_by(student, lambda: classifier.accuracies(student, draw)):
            classifier.is_fraction(student.accuracy(logits, labels), expected, hint)


def test_accuracy_of_one_logit(student, draw):
    """With a single logit, accuracy predicts class 1 if it is positive."""
    logits, labels = classifier.single_logits(draw)
    expected = float(((logits > 0) == (labels > 0)).sum()) / len(labels)
    classifier.accuracy_is(student, draw, logits, labels, expected)
