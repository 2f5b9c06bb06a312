"""Checks of autoregressive.py: language model, loss per token, sampling, generation, training."""

import math
from functools import partial
from itertools import pairwise

import torch

from graders.assertions.compare import close, equal, holds, is_close, plain, shaped
from graders.assertions.figures import curves
from graders.assertions.properties import (
    arguments_unchanged,
    has_widths,
    hinted,
    ignores_device,
    matches_one,
    no_softmax,
    same_twice,
    samples_apart,
    weighted,
)
from graders.assertions.recognise import recognised
from graders.deviations.autoregressive import model as deviations
from graders.deviations.autoregressive import sampling as wrong_sampling
from graders.deviations.autoregressive import training as wrong_training
from graders.oracles import autoregressive as oracle
from graders.oracles.torch_rnn import stacks
from graders.probes import languages
from graders.probes.generation import generation, seed_of, with_own_or_given
from graders.probes.languages import END
from graders.probes.learning import training_curves
from graders.probes.losses import (
    PER_TOKEN,
    gradient_of_the_loss,
    loss_is,
    number,
    scalar,
    targets_for,
)
from graders.probes.sampling import ALIKE, alone_at_zero, follows, index, least_at_zero
from graders.probes.training import run as training_run
from graders.probes.training.run import as_list

LAYERS = (
    "Embedding → nn.LSTM with batch_first=True and num_layers layers → Linear on every time step. "
    "Add no other layers."
)

# The model -----------------------------------------------------------------------------------


def _model(student, draw, layers=1, dtype=torch.float32):
    V, E, H = draw.integer(11, 13), draw.integer(4, 5), draw.integer(6, 7)
    model = student.LSTMLanguageModel(V, E, H, layers)
    parameters = weighted(student, model, draw, dtype)
    return model, parameters, (V, E, H), draw.tokens(3, 4, low=0, high=V)


def _equals_layers(student, draw, layers):
    model, parameters, sizes, x = _model(student, draw, layers)
    readings = list(oracle.language_model_logits(parameters, sizes, layers, x))
    logits = model(x)
    with recognised(logits, deviations.language_model(parameters, sizes, layers, x)):
        matches_one(logits, readings, parameters, LAYERS, "The tensor of logits")


def test_logits_equal_the_layers(student, draw):
    """The language model's logits are those of Embedding, one LSTM layer and Linear."""
    _equals_layers(student, draw, 1)


def test_layers_can_be_stacked(student, draw):
    """With num_layers 2 or 3, the language model has that many stacked LSTM layers."""
    for layers in (2, 3):
        _equals_layers(student, draw, layers)


def test_shape_of_the_logits(student, draw):
    """The language model's logits have shape (B, T, V), also when B or T is 1."""
    model, _, (V, _, _), _ = _model(student, draw)
    for shape in ((2, 5), (1, 3), (6, 1), (1, 1)):
        shaped(model(draw.tokens(*shape, high=V)), (*shape, V))


def test_is_causal(student, draw):
    """A token does not affect the logits at earlier positions."""
    model, parameters, sizes, x = _model(student, draw)
    changed = x.clone()
    changed[:, -1] = (x[:, -1] + 1) % sizes[0]
    one, other = (shaped(model(tokens), (*x.shape, sizes[0])) for tokens in (x, changed))
    hint = "Use no bidirectional layer, and batch_first=True so that the LSTM runs over time."
    with recognised(other, deviations.second_batch(parameters, sizes, x, changed)):
        close(other[:, :-1], one[:, :-1], hint, "The tensor of logits before the changed token")
    holds(not torch.equal(one[:, -1], other[:, -1]), "The last token changes no logit.", hint=hint)


def test_remembers_earlier_tokens(student, draw):
    """The first token affects the logits at the last position."""
    model, _, (V, _, _), x = _model(student, draw)
    changed = x.clone()
    changed[:, 0] = (x[:, 0] + 1) % V
    one, other = (shaped(model(tokens), (*x.shape, V))[:, -1] for tokens in (x, changed))
    hint = "Run the LSTM over the whole sequence in one call, and use all of its outputs."
    holds(
        bool((one - other).abs().max() > 1e-6),
        "The first token has no effect on the last position.",
        hint=hint,
    )


