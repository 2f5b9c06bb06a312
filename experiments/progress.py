"""Batches with a progress bar that counts each batch."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from tqdm import tqdm


class Shown(Sequence[Any]):
    """A sequence of batches; the training code does not need to know about the bar.

    An index returns a batch; a loop returns all of them, in a new random order.
    """

    def __init__(self, batches: Sequence[Any], epochs: int, what: str):
        """Store the batches and show an empty bar for that many epochs, if on a terminal."""
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
