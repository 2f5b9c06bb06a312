"""Training: a classifier is trained, evaluated after every epoch, and its best weights are kept.

B batch, C classes, N examples of all batches.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

Batches = Sequence[tuple[torch.Tensor, torch.Tensor]]


@dataclass(frozen=True)
class History:
    """The result of a training: one entry per epoch in each list, and the best weights.

    Args:
        train_loss: mean loss of the training batches, measured while training on them.
        val_loss: mean loss of the validation batches after the epoch.
        val_accuracy: fraction of correct validation examples after the epoch.
        best_state: the model's state dict after the best epoch, as a copy.
    """

    train_loss: list[float]
    val_loss: list[float]
    val_accuracy: list[float]
    best_state: dict[str, torch.Tensor]


def evaluate(model: nn.Module, batches: Batches) -> tuple[float, float]:
    """Evaluate a classifier, in evaluation mode and without gradients.

    Args:
        model: maps a batch's inputs to logits (B, C).
        batches: pairs of inputs and labels (B,), int64; the last one may be smaller.

    Returns:
        loss: mean cross entropy over all N examples.
        accuracy: correct examples over N, from 0 to 1.
    """
    raise NotImplementedError("training.evaluate is not implemented yet")


def train_epoch(model: nn.Module, batches: Batches, optimizer: torch.optim.Optimizer) -> float:
    """Make one step per batch.

    Args:
        model: maps a batch's inputs to logits (B, C).
        batches: pairs of inputs and labels (B,), int64.
        optimizer: holds the model's parameters.

    Returns:
        loss: mean cross entropy over all N examples, each measured before its batch's step.
    """
    raise NotImplementedError("training.train_epoch is not implemented yet")


def train_classifier(
    model: nn.Module, batches: Batches, val_batches: Batches, epochs: int, lr: float
) -> History:
    """Train a classifier with cross entropy, and evaluate it after each epoch.

    There is one step of the optimizer per batch, in any order of the batches. The optimizer is
    yours to choose; lr is its learning rate.

    Args:
        model: maps a batch's inputs to logits (B, C); afterwards it has its last or best weights.
        batches: a list of pairs of inputs and labels (B,), int64, which is not modified.
        val_batches: the same for validation; the model learns nothing from them.
        epochs: the number of passes over the batches.
        lr: the learning rate.

    Returns:
        history: one entry per epoch, and the weights that were best in validation.
    """
    raise NotImplementedError("training.train_classifier is not implemented yet")
