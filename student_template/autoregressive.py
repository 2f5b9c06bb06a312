"""Autoregressive language model: an LSTM predicts the next token and generates text.

B batch, T time, V vocabulary, E embedding, H hidden.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import nn

from data import END, PAD, START

SAMPLES = 10  # generated after each epoch
MAX_LENGTH = 60  # tokens of such a sample, including START


class LSTMLanguageModel(nn.Module):
    """Compute the logits of the next token at each position, from all tokens so far."""

    def __init__(self, vocab_size: int, emb: int = 32, hidden: int = 16, num_layers: int = 1):
        """Make the layers.

        Args:
            vocab_size: V, the number of different token ids.
            emb: E, the width of a token's vector.
            hidden: H, the width of the LSTM's state.
            num_layers: the number of stacked LSTM layers: 1, 2 or 3.
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
    """Compute the cross entropy per token: the sum over the non-pad targets, divided by their number.

    Args:
        logits: (B, T, V).
        targets: (B, T) int64 token ids, at least one of them not a pad.
        pad: the id that fills the unused positions of targets.

    Returns:
        loss: a scalar that can be differentiated.
    """
    raise NotImplementedError("autoregressive.masked_loss is not implemented yet")


def sample(lnprobs: torch.Tensor, temperature: float = 1.0) -> int:
    """Draw an index from softmax(lnprobs / temperature).

    Args:
        lnprobs: (V,) logits.
        temperature: 1 draws from the model's own distribution; a lower one favours likely indices,
            a higher one evens them out; 0 returns the most likely index.

    Returns:
        The index.
    """
    raise NotImplementedError("autoregressive.sample is not implemented yet")


def generate(
    model: nn.Module, seed: Sequence[int], max_length: int, end: int, temperature: float = 1.0
) -> list[int]:
    """Continue a seed: draw the next token, append it, and read the whole list again.

    The model is left in the mode that it was in, train or eval.

    Args:
        model: maps token ids (B, T) to logits (B, T, V).
        seed: at least one token id, none of them end; it is not modified.
        max_length: the number of tokens at which to stop, including those of the seed.
        end: the token id after which to stop.
        temperature: as in sample.

    Returns:
        The tokens of the seed and the drawn ones, including end if it was reached.
    """
    raise NotImplementedError("autoregressive.generate is not implemented yet")


@dataclass
class History:
    """The history of a training, with one value per step (one per epoch is accepted too).

    Attributes:
        loss_per_token: masked_loss of the step's batch.
        grad_norm: the gradient norm over all parameters, before clipping.
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
            takes them in a new random order; the list and the batches are not modified.
        epochs: the number of passes over all batches.
        lr: the learning rate.
        clip: the maximum gradient norm; a larger gradient is scaled down to it.
        on_epoch: if given, called after each epoch with 10 samples that are generated from
            [START].

    Returns:
        history: the loss per token and the gradient norm.
    """
    raise NotImplementedError("autoregressive.train_autoregressive is not implemented yet")
