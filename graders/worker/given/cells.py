"""Cells for a student's loop: the interface of a real cell with another computation."""

import copy
from typing import Any

import torch
from torch import Tensor, nn


class Leaky(nn.Module):
    """Halve the state and add a linear map of the input: h = h / 2 + M x."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.hidden_size = hidden_size
        self.M = nn.Parameter(torch.randn(hidden_size, input_size))

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        """Map x (B, D) and h (B, H) to the new h; mixed dtypes are refused as in real cells."""
        _same_kind(x, h)
        return h / 2 + x @ self.M.T


class Register(nn.Module):
    """Shift the state by one place and insert the sum of the input in front.

    Its only parameter is unused: a loop may need one to make its first state of the same dtype.
    """

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.hidden_size = hidden_size
        self.idle = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        """Map x (B, D) and h (B, H) to the new h."""
        _same_kind(x, h)
        return torch.cat([x.sum(dim=1, keepdim=True), h.expand(len(x), -1)[:, :-1]], dim=1)


class Apart(nn.Module):
    """Take the two states of an LSTM cell as two arguments."""

    def __init__(self, cell: nn.Module) -> None:
        super().__init__()
        self.cell = cell

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """Map x (B, D), h (B, H) and c (B, H) to what the cell returns."""
        states: tuple[Tensor, Tensor] = self.cell(x, (h, c))
        return states


class Around(nn.Module):
    """A student's cell, called otherwise, to find out what is wrong with it."""

    def __init__(self, cell: nn.Module) -> None:
        super().__init__()
        self.cell = cell


class First(Around):
    """Return only the first of what the cell returns."""

    def forward(self, *inputs: Any) -> Any:
        return self.cell(*inputs)[0]


class Second(Around):
    """Return only the second of what the cell returns."""

    def forward(self, *inputs: Any) -> Any:
        return self.cell(*inputs)[1]


class Doubled(Around):
    """Return what the cell returns twice."""

    def forward(self, *inputs: Any) -> Any:
        state = self.cell(*inputs)
        return state, state


class Fresh(Around):
    """Call a copy of the cell that has never been called."""

    def forward(self, *inputs: Any) -> Any:
        return copy.deepcopy(self.cell)(*inputs)


class Cloned(Around):
    """Call the cell with copies of its arguments."""

    def forward(self, x: Tensor, state: Any) -> Any:
        states = tuple(s.clone() for s in state) if isinstance(state, tuple) else state.clone()
        return self.cell(x.clone(), states)


def _same_kind(x: Tensor, h: Tensor) -> None:
    if h.dtype != x.dtype:
        raise TypeError(f"the cell was given a {x.dtype} input and a {h.dtype} state")
