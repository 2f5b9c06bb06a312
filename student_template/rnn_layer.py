"""One recurrent layer from its equations, and a sentiment classifier that reads reviews with it.

T time, B batch, I input, H hidden, O output; V vocabulary, E embedding. Time comes first: (T, B).
"""

from collections.abc import Callable

import torch
from torch import nn


class RNNLayer(nn.Module):
    """Advance by one time step: a new hidden state from the input and the state, and an output."""

    def __init__(
        self,
        in_dim: int,
        h_dim: int,
        out_dim: int,
        phi_h: Callable[[torch.Tensor], torch.Tensor] = torch.tanh,
        phi_y: Callable[[torch.Tensor], torch.Tensor] | None = torch.sigmoid,
    ):
        """Make the three linear maps; the one from x to h has no bias.

        Args:
            in_dim: I, the width of an input.
            h_dim: H, the width of the hidden state.
            out_dim: O, the width of an output.
            phi_h: the activation of the hidden state.
            phi_y: the activation of the output; None for none.
        """
        raise NotImplementedError("rnn_layer.RNNLayer.__init__ is not implemented yet")

    def forward(
        self, xt: torch.Tensor, h_prev: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Compute h_t = phi_h(W_xh x_t + W_hh h_{t-1} + b_h) and y_t = phi_y(W_hy h_t + b_y).

        Args:
            xt: (B, I) input of this time step.
            h_prev: (B, H) hidden state of the previous time step; zeros if None.

        Returns:
            yt: (B, O) output.
            ht: (B, H) new hidden state.
        """
        raise NotImplementedError("rnn_layer.RNNLayer.forward is not implemented yet")


class SentimentRNN(nn.Module):
    """Read a review token by token, and classify it by the output of the last step."""

    def __init__(
        self,
        vocab_dim: int,
        embedding_dim: int,
        h_dim: int,
        out_dim: int,
        skip_padding: int | None = None,
    ):
        """Make the layers.

        Args:
            vocab_dim: V, the number of different token ids.
            embedding_dim: E, the width of a token's vector.
            h_dim: H, the width of the hidden state.
            out_dim: O, the number of classes.
            skip_padding: the pad id, which is skipped; None to read pads like any token.
        """
        raise NotImplementedError("rnn_layer.SentimentRNN.__init__ is not implemented yet")

    def step(
        self, tokens: torch.Tensor, yt: torch.Tensor | None, ht: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Read one token of each review; a pad that is skipped changes nothing.

        Args:
            tokens: (B,) token ids of this time step.
            yt: (B, O) scores so far, None before the first step.
            ht: (B, H) hidden state so far, None before the first step.

        Returns:
            yt, ht: scores and hidden state after this time step.
        """
        raise NotImplementedError("rnn_layer.SentimentRNN.step is not implemented yet")

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Compute the log-probabilities of the classes.

        Args:
            X: (T, B) token ids, time first.

        Returns:
            log-probabilities: (B, O), of the last step.
        """
        raise NotImplementedError("rnn_layer.SentimentRNN.forward is not implemented yet")


def count_parameters(model: nn.Module) -> int:
    """Count the trainable numbers.

    Args:
        model: any module; frozen parameters do not count.
    """
    raise NotImplementedError("rnn_layer.count_parameters is not implemented yet")


def truncated_bptt(model: SentimentRNN, x: torch.Tensor, steps: int) -> torch.Tensor:
    """Run the model with a gradient that reaches back only through the last `steps` steps.

    Args:
        model: the SentimentRNN to run.
        x: (T, B) token ids, time first.
        steps: how far the gradient reaches back through time.

    Returns:
        log-probabilities: (B, O), those of `model(x)`.
    """
    raise NotImplementedError("rnn_layer.truncated_bptt is not implemented yet")
