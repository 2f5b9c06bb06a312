"""Torch's own recurrent layers: the classifier with layer 2 replaced by nn.RNN or nn.LSTM.

B batch, T time, V vocabulary, E embedding, H hidden, C classes.
"""

import torch
from torch import nn


class TorchClassifier(nn.Module):
    """Classify a sequence: the MLP baseline with its shared Linear replaced by a recurrent layer."""

    def __init__(
        self,
        vocab_size: int,
        num_classes: int,
        kind: str = "rnn",
        emb: int = 300,
        hidden: int = 300,
    ):
        """Make the layers.

        Args:
            vocab_size: V, the number of different token ids.
            num_classes: C, the number of logits.
            kind: "rnn" for one layer of nn.RNN, "lstm" for one layer of nn.LSTM.
            emb: E, the width of a token's vector.
            hidden: H, the width of the recurrent layer's state.
        """
        super().__init__()
        layer = {"rnn": nn.RNN, "lstm": nn.LSTM}[kind]
        self.embedding = nn.Embedding(vocab_size, emb)
        self.recurrent = layer(emb, hidden, batch_first=True)
        self.linear = nn.Linear(hidden, hidden)  # nn.RNN is the hidden layer of an Elman network
        self.output = nn.Linear(hidden, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute the logits; the softmax belongs to the loss.

        Args:
            x: (B, T) int64 token ids.

        Returns:
            logits: (B, C).
        """
        embedded = self.embedding(x)  # (B, T, E)
        states, _ = self.recurrent(embedded)  # (B, T, H), from zeros for every batch
        features = torch.relu(self.linear(states))
        pooled = features.amax(dim=1)  # (B, H), the global max over time
        return self.output(pooled)
