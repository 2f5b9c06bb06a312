"""Checks of step_rnn.py: the model that reads one token per call, and its training loop.

Training and accuracy are checked with a given model, so a fault of the model costs nothing there.
"""

from functools import partial

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
from graders.assertions.recognise import recognised, recognised_by
from graders.deviations.step_rnn import step as deviations
from graders.oracles import step_rnn as oracle
from graders.oracles import training as means
from graders.probes.causes import step_rnn as faults
from graders.probes.training.log import (
    CURVES,
    after_epochs,
    all_fresh,
    all_in_mode,
    none_tracked,
    number_is,
    numbers,
    one_of,
    same_state,
)
from graders.probes.training.step import (
    EVEN,
    LAST,
    STEP,
    TOKEN_BY_TOKEN,
    UNEVEN,
    accuracy_task,
    step_task,
)

EQUATIONS = (
    "h = f(W e + U h_before + biases) with f = tanh or another activation, and the logit is V h + c. "
    "V reads the activated h, which is also returned."
)


def _sizes(draw):
    """Draw different V, E and H, and B."""
    spans = ((13, 17), (4, 5), (6, 8), (9, 10))
    V, E, H, B = (draw.integer(low, high) for low, high in spans)
    return (V, E, H), B


def _setting(student, draw, dtype=torch.float32):
    sizes, B = _sizes(draw)
    model = student.RNN(*sizes)
    parameters = weighted(student, model, draw, dtype)
    x = torch.tensor(draw.shuffled(list(range(sizes[0])))[:B])
    return model, parameters, sizes, x, draw.normal(B, sizes[2], dtype=dtype)


def _step(model, x, hidden):
    return _results(model(x, hidden), hidden)


def _results(found, hidden):
    B, H = hidden.shape
    logits, new = several(found, 2, "(logits, hidden)", "Return both.")
    shaped(logits, (B, 1), "One logit for each sequence, as (B, 1).", "The logits")
    return logits, shaped(new, (B, H), what="The hidden state")


def test_logits_equal_the_equations(student, draw):
    """The logits of a step equal the RNN's equations with the model's own weights."""
    model, parameters, sizes, x, hidden = _setting(student, draw)
    readings = [r for r, _ in oracle.step_readings(parameters, sizes, x, hidden)]
    found = model(x, hidden)
    with recognised(found, deviations.steps(parameters, sizes, x, hidden)):
        logits, _ = _results(found, hidden)
        matches_one(logits, readings, parameters, EQUATIONS, "The logits")


def test_returns_the_new_hidden_state(student, draw):
    """The model's second return value is the new hidden state."""
    model, parameters, sizes, x, hidden = _setting(student, draw)
    readings = [r for _, r in oracle.step_readings(parameters, sizes, x, hidden)]
    found = model(x, hidden)
    hint = f"Return the state that this step computes, not the one it was given. {EQUATIONS}"
    with recognised(found, deviations.steps(parameters, sizes, x, hidden)):
        _, new = _results(found, hidden)
        matches_one(new, readings, parameters, hint, "The hidden state")


def test_three_steps_equal_the_equations(student, draw):
    """Three steps in a row, passing on the hidden state, equal the equations."""
    model, parameters, sizes, x, hidden = _setting(student, draw)
    X = torch.stack([x, x.flip(0), x.roll(1)], 1)
    readings = list(oracle.run_readings(parameters, sizes, X, hidden))
    for t in range(3):
        logits, hidden = _step(model, X[:, t], hidden)
    matches_one(logits, readings, parameters, EQUATIONS, "The logits of the third step")


def test_shapes_of_a_step(student, draw):
    """The logits have shape (B, 1) and the hidden state (B, H), for any batch size."""
    model, _, (V, _, H), _, _ = _setting(student, draw)
    for B in (3, 1, 5):
        _step(model, draw.tokens(B, high=V), draw.normal(B, H))


def test_starts_from_zeros(student, draw):
    """init_hidden returns float zeros of shape (B, H), for any batch size."""
    sizes, B = _sizes(draw)
    model = student.RNN(*sizes)
    for size in (B, 1):
        zeros = model.init_hidden(size)
        answer = partial(faults.first_state, student, draw, model, sizes, size, zeros)
        with recognised_by(student, answer):
            _is_zeros(zeros, size, sizes[2])


def _is_zeros(zeros, B, H):
    hint = "Return zeros with one row for each sequence of the batch, hidden_size wide."
    shaped(zeros, (B, H), hint, "The first hidden state")
    holds(zeros.is_floating_point(), "The zeros are not floats.", zeros.dtype, hint=hint)
    holds(not zeros.any(), "The first hidden state is not zero.", zeros, hint=hint)


