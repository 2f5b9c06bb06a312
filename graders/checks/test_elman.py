"""Checks of elman.py: the Elman layer, and the classifier built on it."""

import contextlib

import torch

from graders.assertions.compare import close, holds, is_close, several, shaped
from graders.assertions.figures import grids, influence
from graders.assertions.properties import (
    arguments_unchanged,
    gradients_match,
    has_widths,
    hinted,
    ignores_device,
    matches_one,
    no_softmax,
    same_twice,
    samples_apart,
    under_other_weights,
    weighted,
)
from graders.assertions.recognise import recognised, recognised_by
from graders.deviations.elman import classifier as elman_classifier
from graders.deviations.elman import layer as deviations
from graders.oracles import elman as oracle
from graders.oracles import formulas
from graders.oracles.roles import split
from graders.probes.causes import elman as probe
from graders.remote.faults import Fault, StudentError

CARRY = "Assign the new hidden state to the variable that the next step reads, with its activation."
BOTH = "(outputs, hidden)"
RETURN = "Return the sequence of outputs and, second, the hidden state after the last input."
OUTS = (
    "Collect one output for each input, and stack them along dim=1: (B, T, outsize), also when "
    "B or T is 1; squeeze() without a dim removes such an axis."
)
STATE = "Return only the state after the last input, of shape (B, hsize), after the outputs."
WIDTH = (
    "The state is hsize wide, not insize: so is the first one, and lin1 maps insize + hsize to "
    "hsize. Equal sizes hide the difference."
)
NORMAL = 300  # the width of the assignment
UNEQUAL = (
    "emb and hidden may differ: the Elman layer maps emb to hidden, and the last Linear maps hidden "
    "to num_classes."
)
EQUATIONS = (
    "h_t = f(W [x_t, h_(t-1)] + b) with f one of tanh, sigmoid, ReLU, and y_t = V h_t + c. The "
    "activated h_t is carried to the next step, read by the output, and returned last."
)


def _layer(student, draw, dtype=torch.float32):
    """Make an Elman layer of one width, which also works for the assignment's own skeleton."""
    B, N, T = (draw.integer(4, 5), draw.integer(6, 7), 3)
    model = student.Elman(N, N, N)
    parameters = weighted(student, model, draw, dtype)
    return model, parameters, draw.normal(B, T, N, dtype=dtype)


def _run(model, x, *hidden):
    return _split(model(x, *hidden), x)


def _split(answer, x):
    B, T, N = x.shape
    outs, last = several(answer, 2, BOTH, RETURN)
    return shaped(outs, (B, T, N), OUTS, "The output"), shaped(last, (B, N), STATE, "The state")


def _readings(parameters, x, hidden=None):
    N = x.shape[2]
    return list(oracle.elman_readings(parameters, (N, N, N), x, hidden))


@contextlib.contextmanager
def _recognised(student, draw, model, parameters, x, answer):
    """Say what a wrong answer to `model(x)` is, if that is known."""
    sizes = (x.shape[2],) * 3
    candidates = deviations.layer(parameters, sizes, x, None, answer)
    with (
        recognised_by(student, lambda: probe.without_a_state(model, parameters, x)),
        recognised(answer, candidates, lambda: probe.asked_again(model, parameters, x, draw)),
    ):
        yield


def test_outputs_equal_the_equations(student, draw):
    """The outputs equal the Elman equations with the layer's own weights."""
    model, parameters, x = _layer(student, draw)
    readings = [r.outs for r in _readings(parameters, x)]
    answer = model(x)
    with _recognised(student, draw, model, parameters, x, answer):
        outs, _ = _split(answer, x)
        matches_one(outs, readings, parameters, EQUATIONS, "The sequence of outputs")


def test_returns_the_last_hidden_state(student, draw):
    """The Elman layer's second return value is the hidden state after the last input."""
    model, parameters, x = _layer(student, draw)
    readings = [r.hidden for r in _readings(parameters, x)]
    answer = model(x)
    with _recognised(student, draw, model, parameters, x, answer):
        _, hidden = _split(answer, x)
        matches_one(hidden, readings, parameters, EQUATIONS, "The hidden state")


