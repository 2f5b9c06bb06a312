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
        raise NotImplementedError("mlp.MLPClassifier.__init__ is not implemented yet")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute the logits; the softmax belongs to the loss.

        Args:
            x: (B, T) int64 token ids.

        Returns:
            logits: (B, C).
        """
        raise NotImplementedError("mlp.MLPClassifier.forward is not implemented yet")