def test_recurrence_is_not_linear(student, draw):
    """The new hidden state is a nonlinear function of the old one."""
    model, _, _, x, hidden = _setting(student, draw)
    a, b = 8 * hidden, 8 * draw.normal(*hidden.shape)
    ends = [_step(model, x, value)[1] for value in (a + b, a, b, torch.zeros_like(a))]
    gap = (ends[0] - ends[1] - ends[2] + ends[3]).abs().max()
    hint = "Apply the activation before the state is returned, not only before the logit."
    holds(bool(gap > 1e-2), "The hidden state is a linear function of the old one.", hint=hint)


def test_returns_logits(student, draw):
    """The model returns logits, without a sigmoid."""
    model, _, _, x, hidden = _setting(student, draw)
    squashed = []
    for _ in range(3):
        draw.weights(student, model, scale=2.0)
        logits, _ = _step(model, x, hidden)
        squashed.append(bool(((logits >= 0) & (logits <= 1)).all()))
    hint = "BCEWithLogitsLoss applies the sigmoid itself: return V's output unchanged."
    holds(not all(squashed), "All logits lie between 0 and 1.", logits, hint=hint)


def test_gradients_equal_the_oracle(student, draw):
    """The gradients of all weights and of the old hidden state equal those of the equations."""
    model, parameters, sizes, x, hidden = _setting(student, draw, torch.float64)
    hidden.requires_grad_()
    cotangents = [draw.normal(len(x), 1, dtype=torch.float64), draw.normal(*hidden.shape)]
    found = _step(model, x, hidden.detach())
    readings = list(oracle.step_readings(parameters, sizes, x, hidden))
    fitting = [r for r in readings if all(map(is_close, found, r))]
    readings = fitting or readings[:3]  # wrong values: the nearest gradient is enough
    task = (student, model, parameters, sizes, [x, hidden], cotangents)
    with recognised_by(student, partial(faults.gradients, *task)):
        gradients_match(student, model, [x, hidden], cotangents, parameters, readings)


def test_samples_do_not_mix(student, draw):
    """The model computes each sequence of a batch independently."""
    model, _, (V, _, _), x, hidden = _setting(student, draw)
    samples_apart(lambda tokens: _step(model, tokens, hidden)[0], x, (x[1] + 1) % V)


def test_keeps_nothing_between_calls(student, draw):
    """The model keeps no state between calls."""
    model, _, (V, _, H), x, hidden = _setting(student, draw)
    other = [draw.tokens(2, high=V), draw.normal(2, H)]
    same_twice(lambda *inputs: _step(model, *inputs)[0], [x, hidden], other)


def test_works_in_float64(student, draw):
    """The model works in float64."""
    model, _, _, x, hidden = _setting(student, draw, torch.float64)
    logits, _ = _step(model, x, hidden)
    hint = "Do not hard-code a dtype: use that of the layers."
    holds(logits.dtype == torch.float64, "The logits are not float64.", logits.dtype, hint=hint)


def test_starts_on_any_device(student, draw):
    """init_hidden creates its zeros on the device of the model."""
    model, _, (_, _, H), x, _ = _setting(student, draw)
    first = student.given("training.FirstStep", model)
    _, hidden = several(first(x), 2, "(logits, hidden)")
    shaped(hidden, (len(x), H), what="The hidden state")
    ignores_device(student, first, x)


def test_leaves_its_inputs_alone(student, draw):
    """The model modifies neither the tokens nor the given hidden state."""
    model, _, _, x, hidden = _setting(student, draw)
    _step(model, x, hidden)
    arguments_unchanged(student)


def test_gives_one_loss_per_epoch(student, draw):
    """train returns n_epochs training losses, n_epochs validation losses and a state dict."""
    before = ()
    for epochs in (3, 1):  # the second call must not reuse lists of the first
        task = step_task(student, draw, (2, 4, 5))
        found = task.train(epochs)
        with faults.loop_recognised(task, found, epochs, before):
            _has_entries(found, epochs)
        before = found


def _has_entries(found, epochs):
    train_losses, valid_losses, best_state = _whole(found)
    numbers(train_losses, epochs, "train_losses")
    numbers(valid_losses, epochs, "valid_losses")
    holds(isinstance(best_state, dict), "best_state is not a state dict.", best_state)


def _whole(found):
    return several(found, 3, "(train_losses, valid_losses, best_state)")


def _train(task, epochs):
    """Train; return (train_losses, valid_losses, best_state)."""
    found = task.train(epochs)
    with faults.loop_recognised(task, found, epochs):
        return _whole(found)


