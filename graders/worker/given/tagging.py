"""Loops for a tagger: weights written in place, one method called for each sentence."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch


def write(model: Any, values: Sequence[torch.Tensor]) -> None:
    """Write `values` into the arrays or tensors of `model.parameters`, in place."""
    for place, value in zip(model.parameters, values, strict=True):
        if isinstance(place, torch.Tensor):
            with torch.no_grad():
                place.copy_(value)
        else:
            np.copyto(place, value.numpy())


def each(model: Any, method: str, rows: Sequence[Sequence[Any]]) -> list[Any]:
    """Call a method of the model once for each row of arguments."""
    return [getattr(model, method)(*row) for row in rows]
