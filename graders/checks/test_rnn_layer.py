"""Checks of rnn_layer.py: the layer, the sentiment model, its size, padding and truncation."""

import contextlib

import torch

from graders.assertions.compare import close, equal, holds, is_close, several, shaped
from graders.assertions.properties import (
    arguments_unchanged,
    gradients_match,
    ignores_device,
    matches_one,
    same_twice,
    samples_apart,
    weighted,
)
from graders.assertions.recognise import error_recognised_by, recognised, recognised_by
from graders.deviations.rnn_layer import layer as deviations
from graders.deviations.rnn_layer import model as model_deviations
from graders.oracles import rnn_layer as oracle
from graders.oracles.roles import split
from graders.probes import truncation
from graders.probes.causes import rnn_layer as probe
from graders.remote.faults import Fault

EQUATIONS = (
    "h_t = phi_h(W_x x_t + W_h h_(t-1) + b) and y_t = phi_y(W_y h_t + c): the output reads the "
    "new state, and both are returned, the output first."
)
LOOP = (
    "Embedding, then for each step yt, ht = rnn(xt, ht), then log_softmax over the classes of the "
    "last yt; the layer is made with phi_y=None. X is (T, B): a loop over X goes through time."
)
SKIP = "Where a token is the pad, keep the state and output of the previous step (torch.where)."


# The layer ------------------------------------------------------------------------------------


def _layer(student, draw, *activations, dtype=torch.float32):
    """Make a layer with random weights, its sizes (I, H, O), an input and a state."""
    I, H, O, B = draw.sizes(4, 3, 8)
    model = student.RNNLayer(I, H, O, *activations)
    parameters = weighted(student, model, draw, dtype)
    inputs = draw.normal(B, I, dtype=dtype), draw.normal(B, H, dtype=dtype)
    return model, parameters, (I, H, O), inputs


def _step(model, sizes, x, *h):
    return _split(model(x, *h), sizes, x)


def _split(answer, sizes, x):
    y, state = several(answer, 2, "(yt, ht)", "Return both.")
    hint = "Return the output first, with one row for each sample: take B from xt."
    shaped(y, (len(x), sizes[2]), hint, "The output")
    return y, shaped(state, (len(x), sizes[1]), hint, "The hidden state")


def _answer(student, draw, model, inputs):
    """Call a layer; say what an exception comes from, if that is known."""
    with error_recognised_by(student, lambda: probe.equal_widths(student, draw)):
        return model(*inputs)


def _known(parameters, sizes, inputs, phi_h=torch.tanh, phi_y=torch.sigmoid):
    return deviations.layer(parameters, sizes, inputs, phi_h, phi_y)


def _readings(parameters, sizes, inputs, phi_h=torch.tanh, phi_y=torch.sigmoid):
    return list(oracle.layer_readings(parameters, sizes, inputs, phi_h, phi_y))


def test_output_equals_the_equations(student, draw):
    """The output equals the layer's equations, with tanh and sigmoid by default."""
    model, parameters, sizes, inputs = _layer(student, draw)
    readings = [y for y, _ in _readings(parameters, sizes, inputs)]
    answer = _answer(student, draw, model, inputs)
    with recognised(answer, _known(parameters, sizes, inputs)):
        y, _ = _split(answer, sizes, inputs[0])
        matches_one(y, readings, parameters, EQUATIONS, "The output")


def test_state_equals_the_equations(student, draw):
    """The new hidden state equals the layer's equations."""
    model, parameters, sizes, inputs = _layer(student, draw)
    readings = [h for _, h in _readings(parameters, sizes, inputs)]
    answer = _answer(student, draw, model, inputs)
    with recognised(answer, _known(parameters, sizes, inputs)):
        _, found = _split(answer, sizes, inputs[0])
        matches_one(found, readings, parameters, EQUATIONS, "The hidden state")


def test_uses_the_activations_it_is_given(student, draw):
    """The layer applies the given phi_h to the state and the given phi_y to the output."""
    for given in ((torch.relu, torch.tanh), (torch.sigmoid, torch.relu)):
        model, parameters, sizes, inputs = _layer(student, draw, *given)
        readings = [torch.cat(r, 1) for r in _readings(parameters, sizes, inputs, *given)]
        found = torch.cat(_step(model, sizes, *inputs), 1)
        hint = "Store phi_h and phi_y on self, and apply them in forward."
        matches_one(found, readings, parameters, hint, "[output, hidden state]")