def test_samples_do_not_mix(student, draw):
    """The language model computes each sequence of a batch independently."""
    model, _, (V, _, _), x = _model(student, draw)
    samples_apart(model, x, draw.tokens(x.shape[1], high=V))


def test_no_softmax_inside(student, draw):
    """The language model returns logits, without a softmax."""
    model, _, (V, _, _), x = _model(student, draw)
    no_softmax(shaped(model(x), (*x.shape, V)))


def test_gradients_reach_every_layer(student, draw):
    """The language model's embedding, LSTM and output layer all get a gradient."""
    model, parameters, sizes, x = _model(student, draw, 2)
    cotangent = draw.normal(*x.shape, sizes[0])
    found = student.gradients(model, [x], [cotangent]).parameters
    reached = [p for p in parameters if found.get(p.name) is not None]
    missing = [p.name for p in parameters if p not in reached]
    whole = bool(list(oracle.language_model_logits(reached, sizes, 2, x)))
    hint = "Either forward does not use them, or the graph is cut: detach(), .data, no_grad()."
    holds(whole, f"No gradient arrives at {', '.join(missing) or 'any LSTM'}.", hint=hint)


def test_keeps_nothing_between_calls(student, draw):
    """The language model keeps no state between calls."""
    model, _, (V, _, _), x = _model(student, draw)
    shaped(model(x), (*x.shape, V))
    same_twice(model, [x], [draw.tokens(*x.shape, high=V)])


def test_works_in_float64(student, draw):
    """The language model works in float64."""
    model, _, (V, _, _), x = _model(student, draw, dtype=torch.float64)
    logits = shaped(model(x), (*x.shape, V))
    hint = "Do not hard-code a dtype: use that of the layers."
    holds(logits.dtype == torch.float64, "The logits are not float64.", logits.dtype, hint=hint)


def test_runs_on_any_device(student, draw):
    """The language model creates no tensor on a fixed device."""
    model, _, _, x = _model(student, draw)
    ignores_device(student, model, x)


def test_leaves_its_input_alone(student, draw):
    """The language model does not modify its input."""
    model, _, (V, _, _), x = _model(student, draw)
    shaped(model(x), (*x.shape, V))
    arguments_unchanged(student)


def test_default_sizes(student, draw):
    """By default, the embedding size is 32, the hidden size is 16, and there is one LSTM layer."""
    model = student.LSTMLanguageModel(11)
    has_widths(student, model, [(11, 32), (64, 32), (64, 16), (11, 16)])
    count = max((len(stack) for stack in stacks(student.parameters(model), "lstm", 32)), default=0)
    holds(count == 1, "There is more than one layer.", str(count), "1")


def test_model_learns_the_brackets(student, draw):
    """After training on the tiny bracket set, the model closes its brackets in most of 10 texts."""
    setting, language = languages.BRACKETS, languages.language("brackets", draw)

    def trained():
        model = student.LSTMLanguageModel(6, *languages.BRACKET_SIZES)
        batches = language.batches(setting["batch"], draw)
        pairs = [(batch[:, :-1], batch[:, 1:]) for batch in batches]
        wrapped = student.given("language.ClassesSecond", model)
        record = student.fit(wrapped, pairs, setting["epochs"], setting["lr"])
        for figure in training_curves(record, "brackets"):
            student.figure(figure)
        return model

    languages.learns(student, language, trained, draw)


# The loss ------------------------------------------------------------------------------------


def test_loss_is_per_token(student, draw):
    """masked_loss is the cross entropy summed over the non-pad targets, divided by their number."""
    _loss_is_right(student, *targets_for(draw, 0), 0, PER_TOKEN)


def _loss_is_right(student, logits, targets, pad, hint):
    expected = oracle.loss_per_token(logits, targets, pad)
    returned = student.masked_loss(logits, targets, pad)
    with recognised(scalar(returned), deviations.loss(logits, targets, pad)):
        loss_is(returned, expected, hint)


