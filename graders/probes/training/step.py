"""Batches, a probe model and its script for the training loop of a step-wise RNN."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from graders.assertions.compare import holds
from graders.assertions.draw import Draw
from graders.assertions.recognise import Answer, recognised, recognised_by
from graders.deviations.step_rnn.accuracy import Scored, columns_read, own_criterion
from graders.oracles import step_rnn as oracle
from graders.oracles.training import means
from graders.probes.training.log import Call, Loss, calls_of, ease, losses_of
from graders.remote.describe import describe
from graders.remote.faults import Failed
from graders.remote.handles import Remote
from graders.remote.student import RemoteSubmission

# B and T of training batches, then of validation batches; no B is a T, and none is the probe's H, 2.
EVEN = (((4, 3), (4, 5), (4, 3)), ((4, 5), (4, 3)))
UNEVEN = (((5, 3), (3, 5), (4, 3)), ((5, 4), (3, 5)))  # 3 batches, and the last size is another
LAST = (
    "After the loop over time, pass the output of the last step to the criterion unchanged: once "
    "per batch, and without a sigmoid."
)
STEP = "Once per batch: zero_grad, the loop over time, the criterion, backward, step."
TOKEN_BY_TOKEN = "For each batch: init_hidden(B), then model(X[:, t], hidden) for t = 0, 1, … T-1."


@dataclass(frozen=True, eq=False)
class TrainingBatch:
    """Tokens (B, T), each id at one position only, and labels (B,)."""

    X: Tensor
    y: Tensor
    valid: bool


@dataclass(frozen=True)
class TrainingTask:
    """Batches for a student's loops, and the probe that goes through them.

    Args:
        script: (S, K) logits of all tokens in each epoch.
        batches: those of training, then those of validation.
    """

    student: RemoteSubmission
    probe: Remote
    criterion: Remote
    optimizer: Remote
    script: Tensor
    batches: list[TrainingBatch]

    def train(self, epochs: int) -> Any:
        """Call the student's train; return what comes back."""
        return self.student.train(
            self.probe,
            self._source(valid=False),
            self._source(valid=True),
            self.criterion,
            self.optimizer,
            epochs,
        )

    def accuracy(self) -> Any:
        """Call the student's compute_accuracy on the validation batches."""
        return self.student.compute_accuracy(self.probe, self._source(valid=True))

    def calls(self, valid: bool | None = None) -> list[Call]:
        """List the probe's calls: all, or those on tokens of training or of validation batches."""
        wanted = {
            t for b in self.batches if valid in (None, b.valid) for t in b.X.flatten().tolist()
        }
        return [call for call in calls_of(self.student, self.probe) if wanted.issuperset(call.ids)]

    def sweeps(self) -> list[list[Call]]:
        """Split the probe's calls into runs through one batch each.

        Raises:
            Failed: a batch is not read column by column, from the first to the last.
        """
        calls = self.calls()
        places = [self._place(call) for call in calls]
        found: list[list[Call]] = []
        for (_, t), call in zip(places, calls, strict=True):
            found += [[]] if t == 0 or not found else []
            found[-1].append(call)
        ends = [t == batch.X.shape[1] - 1 for batch, t in places]
        goes_on = [b == (a[0], a[1] + 1) for a, b in pairwise(places)]
        starts = [t == 0 for _, t in places]
        whole = all(starts[i + 1] if ends[i] else goes_on[i] for i in range(len(goes_on)))
        problem = "A batch is not read from its first token to its last."
        read = [(call.ids, list(call.steps)) for call in calls]
        with recognised(read, columns_read(read, [batch.X for batch in self.batches])):
            holds(whole and starts[:1] + ends[-1:] == [True, True], problem, hint=TOKEN_BY_TOKEN)
        return found

    def losses(self) -> list[tuple[TrainingBatch, Loss, Call]]:
        """List the criterion's calls, each with the batch and the last call of the probe before it."""
        losses, calls = losses_of(self.student, self.criterion), calls_of(self.student, self.probe)
        hint = "Use the criterion that is passed in."
        with recognised_by(self.student, self._own_criterion):
            holds(bool(losses), "The criterion is never called.", hint=hint)
        holds(
            all(0 <= x.call < len(calls) for x in losses),
            "The criterion is called before the model.",
            hint=LAST,
        )
        return [(self._place(calls[x.call])[0], x, calls[x.call]) for x in losses]

    def _own_criterion(self) -> Answer:
        """Return the gradients of the last logits, with those of a cross entropy of one's own."""
        ends = [sweep[-1] for sweep in self.sweeps() if sweep[-1].gradient is not None]
        found = [[slope for row in call.gradient or () for slope in row] for call in ends]
        pairs = [(call.logits, self._place(call)[0].y.tolist()) for call in ends]
        return found, own_criterion([oracle.slopes([z for (z,) in rows], y) for rows, y in pairs])

    def valid_losses(self, epoch: int) -> tuple[float, float]:
        """Return both readings of the mean validation loss after an epoch."""
        batches = [batch for batch in self.batches if batch.valid]
        losses = [
            2 * oracle.binary_cross_entropy(self.script[epoch, b.X[:, -1]].tolist(), b.y.tolist())
            for b in batches
        ]
        return means(losses, [len(b.y) for b in batches])

    def scored(self) -> Scored:
        """Return the scripted logits of each step and the labels, by validation batch."""
        batches = [batch for batch in self.batches if batch.valid]
        return [(self.script[0, b.X.T].tolist(), b.y.tolist()) for b in batches]

    def _place(self, call: Call) -> tuple[TrainingBatch, int]:
        """Find the batch and the time step whose tokens a call got."""
        for batch in self.batches:
            for t, column in enumerate(batch.X.T.tolist()):
                if call.ids == column:
                    return batch, t
        problem = "The model gets tokens that are not a column of a batch."
        raise Failed(problem, describe(call.ids), "X[:, t]", TOKEN_BY_TOKEN)

    def _source(self, valid: bool) -> Any:
        batches = [(batch.X, batch.y) for batch in self.batches if batch.valid == valid]
        return self.student.given("training.Source", batches)