def _trained(student, draw, shapes=EVEN):
    task = step_task(student, draw, shapes=shapes)
    _train(task, 2)
    return task


def test_reads_every_token_in_order(student, draw):
    """train feeds the model every column of a batch, from the first token to the last."""
    _trained(student, draw).sweeps()


def test_hidden_state_is_carried(student, draw):
    """train passes the hidden state returned by each step to the next step."""
    task = _trained(student, draw)
    for sweep in task.sweeps():
        first = sweep[0].steps
        steps = [[s - f for s, f in zip(call.steps, first, strict=True)] for call in sweep]
        wanted = [[t] * len(first) for t in range(len(sweep))]
        problem = "A step does not get the hidden state of the previous step."
        with recognised_by(student, partial(faults.carried, task)):
            holds(steps == wanted, problem, hint="output, hidden = model(X[:, t], hidden)")


def test_every_batch_starts_anew(student, draw):
    """train starts every batch from a new hidden state."""
    task = _trained(student, draw)
    firsts = [sweep[0] for sweep in task.sweeps()]
    late = sum(any(call.steps) for call in firsts)
    problem = f"{late} of {len(firsts)} batches start from a state that was used before."
    holds(not late, problem, hint="Call model.init_hidden(batch size) for every batch.")


def test_learns_through_all_steps(student, draw):
    """The gradient flows back to the first token of every batch."""
    task = _trained(student, draw)
    reached, passes = (
        student.get(task.probe, "record.reached"),
        student.get(task.probe, "record.backwards"),
    )
    holds(isinstance(passes, list) and bool(passes), "There is no backward pass.", hint=STEP)
    problem = f"{reached} of {len(passes)} backward passes reach the first step."
    hint = "Do not detach the hidden state or take its .data between the steps of one batch."
    with recognised_by(student, partial(faults.reached, task)):
        holds(reached == len(passes), problem, hint=hint)


def test_last_output_goes_to_the_criterion(student, draw):
    """The criterion gets only the output after the last token of a batch."""
    task = _trained(student, draw)
    with recognised_by(student, partial(faults.inputs, task)):
        for batch, loss, call in task.losses():
            late = call.ids == batch.X[:, -1].tolist()
            holds(late, "The criterion is called before the last token is read.", hint=LAST)
            given, logits = torch.tensor(loss.input)[:, None], torch.tensor(call.logits)
            close(given, logits, LAST, "The input of the criterion")


def test_criterion_gets_float_labels(student, draw):
    """The criterion gets the labels as floats, in the same shape as the output."""
    task = _trained(student, draw)
    hint = "criterion(output, y.float().unsqueeze(1)): both (B, 1), or both (B,)."
    with recognised_by(student, partial(faults.targets, task)):
        for batch, loss, _ in task.losses():
            holds(loss.floating, "The labels are integers.", hint=hint)
            holds(loss.same_shape, "Labels and output have different shapes.", hint=hint)
            equal(loss.target, [float(y) for y in batch.y.tolist()], hint, "The labels")


def _learning(task):
    """List the batches that a gradient came back from, with their losses."""
    return [(batch, loss) for batch, loss, call in task.losses() if call.gradient is not None]


def test_trains_on_every_batch(student, draw):
    """Every epoch trains on each batch of train_gen once, and on no other batch."""
    task = _trained(student, draw, UNEVEN)
    found = sorted(task.batches.index(batch) for batch, _ in _learning(task))
    hint = f"Call train_gen() again in every epoch: a generator yields its batches once. {STEP}"
    with recognised_by(student, partial(faults.order_answer, task, 2)):
        equal(found, [0, 0, 1, 1, 2, 2], hint, "The list of batches trained on in two epochs")


def test_one_step_per_batch(student, draw):
    """The optimizer makes one step after each backward pass."""
    task = _trained(student, draw)
    steps = student.get(task.optimizer, "record.steps")
    with recognised_by(student, partial(faults.updates, task)):
        equal(steps, [1, 2, 3, 4, 5, 6], STEP, "The backward pass before each step")


def test_gradients_start_from_zero(student, draw):
    """The gradients are set to zero before each batch."""
    task = _trained(student, draw)
    with recognised_by(student, partial(faults.updates, task)):
        all_fresh(student.get(task.probe, "record.backwards"), 2)


def test_trains_in_train_mode(student, draw):
    """The model is in train mode during training, in every epoch."""
    task = step_task(student, draw)
    task.probe.eval()
    _train(task, 2)
    all_in_mode([call for call in task.calls(valid=False) if call.tracked], training=True)


