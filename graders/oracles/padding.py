"""Expected results of padding.py: plain loops over rows."""

from collections.abc import Sequence

import torch
from torch import Tensor


def padded(rows: Sequence[Sequence[int]], pad: int, side: str = "right", width: int = -1) -> Tensor:
    """Pad rows to the longest, or to `width`: int64 (B, T)."""
    width = max(map(len, rows), default=0) if width < 0 else width
    full = []
    for row in rows:
        kept = list(row)[:width]
        fill = [pad] * (width - len(kept))
        full.append(fill + kept if side == "left" else kept + fill)
    return torch.tensor(full, dtype=torch.int64).reshape(len(rows), width)


def mask(lengths: Sequence[int], width: int) -> Tensor:
    """Mark the first `length` places of each row: bool (B, T)."""
    return torch.tensor([[place < length for place in range(width)] for length in lengths])


def greedy_batches(lengths: Sequence[int], budget: int) -> int:
    """Count the batches of greedy packing from short to long."""
    count, rows = 0, 0
    for length in sorted(lengths):
        if count and (rows + 1) * length <= budget:
            rows += 1
        else:
            count, rows = count + 1, 1
    return count
