"""Gated cells: GRU and LSTM gate by gate, and fused into as few matrix products as possible.

B batch, D input, H hidden. Gates: z update, r reset; i input, f forget, o output.
"""

import torch
from torch import nn


class GRUCell(nn.Module):
    """Compute one step of a gated recurrent unit; it fits into the loop of the basic cell."""

    def __init__(self, input_size: int, hidden_size: int):
        """Make two linear maps for each gate and for the candidate, one of x and one of h.

        Args:
            input_size: D, the width of an input.
            hidden_size: H, the width of the state; a loop reads it from here.
        """
        raise NotImplementedError("gated.GRUCell.__init__ is not implemented yet")

    def forward(self, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        """Compute the new state.

        Args:
            x: (B, D) input of this time step.
            h: (B, H) state of the previous time step.

        Returns:
            h: (B, H) new state, between the old one and the candidate.
        """
        raise NotImplementedError("gated.GRUCell.forward is not implemented yet")


class LSTMCell(nn.Module):
    """Compute one step of a long short-term memory, which has a second state c besides h."""

    def __init__(self, input_size: int, hidden_size: int):
        """Make two linear maps for each gate and for the candidate, one of x and one of h.

        Args:
            input_size: D, the width of an input.
            hidden_size: H, the width of both states.
        """
        raise NotImplementedError("gated.LSTMCell.__init__ is not implemented yet")

    def forward(
        self, x: torch.Tensor, state: tuple[torch.Tensor, torch.Tensor]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Compute the new states.

        Args:
            x: (B, D) input of this time step.
            state: h (B, H) and c (B, H) of the previous time step.

        Returns:
            h: (B, H) new hidden state.
            c: (B, H) new cell state.
        """
        raise NotImplementedError("gated.LSTMCell.forward is not implemented yet")


class FusedGRUCell(nn.Module):
    """Compute a GRU step with two matrix products: the candidate depends on the gates."""

    def __init__(self, input_size: int, hidden_size: int):
        """Make one linear map on [x, h] for both gates, and one on [x, r * h] for the candidate.

        Args:
            input_size: D, the width of an input.
            hidden_size: H, the width of the state; a loop reads it from here.
        """
        raise NotImplementedError("gated.FusedGRUCell.__init__ is not implemented yet")

    def forward(self, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        """Compute the new state.

        Args:
            x: (B, D) input of this time step.
            h: (B, H) state of the previous time step.

        Returns:
            h: (B, H) new state, between the old one and the candidate.
        """
        raise NotImplementedError("gated.FusedGRUCell.forward is not implemented yet")


class FusedLSTMCell(nn.Module):
    """Compute an LSTM step with a single matrix product."""

    def __init__(self, input_size: int, hidden_size: int):
        """Make one linear map on [x, h] for all gates.

        Args:
            input_size: D, the width of an input.
            hidden_size: H, the width of both states.
        """
        raise NotImplementedError("gated.FusedLSTMCell.__init__ is not implemented yet")

    def forward(
        self, x: torch.Tensor, state: tuple[torch.Tensor, torch.Tensor]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Compute the new states.

        Args:
            x: (B, D) input of this time step.
            state: h (B, H) and c (B, H) of the previous time step.

        Returns:
            h: (B, H) new hidden state.
            c: (B, H) new cell state.
        """
        raise NotImplementedError("gated.FusedLSTMCell.forward is not implemented yet")
