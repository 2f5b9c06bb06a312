"""Deviations of padding.py's token_batches: batches by another rule than the budget of tokens."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from graders.deviations import Candidate, Deviation, each
from graders.deviations.padding.rows import Rows

Order = list[list[int]]  # the indices in each batch

FIRST_BATCH = Deviation(
    "looks for room in the first batch",
    "minor",
    "Your batches are those of a loop that asks the first batch whether there is room, and not the "
    "one that it fills. Add sequences to a batch until the next one would exceed max_tokens.",
)
BY_INDEX = Deviation(
    "compares with the index",
    "major",
    "Your batches are those of a loop that compares with the index of a sequence, and not with "
    "max_tokens. The cost of a batch is rows times its longest row.",
)
ONE_OVER = Deviation(
    "passes the budget by one row",
    "minor",
    "Your batches are those of a loop that adds a row before it counts it. The cost of a batch is "
    "rows times its longest row, the new row included.",
)
UNPADDED = Deviation(
    "counts tokens without their padding",
    "minor",
    "Your batches keep to the budget in tokens, but not in positions. Padding counts as well: the "
    "cost of a batch is rows times its longest row.",
)
NO_LONG_ROWS = Deviation(
    "drops sequences that are too long",
    "minor",
    "Your batches are right, but sequences that are longer than max_tokens are missing. Give a "
    "sequence that is too long a batch of its own. (Keep the last batch as well.)",
)
NO_LAST_BATCH = Deviation(
    "drops the last batch of tokens",
    "minor",
    "Your batches are right, but the last one is missing. Keep the last batch: it is complete when "
    "the sequences end.",
)
UNSORTED = Deviation(
    "does not sort by length",
    "major",
    "Your batches take the sequences in the order in which they come, and only the newest row is "
    "counted. Sort by length before cutting; otherwise short rows are mostly padding.",
)
ALONE = Deviation(
    "gives each sequence a batch of its own",
    "major",
    "Each of your batches has one sequence. Add sequences to a batch until the next one would "
    "exceed max_tokens.",
)
SEQUENCES = Deviation(
    "gives sequences instead of indices",
    "minor",
    "Your batches are right, but they hold the sequences. Return indices, which a training loop "
    "can use for X and for y.",
)

Fits = Callable[[Order, int], bool]  # whether a sequence still goes into the last batch


def summed_up(batches: Order, lengths: Sequence[int]) -> Any:
    """Return all indices, and the lengths in each batch: which of two equal rows does not matter."""
    held = sorted(sorted(lengths[i] for i in batch) for batch in batches)
    return [sorted(i for batch in batches for i in batch), held]


def token_batches(lengths: Sequence[int], budget: int) -> Iterator[Candidate]:
    """Yield what token_batches returns with one thing wrong, in the form of `summed_up`."""
    found: dict[Deviation, list[Order]] = {ALONE: [[[i] for i in range(len(lengths))]]}
    for order in _sorted_orders(lengths):
        for deviation, fits in _loops(lengths, budget).items():
            found.setdefault(deviation, []).append(_packed(order, fits))
        right = _packed(order, _right(lengths, budget))
        short = [batch for batch in right if lengths[batch[0]] <= budget]
        found.setdefault(NO_LONG_ROWS, []).append(short)
        found.setdefault(NO_LAST_BATCH, []).append(right[:-1])
    found[UNSORTED] = [_packed(range(len(lengths)), _newest_counts(lengths, budget))]
    for deviation, values in found.items():
        yield from each({deviation: [summed_up(batches, lengths) for batches in values]})


def sequence_batches(rows: Rows, budget: int) -> Iterator[Candidate]:
    """Yield the right batches, but of the sequences themselves."""
    lengths = [len(row) for row in rows]
    right = [_packed(order, _right(lengths, budget)) for order in _sorted_orders(lengths)]
    yield from each({SEQUENCES: [[[rows[i] for i in b] for b in batches] for batches in right]})


def _sorted_orders(lengths: Sequence[int]) -> list[list[int]]:
    up = sorted(range(len(lengths)), key=lambda i: lengths[i])
    return [up, sorted(range(len(lengths)), key=lambda i: -lengths[i]), up[::-1]]


def _packed(order: Sequence[int], fits: Fits) -> Order:
    batches: Order = []
    for i in order:
        if batches and fits(batches, i):
            batches[-1].append(i)
        else:
            batches.append([i])
    return batches


def _newest_counts(lengths: Sequence[int], budget: int) -> Fits:
    return lambda batches, i: (len(batches[-1]) + 1) * lengths[i] <= budget


def _right(lengths: Sequence[int], budget: int) -> Fits:
    return lambda batches, i: _cost([*batches[-1], i], lengths) <= budget


def _cost(batch: Sequence[int], lengths: Sequence[int]) -> int:
    return len(batch) * max(lengths[i] for i in batch)


def _loops(lengths: Sequence[int], budget: int) -> dict[Deviation, Fits]:
    """Return the wrong rules for whether sequence i still goes into the last batch."""
    return {
        FIRST_BATCH: lambda batches, i: (len(batches[0]) + 1) * lengths[i] <= budget,
        BY_INDEX: lambda batches, i: _cost([*batches[-1], i], lengths) <= i,
        ONE_OVER: lambda batches, i: len(batches[-1]) * lengths[i] <= budget,
        UNPADDED: lambda batches, i: sum(lengths[j] for j in [*batches[-1], i]) <= budget,
    }
