"""Values in messages: small ones whole, larger ones by dtype and shape."""

from typing import Any

import numpy as np
from torch import Tensor

SHOWN = 12  # numbers of a tensor or list that a description still shows


def describe(value: Any) -> str:
    """Return a short description: small values whole, larger ones by dtype and shape."""
    if isinstance(value, (Tensor, np.ndarray)):
        if (value.size if isinstance(value, np.ndarray) else value.numel()) <= SHOWN:
            return f"tensor({rounded(value.tolist())})"
        return f"{str(value.dtype).removeprefix('torch.')} tensor of shape {tuple(value.shape)}"
    if label := getattr(value, "_label", ""):  # an object in the worker
        return str(label)
    if isinstance(value, (list, tuple)) and any(isinstance(v, (Tensor, tuple)) for v in value):
        text = ", ".join(describe(v) for v in value)
        text = f"({text})" if isinstance(value, tuple) else f"[{text}]"
    else:
        text = repr(rounded(value))
    return text if len(text) <= 200 else f"{text[:197]}…"


def rounded(value: Any) -> Any:
    """Return a nested list with floats rounded to 5 significant digits, for people."""
    if isinstance(value, (list, tuple)):
        return type(value)(rounded(v) for v in value) if type(value) in (list, tuple) else value
    return float(f"{value:.5g}") if isinstance(value, float) else value
