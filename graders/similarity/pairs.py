"""Which of many codes are alike: one has a stretch of its own that stands in the other, too.

The pieces of a stretch may stand anywhere in the other. What the course gave is nobody's own, nor
what a large part of the class has.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from graders.similarity.similarity import ALIKE, STRETCH, Side
from graders.similarity.tokens import SYMBOLS, Code, Numbers

COMMON, FEW = 0.25, 20  # what more than this part of all and more than so many have is nobody's own
GAP = 2 * SYMBOLS  # between what is shown as one piece
PIECES, ROWS = 3, 30  # shown of a pair, and lines of each
NONE: Numbers = np.zeros(0, np.int64)
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Alike:
    """Two codes by their numbers, and how much of the one stands in the other.

    Args:
        share: of the best-matching passage of either.
        whole: of all that is its own in either, whichever is more.
    """

    one: int
    other: int
    share: float
    whole: float


def own(codes: Sequence[Code]) -> list[Code]:
    """Leave out what is common in the class."""
    every = np.concatenate([NONE, *(code.hashes for code in codes)])
    hashes, owners = np.unique(every, return_counts=True)
    common = hashes[owners > max(FEW, COMMON * len(codes))]
    return [code.without(common) for code in codes]


def alike(codes: Sequence[Code]) -> list[Alike]:
    """List the pairs that are alike, in the order of the codes."""
    every = np.concatenate([NONE, *(code.hashes for code in codes)])
    hashes, column = np.unique(every, return_inverse=True)
    lengths = [len(code.hashes) for code in codes]
    columns = np.split(column, np.cumsum(lengths)[:-1])  # of each code, its hashes by their number
    shared = _shared(column, lengths, len(hashes))
    found: set[tuple[int, int]] = set()
    here = np.zeros(len(hashes), bool)
    for one in range(len(codes)):
        counts = shared[[one]]
        here[columns[one]] = True
        for other in counts.indices[counts.data >= ALIKE * STRETCH]:
            if other != one and _in_stretch(here[columns[other]]) >= ALIKE:
                found.add((min(one, int(other)), max(one, int(other))))
        here[columns[one]] = False
    return [compared(one, other, codes) for one, other in sorted(found)]


def _shared(column: Numbers, lengths: Sequence[int], width: int) -> csr_matrix:
    """Count for each two codes how many hashes they share."""
    row = np.repeat(np.arange(len(lengths)), lengths)
    present = csr_matrix((np.ones(len(column), np.int32), (row, column)), (len(lengths), width))
    several = np.asarray(present.sum(axis=0)).ravel() > 1
    return present[:, several] @ present[:, several].T


def compared(one: int, other: int, codes: Sequence[Code]) -> Alike:
    """Return how alike two codes are."""
    both = codes[one].hashes, codes[other].hashes
    marks = np.isin(*both), np.isin(*both[::-1])
    whole = max(float(each.sum()) / max(1, len(each)) for each in marks)
    return Alike(one, other, max(map(_in_stretch, marks)), whole)


def _in_stretch(marked: Flags) -> float:
    """Return how much of the best-matching passage is marked, of the length of one at least."""
    sums = np.concatenate([[0], np.cumsum(marked)])
    length = min(STRETCH, len(marked))
    return int((sums[length:] - sums[: len(sums) - length]).max()) / STRETCH


def pieces(one: Code, other: Code) -> tuple[tuple[Side, Side], ...]:
    """Return the longest pieces that stand in both, side by side, in the order of `one`."""
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
    for start, end in zip(code.lines_at(places), code.lines_at(places + SYMBOLS - 1), strict=True):
        marked.update(range(int(start), int(end) + 1))
    low, high = min(marked), max(marked) + 1
    file = [name for start, name in code.files if start <= low][-1]
    rows = range(low, min(high, low + ROWS))
    lines = tuple((int(code.numbers[i]), text[i], i in marked) for i in rows)
    return Side(file, lines, high - low - len(rows))
