"""Checks of training.py: a classifier's evaluation and its training loop, seen by a probe model."""

from functools import partial
from itertools import pairwise

import torch

from graders.assertions.compare import holds, several
from graders.assertions.recognise import recognised_by
from graders.oracles import training as oracle
from graders.probes.training import classifier as faults
from graders.probes.training.classifier import training_task
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
from graders.remote.describe import describe
from graders.remote.faults import Failed
from graders.remote.handles import Remote

LR = 0.05
OVER_EXAMPLES = (
    "Batches may differ in size: add up over examples, and divide by their number at the end."
)
STEP = "Once per batch: zero_grad, forward, loss, backward, step, on the parameters of this model."
HISTORY = "Return an object with the attributes train_loss, val_loss, val_accuracy and best_state."


def _evaluate(student, task):
    return several(student.evaluate(task.probe, task.val), 2, "(loss, accuracy)")


def _logits(task, epoch=0):
    """Return the scripted logits of the validation examples, and their labels."""
    ids = task.val_ids
    return task.script[epoch, ids].tolist(), [task.labels[i] for i in ids]


def test_loss_is_the_mean_over_examples(student, draw):
    """evaluate returns the mean cross entropy over all examples, also when batch sizes differ."""
    task = training_task(student, draw, val=(5, 3, 2))  # a single example is another check's
    with faults.evaluation_recognised(student, draw):
        loss, _ = _evaluate(student, task)
        number_is(loss, oracle.cross_entropy(*_logits(task)), OVER_EXAMPLES, "The loss")


def test_accuracy_is_the_fraction_over_examples(student, draw):
    """evaluate returns the fraction of correct examples, also when batch sizes differ."""
    hint = f"A number from 0 to 1, not percent. {OVER_EXAMPLES}"
    for sizes in ((5, 2, 3), (4, 3), (3, 4, 2)):  # another axis may be right once by chance
        task = training_task(student, draw, val=sizes)
        with faults.evaluation_recognised(student, draw):
            _, accuracy = _evaluate(student, task)
            number_is(accuracy, oracle.accuracy(*_logits(task)), hint, "The accuracy")


def test_evaluates_a_single_example(student, draw):
    """evaluate accepts a single batch of a single example."""
    task = training_task(student, draw, curve=(draw.integer(0, 1),), val=(1,))
    loss, accuracy = _evaluate(student, task)
    hint = "Do not squeeze the batch axis, and count every batch."
    number_is(loss, oracle.cross_entropy(*_logits(task)), hint, "The loss")
    number_is(accuracy, oracle.accuracy(*_logits(task)), hint, "The accuracy")


def test_evaluates_in_evaluation_mode(student, draw):
    """evaluate sets the model to evaluation mode."""
    task = training_task(student, draw)
    task.probe.train()
    _evaluate(student, task)
    all_in_mode(task.calls(), training=False)


def test_evaluates_without_gradients(student, draw):
    """evaluate runs without gradients."""
    task = training_task(student, draw)
    _evaluate(student, task)
    none_tracked(task.calls())


def _train(student, task, epochs=2, lr=LR):
    return student.train_classifier(task.probe, task.train, task.val, epochs, lr)


def _field(student, history, name):
    """Read an attribute of a history, an object of any class with these attributes."""
    if isinstance(history, Remote):
        return student.get(history, name)
    if isinstance(history, tuple) and name in getattr(history, "_fields", ()):
        return getattr(history, name)
    raise Failed(f"The result has no attribute {name}.", describe(history), "", HISTORY)


def _learning(task):
    """List the calls that a gradient came back from, in order: those that the model learns from."""
    return [call for call in task.calls() if call.gradient is not None]


def _validating(task):
    known = set(task.val_ids)
    return [call for call in task.calls() if known.intersection(call.ids)]


def test_history_has_one_entry_per_epoch(student, draw):
    """The history has exactly one train_loss, val_loss and val_accuracy per epoch."""
    before = None
    for epochs in (3, 1):  # the second call must not reuse lists of the first
        task = training_task(student, draw, curve=(2, 5, 6))
        history = _train(student, task, epochs)
        with faults.loop_recognised(task, history, epochs, draw, before):
            for name in ("train_loss", "val_loss", "val_accuracy"):
                numbers(_field(student, history, name), epochs, name)
        before = task


def test_trains_on_every_batch(student, draw):
    """Every epoch trains on each batch once, including the smaller last one."""
    task = training_task(student, draw)
    history = _train(student, task)
    found = sorted(sorted(call.ids) for call in _learning(task))
    wanted = sorted(sorted(x[:, 0].tolist()) for x, _ in task.train * 2)
    shown = f"{len(found)} batches in 2 epochs"
    problem = "The model is not trained on each given batch once per epoch."
    answers = partial(faults.order_answer, task, 2), partial(faults.copied, task, history, 2)
    with recognised_by(student, *answers):
        holds(found == wanted, problem, shown, f"{len(wanted)} batches", STEP)


def test_learns_by_cross_entropy(student, draw):
    """The training loss is the cross entropy of the logits."""
    task = training_task(student, draw)
    _train(student, task)
    calls = _learning(task)
    holds(bool(calls), "No gradient arrives at the logits.", hint=STEP)
    with recognised_by(student, partial(faults.slopes, task)):
        for call in calls:
            faults.is_slope(call, [task.labels[i] for i in call.ids])


def test_one_step_per_batch(student, draw):
    """The weights are updated once per batch, before the next batch."""
    task = training_task(student, draw)
    history = _train(student, task)
    calls = _learning(task)
    weights = [call.weights["weight"] for call in calls] + [task.weights()["weight"]]
    moves = sum(a != b for a, b in pairwise(weights))
    problem = f"After {len(calls)} backward passes the weights had changed {moves} times."
    answers = partial(faults.moves, task), partial(faults.copied, task, history, 2)
    with recognised_by(student, *answers):
        holds(len(calls) == moves == 6, problem, "", "6 times: 2 epochs of 3 batches", STEP)