def test_may_go_without_an_output_activation(student, draw):
    """With phi_y=None, the output is a linear map of the new state."""
    model, parameters, sizes, inputs = _layer(student, draw, torch.tanh, None)
    readings = [y for y, _ in _readings(parameters, sizes, inputs, phi_y=None)]
    hint = "Apply phi_y only if it is not None."
    matches_one(_step(model, sizes, *inputs)[0], readings, parameters, hint, "The output")


def test_input_map_has_no_bias(student, draw):
    """The map from input to state has no bias: one bias of the hidden size is enough."""
    I, H, O, _ = draw.sizes(4, 3, 8)
    found = student.parameters(student.RNNLayer(I, H, O))
    wide = [p.name for p in found if p.values.squeeze().shape == (H,)]
    names = " and ".join(wide)
    hint = "Use nn.Linear(in_dim, h_dim, bias=False): a second bias would only add to the first."
    holds(len(wide) <= 1, "Two biases have the size of the state.", names, "one", hint)


def test_starts_from_zeros(student, draw):
    """Without a state, the layer starts from zeros."""
    model, _, sizes, (x, h) = _layer(student, draw)
    both = [torch.cat(_step(model, sizes, x, *given), 1) for given in ((), (torch.zeros_like(h),))]
    close(both[0], both[1], "Use zeros of shape (B, h_dim).", "[output, hidden state]")


def test_any_batch_size(student, draw):
    """The layer works with any batch size."""
    model, _, sizes, _ = _layer(student, draw)
    for B in (1, 5, 2):
        x, h = draw.normal(B, sizes[0]), draw.normal(B, sizes[1])
        _step(model, sizes, x)
        _step(model, sizes, x, h)


def test_layer_samples_do_not_mix(student, draw):
    """The layer computes each sample of a batch independently."""
    model, _, sizes, (x, h) = _layer(student, draw)
    samples_apart(lambda batch: _step(model, sizes, batch, h)[0], x, draw.normal(sizes[0]))


def test_layer_gradients_equal_the_oracle(student, draw):
    """The gradients of all weights, the input and the state equal those of the equations."""
    model, parameters, sizes, inputs = _layer(student, draw, dtype=torch.float64)
    cotangents = [draw.normal(len(inputs[0]), sizes[i], dtype=torch.float64) for i in (2, 1)]
    for leaf in inputs:
        leaf.requires_grad_()
    asked = (student, model, inputs, cotangents, parameters)
    with recognised_by(student, lambda: probe.slopes(*asked, sizes)):
        gradients_match(*asked, _readings(parameters, sizes, inputs))


def test_layer_works_in_float64(student, draw):
    """The layer works in float64."""
    model, _, sizes, inputs = _layer(student, draw, dtype=torch.float64)
    y, h = _step(model, sizes, *inputs)
    hint = "Do not hard-code a dtype: use that of the input."
    exact = y.dtype == h.dtype == torch.float64
    holds(exact, "The result is not float64.", (y.dtype, h.dtype), hint=hint)


def test_layer_keeps_nothing_between_calls(student, draw):
    """The layer keeps no state between calls."""
    model, parameters, sizes, (x, _) = _layer(student, draw)
    with recognised_by(student, lambda: probe.second_step(model, parameters, sizes, x, draw)):
        same_twice(lambda batch: _step(model, sizes, batch)[0], [x], [draw.normal(2, sizes[0])])


def test_layer_leaves_its_inputs_alone(student, draw):
    """The layer modifies neither the input nor the given state."""
    model, _, sizes, inputs = _layer(student, draw)
    _step(model, sizes, *inputs)
    arguments_unchanged(student)


# The sentiment model --------------------------------------------------------------------------


def _sizes(draw):
    """Draw different V, E, H, O and B; the state is wide, so that no ReLU zeroes all of it."""
    E, O, B = draw.sizes(3, 3, 7)
    return [draw.integer(13, 17), E, draw.integer(9, 12), O, B]


def _model(student, draw, **options):
    """Make a sentiment model with random weights, its sizes, and X (T, B) of 3 steps."""
    *sizes, B = _sizes(draw)
    model = student.SentimentRNN(*sizes, **options)
    parameters = weighted(student, model, draw)
    return model, parameters, sizes, draw.tokens(3, B, low=2, high=sizes[0])


