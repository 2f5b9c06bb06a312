"""Probe models for training loops: their logits follow a script, and they record all calls.

A probe has one weight that raises the logits of the right answers, so its gradient never vanishes and
never changes sign. The script determines the rest: whatever the optimiser does, the validation curve
is the one that the check specifies. Records are lists of plain numbers (see records.py).
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .records import Token, record_of

MOST = 10_000  # records that are kept of one kind


class Probe(nn.Module):
    """Base class of both probes.

    Args:
        script: (S, K, …) logits of K ids in S epochs.
        toward: (K, …) by how much the weight adds to an id's logits; zeros for validation.
        batches: how many backward passes make up an epoch.

    Its record:
        calls: what each call read and returned, in which mode, and the gradient that came back.
        backwards: for each backward pass, whether the gradient was zero before.
    """

    def __init__(self, script: Tensor, toward: Tensor, batches: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.script, self.toward, self.batches = script, toward, batches
        self.token = Token(calls=[], backwards=[], reached=0)
        self._arrived = torch.zeros(1)
        self.weight.register_hook(self._arriving)  # type: ignore[no-untyped-call]
        self.weight.register_post_accumulate_grad_hook(  # type: ignore[no-untyped-call]
            self._accumulated
        )

    def _arriving(self, gradient: Tensor) -> None:
        self._arrived = gradient.clone()

    def _accumulated(self, weight: Tensor) -> None:
        fresh = weight.grad is not None and torch.equal(weight.grad, self._arrived)
        record_of(self).backwards.append(fresh)

    def _epoch(self) -> int:
        passes = len(record_of(self).backwards)
        return min(max(passes - 1, 0) // self.batches, len(self.script) - 1)

    def _record(self, ids: Tensor, logits: Tensor, **more: Any) -> Tensor:
        record = record_of(self)
        call = {
            "ids": ids.tolist(),
            "logits": logits.tolist(),
            "training": self.training,
            "tracked": logits.requires_grad,
            "gradient": None,
            "weights": {name: values.tolist() for name, values in self.named_parameters()},
            "after": len(record.backwards),
            **more,
        }
        if len(record.calls) < MOST:
            record.calls.append(call)
        if logits.requires_grad:
            logits.register_hook(  # type: ignore[no-untyped-call]
                lambda gradient: call.update(gradient=gradient.tolist())
            )
        return logits


class Classifier(Probe):
    """Maps (B, T) to logits (B, C); the first token of a sequence is its id."""

    def forward(self, x: Tensor) -> Tensor:
        ids = x[:, 0]
        return self._record(ids, self.script[self._epoch()][ids] + self.toward[ids] * self.weight)


class Steps(Probe):
    """Reads one token per call; the hidden state (B, 2) contains the step number and `early`.

    `early` is a second weight that acts like the first, but only from a sequence's first step. The
    record has `reached`, too: the number of backward passes that arrived at the first step.
    """

    def __init__(self, script: Tensor, toward: Tensor, batches: int) -> None:
        super().__init__(script, toward, batches)
        self.early = nn.Parameter(torch.zeros(1))
        self.hidden_size = 2
        self.early.register_hook(self._reaching)  # type: ignore[no-untyped-call]

    def _reaching(self, gradient: Tensor) -> None:
        record_of(self).reached += bool(gradient.any())

    def init_hidden(self, batch_size: int) -> Tensor:
        return torch.zeros(batch_size, self.hidden_size)

    def forward(self, x: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
        if x.ndim != 1 or tuple(hidden.shape) != (len(x), self.hidden_size):
            shapes = f"{tuple(x.shape)} and {tuple(hidden.shape)}"
            raise ValueError(f"a step takes x (B,) and hidden (B, H), but was given {shapes}")
        step, carried = hidden[:, 0], hidden[:, 1]
        carried = carried + self.early * (step == 0)
        logits = self.script[self._epoch()][x] + self.toward[x] * (self.weight + carried)
        logits = self._record(x, logits[:, None], steps=step.tolist())
        return logits, torch.stack([step + 1, carried], dim=1)


class Criterion(nn.Module):
    """Twice the mean binary cross entropy on logits, of any shapes; its record has `losses`."""

    def __init__(self, probe: Probe) -> None:
        super().__init__()
        self._probe = (probe,)  # in a tuple, so that it is not a submodule
        self.token = Token(losses=[])

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        flat = target.reshape(-1).to(input.dtype)
        loss = 2 * F.binary_cross_entropy_with_logits(input.reshape(-1), flat)
        entry = {
            "input": input.reshape(-1).tolist(),
            "target": flat.tolist(),
            "same_shape": input.shape == target.shape,
            "floating": target.is_floating_point(),
            "tracked": loss.requires_grad,
            "loss": loss.item(),
            "call": len(record_of(self._probe[0]).calls) - 1,
        }
        if len(record_of(self).losses) < MOST:
            record_of(self).losses.append(entry)
        return loss


class Descent(torch.optim.SGD):
    """Plain gradient descent on a probe; its record has the backward passes before each of `steps`."""

    def __init__(self, probe: Probe, lr: float) -> None:
        super().__init__(probe.parameters(), lr=lr, foreach=False)
        self._probe = probe
        self.token = Token(steps=[])

    def step(self, closure: Any = None) -> Any:
        record_of(self).steps.append(len(record_of(self._probe).backwards))
        return super().step(closure)


class Source:
    """A callable that returns a fresh generator of the same batches every time."""

    def __init__(self, batches: list[tuple[Tensor, Tensor]]) -> None:
        self._batches = batches

    def __call__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return (batch for batch in self._batches)


class FirstStep(nn.Module):
    """A student's step-wise model at its first step, from its own initial hidden state."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: Tensor) -> Any:
        return self.model(x, self.model.init_hidden(len(x)))
