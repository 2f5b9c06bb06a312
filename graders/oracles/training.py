"""Results of a training: losses and accuracies of given logits, in plain loops over examples."""

from collections.abc import Sequence
from math import exp, log

Rows = Sequence[Sequence[float]]


def cross_entropy(logits: Rows, labels: Sequence[int]) -> float:
    """Return the mean of -log softmax(logits)[label] over examples."""
    losses = [
        log(sum(exp(z - max(row)) for z in row)) - (row[label] - max(row))
        for row, label in zip(logits, labels, strict=True)
    ]
    return sum(losses) / len(losses)


def softmax(row: Sequence[float]) -> list[float]:
    powers = [exp(z - max(row)) for z in row]
    return [power / sum(powers) for power in powers]


def accuracy(logits: Rows, labels: Sequence[int]) -> float:
    """Return the fraction of examples with the largest logit at the label."""
    right = [row[label] == max(row) for row, label in zip(logits, labels, strict=True)]
    return sum(right) / len(right)


def gradient(row: Sequence[float], label: int) -> list[float]:
    """Return the slope of one example's cross entropy in its logits."""
    return [p - (c == label) for c, p in enumerate(softmax(row))]


def means(losses: Sequence[float], sizes: Sequence[int]) -> tuple[float, float]:
    """Return both readings of an epoch's mean loss: over its batches, and over its examples."""
    over_examples = sum(loss * size for loss, size in zip(losses, sizes, strict=True)) / sum(sizes)
    return sum(losses) / len(losses), over_examples
