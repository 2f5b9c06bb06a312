"""Pairs of similar code: a window of k-grams of one is also in the other.

The matches may be anywhere in the other. Code that the course gave does not count, nor code
that a large part of the class has.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from graders.similarity.similarity import THRESHOLD, WINDOW, Side
from graders.similarity.tokens import KGRAM, Code, Numbers

COMMON, FEW = 0.25, 20  # k-grams in more than this share and number of submissions do not count
GAP = 2 * KGRAM  # between k-grams that are shown as one piece
PIECES, ROWS = 3, 30  # shown of a pair, and lines of each
NONE: Numbers = np.zeros(0, np.int64)
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class SimilarPair:
    """Two similar codes by their indices, and how much of one is in the other.

    Args:
        share: of the best-matching passage of either.
        whole: of all own code of either, whichever is more.
    """

    one: int
    other: int
    share: float
    whole: float


def distinctive(codes: Sequence[Code]) -> list[Code]:
    """Return the codes without k-grams that are common in the class."""
    every = np.concatenate([NONE, *(code.hashes for code in codes)])
    hashes, owners = np.unique(every, return_counts=True)
    common = hashes[owners > max(FEW, COMMON * len(codes))]
    return [code.without(common) for code in codes]


def similar_pairs(codes: Sequence[Code]) -> list[SimilarPair]:
    """Return the similar pairs, in the order of the codes."""
    every = np.concatenate([NONE, *(code.hashes for code in codes)])
    hashes, column = np.unique(every, return_inverse=True)
    lengths = [len(code.hashes) for code in codes]
    columns = np.split(column, np.cumsum(lengths)[:-1])  # indices of each code's hashes
    shared = _shared(column, lengths, len(hashes))
    found: set[tuple[int, int]] = set()
    here = np.zeros(len(hashes), bool)
    for one in range(len(codes)):
        counts = shared[[one]]
        here[columns[one]] = True
        for other in counts.indices[counts.data >= THRESHOLD * WINDOW]:
            if other != one and _in_window(here[columns[other]]) >= THRESHOLD:
                found.add((min(one, int(other)), max(one, int(other))))
        here[columns[one]] = False
    return [compared(one, other, codes) for one, other in sorted(found)]


def _shared(column: Numbers, lengths: Sequence[int], width: int) -> csr_matrix:
    """Return the number of shared hashes of each two codes."""
    row = np.repeat(np.arange(len(lengths)), lengths)
    present = csr_matrix((np.ones(len(column), np.int32), (row, column)), (len(lengths), width))
    several = np.asarray(present.sum(axis=0)).ravel() > 1
    return present[:, several] @ present[:, several].T


def compared(one: int, other: int, codes: Sequence[Code]) -> SimilarPair:
    """Return how similar two codes are."""
    both = codes[one].hashes, codes[other].hashes
    marks = np.isin(*both), np.isin(*both[::-1])
    whole = max(float(each.sum()) / max(1, len(each)) for each in marks)
    return SimilarPair(one, other, max(map(_in_window, marks)), whole)


def _in_window(marked: Flags) -> float:
    """Return the marked share of the best-matching window."""
    sums = np.concatenate([[0], np.cumsum(marked)])
    length = min(WINDOW, len(marked))
    return int((sums[length:] - sums[: len(sums) - length]).max()) / WINDOW


def pieces(one: Code, other: Code) -> tuple[tuple[Side, Side], ...]:
    """Return the longest pieces that are in both, side by side, in the order of `one`."""
    hashes, first = np.unique(other.hashes, return_index=True)
    here = np.isin(one.hashes, hashes)
    places = one.places[here]
    found = other.places[first[np.searchsorted(hashes, one.hashes[here])]]
    steps = np.stack([np.diff(places), np.diff(found)])
    ends = np.flatnonzero(((steps < 1) | (steps > GAP)).any(axis=0)) + 1
    runs = list(zip(np.split(places, ends), np.split(found, ends), strict=True))
    longest = sorted(runs, key=lambda run: -len(run[0]))[:PIECES]
    longest.sort(key=lambda run: int(run[0][0]))
    return tuple((_side(one, left), _side(other, right)) for left, right in longest)


def _side(code: Code, places: Numbers) -> Side:
    text = code.text.split("\n")
    marked: set[int] = set()
    for start, end in zip(code.lines_at(places), code.lines_at(places + KGRAM - 1), strict=True):
        marked.update(range(int(start), int(end) + 1))
    low, high = min(marked), max(marked) + 1
    file = [name for start, name in code.files if start <= low][-1]
    rows = range(low, min(high, low + ROWS))
    lines = tuple((int(code.numbers[i]), text[i], i in marked) for i in rows)
    return Side(file, lines, high - low - len(rows))
