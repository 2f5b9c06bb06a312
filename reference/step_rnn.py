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
        super().__init__()
        self.hidden_size = hidden_size
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.W = nn.Linear(embedding_size, hidden_size)
        self.U = nn.Linear(hidden_size, hidden_size)
        self.V = nn.Linear(hidden_size, 1)

    def forward(self, x: torch.Tensor, hidden: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Advance by one time step.

        Args:
            x: (B,) int64 token ids of this time step.
            hidden: (B, H) hidden state of the previous time step.

        Returns:
            logits: (B, 1) read from the new hidden state, without a sigmoid.
            hidden: (B, H) new hidden state.
        """
        hidden = torch.tanh(self.W(self.embedding(x)) + self.U(hidden))
        return self.V(hidden), hidden

    def init_hidden(self, batch_size: int) -> torch.Tensor:
        """Make the hidden state before the first token: (B, H) zeros."""
        return self.U.weight.new_zeros(batch_size, self.hidden_size)


def last_logits(model: nn.Module, X: torch.Tensor) -> torch.Tensor:
    """Run a model over a batch, from a new hidden state.

    Args:
        model: an RNN.
        X: (B, T) int64 token ids.

    Returns:
        logits: (B, 1) those after the last token.
    """
    B, T = X.shape
    hidden = model.init_hidden(B)
    for t in range(T):
        logits, hidden = model(X[:, t], hidden)
    return logits


def batch_loss(
    model: nn.Module, X: torch.Tensor, y: torch.Tensor, criterion: nn.Module
) -> torch.Tensor:
    """Return the loss of a batch: a scalar; the criterion gets two float tensors (B, 1)."""
    logits = last_logits(model, X)
    return criterion(logits, y.to(logits.dtype).unsqueeze(1))


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
    train_losses: list[float] = []
    valid_losses: list[float] = []
    best_state: dict[str, torch.Tensor] = {}
    for _ in range(n_epochs):
        model.train()
        losses = []
        for X, y in train_gen():
            optimizer.zero_grad()
            loss = batch_loss(model, X, y, criterion)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        train_losses.append(sum(losses) / len(losses))
        model.eval()
        with torch.no_grad():
            losses = [batch_loss(model, X, y, criterion).item() for X, y in valid_gen()]
        valid_losses.append(sum(losses) / len(losses))
        if valid_losses[-1] == min(valid_losses):
            best_state = copy.deepcopy(model.state_dict())
    return train_losses, valid_losses, best_state


def compute_accuracy(model: nn.Module, data_gen: DataGenerator) -> float:
    """Compute the accuracy of a model, in evaluation mode and without gradients.

    Args:
        model: an RNN; it predicts 1 above a probability of 0.5, and 0 below.
        data_gen: called without arguments, returns a new generator of (X: (B, T), y: (B,)), int64.

    Returns:
        accuracy: correct examples over all examples, from 0 to 1.
    """
    model.eval()
    right = total = 0
    with torch.no_grad():
        for X, y in data_gen():
            # A probability above 0.5 is a logit above 0.
            said = last_logits(model, X).squeeze(1) > 0
            right += (said == y.bool()).sum().item()
            total += len(y)
    return right / total
