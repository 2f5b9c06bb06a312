"""One training of a given model by the student's loop, recorded from inside the model.

A loop calls `generate`, `sample` and `masked_loss`. When a check fails, it runs again with given
functions in their places, and that result counts: a fault of theirs costs its points only once. But
a loop that calls its own correct helper with the wrong arguments is wrong itself.
"""

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from graders.assertions.compare import holds, plain
from graders.assertions.draw import Draw
from graders.assertions.recognise import recognised
from graders.deviations import Candidate
from graders.deviations.autoregressive import training as deviations
from graders.oracles.autoregressive import loss_per_token, next_tokens
from graders.oracles.formulas import Activation, same
from graders.probes.languages import END, PAD
from graders.probes.training.batches import SYMBOLS, batch_of, index_of
from graders.remote.describe import describe
from graders.remote.faults import Failed, Fault, NotFound, StudentError
from graders.remote.handles import Remote
from graders.remote.student import RemoteSubmission

LONE = {"generate": "language.nothing_new", "sample": "scripted.likeliest"}
REFUSED = re.compile(r"\b(generate|masked_loss)\(\) (?:missing|takes|got)")  # by Python itself
STAND_INS: tuple[dict[str, str], ...] = ({}, LONE, {**LONE, "masked_loss": "language.margin"})


@dataclass(frozen=True)
class Training:
    """The input of a training, and its records.

    Attributes:
        order: the batches in the order in which they were trained on.
    """

    student: RemoteSubmission
    model: Remote
    table: Tensor
    batches: list[Tensor]
    epochs: int
    history: Any
    listener: Remote

    def recorded(self, name: str, kind: type = float) -> list[Any]:
        """Read one of the model's records."""
        values = self.student.get(self.model, f"record.{name}")
        if not isinstance(values, list) or not all(_is(v, kind) for v in values):
            raise Failed("The record of the given model was changed.", describe(values))
        return values

    @property
    def order(self) -> list[int]:
        inputs = self.recorded("trained", Tensor)
        trained = [index_of(x, self.batches) for x in inputs]
        strange = "The model was trained on data other than the batches, or on none of them."
        with recognised(inputs, deviations.inputs(inputs, self.batches)):
            holds(bool(trained) and -1 not in trained, strange, trained)
        return trained

    def moved(self) -> Tensor:
        """Return how far training has moved the weights (V, V) of each token's logits, from zero."""
        held = {each.name: each.values for each in self.student.parameters(self.model)}
        weight = held.get("weight", self.table[:0])
        replaced = "The weights of the given model were replaced."
        holds(weight.shape == self.table.shape, replaced, hint="Train it in place.")
        return weight

    def follows(self) -> bool:
        """Return whether each weight has moved as the next tokens of the batches ask for.

        Where a token always or never follows another, any loss and optimiser move its weight up or
        down. Weights that did not move are another check's.
        """
        moved, counts = self.moved(), torch.zeros_like(self.table)
        for batch in self.batches:
            targets = next_tokens(batch, PAD)
            real = targets != PAD
            pairs = batch[real], targets[real]
            counts.index_put_(pairs, torch.ones(len(pairs[0])), accumulate=True)
        totals = counts.sum(1, keepdim=True)
        wrong = ((counts == totals) & (moved < 0)) | ((counts == 0) & (moved > 0))
        return not bool((wrong & (totals > 0)).any())

    def moves(self) -> bool:
        """Return whether the parameters move between the steps."""
        with contextlib.suppress(Fault):
            return any(self.recorded("moved"))
        return False

    @property
    def in_order(self) -> list[Tensor]:
        """Return the batches of the steps."""
        return [self.batches[place] for place in self.order]

    def logits(self, batch: Tensor) -> Tensor:
        return self.table[batch]

    def loss(self, batch: Tensor) -> float:
        return float(loss_per_token(self.logits(batch), next_tokens(batch, PAD), PAD))

    def own_losses(self, batch: Tensor) -> list[float]:
        """Return the student's own masked_loss of a batch, on its whole width or one less.

        A loss that does not depend on the logits is not one.
        """
        found, targets = [], next_tokens(batch, PAD)
        for width in (batch.shape[1], batch.shape[1] - 1):
            with contextlib.suppress(Fault):
                logits, wanted = self.logits(batch)[:, :width], targets[:, :width]
                pair = [self.student.masked_loss(h, wanted, PAD) for h in (logits, -logits)]
                value, other = numbers(self.student, pair)
                depends = abs(value - other) > 1e-3 * max(abs(value), abs(other))
                found += [value] if depends else []
        return found

    def norm(self, batch: Tensor) -> float:
        """Return the norm of the gradient of the loss per token by the two recording parameters."""
        return deviations.norm(self.gradients(batch))

    def gradients(self, batch: Tensor, before: Activation = same) -> Sequence[Tensor]:
        """Return both gradients; `before` is what the logits go through before the loss."""
        weight = torch.zeros_like(self.table).requires_grad_()
        bias = torch.zeros(SYMBOLS).requires_grad_()
        logits = before(self.table[batch] + weight[batch] + bias)
        loss = loss_per_token(logits, next_tokens(batch, PAD), PAD)
        return torch.autograd.grad(loss, (weight, bias))

    def other_losses(self, right: Sequence[list[float]]) -> Iterator[Candidate]:
        """Yield what wrong histories of the losses hold.

        Args:
            right: the losses of the steps, in each right reading.
        """
        first = self.batches[0]
        tokens = int((first[:, 1:] != PAD).sum())
        yield from deviations.losses(right, self.epochs, len(first), tokens)
        yield from deviations.other_losses(
            partial(self._losses, deviations.not_shifted),
            partial(self._losses, partial(deviations.shifted_back, pad=PAD)),
            partial(self._losses, partial(next_tokens, pad=PAD), _squash),
            self.epochs,
        )

    def _losses(
        self, targets: Callable[[Tensor], Tensor], before: Activation = same
    ) -> Iterator[list[float]]:
        """Yield other losses of the steps, on the batches' whole width or one less."""
        for end in (None, -1):
            pairs = [(self.logits(b)[:, :end], targets(b)[:, :end]) for b in self.in_order]
            yield [float(loss_per_token(before(logits), t, PAD)) for logits, t in pairs]

    def other_steps(self, clip: float) -> Iterator[Candidate]:
        """Yield the norms at the steps of loops that do not clip as they should."""
        with contextlib.suppress(Fault):
            batches = self.in_order
            squashed = [self.gradients(batch, _squash) for batch in batches]
            yield from deviations.clipped_steps(
                [self.gradients(batch) for batch in batches], squashed, clip
            )