def test_loss_takes_any_pad_id(student, draw):
    """masked_loss ignores exactly the targets equal to `pad`, whatever its value."""
    pad = draw.integer(3, 7)
    logits, targets = targets_for(draw, pad)
    targets[0, 0] = 0
    _loss_is_right(student, logits, targets, pad, f"Compare with `pad`, not with 0. {PER_TOKEN}")


def test_loss_of_unpadded_targets(student, draw):
    """Without pads, masked_loss is the mean cross entropy over all targets."""
    logits, targets = targets_for(draw, 0, (6, 6, 6))
    hint = (
        "cross_entropy applies the softmax itself, and expects the classes in dim 1: flatten batch "
        "and time, or permute; reshape to (B, V, T) mixes them up."
    )
    _loss_is_right(student, logits, targets, 0, hint)


def test_loss_does_not_depend_on_the_batch(student, draw):
    """masked_loss is the same when the batch is repeated or padded to a greater width."""
    logits, targets = targets_for(draw, 0)
    wider = torch.nn.functional.pad(targets, (0, 3))
    noise = torch.cat([logits, draw.normal(3, 3, 8)], 1)
    one = number(student.masked_loss(logits, targets, 0))
    hint = f"Divide by the number of real targets, not of rows or positions. {PER_TOKEN}"
    twice = student.masked_loss(torch.cat([logits] * 2), torch.cat([targets] * 2), 0)
    loss_is(twice, one, hint, "The loss of the batch given twice")
    loss_is(student.masked_loss(noise, wider, 0), one, hint, "The loss of the wider batch")
    other = number(student.masked_loss(3 * logits, targets, 0))
    holds(not is_close(other, one), "The loss does not depend on the logits.", other, hint=hint)


def test_pads_carry_no_gradient(student, draw):
    """Logits at padded positions get no gradient; all others do."""
    _, targets, gradient = gradient_of_the_loss(student, draw)
    sizes = gradient.abs().sum(-1)
    hint = "Leave padded positions out of the sum: ignore_index=pad, a mask, or a weight of 0."
    holds(bool((sizes[targets == 0] == 0).all()), "Pads get a gradient.", sizes, hint=hint)
    holds(bool((sizes[targets != 0] > 0).all()), "Real targets get no gradient.", sizes, hint=hint)


def test_gradient_of_the_loss(student, draw):
    """The gradient of masked_loss is (softmax(logits) - target) / number of non-pad targets."""
    logits, targets, gradient = gradient_of_the_loss(student, draw)
    logits.requires_grad_()
    oracle.loss_per_token(logits, targets, 0).backward()
    hint = "The loss must stay a tensor with its graph: no .item(), no detach(), no new tensor."
    close(gradient, logits.grad, hint, "The gradient of the logits")


def test_loss_of_extreme_logits(student, draw):
    """masked_loss is finite and correct for logits around 1000."""
    logits, targets = targets_for(draw, 0)
    logits = 1000 * logits.round()
    hint = "exp overflows and log(0) is infinite: leave both to cross_entropy or log_softmax."
    expected = oracle.loss_per_token(logits.double(), targets, 0)
    loss_is(student.masked_loss(logits, targets, 0), expected, hint)


# Sampling ------------------------------------------------------------------------------------


def test_sample_follows_the_distribution(student, draw):
    """At temperature 1, indices are drawn with the probabilities softmax(logits)."""
    follows(student, draw, 1.0)


def test_sample_follows_a_low_temperature(student, draw):
    """At temperature 0.5, indices are drawn with the probabilities softmax(logits / 0.5)."""
    follows(student, draw, 0.5)


def test_sample_follows_a_high_temperature(student, draw):
    """At temperature 2, indices are drawn with the probabilities softmax(logits / 2)."""
    follows(student, draw, 2.0)


def test_temperature_zero_is_the_argmax(student, draw):
    """At temperature 0, sample always returns the most likely index."""
    for size in (5, 8):
        logits = torch.tensor(draw.shuffled(list(range(size)))) * 0.1 - 0.3
        with alone_at_zero(student, draw):
            found = student.repeat(student.sample, [logits, 0.0], ALIKE)
        wanted, places = int(logits.argmax()), [index(value) for value in found]
        wrong = [value for value, place in zip(found, places, strict=True) if place != wanted]
        hint = "Do not divide by 0: return lnprobs.argmax() first."
        with recognised(places, least_at_zero(student, draw, logits)):
            holds(not wrong, "sample returns another index.", wrong[:1], str(wanted), hint)