def test_hidden_state_is_carried(student, draw):
    """The first input affects the outputs of later steps."""
    model, parameters, x = _layer(student, draw)
    _show_states(student, model, parameters, x)
    changed = x.clone()
    changed[:, 0] += 1.0
    one, other = _run(model, changed)[0], _run(model, x)[0]
    student.figure(influence("the first input", one, other))
    moved = _gap(one[:, 1:], other[:, 1:])
    holds(moved > 1e-5, "Changing the first input changes no later output.", hint=CARRY)


def _show_states(student, model, parameters, x):
    """Show the first sequence's state after each input next to that of the nearest reading."""
    spans = [x[:, : step + 1] for step in range(x.shape[1])]
    with contextlib.suppress(Fault):  # another check reports a layer that cannot run
        found = torch.stack([_run(model, span)[1][0] for span in spans])
        by_step = [[r.hidden[0].detach() for r in _readings(parameters, span)] for span in spans]
        readings = [torch.stack(states) for states in zip(*by_step, strict=False)]
        nearest = min(readings, key=lambda states: _gap(states[0], found[0]), default=found)
        named = {"Returned": found, "By the equations": nearest}
        student.figure(grids("The first sequence's hidden state", named, "step", "unit"))


def _gap(one, other):
    return float((one.double() - other.double()).abs().max())


def test_output_reads_the_new_hidden_state(student, draw):
    """The output of a step is computed from that step's new hidden state."""
    model, parameters, x = _layer(student, draw)
    outs, hidden = _run(model, x)
    N, last, state = x.shape[2], outs[:, -1], hidden.float()
    square = [p.values for p in parameters if p.values.shape == (N, N)]
    weights = square + [w.T for w in square]
    biases = [torch.zeros(N)] + [p.values.flatten() for p in parameters if p.values.numel() == N]
    found = any(is_close(last, (state @ w.T + b).detach()) for w in weights for b in biases)
    hint = "Compute the hidden state first, then lin2 of it; the old state is one step late."
    holds(found, "The last output is not computed from the returned hidden state.", hint=hint)


def test_two_chunks_equal_one_run(student, draw):
    """Running a sequence in two parts, passing on the hidden state, equals one run."""
    model, parameters, x = _layer(student, draw)
    hint = "Start from `hidden` when it is given, and return the state after the last input."
    with recognised_by(student, lambda: probe.with_a_state(model, parameters, x, draw)):
        whole, _ = _run(model, x)
        first, hidden = _run(model, x[:, :2])
        second, _ = _run(model, x[:, 2:], hidden)
        close(torch.cat([first, second], 1), whole, hint, "The output of the two parts")


def test_starts_from_zeros(student, draw):
    """Without a hidden state, the Elman layer starts from zeros."""
    model, _, x = _layer(student, draw)
    zeros = torch.zeros(x.shape[0], x.shape[2])
    close(_run(model, x)[0], _run(model, x, zeros)[0], "Use zeros of shape (B, hsize).")


def test_is_causal(student, draw):
    """An input does not affect the outputs of earlier steps."""
    model, _, x = _layer(student, draw)
    changed = x.clone()
    changed[:, -1] += 1.0
    hint = "Step t may only read x[:, t] and the state before it."
    close(_run(model, changed)[0][:, :-1], _run(model, x)[0][:, :-1], hint, "An earlier output")


def test_samples_do_not_mix(student, draw):
    """The Elman layer computes each sequence of a batch independently."""
    model, _, x = _layer(student, draw)
    samples_apart(lambda batch: _run(model, batch)[0], x, draw.normal(*x.shape[1:]))


def test_recurrence_is_not_linear(student, draw):
    """The hidden state is a nonlinear function of the inputs."""
    model, _, x = _layer(student, draw)
    a, b = 8 * x, 8 * draw.normal(*x.shape)
    ends = [_run(model, value)[1].double() for value in (a + b, a, b, torch.zeros_like(a))]
    gap = _gap(ends[0] - ends[1], ends[2] - ends[3])
    hint = "Apply the activation before the state is passed on, not only before the output."
    problem = "The hidden state of a sum of inputs is the sum of their hidden states."
    holds(gap > 1e-2, problem, hint=hint)


def test_one_output_for_each_input(student, draw):
    """The Elman layer returns T outputs for T inputs, also when B or T is 1."""
    model, _, x = _layer(student, draw)
    for part in (x, x[:, :1], x[:1], x[:1, :1]):
        _run(model, part)


