"""The similarity of a class's code, as data: a reason to look, never proof."""

from dataclasses import dataclass

from graders.results.result import Student

WINDOW = 600  # k-grams, about 40 lines
THRESHOLD = 0.5  # share of a window from which a pair is reported


@dataclass(frozen=True)
class Side:
    """A piece of one of two codes: its file, its lines with their numbers, and which match."""

    file: str
    lines: tuple[tuple[int, str, bool], ...]
    more: int


@dataclass(frozen=True)
class Pair:
    """Two uploads with similar code, and the matching pieces."""

    one: tuple[Student, ...]
    other: tuple[Student, ...]
    share: float
    whole: float
    identical: bool
    pieces: tuple[tuple[Side, Side], ...]


@dataclass(frozen=True)
class Similarity:
    """The result of a comparison.

    Args:
        compared: how many uploads were compared.
        cut: students whose code was compared only in part: it is too long or too slow to read.
        unread: students whose upload cannot be read.
        found: number of similar pairs.
        clusters: students connected by such pairs, where there are more than two uploads.
        pairs: those that connect each cluster, the most similar first.
        changed: students whose upload is not the graded one.
    """

    compared: int
    cut: tuple[Student, ...]
    unread: tuple[Student, ...]
    found: int
    clusters: tuple[tuple[Student, ...], ...]
    pairs: tuple[Pair, ...]
    changed: tuple[Student, ...] = ()
