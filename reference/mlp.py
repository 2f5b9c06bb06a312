"""MLP baseline: each token is read by itself, and the largest features decide.

B batch, T time, V vocabulary, E embedding, H hidden, C classes.
"""

import torch
from torch import nn


class MLPClassifier(nn.Module):
    """Classify a sequence regardless of the order of its tokens."""

    def __init__(self, vocab_size: int, num_classes: int, emb: int = 300, hidden: int = 300):
        """Make the layers.

        Args:
            vocab_size: V, the number of different token ids.
            num_classes: C, the number of logits.
            emb: E, the width of a token's vector.
            hidden: H, the width of the hidden layer.
        """
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb)
        self.linear = nn.Linear(emb, hidden)
        self.output = nn.Linear(hidden, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute the logits; the softmax belongs to the loss.

        Args:
            x: (B, T) int64 token ids.

        Returns:
            logits: (B, C).
        """
        embedded = self.embedding(x)  # (B, T, E)
        features = torch.relu(self.linear(embedded))  # (B, T, H), one Linear for all time steps
        pooled = features.amax(dim=1)  # (B, H), the global max over time
        return self.output(pooled)
