"""Pieces of formulas that several oracles share."""

from collections.abc import Callable

import torch
from torch import Tensor

Activation = Callable[[Tensor], Tensor]
ACTIVATIONS: dict[str, Activation] = {
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "ReLU": torch.relu,
}


def affine(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    product = x @ weight.T
    return product if bias is None else product + bias


def max_over_time(features: Tensor) -> Tensor:
    return features.max(dim=1).values


def same(value: Tensor) -> Tensor:
    return value
