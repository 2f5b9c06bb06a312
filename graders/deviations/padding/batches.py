"""Deviations of padding.py's data_generator: an epoch with one thing wrong.

Batches come in any order, so the examples of each are found first, by their first tokens, which
differ. The batches that these examples should have made are then changed in one thing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from graders.deviations import Candidate, Deviation, each
from graders.deviations.padding.rows import (
    FIXED_WIDTH,
    MOST,
    TIME_FIRST,
    Rows,
    padded_wrongly,
)
from graders.oracles.padding import padded

Order = list[list[int]]  # the examples of each batch

WHOLE_SET = Deviation(
    "pads to the longest of the whole set",
    "minor",
    "Your batches are all as wide as the longest row of the data. The assignment asks for each to "
    "be as wide as the longest of its own rows: wider ones waste time.",
)
STEPS_BY_ONE = Deviation(
    "steps by 1",
    "major",
    "Your batches overlap: each starts one example after the one before it. Step through the data "
    "by batch_size, so that each example comes once.",
)
DROPS_LAST = Deviation(
    "drops the last small batch",
    "minor",
    "Your batches are right, but the examples that do not fill a batch are missing. Yield every "
    "example once, and the last small batch too.",
)
DROPS_ONE = Deviation(
    "drops one example",
    "minor",
    "Your batches are right, but one example is missing. Yield every example once, from the first "
    "of the order to the end of the last small batch.",
)
EMPTY_BATCH = Deviation(
    "adds an empty batch",
    "minor",
    "Your batches are right, but an empty one comes at the end. Step through the data by "
    "batch_size, and stop when all examples are used.",
)
ALL_IN_EACH = Deviation(
    "puts all examples into each batch",
    "major",
    "Each of your batches holds all examples. Step through the data by batch_size, and take only "
    "batch_size examples each time.",
)
REPEATS = Deviation(
    "draws with replacement",
    "major",
    "Your batches have the right sizes, but some examples come several times and others never, as "
    "if each were drawn anew. Yield every example once.",
)
UNSHUFFLED_LABELS = Deviation(
    "shuffles X without y",
    "fatal",
    "Your labels come in the order of y, while the examples are shuffled: they no longer belong "
    "together. Draw one order and use it for X and for y.",
)
FLOAT_LABELS = Deviation(
    "gives labels as floats",
    "minor",
    "Your labels are right, but they are floating-point numbers. The assignment asks for int64: a "
    "torch.long tensor.",
)
LABEL_AXIS = Deviation(
    "gives labels a second axis",
    "minor",
    "Your labels are right, but of shape (B, 1). The assignment asks for (B,). Draw one order and "
    "use it for X and for y, without adding an axis.",
)
NEVER_SHUFFLES = Deviation(
    "never shuffles",
    "minor",
    "Your examples come in the order of X. Draw a new order each time the generator is called.",
)
SAME_ORDER = Deviation(
    "gives the same order each epoch",
    "minor",
    "Your examples are in another order than X, but in the same one each time. Draw a new order "
    "each time the generator is called, without a fixed seed.",
)


@dataclass(frozen=True)
class Epoch:
    """What was asked for: rows with their labels, the pad and the size of batches."""

    rows: Rows
    labels: Sequence[int]
    pad: int
    size: int

    def batch(self, chosen: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Return the right batch of these examples."""
        features = padded([self.rows[i] for i in chosen], self.pad, "left")
        labels = torch.tensor([self.labels[i] for i in chosen], dtype=torch.int64)
        return features, labels

    def cut(self, order: list[int]) -> Order:
        return [order[i : i + self.size] for i in range(0, len(order), self.size)]


def epochs(batches: Sequence[Sequence[Any]], wanted: Epoch) -> Iterator[Candidate]:
    """Yield what an epoch becomes with one thing wrong, for the examples that came back."""
    given = [features for features, _ in batches]
    order = [_examples(features, wanted.rows) for features in given]
    if _is_whole(order, wanted):
        yield from _features_wrong(given, order, wanted)
        yield from _labels_wrong(order, wanted)
        return
    turned = [_examples(f.mT, wanted.rows) if _is_matrix(f) else [] for f in given]
    if _is_whole(turned, wanted):
        yield from each({TIME_FIRST: [[(f.T, y) for f, y in map(wanted.batch, turned)]]})
        return
    for deviation, other in _orders_wrong(order, wanted):
        yield from each({deviation: [[wanted.batch(chosen) for chosen in other]]})


