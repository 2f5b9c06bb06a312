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
        super().__init__()
        self.hidden_size = hidden_size
        self.W_z = nn.Linear(input_size, hidden_size)
        self.U_z = nn.Linear(hidden_size, hidden_size, bias=False)
        self.W_r = nn.Linear(input_size, hidden_size)
        self.U_r = nn.Linear(hidden_size, hidden_size, bias=False)
        self.W_n = nn.Linear(input_size, hidden_size)
        self.U_n = nn.Linear(hidden_size, hidden_size, bias=False)

    def forward(self, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        """Compute the new state.

        Args:
            x: (B, D) input of this time step.
            h: (B, H) state of the previous time step.

        Returns:
            h: (B, H) new state, between the old one and the candidate.
        """
        z = torch.sigmoid(self.W_z(x) + self.U_z(h))
        r = torch.sigmoid(self.W_r(x) + self.U_r(h))
        n = torch.tanh(self.W_n(x) + self.U_n(r * h))
        return (1 - z) * h + z * n


class LSTMCell(nn.Module):
    """Compute one step of a long short-term memory, which has a second state c besides h."""

    def __init__(self, input_size: int, hidden_size: int):
        """Make two linear maps for each gate and for the candidate, one of x and one of h.

        Args:
            input_size: D, the width of an input.
            hidden_size: H, the width of both states.
        """
        super().__init__()
        self.hidden_size = hidden_size
        self.W_i = nn.Linear(input_size, hidden_size)
        self.U_i = nn.Linear(hidden_size, hidden_size, bias=False)
        self.W_f = nn.Linear(input_size, hidden_size)
        self.U_f = nn.Linear(hidden_size, hidden_size, bias=False)
        self.W_g = nn.Linear(input_size, hidden_size)
        self.U_g = nn.Linear(hidden_size, hidden_size, bias=False)
        self.W_o = nn.Linear(input_size, hidden_size)
        self.U_o = nn.Linear(hidden_size, hidden_size, bias=False)

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
        h, c = state
        i = torch.sigmoid(self.W_i(x) + self.U_i(h))
        f = torch.sigmoid(self.W_f(x) + self.U_f(h))
        g = torch.tanh(self.W_g(x) + self.U_g(h))
        o = torch.sigmoid(self.W_o(x) + self.U_o(h))
        c = f * c + i * g
        return o * torch.tanh(c), c


class FusedGRUCell(nn.Module):
    """Compute a GRU step with two matrix products: the candidate depends on the gates."""

    def __init__(self, input_size: int, hidden_size: int):
        """Make one linear map on [x, h] for both gates, and one on [x, r * h] for the candidate.

        Args:
            input_size: D, the width of an input.
            hidden_size: H, the width of the state; a loop reads it from here.
        """
        super().__init__()
        self.hidden_size = hidden_size
        self.gates = nn.Linear(input_size + hidden_size, 2 * hidden_size)
        self.candidate = nn.Linear(input_size + hidden_size, hidden_size)

    def forward(self, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        """Compute the new state.

        Args:
            x: (B, D) input of this time step.
            h: (B, H) state of the previous time step.

        Returns:
            h: (B, H) new state, between the old one and the candidate.
        """
        z, r = torch.sigmoid(self.gates(torch.cat([x, h], dim=1))).chunk(2, dim=1)
        n = torch.tanh(self.candidate(torch.cat([x, r * h], dim=1)))
        return torch.lerp(h, n, z)  # (1 - z) h + z n


class FusedLSTMCell(nn.Module):
    """Compute an LSTM step with a single matrix product."""

    def __init__(self, input_size: int, hidden_size: int):
        """Make one linear map on [x, h] for all gates.

        Args:
            input_size: D, the width of an input.
            hidden_size: H, the width of both states.
        """
        super().__init__()
        self.hidden_size = hidden_size
        self.gates = nn.Linear(input_size + hidden_size, 4 * hidden_size)

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
        h, c = state
        i, f, g, o = self.gates(torch.cat([x, h], dim=1)).chunk(4, dim=1)  # before activation
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c
