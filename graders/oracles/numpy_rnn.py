"""The tagger of the LxMLS sheet, on weights [W_e, W_x, W_h, W_y]; gradients come from autograd.

All of it in float64, whatever the weights are kept in.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

NAMES = ("W_e", "W_x", "W_h", "W_y")
Weights = Sequence[Tensor]


@dataclass(frozen=True)
class Sizes:
    """V words, E embedding, H hidden, C tags: all different, so that weights show by shape."""

    V: int
    E: int
    H: int
    C: int

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """Return the shapes of W_e, W_x, W_h, W_y."""
        return [(self.V, self.E), (self.H, self.E), (self.H, self.H), (self.C, self.H)]


def log_probabilities(weights: Weights, words: Tensor) -> Tensor:
    """Return the log-probabilities (T, C) of the tags: no biases, sigmoid, a first state of zeros."""
    W_e, W_x, W_h, W_y = (w.double() for w in weights)
    h = torch.zeros(len(W_h), dtype=torch.float64)
    rows = []
    for word in words.tolist():
        h = torch.sigmoid(W_x.mv(W_e[word]) + W_h.mv(h))
        rows.append(torch.log_softmax(W_y.mv(h), 0))
    return torch.stack(rows)


def loss(weights: Weights, words: Tensor, tags: Tensor) -> Tensor:
    """Return the mean over the words of -log p(right tag)."""
    found = log_probabilities(weights, words)
    return -found.gather(1, tags[:, None]).mean()


def gradients(weights: Weights, words: Tensor, tags: Tensor) -> list[Tensor]:
    """Return the derivatives of the loss by W_e, W_x, W_h, W_y."""
    leaves = [w.double().clone().requires_grad_() for w in weights]
    return list(torch.autograd.grad(loss(leaves, words, tags), leaves))
