"""Batches and a probe model for a classifier's training loop, and what is wrong with one."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from graders.assertions.compare import close, holds, plain
from graders.assertions.draw import Draw
from graders.assertions.recognise import Answer, fresh, recognised_by
from graders.deviations.training import history as deviations
from graders.deviations.training import loops, weights
from graders.deviations.training import outcomes as results
from graders.oracles import training as oracle
from graders.probes.training.log import Call, calls_of, ease, validation_rows
from graders.probes.training.states import kind_of, state_answer, weights_of
from graders.remote.handles import Remote
from graders.remote.replies import Named
from graders.remote.student import RemoteSubmission

C = 3
LISTS = ("train_loss", "val_loss", "val_accuracy")
Batch = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Task:
    """Examples with ids, their labels, and a probe with a script (S, K, C) of their logits."""

    student: RemoteSubmission
    probe: Remote
    labels: list[int]  # of all examples, by id
    script: Tensor
    train: list[Batch]
    val: list[Batch]

    @property
    def val_ids(self) -> list[int]:
        return [i for x, _ in self.val for i in x[:, 0].tolist()]

    @property
    def scored(self) -> deviations.Batches:
        """The scripted logits of the validation batches in the first epoch, and their labels."""
        return [(self.script[0, x[:, 0]].tolist(), y.tolist()) for x, y in self.val]

    def calls(self) -> list[Call]:
        return calls_of(self.student, self.probe)

    def weights(self) -> dict[str, Any]:
        return Named(weights_of(self.student, self.probe))

    def visits(self) -> list[loops.Visit]:
        """List the probe's calls as visits of batches; -1 is the place of other examples."""
        ids = [sorted(x[:, 0].tolist()) for x, _ in (*self.train, *self.val)]
        return [self._visit(call, ids) for call in self.calls()]

    def _visit(self, call: Call, ids: list[list[int]]) -> loops.Visit:
        place = ids.index(sorted(call.ids)) if sorted(call.ids) in ids else -1
        labels = [self.labels[i] for i in call.ids]
        loss = oracle.cross_entropy(call.logits, labels)
        learned, scored = call.gradient is not None, (call.logits, labels)
        return loops.Visit(place, learned, loss, len(labels), call.weights, scored)


def training_task(
    student: RemoteSubmission,
    draw: Draw,
    curve: tuple[int, ...] = (3, 5),
    train: tuple[int, ...] = (4, 4, 3),
    val: tuple[int, ...] = (4, 4),
    hard: float = 0.0,
    easiest: int | None = None,
) -> Task:
    """Make a task with validation results that follow a curve; `train` and `val` are batch sizes.

    A hard one has logits so wrong in training that no loss there is as low as those of validation.

    Args:
        easiest: the epoch with the lowest training loss; without it, that falls all the time.
    """
    N, M = sum(train), sum(val)
    labels = [draw.integer(0, C - 1) for _ in range(N + M)]
    named = torch.nn.functional.one_hot(torch.tensor(labels), C).float()
    seen = (draw.normal(N, C) - hard * named[:N]).repeat(len(curve), 1, 1)
    seen = seen + torch.tensor(ease(len(curve), easiest))[:, None, None] * named[:N]
    script = torch.cat([seen, validation_rows(draw, labels[N:], C, curve)], 1)
    toward = torch.cat([named[:N], torch.zeros(M, C)])
    ids = draw.shuffled(list(range(N))) + draw.shuffled(list(range(N, N + M)))
    batches = []
    for size in (*train, *val):
        chosen, ids = ids[:size], ids[size:]
        x = torch.cat([torch.tensor(chosen)[:, None], draw.tokens(size, 2, high=50)], 1)
        batches.append((x, torch.tensor([labels[i] for i in chosen])))
    probe = student.given("training.Classifier", script, toward, len(train))
    return Task(student, probe, labels, script, batches[: len(train)], batches[len(train) :])


