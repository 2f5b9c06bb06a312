"""Autoregressive language model: an LSTM predicts each next token, and writes by being read.

B batch, T time, V vocabulary, E embedding, H hidden.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import nn

from data import END, PAD, START

SAMPLES = 10  # written after each epoch
MAX_LENGTH = 60  # tokens of such a sample, START included


class LSTMLanguageModel(nn.Module):
    """Give each position logits for the token that follows, from all tokens up to there."""

    def __init__(self, vocab_size: int, emb: int = 32, hidden: int = 16, num_layers: int = 1):
        """Make the layers.

        Args:
            vocab_size: V, the number of different token ids.
            emb: E, the width of a token's vector.
            hidden: H, the width of the LSTM's state.
            num_layers: the number of LSTM layers on top of one another: 1, 2 or 3.
        """
        raise NotImplementedError(
            "autoregressive.LSTMLanguageModel.__init__ is not implemented yet"
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute the logits; the softmax belongs to the loss and to sampling.

        Args:
            x: (B, T) int64 token ids.

        Returns:
            logits: (B, T, V); those at position t are for the token at t + 1.
        """
        raise NotImplementedError("autoregressive.LSTMLanguageModel.forward is not implemented yet")


def masked_loss(logits: torch.Tensor, targets: torch.Tensor, pad: int) -> torch.Tensor:
    """Compute the cross entropy per token: the sum over all targets but pads, by their number.

    Args:
        logits: (B, T, V).
        targets: (B, T) int64 token ids, at least one of them no pad.
        pad: the id that fills the free places of targets.

    Returns:
        loss: a scalar that can be differentiated.
    """
    raise NotImplementedError("autoregressive.masked_loss is not implemented yet")


def sample(lnprobs: torch.Tensor, temperature: float = 1.0) -> int:
    """Draw an index from softmax(lnprobs / temperature).

    Args:
        lnprobs: (V,) logits.
        temperature: 1 draws from the model's own distribution, less prefers what is likely, more
            evens it out; 0 gives the most likely index.

    Returns:
        The index.
    """
    raise NotImplementedError("autoregressive.sample is not implemented yet")


def generate(
    model: nn.Module, seed: Sequence[int], max_length: int, end: int, temperature: float = 1.0
) -> list[int]:
    """Write on from a seed: draw a next token, append it, read the whole again.

    The model is left in the mode, train or eval, in which it was.

    Args:
        model: maps token ids (B, T) to logits (B, T, V).
        seed: one token id at least, none of them end; it is not changed.
        max_length: the number of tokens at which to stop, those of the seed included.
        end: the token id after which to stop.
        temperature: as in sample.

    Returns:
        The seed's tokens and those that were drawn, with end if it was reached.
    """
    raise NotImplementedError("autoregressive.generate is not implemented yet")


@dataclass
class History:
    """What training was like, one value per step (one per epoch would do as well).

    Attributes:
        loss_per_token: masked_loss of the step's batch.
        grad_norm: the norm of the gradient of all parameters, before it was clipped.
    """

    loss_per_token: list[float] = field(default_factory=list)
    grad_norm: list[float] = field(default_factory=list)


def train_autoregressive(
    model: nn.Module,
    batches: Sequence[torch.Tensor],
    epochs: int,
    lr: float,
    clip: float,
    on_epoch: Callable[[list[list[int]]], object] | None = None,
) -> History:
    """Train a model to predict each next token.

    Args:
        model: maps token ids (B, T) to logits (B, T, V); trained in place.
        batches: (B, T) int64 token ids each, from START to END, filled up with PAD. Each epoch
            takes them in a new random order; the list and the batches are not changed.
        epochs: how often to go through all batches.
        lr: the learning rate.
        clip: the norm to which a longer gradient is cut.
        on_epoch: when given, called after each epoch with 10 samples that are generated from
            [START].

    Returns:
        history: the loss per token and the norm of the gradient.
    """
    raise NotImplementedError("autoregressive.train_autoregressive is not implemented yet")
