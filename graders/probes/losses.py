"""Shared by the checks of a masked loss: logits with padded targets, and the loss as a number."""

from typing import Any

import torch
from torch import Tensor

from graders.assertions.compare import close, holds, shaped
from graders.assertions.draw import Draw
from graders.remote.student import RemoteSubmission

PER_TOKEN = "Sum the cross entropy over the targets that are not `pad`, divide by their number."


def targets_for(
    draw: Draw, pad: int, lengths: tuple[int, ...] = (5, 2, 3)
) -> tuple[Tensor, Tensor]:
    """Draw logits (3, 6, V) and targets that are padded on the right; ids of tokens are not pad."""
    V, T = 8, 6
    ids = [token for token in range(V) if token != pad]
    rows = [[ids[int(i)] for i in draw.tokens(n, low=0, high=V - 1)] for n in lengths]
    targets = torch.tensor([row + [pad] * (T - len(row)) for row in rows])
    return 2 * draw.normal(len(rows), T, V), targets


def scalar(returned: Any) -> Any:
    """Return a loss that is a float or a tensor with one element as a 0-d tensor."""
    if isinstance(returned, Tensor) and returned.numel() == 1:
        return returned.reshape(())
    return torch.tensor(returned) if isinstance(returned, float) else returned


def number(returned: Any, hint: str = "") -> Tensor:
    """Return a loss as a 0-d tensor; a float or a tensor with one element is accepted too."""
    real = shaped(scalar(returned), (), hint, "The loss")
    holds(real.is_floating_point(), "The loss is not a real number.", real, hint=hint)
    return real


def loss_is(returned: Any, expected: Tensor, hint: str, what: str = "The loss") -> None:
    close(number(returned, hint).float(), expected.detach().float(), hint, what)


def gradient_of_the_loss(student: RemoteSubmission, draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
    """Draw logits and targets; return them with the gradient of the student's loss by the logits."""
    logits, targets = targets_for(draw, 0)
    found = student.gradients(student.masked_loss, [logits, targets, 0], [torch.ones(())])
    gradient = shaped(found.inputs[0], logits.shape, what="The gradient of the logits")
    return logits, targets, gradient