def test_validates_in_evaluation_mode(student, draw):
    """The model is in evaluation mode during validation."""
    task = _trained(student, draw)
    all_in_mode(task.calls(valid=True), training=False)


def test_validates_without_gradients(student, draw):
    """Validation runs without gradients."""
    task = _trained(student, draw)
    none_tracked(task.calls(valid=True))


def test_train_losses_are_epoch_means(student, draw):
    """train_losses contains the mean loss of each epoch, measured during training."""
    task = step_task(student, draw, shapes=UNEVEN)
    found = task.train(2)
    hint = "Add up loss.item() over the epoch; divide once, by the number of batches or examples."
    with faults.loop_recognised(task, found, 2):
        one_of(_whole(found)[0], _train_means(task), hint, "train_losses")


def _train_means(task):
    """Return both readings of the mean training losses of two epochs."""
    losses = [loss for _, loss in _learning(task)]
    holds(len(losses) == 6, "There were not 3 losses in each of 2 epochs.", len(losses), 6, STEP)
    epochs = [losses[:3], losses[3:]]
    readings = [means.means([x.loss for x in e], [len(x.target) for x in e]) for e in epochs]
    return list(zip(*readings, strict=True))


def test_valid_losses_follow_the_epochs(student, draw):
    """valid_losses contains the mean validation loss after each epoch's training."""
    task = step_task(student, draw, (2, 6, 4), UNEVEN)
    found = task.train(3)
    readings = [task.valid_losses(epoch) for epoch in range(3)]
    hint = "Go through valid_gen() after the epoch's training, with the last output of each batch."
    with faults.loop_recognised(task, found, 3):
        one_of(_whole(found)[1], list(zip(*readings, strict=True)), hint, "valid_losses")


def test_keeps_the_best_state(student, draw):
    """best_state is a copy of the weights after the epoch with the lowest validation loss."""
    curve, easiest = CURVES[draw.integer(0, len(CURVES) - 1)]
    task = step_task(student, draw, curve, easiest=easiest)
    found = _train(task, len(curve))
    after = after_epochs(task.calls(valid=True), batches=3, epochs=len(curve))
    with recognised_by(student, partial(faults.states, task, found, after)):
        same_state(found[2], after[curve.index(max(curve))], after[-1], "best_state")


def test_accuracy_has_its_threshold_at_one_half(student, draw):
    """compute_accuracy predicts 1 above a probability of 0.5, which is a logit of 0."""
    task, right = accuracy_task(student, draw, (6, 5))
    hint = "Compare sigmoid(output) with 0.5, or output with 0; give labels and output one shape."
    with recognised_by(student, partial(faults.accuracies, student, draw)):
        number_is(task.accuracy(), right, hint, "The accuracy")


def test_accuracy_counts_examples(student, draw):
    """compute_accuracy is the fraction of correct examples, also when batch sizes differ."""
    task, right = accuracy_task(student, draw, (5, 4, 2))
    hint = "Add up over all batches and divide once, by the number of examples; not in percent."
    with recognised_by(student, partial(faults.accuracies, student, draw)):
        number_is(task.accuracy(), right, hint, "The accuracy")


def test_accuracy_takes_a_single_example(student, draw):
    """compute_accuracy accepts a batch of a single example."""
    task, right = accuracy_task(student, draw, (4, 1))
    hint = "squeeze() also removes the batch axis when B is 1: squeeze(1) removes only the other."
    with recognised_by(student, partial(faults.accuracies, student, draw)):
        number_is(task.accuracy(), right, hint, "The accuracy")


def test_accuracy_runs_through_the_batch(student, draw):
    """compute_accuracy carries the hidden state from the first to the last token of each batch."""
    task, _ = accuracy_task(student, draw, (4, 4))
    task.accuracy()
    for sweep in task.sweeps():
        steps = [call.steps for call in sweep]
        wanted = [[t] * len(call.steps) for t, call in enumerate(sweep)]
        problem = "The hidden state is not new for a batch, or not carried on."
        with recognised_by(student, partial(faults.carried, task)):
            holds(steps == wanted, problem, hint=TOKEN_BY_TOKEN)


def test_accuracy_is_measured_in_evaluation_mode(student, draw):
    """compute_accuracy sets the model to evaluation mode."""
    task, _ = accuracy_task(student, draw, (5, 3))
    task.accuracy()
    all_in_mode(task.calls(), training=False)


def test_accuracy_is_measured_without_gradients(student, draw):
    """compute_accuracy runs without gradients."""
    task, _ = accuracy_task(student, draw, (5, 3))
    task.accuracy()
    none_tracked(task.calls())