def test_gradients_equal_the_oracle(student, draw):
    """The gradients of all weights and of the input equal those of the equations (float64)."""
    model, parameters, x = _layer(student, draw, torch.float64)
    hidden = draw.normal(x.shape[0], x.shape[2], dtype=torch.float64)
    cotangents = [draw.normal(*x.shape, dtype=torch.float64), draw.normal(*hidden.shape)]
    x.requires_grad_()
    hidden.requires_grad_()
    readings = [[r.outs, r.hidden] for r in _readings(parameters, x, hidden)]
    asked = (student, model, [x, hidden], cotangents, parameters)
    with recognised_by(student, lambda: probe.slopes(*asked)):
        gradients_match(*asked, readings)


def test_sizes_may_differ(student, draw):
    """The input, output and hidden sizes of the Elman layer may differ."""
    I, O, H, B = draw.sizes(4, 3, 8)
    model = student.Elman(I, O, H)
    parameters = weighted(student, model, draw)
    x = draw.normal(B, 3, I)
    with hinted(WIDTH):
        answer = model(x)
    with recognised(answer, deviations.exchanged_sizes(parameters, (I, O, H), x)):
        outs, hidden = several(answer, 2, BOTH, RETURN)
        shaped(hidden, (B, H), WIDTH, "The hidden state")
        readings = [r.outs for r in oracle.elman_readings(parameters, (I, O, H), x, None)]
        matches_one(outs, readings, parameters, EQUATIONS, "The sequence of outputs")


def test_keeps_nothing_between_calls(student, draw):
    """The Elman layer keeps no state between calls."""
    model, _, x = _layer(student, draw)
    same_twice(lambda batch: _run(model, batch)[0], [x], [draw.normal(2, 4, x.shape[2])])


def test_works_in_float64(student, draw):
    """The Elman layer works in float64."""
    model, _, x = _layer(student, draw, torch.float64)
    outs, _ = _run(model, x, torch.zeros(x.shape[0], x.shape[2], dtype=torch.float64))
    hint = "Do not hard-code a dtype: use that of the input."
    holds(outs.dtype == torch.float64, "The outputs are not float64.", outs.dtype, hint=hint)


def test_runs_on_any_device(student, draw):
    """The Elman layer creates its first hidden state on the device of its input."""
    model, _, x = _layer(student, draw)
    _run(model, x)
    ignores_device(student, model, x)


def test_leaves_its_inputs_alone(student, draw):
    """The Elman layer modifies neither the inputs nor the given hidden state."""
    model, _, x = _layer(student, draw)
    _run(model, x, draw.normal(x.shape[0], x.shape[2]))
    arguments_unchanged(student)


def test_default_sizes(student, draw):
    """The Elman layer's input, output and hidden sizes are 300 by default."""
    model = student.Elman()
    with hinted("insize, outsize and hsize have the default 300 in __init__."):
        _run(model, draw.normal(2, 1, 300))


def _classifier(student, draw, dtype=torch.float32):
    """Make a classifier whose embedding and hidden state have one width.

    One that runs in the assignment's width alone is judged there; another check takes a point.
    """
    V, C, N, B = draw.integer(13, 17), draw.integer(2, 3), draw.integer(6, 7), draw.integer(4, 5)
    model = student.ElmanClassifier(V, C, N, N)
    try:
        model(torch.zeros(2, 3, dtype=torch.long))
    except StudentError:
        with contextlib.suppress(StudentError):
            wide = student.ElmanClassifier(V, C, NORMAL, NORMAL)
            wide(torch.zeros(2, 3, dtype=torch.long))
            model, N = wide, NORMAL
    parameters = weighted(student, model, draw, dtype)
    return model, parameters, (V, C, N), draw.tokens(B, 3, high=V)


def test_classifier_equals_the_layers(student, draw):
    """The logits are those of Embedding, Elman, optional ReLU, global max pool and Linear."""
    model, parameters, sizes, x = _classifier(student, draw)
    readings = list(oracle.elman_classifier_logits(parameters, sizes, x))
    logits = model(x)
    called = student.called
    if not any(is_close(logits, reading) for reading in readings):
        readings += _through_own_layer(student, parameters, sizes, x)
        student.called = called
    hint = "Take the first of the two values that the Elman layer returns, then pool over dim=1."
    with recognised(logits, elman_classifier.classifier(parameters, sizes, x)):
        matches_one(logits, readings, parameters, hint, "The matrix of logits")