def test_sample_is_an_index(student, draw):
    """sample returns one integer from 0 to V - 1, as an int or a 0-d tensor."""
    for temperature in (1.0, 0.0):
        value = student.sample(draw.normal(6), temperature)
        whole = type(value) is int or type(as_list(value)) is int
        hint = "Return the single element: int(…) or .item()."
        holds(whole and 0 <= index(value) < 6, "The result is not an index.", value, "0 to 5", hint)


def test_sample_survives_large_logits(student, draw):
    """sample does not overflow for logits in the thousands."""
    for shift in (4000.0, -4000.0):
        logits = torch.tensor(draw.shuffled([0, 400, 800, 1200])) + shift
        hint = "exp overflows: use softmax, which subtracts the maximum first."
        with hinted(hint):
            found = student.repeat(student.sample, [logits, 0.5], 10)
        wanted = int(logits.argmax())
        wrong = [value for value in found if index(value) != wanted]
        holds(not wrong, "The certain index is not drawn.", wrong[:1], str(wanted), hint)


def test_sample_of_a_single_index(student, draw):
    """For a single logit, sample returns index 0."""
    for temperature in (1.0, 0.0):
        value = student.sample(draw.normal(1), temperature)
        holds(
            index(value) == 0,
            "sample returns another index.",
            value,
            "0",
            "Do not remove axes with squeeze().",
        )


def test_sample_leaves_the_logits_alone(student, draw):
    """sample does not modify the logits."""
    value = student.sample(draw.normal(6), 0.5)
    holds(0 <= index(value) < 6, "The result is not an index.", value, "0 to 5")
    arguments_unchanged(student)


# Generation ----------------------------------------------------------------------------------

LOOP = (
    "Feed all tokens so far as a batch of one, (1, T), take the logits output[0, -1], draw, append."
)


def test_generates_what_the_model_says(student, draw):
    """Each new token is drawn from the logits at the last position, given all previous tokens."""

    def answer(length):
        found = generation(student, draw, seed_of(draw, length), length + 9)
        return found.whole[: length + 5], found.others(length + 5), found.path[: length + 5]

    def judge():
        for length in (1, 3):
            tokens, others, path = answer(length)
            with recognised(tokens, others, lambda: answer(3)[:2]):
                equal(tokens, path, LOOP, "The list of tokens")

    with_own_or_given(student, judge)


def test_stops_after_end(student, draw):
    """Generation stops after `end`, which is the last token of the list."""

    def judge():
        generated = generation(student, draw, seed_of(draw, 2), 20, stop_at=7)
        whole, path, found = generated.whole, generated.path, generated.whole[7:]
        hint = "Append the token first; then leave the loop if it is `end`."
        holds(
            whole[:7] == path[:7] or len(whole) < 20, "Generation does not stop.", whole, hint=hint
        )
        equal(found, [END], hint, "The list from the place of `end` on")

    with_own_or_given(student, judge)


def test_stops_at_max_length(student, draw):
    """Without `end`, generation stops when the list, including the seed, has max_length tokens."""

    def judge():
        for length in (draw.integer(6, 8), draw.integer(11, 14)):
            whole = generation(student, draw, seed_of(draw, 3), length).whole
            hint = "max_length counts the whole sequence, including the seed."
            holds(
                len(whole) == length,
                "The list has the wrong length.",
                len(whole),
                str(length),
                hint,
            )

    with_own_or_given(student, judge)


def test_keeps_the_seed(student, draw):
    """The list starts with the tokens of the seed, and the seed is not modified."""

    def judge():
        found = generation(student, draw, seed_of(draw, 4), 10)
        returned = "Return the seed followed by the new tokens."
        equal(found.tokens[:4], found.seed, returned, "The beginning of the list")
        hint = "Append to a copy: list(seed)."
        with recognised(found.tokens, wrong_sampling.in_place(found.path, student.mutated)):
            holds(not student.mutated, "The seed that was passed in is changed.", hint=hint)

    with_own_or_given(student, judge)