@contextlib.contextmanager
def evaluation_recognised(student: RemoteSubmission, draw: Draw) -> Iterator[None]:
    """Recognise a wrong evaluation by what it returns for fresh batches."""

    def answer() -> Answer:
        returned, tasks = _evaluated(student, draw)
        return returned, deviations.evaluations(tasks)

    with recognised_by(student, answer):
        yield


def _evaluated(student: RemoteSubmission, draw: Draw) -> tuple[list[Any], list[deviations.Batches]]:
    def ask() -> tuple[Any, deviations.Batches]:
        task = training_task(student, draw, val=(5, 2 + draw.integer(1, 2), 2))
        return plain(student.evaluate(task.probe, task.val)), task.scored

    return fresh(ask)


@contextlib.contextmanager
def loop_recognised(
    task: Task, history: Any, epochs: int, draw: Draw, before: Task | None = None
) -> Iterator[None]:
    """Recognise a wrong training loop by the batches that it visits and what it returns."""
    answers = (
        partial(_outcome, task, history, epochs, before),
        partial(copied, task, history, epochs),
        partial(exchanged, task, history, draw),
        partial(_at_the_end, task, history, epochs),
    )
    with recognised_by(task.student, *answers):
        yield


def _plan(task: Task, epochs: int) -> loops.Plan:
    return loops.Plan(len(task.train), len(task.val), epochs)


def _met(visits: list[loops.Visit]) -> loops.Order:
    return loops.grouped([(visit.learned, visit.place) for visit in visits])


def _outcome(task: Task, history: Any, epochs: int, before: Task | None) -> Answer:
    train, valid = _epochs(task)
    met, right = _met(task.visits()), deviations.right_validation(valid)
    form, lists, state = parts_of(task.student, history)
    outcome = results.Outcome(met, lists, kind_of(task.student, state, valid), form)
    old = _right_lists(before) if before else []
    others = deviations.validations(valid)
    return outcome.flat, results.outcomes(_plan(task, epochs), met, train, [right], others, old)


def _epochs(task: Task) -> list[list[list[loops.Visit]]]:
    """Return the visits of training and those of validation, by epoch."""
    visits = task.visits()
    return [loops.by_epoch(visits, learned) for learned in (True, False)]


def _right_lists(task: Task) -> list[Any]:
    train, valid = _epochs(task)
    return [[means, *deviations.right_validation(valid)] for means in results.both_means(train)]


def parts_of(student: RemoteSubmission, history: Any) -> tuple[str, list[Any], Any]:
    """Return the form of a history, its lists and its best state, which may be missing."""
    if isinstance(history, Remote):
        read: Any = partial(student.get, history)
    elif isinstance(history, dict):
        read = history.__getitem__
    elif hasattr(history, "_fields"):
        read = partial(getattr, history)
    else:
        return "object", [plain(part) for part in history], "missing"
    lists = [plain(read(name)) for name in LISTS]
    return "dict" if isinstance(history, dict) else "object", lists, read("best_state")


def copied(task: Task, history: Any, epochs: int) -> Answer:
    """Return the calls of the model and the validation losses, with those of a copied model."""
    losses = [oracle.cross_entropy(*_scripted(task, epoch)) for epoch in range(len(task.script))]
    found = [len(task.calls()), parts_of(task.student, history)[1][1]]
    followed = [losses[min(epoch, len(losses) - 1)] for epoch in range(epochs)]
    values = [[0, losses[:1] * epochs], [0, followed]]  # a copy may lose the script's epoch
    return found, [(deviations.OF_A_COPY, lambda: values)]


def _scripted(task: Task, epoch: int) -> tuple[Any, list[int]]:
    ids = task.val_ids
    return task.script[epoch, ids].tolist(), [task.labels[i] for i in ids]