def _through_own_layer(student, parameters, sizes, x):
    """List the logits computed with the student's own Elman layer: its faults cost points once."""
    V, C, N = sizes
    readings = []
    with contextlib.suppress(Fault):  # a layer that cannot run gives no reading
        layer = student.Elman(N, N, N)
        layer.eval()
        for inner, ends in split(parameters, student.parameters(layer)):
            student.set_parameters(layer, inner)
            readings += formulas.pooled_logits(ends, (V, C, N, N), lambda e: _outs(layer, e), x)
    return readings


def _outs(layer, x):
    outs, _ = several(layer(x), 2, BOTH)
    return shaped(outs, x.shape).to(x.dtype)


def test_classifier_reads_the_order(student, draw):
    """The Elman classifier's logits depend on the order of the tokens."""
    model, _, (_, C, N), _ = _classifier(student, draw)
    x = torch.tensor([[1, 2, 3], [4, 5, 6], [7, 8, 9], [2, 9, 4]])
    one, other = (shaped(model(tokens), (4, C)) for tokens in (x, x.flip(1)))
    hint = "Pool the outputs of the Elman layer, not the embeddings, and carry its state."
    reads = _gap(one, other) > 1e-5 or not _layer_reads_the_order(student, draw, N)
    holds(reads, "The logits do not depend on the order of tokens.", hint=hint)


def _layer_reads_the_order(student, draw, N):
    """Return whether the own Elman layer depends on the order: its faults cost points once."""
    with contextlib.suppress(Fault):
        layer = student.Elman(N, N, N)
        weighted(student, layer, draw)
        x = draw.normal(4, 3, N)
        one, other = (_outs(layer, steps).amax(1) for steps in (x, x.flip(1)))
        return _gap(one, other) > 1e-5
    return True


def test_classifier_shape(student, draw):
    """The Elman classifier's logits have shape (B, C), also when B or T is 1."""
    model, _, (V, C, _), _ = _classifier(student, draw)
    hint = "The batch may hold one sequence: squeeze() without a dim drops that axis too."
    for shape in ((2, 4), (1, 3), (6, 1), (1, 1)):
        shaped(model(draw.tokens(*shape, high=V)), (shape[0], C), hint)
    E, H = 5, 8
    if _layer_takes(student, E, H, H):
        with hinted(UNEQUAL):
            logits = student.ElmanClassifier(V, C, E, H)(draw.tokens(2, 3, high=V))
        shaped(logits, (2, C), UNEQUAL)


def _layer_takes(student, I, O, H):
    """Return whether the student's own Elman layer runs with these sizes: a fault costs points once."""
    with contextlib.suppress(Fault):
        several(student.Elman(I, O, H)(torch.zeros(2, 1, I)), 2, BOTH)
        return True
    return False


def test_classifier_samples_do_not_mix(student, draw):
    """The Elman classifier computes each sequence of a batch independently."""
    model, _, sizes, x = _classifier(student, draw)
    samples_apart(model, x, draw.tokens(x.shape[1], high=sizes[0]))


def test_classifier_has_no_softmax(student, draw):
    """The Elman classifier returns logits, without a softmax."""
    model, _, _, x = _classifier(student, draw)
    no_softmax(model(x), *under_other_weights(student, model, draw, x))


def test_classifier_keeps_nothing_between_calls(student, draw):
    """The Elman classifier keeps no state between calls."""
    model, _, sizes, x = _classifier(student, draw)
    same_twice(
        lambda batch: shaped(model(batch), (len(batch), sizes[1])),
        [x],
        [draw.tokens(2, 4, high=sizes[0])],
    )


def test_classifier_trains_every_layer(student, draw):
    """Every parameter of the Elman classifier gets a gradient."""
    model, parameters, sizes, x = _classifier(student, draw)
    cotangent = draw.normal(x.shape[0], sizes[1])

    def is_whole(trained):
        return oracle.makes_up_classifier(trained, sizes)

    gradients_match(student, model, [x], [cotangent], parameters, None, is_whole)


def test_classifier_default_sizes(student, draw):
    """The Elman classifier's embedding and hidden sizes are 300 by default."""
    model = student.ElmanClassifier(11, 2)
    has_widths(student, model, [(11, 300), (2, 300)])