def _answers(model, sizes, X):
    return shaped(model(X), (X.shape[1], sizes[3]), LOOP, "The result")


def test_answers_equal_the_layers(student, draw):
    """The result is log_softmax of the layer's last output over the embedded review."""
    model, parameters, sizes, X = _model(student, draw)
    readings = list(oracle.sentiment_readings(parameters, sizes, X))
    returned = model(X)
    called, changed = student.called, student.mutated
    if not any(is_close(returned, reading) for reading in readings):
        readings += _through_own_layer(student, parameters, sizes, X)
        student.called = called
    known = model_deviations.answers(parameters, sizes, X, changed)
    with recognised(returned, known):
        matches_one(returned, readings, parameters, LOOP, "The matrix of log-probabilities")


def _through_own_layer(student, parameters, sizes, X):
    """List the results computed with the student's own layer: its faults cost points once."""
    V, E, H, O = sizes
    readings = []
    with contextlib.suppress(Fault):  # a layer that cannot run gives no reading
        layer = student.RNNLayer(E, H, O, torch.tanh, None)
        layer.eval()
        for inner, tables in split(parameters, student.parameters(layer)):
            student.set_parameters(layer, inner)
            readings += [
                oracle.layer_by_layer(p.values, H, lambda *step: _step(layer, (E, H, O), *step), X)
                for p in tables
                if p.values.shape == (V, E)
            ]
    return readings


def test_answers_are_log_probabilities(student, draw):
    """Each row of the result contains the logarithms of probabilities that sum to one."""
    model, _, sizes, X = _model(student, draw)
    sums = _answers(model, sizes, X).exp().sum(dim=1).float()
    close(sums, torch.ones(X.shape[1]), "log_softmax over the classes, dim=1.", "The sums")


def test_time_comes_first(student, draw):
    """X has shape (T, B) and the result (B, O), also when B or T is 1."""
    model, _, sizes, _ = _model(student, draw)
    for shape in ((4, 2), (1, 3), (5, 1), (1, 1)):
        _answers(model, sizes, draw.tokens(*shape, low=2, high=sizes[0]))


def test_first_token_reaches_the_answer(student, draw):
    """The first token affects the result: the state is carried to the last step."""
    model, _, sizes, X = _model(student, draw)
    other = X.clone()
    other[0] = 2 + (X[0] - 1) % (sizes[0] - 2)
    moved = (_answers(model, sizes, other) - _answers(model, sizes, X)).abs().amax(dim=1) > 1e-5
    hint = "Pass the state that a step returns to the next step."
    holds(bool(moved.any()), "Changing the first token does not change the result.", hint=hint)


def test_samples_do_not_mix(student, draw):
    """The model computes each review of a batch independently."""
    model, _, sizes, X = _model(student, draw)
    other = draw.tokens(len(X), low=2, high=sizes[0])
    samples_apart(lambda rows: _answers(model, sizes, rows.T.contiguous()), X.T, other)


def test_trains_every_layer(student, draw):
    """Every parameter of the model gets a gradient."""
    model, parameters, sizes, X = _model(student, draw)
    gradients_match(student, model, [X], [draw.normal(X.shape[1], sizes[3])], parameters, None)


def test_keeps_nothing_between_calls(student, draw):
    """The model keeps no state between calls."""
    model, _, sizes, X = _model(student, draw)
    between = draw.tokens(4, 2, low=2, high=sizes[0])
    same_twice(lambda batch: _answers(model, sizes, batch), [X], [between])


def test_leaves_its_input_alone(student, draw):
    """The model does not modify its input."""
    model, _, sizes, X = _model(student, draw)
    _answers(model, sizes, X)
    arguments_unchanged(student)


def test_runs_on_any_device(student, draw):
    """The layer and the model create the first hidden state on the device of their input."""
    layer, _, _, (x, _) = _layer(student, draw)
    ignores_device(student, layer, x)
    model, _, _, X = _model(student, draw)
    ignores_device(student, model, X)


# The size of the model ------------------------------------------------------------------------


