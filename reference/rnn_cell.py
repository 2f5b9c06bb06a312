"""Recurrent network from scratch: a cell makes a step, a loop runs it, a classifier reads it.

B batch, T time, D input, H hidden, V vocabulary, E embedding, C classes.
"""

from collections.abc import Sequence

import torch
from torch import nn


class RNNCell(nn.Module):
    """Compute one time step of the basic network: h_t = tanh(W x_t + b + U h_{t-1})."""

    def __init__(self, input_size: int, hidden_size: int):
        """Make the two linear maps.

        Args:
            input_size: D, the width of an input.
            hidden_size: H, the width of the state; a loop reads it from here.
        """
        super().__init__()
        self.hidden_size = hidden_size
        self.W = nn.Linear(input_size, hidden_size)
        self.U = nn.Linear(hidden_size, hidden_size, bias=False)  # W's bias serves for both

    def forward(self, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        """Compute the new state.

        Args:
            x: (B, D) input of this time step.
            h: (B, H) state of the previous time step.

        Returns:
            h: (B, H) new state.
        """
        return torch.tanh(self.W(x) + self.U(h))


class RNN(nn.Module):
    """Run a cell over time."""

    def __init__(self, cell: nn.Module):
        """Store the cell.

        Args:
            cell: maps (x: (B, D), h: (B, H)) to the new h; `cell.hidden_size` is H.
        """
        super().__init__()
        self.cell = cell

    def forward(
        self, x: torch.Tensor, h: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Call the cell at each time step.

        Args:
            x: (B, T, D) inputs.
            h: (B, H) state before the first input; zeros if None.

        Returns:
            states: (B, T, H) the state after each input.
            last: (B, H) the state after the last input; a later call can continue from it.
        """
        B, T, _ = x.shape
        if h is None:
            h = x.new_zeros(B, self.cell.hidden_size)
        states = []
        for t in range(T):
            h = self.cell(x[:, t], h)
            states.append(h)
        return torch.stack(states, dim=1), h


class DeepRNN(nn.Module):
    """Stack layers: each reads the sequence of states of the one below."""

    def __init__(self, cells: Sequence[nn.Module]):
        """Make one layer of each cell.

        Args:
            cells: from the bottom to the top; each hidden size is the next one's input size.
        """
        super().__init__()
        self.layers = nn.ModuleList(RNN(cell) for cell in cells)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Run the layers one after the other, each from zeros.

        Args:
            x: (B, T, D) inputs of the bottom layer.

        Returns:
            states: (B, T, H) the states of the top layer.
            last: (B, H) its state after the last input.
        """
        for layer in self.layers:
            x, last = layer(x)
        return x, last


class RNNClassifier(nn.Module):
    """Classify a sequence of tokens from the last state of a recurrent network."""

    def __init__(self, vocab_size: int, num_classes: int, hidden: int, emb: int | None = None):
        """Make the layers.

        Args:
            vocab_size: V, the number of different token ids.
            num_classes: C, the number of logits; 1 makes a single logit for two classes.
            hidden: H, the width of the state.
            emb: E, the width of a token's vector; None reads tokens one-hot.
        """
        super().__init__()
        self.vocab_size = vocab_size
        self.embedding = None if emb is None else nn.Embedding(vocab_size, emb)
        self.rnn = RNN(RNNCell(vocab_size if emb is None else emb, hidden))
        self.output = nn.Linear(hidden, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute the logits; softmax or sigmoid belong to the loss.

        Args:
            x: (B, T) int64 token ids.

        Returns:
            logits: (B, C).
        """
        if self.embedding is None:
            one_hot = nn.functional.one_hot(x, self.vocab_size)
            inputs = one_hot.to(self.output.weight.dtype)  # (B, T, V)
        else:
            inputs = self.embedding(x)  # (B, T, E)
        _, last = self.rnn(inputs)
        return self.output(last)


def accuracy(logits: torch.Tensor, labels: torch.Tensor) -> float:
    """Compute the fraction of examples that the logits classify correctly.

    Args:
        logits: (B, C), where the largest gives the class; or (B, 1), where a positive one means 1.
        labels: (B,) classes.

    Returns:
        accuracy: between 0 and 1.
    """
    B, C = logits.shape
    predicted = logits.argmax(dim=1) if C > 1 else (logits.reshape(B) > 0).long()
    return (predicted == labels).float().mean().item()
