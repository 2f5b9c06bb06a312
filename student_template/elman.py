"""Elman network: one step reads an input and the previous hidden state, a loop runs it over time.

B batch, T time, D input, H hidden, O output; V vocabulary, E embedding, C classes.
"""

import torch
from torch import nn


class Elman(nn.Module):
    """Map a sequence to a sequence; each output depends on all inputs up to its own time step."""

    def __init__(self, insize: int = 300, outsize: int = 300, hsize: int = 300):
        """Make the two layers.

        Args:
            insize: D, the width of an input.
            outsize: O, the width of an output.
            hsize: H, the width of the hidden state.
        """
        raise NotImplementedError("elman.Elman.__init__ is not implemented yet")

    def step(self, x_t: torch.Tensor, hidden: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Advance by one time step: h_t = tanh(lin1[x_t, h_{t-1}]) and y_t = lin2(h_t).

        Args:
            x_t: (B, D) input of this time step.
            hidden: (B, H) hidden state of the previous time step.

        Returns:
            out: (B, O) output of this time step, read from the new hidden state.
            hidden: (B, H) new hidden state.
        """
        raise NotImplementedError("elman.Elman.step is not implemented yet")

    def forward(
        self, x: torch.Tensor, hidden: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Run the step over time.

        Args:
            x: (B, T, D) inputs.
            hidden: (B, H) hidden state before the first input; zeros if None.

        Returns:
            out: (B, T, O) one output per input.
            hidden: (B, H) hidden state after the last input; a later call can continue from it.
        """
        raise NotImplementedError("elman.Elman.forward is not implemented yet")


class ElmanClassifier(nn.Module):
    """Classify a sequence: the MLP baseline with its shared Linear replaced by an Elman network."""

    def __init__(self, vocab_size: int, num_classes: int, emb: int = 300, hidden: int = 300):
        """Make the layers.

        Args:
            vocab_size: V, the number of different token ids.
            num_classes: C, the number of logits.
            emb: E, the width of a token's vector.
            hidden: H, the width of the Elman network's hidden state and of its outputs.
        """
        raise NotImplementedError("elman.ElmanClassifier.__init__ is not implemented yet")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute the logits; the softmax belongs to the loss.

        Args:
            x: (B, T) int64 token ids.

        Returns:
            logits: (B, C).
        """
        raise NotImplementedError("elman.ElmanClassifier.forward is not implemented yet")