def _squash(logits: Tensor) -> Tensor:
    return logits.softmax(-1)


def train(
    student: RemoteSubmission,
    draw: Draw,
    count: int,
    epochs: int,
    lr: float = 0.1,
    clip: float = 1e6,
    listen: bool = True,
) -> Training:
    """Let the student's loop train a recording model on `count` batches; clip < 1 is relative.

    A relative clip is that part of the shortest gradient.
    """
    table = draw.normal(SYMBOLS, SYMBOLS)
    table[:, END] += 2.0  # so that generated texts end soon
    batches = [batch_of(draw, place) for place in range(count)]
    model = student.given("language.Recording", table)
    listener = student.given("language.Listener", model)
    run = Training(student, model, table, batches, epochs, None, listener)
    clip = clip * min(map(run.norm, batches)) if clip < 1 else clip
    history = student.train_autoregressive(model, batches, epochs, lr, clip, *[listener] * listen)
    return Training(student, model, table, batches, epochs, history, listener)


def other_rates(student: RemoteSubmission) -> list[Candidate]:
    """List what a loop does that moves the parameters equally far at any learning rate: it moves."""

    def moves() -> Iterator[bool]:
        with contextlib.suppress(Fault):
            runs = [train(student, Draw(1), count=1, epochs=1, lr=lr) for lr in (0.1, 0.01)]
            far, near = (deviations.norm([run.moved()]) for run in runs)
            if far == near > 0:
                yield True

    return [(deviations.IGNORES_RATE, moves)]


def longer_order(student: RemoteSubmission, draw: Draw, count: int) -> list[int]:
    """Return the order of a long training on `count` batches, empty if it fails."""
    with contextlib.suppress(Fault):
        return train(student, draw, count=count, epochs=40).order
    return []


def judged(student: RemoteSubmission, judge: Callable[[], None]) -> None:
    """Raise Failed unless a check passes with the student's own helpers or with given ones."""
    faults: list[tuple[Fault, str]] = []
    for names in STAND_INS:
        try:
            if names:
                student.replace(student.train_autoregressive, **names)
            judge()
            return
        except (Failed, NotFound, StudentError) as fault:
            faults.append((fault, student.called))
            if not names and _calls_wrongly(student, fault):
                break
    first, student.called = faults[0]
    raise first


def _calls_wrongly(student: RemoteSubmission, fault: Fault) -> bool:
    """Return whether a helper that takes the sheet's arguments was called with others."""
    if not isinstance(fault, StudentError) or fault.type_name != "TypeError":
        return False
    found = REFUSED.search(fault.text)
    if found is None:
        return False
    with contextlib.suppress(Fault):
        if found[1] == "generate":
            student.generate(student.given("scripted.Scripted", 9, [2, 3, 3], END, 6), [3], 4, END)
        else:
            student.masked_loss(torch.zeros(1, 1, 4), torch.ones(1, 1, dtype=torch.long), PAD)
        return True
    return False


def values(run: Training, name: str) -> list[float]:
    """Read a list of the history: an object, a record, a dict, or the pair of both lists."""
    history, student = run.history, run.student
    if isinstance(history, Remote):
        found = student.get(history, name)
    elif isinstance(history, dict):
        found = history.get(name)
    elif isinstance(history, (tuple, list)) and not hasattr(history, name) and len(history) == 2:
        found = history[("loss_per_token", "grad_norm").index(name)]
    else:
        found = getattr(history, name, None)
    return numbers(student, found, f"History.{name}")


def numbers(student: RemoteSubmission, found: Any, what: str = "The result") -> list[float]:
    """Use a list, tuple, tensor or array of numbers, or of tensors with one number each."""
    if isinstance(found, Remote):
        found = student.collect(found, 10_000)
    found = plain(found)
    found = found if isinstance(found, list) else [found]
    flat = [v[0] if isinstance(v, list) and len(v) == 1 else v for v in found]
    right = all(type(v) in (int, float) and v == v and abs(v) < 1e30 for v in flat)
    holds(right, f"{what} is not a list of finite numbers.", found, "one number per epoch or step")
    return [float(v) for v in flat]


def as_list(value: Any) -> Any:
    """Return the numbers of a tensor or an array, nested as they are; anything else as it is."""
    return plain(value) if isinstance(value, (Tensor, np.ndarray)) else value


def _is(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and not (isinstance(value, Tensor) and value.dim() == 0)