def test_passes_the_temperature_on(student, draw):
    """generate draws the tokens at the given temperature."""

    def judge():
        found = generation(student, draw, seed_of(draw, 2), 32, temperature=0.01)
        hint = "Pass it on: sample(logits, temperature)."
        equal(found.whole[:30], found.path[:30], hint, "The list of tokens at a low temperature")

    with_own_or_given(student, judge, "scripted.by_temperature")


def test_leaves_the_mode_as_it_was(student, draw):
    """generate leaves the model in the mode it was in, train or eval."""

    def judge():
        for name in ("train", "eval"):
            model = student.given("scripted.Scripted", 9, [2, 3, 3], END, 6)
            getattr(model, name)()
            student.generate(model, [3, 4], 9, END)
            hint = "Save model.training before model.eval(), and restore it at the end."
            holds(
                bool(plain(student.get(model, "record.modes"))), "generate never calls the model."
            )
            left = student.get(model, "training")
            holds(left is (name == "train"), f"The model is no longer in {name} mode.", hint=hint)

    with_own_or_given(student, judge)


# Training ------------------------------------------------------------------------------------


def _judged(student, draw, judge, **setting):
    training_run.judged(student, lambda: judge(training_run.train(student, draw, **setting)))


def test_trains_on_the_next_token(student, draw):
    """The target at each position is the next token."""

    def judge(run):
        batches, found = run.in_order, run.recorded("targets", torch.Tensor)
        with recognised(found, wrong_training.targets(batches, 0)):
            for batch, raised in zip(batches, found, strict=False):
                wanted = oracle.next_tokens(batch, 0)[:, : raised[:1].numel()]
                real = wanted != 0
                hint = "Targets are the batch without its first column, then a column of pads."
                right = wanted.shape == raised.shape and torch.equal(raised[real], wanted[real])
                holds(right, "The targets are not the next tokens.", raised, wanted, hint)
        holds(run.follows(), "The weights do not move towards the next tokens.", hint=hint)

    _judged(student, draw, judge, count=3, epochs=1)


def test_trains_on_each_batch_once_an_epoch(student, draw):
    """Every epoch trains on each batch exactly once, for the given number of epochs."""

    def judge(run):
        order = run.order
        epochs = [sorted(order[i : i + 5]) for i in range(0, len(order), 5)]
        hint = "In `for epoch in range(epochs)`, train on every batch, including the last one."
        shown = f"in the order of training: {order[:20]}"
        right = epochs == [list(range(5))] * 3
        longer = partial(training_run.longer_order, student, draw, 5)
        with recognised(order, wrong_training.orders(order, 5, 3, longer)):
            holds(right, "An epoch does not train on all 5 batches.", shown, hint=hint)

    _judged(student, draw, judge, count=5, epochs=3)


def test_shuffles_the_batches_each_epoch(student, draw):
    """Batches are reshuffled every epoch."""

    def judge(run):
        order = run.order
        orders = [order[i : i + 12] for i in (0, 12, 24)]
        again = orders[0] == orders[1] or orders[1] == orders[2]
        hint = "Shuffle before each epoch, and do not set a seed there."
        with recognised(order, wrong_training.shuffles(order, 12, 3)):
            holds(not again, "Two epochs have the same order.", orders[1], hint=hint)

    _judged(student, draw, judge, count=12, epochs=3)


def test_training_leaves_the_batches_alone(student, draw):
    """Training modifies neither the list of batches nor the batches."""

    def judge():
        run = training_run.train(student, draw, count=6, epochs=2)
        changed = student.mutated
        hint = "random.shuffle works in place: shuffle a copy of the list, or a list of indices."
        holds(not changed, "The batches that were passed in are changed.", hint=hint)
        holds(bool(run.order), "The model is not trained.")

    training_run.judged(student, judge)


def _agrees(found, *expected):
    return any(
        len(found) == len(one)
        and all(
            math.isclose(f, e, rel_tol=1e-4, abs_tol=1e-7) for f, e in zip(found, one, strict=True)
        )
        for one in expected
    )