def test_counts_what_is_trained(student, draw):
    """count_parameters counts exactly the trainable parameters."""
    frozen, trained = draw.sizes(2, 3, 9)
    model = student.given("sentiment.HalfFrozen", frozen, trained)
    hint = "Sum p.numel() over model.parameters() where p.requires_grad."
    with recognised_by(student, lambda: probe.counts(student, draw)):
        equal(student.count_parameters(model), 3 * trained + 3, hint, "The number of parameters")


def test_size_of_the_model(student):
    """With 15,482 words, sizes 100 and 128 and 3 classes, there are 1,577,899 parameters."""
    model = student.SentimentRNN(15482, 100, 128, 3)
    hint = "V·E for the embedding, E·H + H·H + H for the state, H·O + O for the output."
    equal(student.count_parameters(model), 1_577_899, hint, "The number of parameters")


# Padding that is skipped ----------------------------------------------------------------------


def _skipping(student, draw):
    """Make models that skip pad 0 and another pad id, each with a batch without pads."""
    for pad in (0, draw.integer(1, 3)):
        model, _, sizes, _ = _model(student, draw, skip_padding=pad)
        yield model, sizes, pad, draw.tokens(4, 3, low=4, high=sizes[0])


MOVES = "Skip only steps that read the pad: steps that read a token change state and output."


def _tell_reviews_apart(answers):
    different = bool((answers - answers[0]).abs().max() > 1e-5)
    holds(different, "All reviews get the same result.", hint=MOVES)


def _carries_its_state(model, sizes, X):
    other = X.clone()
    other[0] = 4 + (X[0] - 3) % (sizes[0] - 4)
    moved = bool((_answers(model, sizes, other) - _answers(model, sizes, X)).abs().max() > 1e-5)
    holds(moved, "Without pads, changing the first token does not change the result.", hint=MOVES)


def test_pads_at_the_end_change_nothing(student, draw):
    """With skip_padding, pads after a review do not change its result."""
    for model, sizes, pad, X in _skipping(student, draw):
        answers = _answers(model, sizes, X)
        _tell_reviews_apart(answers)
        padded = torch.cat([X, torch.full((2, X.shape[1]), pad)])
        close(_answers(model, sizes, padded), answers, SKIP, "The result with pads")


def test_rows_of_different_lengths(student, draw):
    """With skip_padding, each review of a batch gets the same result as alone, without pads."""
    with recognised_by(student, lambda: probe.padded(student, draw)):
        for model, sizes, pad, X in _skipping(student, draw):
            _carries_its_state(model, sizes, X[:3])
            alone = [_answers(model, sizes, X[: 4 - i, i : i + 1]) for i in range(3)]
            _tell_reviews_apart(torch.cat(alone))
            for row in range(3):
                X[4 - row :, row] = pad
            close(_answers(model, sizes, X), torch.cat(alone), SKIP, "The result in a batch")


def test_every_id_is_a_token_unless_skipped(student, draw):
    """Without skip_padding, every id counts as a token, also 0 and 1."""
    model, _, sizes, X = _model(student, draw)
    answers = _answers(model, sizes, X)
    for token in (0, 1):
        longer = torch.cat([X, torch.full((1, X.shape[1]), token)])
        moved = bool((_answers(model, sizes, longer) - answers).abs().max() > 1e-5)
        hint = "skip_padding is None by default: then nothing is skipped."
        holds(moved, f"A token {token} at the end does not change the result.", hint=hint)


# Truncated backpropagation --------------------------------------------------------------------


def test_truncation_keeps_the_values(student, draw):
    """truncated_bptt returns the result of the full run."""

    def judge(run):
        for windows in (1, 3):
            found, full = run.answers(windows)
            close(found, full, "Carry on the values of the state; cut only the graph.")

    truncation.judged(student, draw, judge)


def test_no_gradient_reaches_back_further(student, draw):
    """No gradient reaches tokens clearly before the last `steps` steps."""
    truncation.judged(student, draw, truncation.cut_in_time)


def test_gradient_of_the_last_steps_is_whole(student, draw):
    """Within the last `steps` steps, the gradient equals that of the full run."""

    def judge(run):
        for windows in (1, 3):
            found, full = run.gradients(windows)
            inside = slice(1 - run.steps, None)  # the token at the window's edge is not checked
            what = "The gradient of the last tokens (scaled)"
            close(found[inside], full[inside], truncation.HINT, what)

    truncation.judged(student, draw, judge)