def _examples(features: Any, rows: Rows) -> list[int]:
    """List the example in each row of a batch; [] if the rows hold no examples."""
    if not _is_matrix(features):
        return []
    found = [[i for i, row in enumerate(rows) if row[0] in line] for line in features.tolist()]
    return [one[0] for one in found] if all(len(one) == 1 for one in found) else []


def _is_matrix(features: Any) -> bool:
    return isinstance(features, Tensor) and features.ndim == 2


def _is_whole(order: Order, wanted: Epoch) -> bool:
    flat = [i for chosen in order for i in chosen]
    whole = sorted(flat) == list(range(len(wanted.rows)))
    return whole and order == wanted.cut(flat)


def _features_wrong(given: Sequence[Any], order: Order, wanted: Epoch) -> Iterator[Candidate]:
    """Yield epochs in which all features have the same thing wrong, and the labels are right."""
    widest = max(map(len, wanted.rows))
    right = [wanted.batch(chosen) for chosen in order]
    changed = []
    for features, chosen in zip(given, order, strict=True):
        rows = [wanted.rows[i] for i in chosen]
        changed.append(padded_wrongly(features, rows, wanted.pad, "left"))
    widths = {features.shape[1] for features in given}
    for deviation in changed[0]:
        if deviation not in (TIME_FIRST, FIXED_WIDTH):
            for kind in range(len(changed[0][deviation])):
                features = [found[deviation][kind] for found in changed]
                pairs = zip(features, right, strict=True)
                yield from each({deviation: [[(f, labels) for f, (_, labels) in pairs]]})
    if len(widths) == 1 and widest <= (width := widths.pop()) < MOST:
        fixed = [
            (padded([wanted.rows[i] for i in chosen], wanted.pad, "left", width), labels)
            for chosen, (_, labels) in zip(order, right, strict=True)
        ]
        yield from each({WHOLE_SET if width == widest else FIXED_WIDTH: [fixed]})


def _labels_wrong(order: Order, wanted: Epoch) -> Iterator[Candidate]:
    right = [wanted.batch(chosen) for chosen in order]
    starts = range(0, len(wanted.rows), wanted.size)
    in_order = [
        torch.tensor(list(wanted.labels[start : start + len(chosen)]))
        for start, chosen in zip(starts, order, strict=True)
    ]
    yield from each(
        {
            FLOAT_LABELS: [
                [(features, labels.to(dtype)) for features, labels in right]
                for dtype in (torch.float32, torch.float64)
            ],
            LABEL_AXIS: [[(features, labels[:, None]) for features, labels in right]],
            UNSHUFFLED_LABELS: [
                [(features, other) for (features, _), other in zip(right, in_order, strict=True)]
            ],
        }
    )


def _orders_wrong(order: Order, wanted: Epoch) -> Iterator[tuple[Deviation, Order]]:
    """Yield the batches that a wrong loop makes, for the examples that came back."""
    flat, N = [i for chosen in order for i in chosen], len(wanted.rows)
    firsts = [chosen[0] for chosen in order if chosen]
    unique = len(set(flat)) == len(flat)
    if sorted(firsts) == list(range(N)):
        yield STEPS_BY_ONE, [firsts[i : i + wanted.size] for i in range(N)]
    if unique and len(flat) == N - N % wanted.size < N:
        yield DROPS_LAST, wanted.cut(flat)
    if unique and len(flat) == N - 1:
        yield DROPS_ONE, wanted.cut(flat)
    if unique and len(flat) == N:
        yield EMPTY_BATCH, [*wanted.cut(flat), []]
    if sorted(flat[:N]) == list(range(N)):
        yield ALL_IN_EACH, [flat[:N] for _ in wanted.cut(flat[:N])]
    if not unique and len(flat) == N:
        yield REPEATS, wanted.cut(flat)


def two_epochs(orders: Sequence[Any], rows: Rows) -> Iterator[Candidate]:
    """Yield the rows of two epochs in which nothing is shuffled, or both times alike."""
    kept = [tuple(row) for row in rows]
    yield from each({NEVER_SHUFFLES: [[kept, kept]]})
    if list(orders[0]) != kept:
        yield from each({SAME_ORDER: [[orders[0], orders[0]]]})
