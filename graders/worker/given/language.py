"""Language models that record how they are trained, and stand-ins for what a training loop calls."""

import weakref
from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_pre_hook

from .records import Token, record_of

MOST = 10_000  # records that are kept of one kind


class Recording(nn.Module):
    """Map token ids (B, T) to logits (B, T, V) that training leaves as they are.

    The logits are a row of `table` for each token. Two parameters are in the graph and change, but
    only their difference to themselves is added to the logits.

    Its record:
        trained: the ids of each forward pass that was followed by a backward pass.
        modes: whether the model was in train mode then.
        targets: the ids (B, T) whose logits that backward pass would raise most.
        norms: the norm of the gradient right after the backward pass.
        steps: the norm of the gradient at an optimiser's step.
        moved: the distance of the parameters from their first values, at each forward pass.
        first_ids: the ids of all forward passes on a single time step.
    """

    def __init__(self, table: Tensor) -> None:
        super().__init__()
        self.register_buffer("table", table)
        self.weight = nn.Parameter(torch.zeros_like(table))
        self.bias = nn.Parameter(torch.zeros(len(table)))
        names = ("trained", "modes", "targets", "norms", "steps", "moved", "first_ids")
        self.token = Token(**{name: [] for name in names})
        for parameter in self.parameters():
            note = partial(_note_gradient, weakref.ref(self))
            parameter.register_hook(note)  # type: ignore[no-untyped-call]
        hook = register_optimizer_step_pre_hook(partial(_note_step, weakref.ref(self)))
        weakref.finalize(self, hook.remove)

    def forward(self, x: Tensor) -> Any:
        record = record_of(self)
        if x.shape[-1:] == (1,) and len(record.first_ids) < MOST:
            record.first_ids += x.flatten().tolist()
        table: Tensor = self.table  # type: ignore[assignment]
        logits = table[x] + (self.weight - self.weight.detach())[x]
        logits = logits + self.bias - self.bias.detach()
        if logits.requires_grad:
            note = partial(_note_backward, weakref.ref(self), x.clone(), self.training)
            logits.register_hook(note)  # type: ignore[no-untyped-call]
        return logits


def _note_backward(
    model: weakref.ref[Recording], x: Tensor, training: bool, gradient: Tensor
) -> None:
    found = model()
    if found is not None and len((record := record_of(found)).trained) < MOST:
        record.trained.append(x)
        record.modes.append(training)
        record.targets.append(gradient.argmin(-1))
        record.norms.append(0.0)
        record.moved.append(_norm(list(found.parameters())))


def _note_gradient(model: weakref.ref[Recording], gradient: Tensor) -> None:
    if (found := model()) is not None and (norms := record_of(found).norms):
        norms[-1] = (norms[-1] ** 2 + float(gradient.square().sum())) ** 0.5


def _note_step(model: weakref.ref[Recording], _: Optimizer, *__: Any) -> None:
    if (found := model()) is not None and len(steps := record_of(found).steps) < MOST:
        gradients = [p.grad for p in found.parameters() if p.grad is not None]
        steps.append(_norm(gradients))


def _norm(tensors: Sequence[Tensor]) -> float:
    squares = sum((float(t.detach().square().sum()) for t in tensors), 0.0)
    return float(squares**0.5)


class Listener:
    """Records the `samples` of each epoch, and the number of `batches` trained so far."""

    def __init__(self, model: Recording) -> None:
        self.token = Token(samples=[], batches=[])
        self._model = model

    def __call__(self, samples: Any) -> None:
        record = record_of(self)
        record.samples.append(samples)
        record.batches.append(len(record_of(self._model).trained))


class Window(nn.Module):
    """Compute logits (B, T, V) from the last `width` tokens alone: one table for each.

    It starts from zeros, so trainings differ only by the order of the batches.
    """

    def __init__(self, vocab_size: int, width: int, scale: float) -> None:
        super().__init__()
        self.vocab_size, self.width, self.scale = vocab_size, width, scale
        self.tables = nn.Parameter(torch.zeros(width, vocab_size + 1, vocab_size))

    def forward(self, x: Tensor) -> Tensor:
        nothing = x.new_full((len(x), self.width - 1), self.vocab_size)  # before the first token
        padded = torch.cat([nothing, x], 1)
        logits = x.new_zeros(*x.shape, self.vocab_size, dtype=self.tables.dtype)
        for back in range(self.width):
            start = self.width - 1 - back
            logits = logits + self.tables[back][padded[:, start : start + x.shape[1]]]
        return logits * self.scale


class ClassesSecond(nn.Module):
    """A language model with logits (B, V, T), the order that cross_entropy expects."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.model(x)
        return logits.movedim(-1, 1)


def nothing_new(model: nn.Module, seed: Sequence[int], *_: Any, **__: Any) -> list[int]:
    """Stand-in for generation: run the model on the seed, and generate nothing."""
    with torch.no_grad():
        model(torch.tensor([list(seed)]))
    return list(seed)


def margin(logits: Tensor, targets: Tensor, *_: Any, **__: Any) -> Tensor:
    """Stand-in for the loss: how far each target's logit is from being 10 above all others.

    The added constant does not depend on the logits and separates the values of different batches.
    """
    flat = logits.reshape(-1, logits.shape[-1])
    added = float(targets.sum() * 37 % 101) / 7
    return nn.functional.multi_margin_loss(flat, targets.reshape(-1), margin=10.0) + added
