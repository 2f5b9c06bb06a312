"""Batches that move a progress bar whenever one of them is taken."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from tqdm import tqdm


class Shown(Sequence[Any]):
    """A sequence of batches; what trains on it needs to know nothing of the bar.

    An index takes a batch; a loop over the whole takes all of them, in a new random order.
    """

    def __init__(self, batches: Sequence[Any], epochs: int, what: str):
        """Keep the batches and show an empty bar, for that many epochs, when on a terminal."""
        self.batches = batches
        total = epochs * len(batches)
        self.bar = tqdm(total=total, desc=what, unit="batch", leave=False, disable=None)

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, place: Any) -> Any:
        self.bar.update()
        return self.batches[place]

    def __iter__(self) -> Iterator[Any]:
        for place in torch.randperm(len(self)).tolist():
            yield self[place]