def test_history_holds_the_loss_per_token(student, draw):
    """The history contains the loss per token of every step, or its mean over every epoch."""

    def judge(run):
        found, order = training_run.values(run, "loss_per_token"), run.order
        readings = [[run.loss(batch), *run.own_losses(batch)] for batch in run.batches]
        by_step = [[readings[i][k] for i in order] for k in range(min(map(len, readings)))]
        by_epoch = [[_mean(steps[:3]), _mean(steps[3:])] for steps in by_step]
        hint = "Append loss.item() each step, or the mean over the epoch's batches."
        right = _agrees(found, *by_step, *by_epoch)
        with recognised(found, run.other_losses(by_step)):
            holds(right, "The losses are wrong.", found, by_step[0], hint)

    _judged(student, draw, judge, count=3, epochs=2)


def _mean(values):
    return sum(values) / max(1, len(values))


def test_history_holds_the_norm_before_clipping(student, draw):
    """The history contains the gradient norm over all parameters, before clipping."""

    def judge(run):
        found = training_run.values(run, "grad_norm")
        gradients = [run.gradients(run.batches[0])] * 3
        exact = [wrong_training.norm(gradients[0])] * 3
        hint = "clip_grad_norm_ returns the norm before clipping: keep what it returns."
        right = _agrees(found, run.recorded("norms"), exact)
        with recognised(found, wrong_training.norms(gradients, 0.3 * exact[0])):
            holds(right, "The norms are wrong.", found, exact, hint)

    _judged(student, draw, judge, count=1, epochs=3, clip=0.3)


def test_history_has_a_value_per_step_or_epoch(student, draw):
    """Both lists of the history have one value per step or one per epoch."""

    def judge(run):
        for name in ("loss_per_token", "grad_norm"):
            count = len(training_run.values(run, name))
            wanted = "2 (epochs) or 6 (steps)"
            holds(count in (2, 6), f"{name} has the wrong length.", count, wanted)

    _judged(student, draw, judge, count=3, epochs=2)


def test_clips_the_gradient(student, draw):
    """A gradient norm above `clip` is reduced to `clip` before the optimiser's step."""

    def judge(run):
        clip = 0.3 * min(map(run.norm, run.batches))
        steps = run.recorded("steps")
        hint = (
            "Call clip_grad_norm_(model.parameters(), clip) between loss.backward() and "
            "optimizer.step()."
        )
        norms = {"before clipping": run.recorded("norms"), "at the step": steps}
        student.figure(curves("Gradient norm, step by step", norms, line=("clip", clip)))
        if not steps:  # not an optimiser of torch: check how far the weights moved
            gaps = [abs(b - a) for a, b in pairwise(run.recorded("moved"))]
            short = bool(gaps) and 0 < max(gaps) <= 0.1 * clip * 1.01
            holds(short, "The steps are too large, or there are none.", hint=hint)
        right = all(math.isclose(step, clip, rel_tol=1e-2) for step in steps)
        problem = "The gradient is not clipped when the optimiser steps."
        with recognised(steps, run.other_steps(clip), again):
            holds(right, problem, steps, f"{clip:.5g}", hint)

    def again():
        run = training_run.train(student, draw, count=3, epochs=1, clip=0.9)
        return run.recorded("steps"), run.other_steps(0.9 * min(map(run.norm, run.batches)))

    _judged(student, draw, judge, count=3, epochs=1, clip=0.3)


def test_gradients_are_those_of_one_batch(student, draw):
    """Each step uses the gradient of its own batch; a norm below `clip` is not changed."""

    def judge(run):
        steps = run.recorded("steps") or run.recorded("norms")
        gradients = [run.gradients(batch) for batch in run.in_order]
        exact = [wrong_training.norm(step) for step in gradients]
        hint = (
            "Call optimizer.zero_grad() before every loss.backward(): otherwise gradients add up."
        )
        right = _agrees(steps, run.recorded("norms"), exact)
        with recognised(steps, wrong_training.steps(steps, gradients, run.moves)):
            holds(right, "The gradient norms at the steps are wrong.", steps, exact, hint)

    _judged(student, draw, judge, count=4, epochs=2)


