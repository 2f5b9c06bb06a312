"""Step-wise RNN: the model reads one token per call, and the training loop runs it over time.

B batch, T time, V vocabulary, E embedding, H hidden.
"""

import copy
from collections.abc import Callable, Iterator

import torch
from torch import nn

DataGenerator = Callable[[], Iterator[tuple[torch.Tensor, torch.Tensor]]]


class RNN(nn.Module):
    """Read one token and the previous hidden state: h_t = tanh(W e(x_t) + U h_{t-1}), logit V h_t."""

    def __init__(self, vocabulary_size: int, embedding_size: int, hidden_size: int):
        """Make the layers embedding, W, U and V.

        Args:
            vocabulary_size: V, the number of different token ids.
            embedding_size: E, the width of a token's vector.
            hidden_size: H, the width of the hidden state.
        """
        raise NotImplementedError("step_rnn.RNN.__init__ is not implemented yet")

    def forward(self, x: torch.Tensor, hidden: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Advance by one time step.

        Args:
            x: (B,) int64 token ids of this time step.
            hidden: (B, H) hidden state of the previous time step.

        Returns:
            logits: (B, 1) read from the new hidden state, without a sigmoid.
            hidden: (B, H) new hidden state.
        """
        raise NotImplementedError("step_rnn.RNN.forward is not implemented yet")

    def init_hidden(self, batch_size: int) -> torch.Tensor:
        """Make the hidden state before the first token: (B, H) zeros."""
        raise NotImplementedError("step_rnn.RNN.init_hidden is not implemented yet")


def last_logits(model: nn.Module, X: torch.Tensor) -> torch.Tensor:
    """Run a model over a batch, from a new hidden state.

    Args:
        model: an RNN.
        X: (B, T) int64 token ids.

    Returns:
        logits: (B, 1) those after the last token.
    """
    raise NotImplementedError("step_rnn.last_logits is not implemented yet")


def batch_loss(
    model: nn.Module, X: torch.Tensor, y: torch.Tensor, criterion: nn.Module
) -> torch.Tensor:
    """Return the loss of a batch: a scalar; the criterion gets two float tensors (B, 1)."""
    raise NotImplementedError("step_rnn.batch_loss is not implemented yet")


def train(
    model: nn.Module,
    train_gen: DataGenerator,
    valid_gen: DataGenerator,
    criterion: nn.Module,
    optimizer: torch.optim.Optimizer,
    n_epochs: int,
) -> tuple[list[float], list[float], dict[str, torch.Tensor]]:
    """Train a model and remember its best weights.

    Each epoch makes one step of the optimizer per training batch, then measures the loss on the
    validation batches. Only the output after the last token of a batch goes to the criterion.

    Args:
        model: an RNN.
        train_gen: called without arguments, returns a new generator of (X: (B, T), y: (B,)), int64.
        valid_gen: the same for validation.
        criterion: returns the mean loss of a batch from logits and targets, such as
            nn.BCEWithLogitsLoss().
        optimizer: holds the model's parameters.
        n_epochs: the number of passes over the training data.

    Returns:
        train_losses: the mean loss of each epoch, measured while training.
        valid_losses: the mean loss on the validation data after each epoch.
        best_state: the model's state dict after the epoch of the lowest validation loss, as a copy.
    """
    raise NotImplementedError("step_rnn.train is not implemented yet")


def compute_accuracy(model: nn.Module, data_gen: DataGenerator) -> float:
    """Compute the accuracy of a model, in evaluation mode and without gradients.

    Args:
        model: an RNN; it predicts 1 above a probability of 0.5, and 0 below.
        data_gen: called without arguments, returns a new generator of (X: (B, T), y: (B,)), int64.

    Returns:
        accuracy: correct examples over all examples, from 0 to 1.
    """
    raise NotImplementedError("step_rnn.compute_accuracy is not implemented yet")