def test_gradients_start_from_zero(student, draw):
    """The gradients are set to zero before each batch."""
    task = training_task(student, draw)
    _train(student, task)
    with recognised_by(student, partial(faults.moves, task)):
        all_fresh(student.get(task.probe, "record.backwards"), 2)


def test_learning_rate_is_used(student, draw):
    """A larger lr makes larger steps."""
    moved = []
    for lr in (0.004, 0.04):
        task = training_task(student, draw, train=(4,))
        _train(student, task, 1, lr)
        weight = torch.tensor(task.weights()["weight"]).flatten()
        moved.append(weight[:1].abs().sum().item())
    problem = f"With lr=0.004 a weight moves by {moved[0]:.2g}, with lr=0.04 by {moved[1]:.2g}."
    hint = "Pass lr to the optimiser, together with the parameters of this model."
    holds(moved[1] > 3 * moved[0] > 0, problem, hint=hint)


def test_trains_in_train_mode(student, draw):
    """The classifier is in train mode during training, in every epoch."""
    task = training_task(student, draw)
    task.probe.eval()
    _train(student, task)
    all_in_mode(_learning(task), training=True)


def test_validates_in_evaluation_mode(student, draw):
    """The classifier is in evaluation mode during validation."""
    task = training_task(student, draw)
    _train(student, task)
    all_in_mode(_validating(task), training=False)


def test_validates_without_gradients(student, draw):
    """Validation runs without gradients."""
    task = training_task(student, draw)
    _train(student, task)
    none_tracked(_validating(task))


def test_train_loss_is_the_epoch_mean(student, draw):
    """train_loss is the mean loss of an epoch, measured during training."""
    task = training_task(student, draw)
    history = _train(student, task)
    hint = "Add up the epoch's losses, and divide once, by the number of batches or of examples."
    with faults.loop_recognised(task, history, 2, draw):
        one_of(_field(student, history, "train_loss"), _train_means(task), hint, "train_loss")


def _train_means(task):
    """Return both readings of the mean training losses of two epochs."""
    calls = _learning(task)
    holds(len(calls) == 6, "There were not 3 batches in each of 2 epochs.", len(calls), 6, STEP)
    labels = [[task.labels[i] for i in call.ids] for call in calls]
    losses = [oracle.cross_entropy(c.logits, y) for c, y in zip(calls, labels, strict=True)]
    epochs = [slice(0, 3), slice(3, 6)]
    means = [oracle.means(losses[e], [len(c.ids) for c in calls[e]]) for e in epochs]
    return list(zip(*means, strict=True))


def test_val_loss_follows_the_epochs(student, draw):
    """val_loss is the validation loss after each epoch's training."""
    task = training_task(student, draw, curve=(3, 6, 4))
    history = _train(student, task, 3)
    losses = [oracle.cross_entropy(*_logits(task, epoch)) for epoch in range(3)]
    hint = "Evaluate on val_batches after the epoch's last step."
    with faults.loop_recognised(task, history, 3, draw):
        one_of(_field(student, history, "val_loss"), [losses], hint, "val_loss")


def test_val_accuracy_follows_the_epochs(student, draw):
    """val_accuracy is the fraction of correct validation examples after each epoch's training."""
    task = training_task(student, draw, curve=(3, 6, 4))
    history = _train(student, task, 3)
    wanted = [oracle.accuracy(*_logits(task, epoch)) for epoch in range(3)]
    hint = "Evaluate on val_batches after the epoch's last step; a fraction, not percent."
    with faults.loop_recognised(task, history, 3, draw):
        one_of(_field(student, history, "val_accuracy"), [wanted], hint, "val_accuracy")


def _long_run(student, draw):
    """Train for some epochs; return the task, the history, the weights after each, and the best."""
    curve, easiest = CURVES[draw.integer(0, len(CURVES) - 1)]
    task = training_task(student, draw, curve, train=(4, 3), hard=8.0, easiest=easiest)
    history = _train(student, task, len(curve))
    with faults.loop_recognised(task, history, len(curve), draw):
        after = after_epochs(_validating(task), batches=2, epochs=len(curve))
        return task, history, after, curve.index(max(curve))


def test_keeps_the_best_state(student, draw):
    """best_state is a copy of the weights after the epoch that was best in validation."""
    task, history, after, best = _long_run(student, draw)
    with faults.loop_recognised(task, history, len(after), draw):
        found = _field(student, history, "best_state")
    with recognised_by(student, partial(faults.states, task, history, after)):
        same_state(found, after[best], after[-1], "best_state")


def test_ends_with_last_or_best_weights(student, draw):
    """After training, the classifier has the weights of the last or of the best epoch."""
    task, _, after, best = _long_run(student, draw)
    found = task.weights()
    hint = "Train the model that was passed in; load nothing but the best state at the end."
    with recognised_by(student, partial(faults.ends, task)):
        holds(found in (after[best], after[-1]), "The model has other weights.", found, after, hint)


def test_leaves_the_batches_alone(student, draw):
    """train_classifier does not modify the given batches."""
    task = training_task(student, draw, train=(2,) * 7)
    _train(student, task)
    changed = student.mutated
    holds(bool(_learning(task)), "The model is not trained on the batches.", hint=STEP)
    hint = "Shuffle a copy: random.sample(batches, len(batches)). Do not write into a batch."
    with recognised_by(student, partial(faults.changes, task, draw, LR)):
        holds(not changed, "The batches that were passed in are changed.", hint=hint)
