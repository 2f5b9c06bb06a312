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
        raise NotImplementedError("torch_rnn.TorchClassifier.__init__ is not implemented yet")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute the logits; the softmax belongs to the loss.

        Args:
            x: (B, T) int64 token ids.

        Returns:
            logits: (B, C).
        """
        raise NotImplementedError("torch_rnn.TorchClassifier.forward is not implemented yet")
