"""Batches for one training of a given language model: each can be told by its first tokens."""

from collections.abc import Sequence

import torch
from torch import Tensor

from graders.assertions.draw import Draw
from graders.probes.languages import END, PAD, START

SYMBOLS = 9
LENGTHS = ((4, 2, 3), (5, 3, 1), (6, 2, 1))  # of a batch's rows: always 9 tokens and 3 END


def batch_of(draw: Draw, place: int) -> Tensor:
    """Make a padded batch with its index in the list as first tokens."""
    lengths = LENGTHS[place % len(LENGTHS)]
    rows = draw.rows(list(lengths), low=3, high=SYMBOLS)
    rows[0][:2] = [3 + place // 6, 3 + place % 6]
    width = max(lengths)
    return torch.tensor([[START, *row, END, *[PAD] * (width - len(row))] for row in rows])


def index_of(x: Tensor, batches: Sequence[Tensor]) -> int:
    """Find the batch that the model got, whole or without its last column."""
    for place, batch in enumerate(batches):
        if any(x.shape == b.shape and bool((x == b).all()) for b in (batch, batch[:, :-1])):
            return place
    return -1
