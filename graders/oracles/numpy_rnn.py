"""The tagger of the LxMLS sheet, on weights [W_e, W_x, W_h, W_y]; gradients come from autograd.

All of it in float64, whatever the weights are kept in.
"""

from collections.abc import Callable, Sequence
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


Forward = Callable[[Weights, Tensor], Tensor]


def same(state: Tensor) -> Tensor:
    return state


def states(
    weights: Weights,
    words: Tensor,
    activation: Callable[[Tensor], Tensor] = torch.sigmoid,
    carried: Callable[[Tensor], Tensor] = same,
    first: Tensor | float = 0.0,
) -> Tensor:
    """Return the states (T + 1, H), row 0 the first: no biases, sigmoid, from zeros.

    Args:
        carried: what the next step reads of a state.
    """
    W_e, W_x, W_h, _ = (w.double() for w in weights)
    rows = [torch.zeros(len(W_h), dtype=torch.float64) + first]
    for word in words.tolist():
        rows.append(activation(W_x.mv(W_e[word]) + W_h.mv(carried(rows[-1]))))
    return torch.stack(rows)


def scores(weights: Weights, hidden: Tensor) -> Tensor:
    """Return the scores (T, C) of the tags, for one state of each word."""
    return hidden @ weights[3].double().T


def log_probabilities(weights: Weights, words: Tensor) -> Tensor:
    """Return the log-probabilities (T, C) of the tags."""
    return torch.log_softmax(scores(weights, states(weights, words)[1:]), 1)


def loss(
    weights: Weights, words: Tensor, tags: Tensor, forward: Forward = log_probabilities
) -> Tensor:
    """Return the mean over the words of -log p(right tag)."""
    return -forward(weights, words).gather(1, tags[:, None]).mean()


def gradients(
    weights: Weights, words: Tensor, tags: Tensor, forward: Forward = log_probabilities
) -> list[Tensor]:
    """Return the derivatives of the loss by W_e, W_x, W_h, W_y."""
    leaves = [w.detach().double().clone().requires_grad_() for w in weights]
    return list(torch.autograd.grad(loss(leaves, words, tags, forward), leaves))
