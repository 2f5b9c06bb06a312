"""Padding: sequences of unequal length become batches, with no example lost and no token changed.

B batch, T time (the longest sequence of its batch).
"""

from collections.abc import Iterable, Iterator, Sequence

import torch


def pad_batch(
    sequences: Sequence[Sequence[int]],
    pad: int,
    side: str = "right",
    max_len: int | None = None,
) -> torch.Tensor:
    """Put sequences of unequal length into one tensor, padded to the longest of them.

    Args:
        sequences: B lists or 1-D tensors of token ids; a sequence may be empty.
        pad: the id that fills the unused positions.
        side: "right" puts the padding after the tokens, "left" before them.
        max_len: if given, a longer sequence keeps only its first max_len tokens.

    Returns:
        batch: (B, T) int64 token ids.
    """
    raise NotImplementedError("padding.pad_batch is not implemented yet")


def length_mask(lengths: Sequence[int], max_len: int | None = None) -> torch.Tensor:
    """Mark the real tokens of a batch that is padded on the right.

    Args:
        lengths: B numbers of tokens, as a list or a 1-D tensor.
        max_len: the width T of the mask; the longest length if None.

    Returns:
        mask: (B, T) bool, True on tokens and False on padding.
    """
    raise NotImplementedError("padding.length_mask is not implemented yet")


def data_generator(
    X: Sequence[Sequence[int]], y: Iterable[int], pad_id: int, batch_size: int = 32
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield one epoch of batches in a new random order, each example once, padded on the left.

    Draws from torch's global generator. The last batch may be smaller than the others.

    Args:
        X: N lists or 1-D tensors of token ids.
        y: N labels, y[i] belongs to X[i].
        pad_id: the id that fills the unused positions.
        batch_size: the number of examples in a batch.

    Yields:
        features: (B, T) int64 token ids.
        labels: (B,) int64.
    """
    raise NotImplementedError("padding.data_generator is not implemented yet")


def token_batches(sequences: Sequence[Sequence[int]], max_tokens: int) -> list[list[int]]:
    """Split a data set into batches of similar length with at most max_tokens positions each.

    The size of a batch is its number of rows times the longest length: padding counts as well.

    Args:
        sequences: N lists or 1-D tensors of token ids.
        max_tokens: the budget of a batch; a longer sequence gets a batch of its own.

    Returns:
        Indices into sequences, one list per batch, each index once, from short to long.
    """
    raise NotImplementedError("padding.token_batches is not implemented yet")


def add_start_end(sequences: Sequence[Sequence[int]], start: int, end: int) -> list[list[int]]:
    """Return new lists with the id start before and the id end after each sequence."""
    raise NotImplementedError("padding.add_start_end is not implemented yet")


def shift_targets(batch: torch.Tensor) -> torch.Tensor:
    """Return the target of each position of a batch: the next token.

    Args:
        batch: (B, T) int64 token ids.

    Returns:
        targets: (B, T) int64, the batch without its first column, then a column of zeros.
    """
    raise NotImplementedError("padding.shift_targets is not implemented yet")