def _at_the_end(task: Task, history: Any, epochs: int) -> Answer:
    """Return the batches that a loop visits and its last validation, with the deviation."""
    visits, lists = task.visits(), parts_of(task.student, history)[1]
    met, right = _met(visits), deviations.right_validation(loops.by_epoch(visits, learned=False))
    order = dict(_plan(task, epochs).wrong(met))[loops.AT_THE_END]
    ends = [order, [values[-1] for values in right]]
    return [met, [values[-1] for values in lists[1:]]], [(loops.AT_THE_END, lambda: [ends])]


def exchanged(task: Task, history: Any, draw: Draw) -> Answer:
    """Return the validation lists and what evaluate returns, with what exchanges two of them."""
    right = deviations.right_validation(loops.by_epoch(task.visits(), learned=False))
    lists = parts_of(task.student, history)[1]
    returned, tasks = _evaluated(task.student, draw)
    return [lists[1:], returned], deviations.exchanged(right, tasks)


def order_answer(task: Task, epochs: int) -> Answer:
    """Return the batches that a loop visits, with the deviations."""
    _learns_rightly(task)
    met = _met(task.visits())
    return met, loops.orders(_plan(task, epochs), met)


def slopes(task: Task) -> Answer:
    """Return the gradients at the logits that a loop learns from, with the deviations."""
    learned = [call for call in task.calls() if call.gradient is not None]
    batches = [(call.logits, [task.labels[i] for i in call.ids]) for call in learned]
    return [call.gradient for call in learned], deviations.slopes(batches)


def _learns_rightly(task: Task) -> None:
    """Raise Failed unless the gradients at the logits are those of the cross entropy."""
    for call in task.calls():
        if call.gradient is not None:
            is_slope(call, [task.labels[i] for i in call.ids])


def is_slope(call: Call, labels: list[int]) -> None:
    """Raise Failed unless the gradient at the logits of a call is that of the cross entropy."""
    pairs = zip(call.logits, labels, strict=True)
    slope = torch.tensor([oracle.gradient(row, label) for row, label in pairs])
    found = torch.tensor(call.gradient)
    scale = float((found * slope).sum() / slope.square().sum())  # a sum is as good as a mean
    hint = "cross_entropy takes the logits as they are: it applies the softmax itself."
    close(found, max(scale, 1e-3) * slope, hint, "The gradient of the loss at the logits")


def moves(task: Task) -> Answer:
    """Return when gradients were zero and weights moved, with the deviations."""
    _learns_rightly(task)
    visits = task.visits()
    epochs = [len(epoch) for epoch in loops.by_epoch(visits, learned=True)]
    met = [visit.weights for visit in visits if visit.learned]
    moved = [one != other for one, other in pairwise([*met, task.weights()])]
    left = task.student.get(task.probe, "weight.grad")
    any_left = isinstance(left, Tensor) and bool(left.any())
    zero = task.student.get(task.probe, "record.backwards")
    return [zero, moved, any_left], weights.moves(epochs)


def states(task: Task, history: Any, after: list[Any]) -> Answer:
    """Return the best state, with the deviations."""
    train, valid = (results.both_means(epochs)[1] for epochs in _epochs(task))
    _, (_, reported, _), state = parts_of(task.student, history)
    return state_answer(task.student, state, after, train, valid, reported)


def ends(task: Task) -> Answer:
    """Return the weights at the end, with those that the model had before."""
    before = dict(task.calls()[0].weights)
    return dict(task.weights()), [(deviations.FIRST_WEIGHTS, lambda: [before])]


def changes(task: Task, draw: Draw, lr: float) -> Answer:
    """Return whether a single batch is changed too, and what the loop visited of many."""
    _learns_rightly(task)
    (zero, moved, _), _ = moves(task)
    holds(all(zero) and all(moved), "The weights do not change once per batch.")
    met, right = _met(task.visits()), _plan(task, 2).right
    single = training_task(task.student, draw, train=(4,))
    task.student.train_classifier(single.probe, single.train, single.val, 2, lr)
    return [task.student.mutated, met], [
        (deviations.WRITES, lambda: [[True, right]]),
        (deviations.REORDERS, lambda: [[False, right]]),
    ]