def test_training_changes_the_parameters(student, draw):
    """Training changes the parameters; with a learning rate of 0 it does not."""

    def judge():
        for lr in (0.1, 0.0):
            run = training_run.train(student, draw, count=2, epochs=1, lr=lr)
            moved = wrong_training.norm([run.moved()])
            hint = "Pass model.parameters() and lr to the optimiser, and call its step()."
            problem = f"With lr={lr:g} the parameters {'move' if moved else 'do not move'}."
            with recognised(moved > 0, training_run.other_rates(student)):
                holds((moved > 0) == (lr > 0), problem, hint=hint)

    training_run.judged(student, judge)


def test_trains_in_train_mode(student, draw):
    """The language model is in train mode for every step, also after generating samples."""

    def judge(run):
        modes = run.recorded("modes", bool)
        hint = "Call model.train() at the start of each epoch."
        with recognised(modes, wrong_training.modes(2, 3)):
            holds(bool(modes) and all(modes), "A step is made in eval mode.", modes, hint=hint)

    _judged(student, draw, judge, count=2, epochs=3)


def test_calls_on_epoch_with_ten_samples(student, draw):
    """After each epoch, on_epoch is called with a list of 10 samples."""

    def judge(run):
        found = student.get(run.listener, "record.samples")
        counts = student.get(run.listener, "record.batches")
        hint = "After the loop over batches: on_epoch([generate(…) for _ in range(10)])."
        before = "The list of the numbers of batches trained before each call"
        order = run.recorded("trained", torch.Tensor)
        places = [training_run.index_of(x, run.batches) for x in order]
        longer = partial(training_run.longer_order, student, draw, 2)
        with (
            recognised(places, wrong_training.orders(places, 2, 3, longer)),
            recognised(counts, wrong_training.calls(2, 3)),
        ):
            equal(counts, [2, 4, 6], hint, before)
        sizes = [len(s) if isinstance(s, (list, tuple)) else -1 for s in _list(found)]
        with recognised(found, wrong_training.samples(found)):
            equal(sizes, [10] * 3, hint, "The list of the numbers of samples")
        asked = len(run.recorded("first_ids", int)) >= 10 * 3
        same = any(all(s == samples[0] for s in samples) for samples in plain(found))
        problem = "One sample is handed on ten times."
        holds(asked or not same, problem, hint="Generate each of the ten samples anew.")

    _judged(student, draw, judge, count=2, epochs=3)


def _list(value):
    return value if isinstance(value, (list, tuple)) else []


def test_samples_start_from_start(student, draw):
    """The samples of an epoch are generated from the seed [START]."""

    def judge(run):
        fed = run.recorded("first_ids", int)
        found = [_list(s) for s in _list(student.get(run.listener, "record.samples"))]
        firsts = [plain(s)[:1] for samples in found for s in samples if isinstance(s, list)]
        seeded = bool(firsts) and all(first == [1] for first in firsts)
        hint = "The seed is a list with one token, START of data.py."
        right = seeded or (len(fed) >= 10 and set(fed) == {1})
        holds(right, "Generation starts from another seed.", fed[:3] or found, hint=hint)

    _judged(student, draw, judge, count=2, epochs=1)


def test_trains_without_on_epoch(student, draw):
    """on_epoch is optional."""

    def judge():
        run = training_run.train(student, draw, count=2, epochs=2, listen=False)
        holds(len(run.order) == 4, "Without on_epoch, the model is not trained.", run.order)

    training_run.judged(student, judge)


def test_training_learns_the_ndfa(student, draw):
    """After training on the tiny NDFA set, a given model follows its rules in most of 10 texts."""
    language = languages.language("ndfa", draw)

    def trained():
        model = student.given("language.Window", 15, *languages.WINDOW)
        rest = [languages.NDFA[name] for name in ("epochs", "lr", "clip")]
        student.train_autoregressive(model, language.batches(languages.NDFA["batch"], draw), *rest)
        return languages.window_of(student.parameters(model))

    training_run.judged(student, lambda: languages.learns(student, language, trained, draw))