def step_task(
    student: RemoteSubmission,
    draw: Draw,
    curve: Sequence[int] = (3, 5),
    shapes: Any = EVEN,
    easiest: int | None = None,
) -> TrainingTask:
    """Make a task with a better validation the higher the curve is after an epoch.

    Args:
        easiest: the epoch with the lowest training loss; without it, that falls all the time.
    """
    batches = _batches(draw, *shapes)
    script = draw.normal(1, _count(batches)).repeat(len(curve), 1)
    eased = torch.tensor(ease(len(curve), easiest))[:, None]
    for batch in batches:
        if not batch.valid:
            script[:, batch.X[:, -1]] += eased * (2 * batch.y - 1)
        else:
            margin = 0.6 * torch.tensor(curve)[:, None] - 2.7
            margin = margin + 0.2 * draw.normal(len(curve), len(batch.y))
            script[:, batch.X[:, -1]] = margin * (2 * batch.y - 1)
    return _task(student, script, batches)


def accuracy_task(
    student: RemoteSubmission, draw: Draw, sizes: Sequence[int]
) -> tuple[TrainingTask, float]:
    """Make a task with small logits, about two thirds of them right, and return that fraction.

    Before the last token, every logit is the opposite. Predicting one label only, a threshold of 0.5
    on logits, and a mean over batches give other fractions.
    """
    batches = _batches(draw, (), [(size, 2 + place) for place, size in enumerate(sizes)])
    N = sum(sizes)
    right = draw.shuffled([1] * (2 * N // 3 + 1) + [0] * (N - 2 * N // 3 - 1))
    script = draw.normal(1, _count(batches)).abs() * 0.05 + 0.25
    for batch in batches:
        sign = (2 * batch.y - 1) * (2 * torch.tensor([right.pop() for _ in batch.y]) - 1)
        script[0, batch.X] *= -sign[:, None]
        script[0, batch.X[:, -1]] *= -1
    return _task(student, script, batches), (2 * N // 3 + 1) / N


def scored_task(student: RemoteSubmission, draw: Draw, sizes: Sequence[int]) -> TrainingTask:
    """Make a task with random logits, under which each wrong accuracy is another number."""
    batches = _batches(draw, (), [(size, 2 + place) for place, size in enumerate(sizes)])
    return _task(student, draw.normal(1, _count(batches)), batches)


def _batches(
    draw: Draw, train: Sequence[Sequence[int]], valid: Sequence[Sequence[int]]
) -> list[TrainingBatch]:
    count = sum(B * T for B, T in (*train, *valid))
    ids = torch.tensor(draw.shuffled(list(range(count))))
    labels = draw.shuffled([place % 2 for place in range(sum(B for B, _ in (*train, *valid)))])
    batches = []
    for place, (B, T) in enumerate((*train, *valid)):
        X, ids = ids[: B * T].reshape(B, T), ids[B * T :]
        y, labels = torch.tensor(labels[:B]), labels[B:]
        batches.append(TrainingBatch(X, y, place >= len(train)))
    return batches


def _count(batches: Sequence[TrainingBatch]) -> int:
    return sum(batch.X.numel() for batch in batches)


def _task(student: RemoteSubmission, script: Tensor, batches: list[TrainingBatch]) -> TrainingTask:
    toward = torch.zeros(_count(batches))
    for batch in batches:
        if not batch.valid:
            toward[batch.X] = (2.0 * batch.y - 1)[:, None].expand(batch.X.shape)
    learning = sum(not batch.valid for batch in batches)
    probe = student.given("training.Steps", script, toward, max(1, learning))
    criterion = student.given("training.Criterion", probe)
    optimizer = student.given("training.Descent", probe, 0.1)
    return TrainingTask(student, probe, criterion, optimizer, script, batches)
