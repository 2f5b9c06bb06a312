"""What comes of comparing a class's code, as data: a reason to look, never a finding."""

from dataclasses import dataclass

from graders.results.result import Student

STRETCH = 600  # symbols, about 40 lines
ALIKE = 0.5  # of a stretch: from here on two are named


@dataclass(frozen=True)
class Side:
    """A piece of one of two codes: its file, its lines with their numbers, and which are alike."""

    file: str
    lines: tuple[tuple[int, str, bool], ...]
    more: int


@dataclass(frozen=True)
class Pair:
    """Two uploads that are alike, and the pieces that show it."""

    one: tuple[Student, ...]
    other: tuple[Student, ...]
    share: float
    whole: float
    identical: bool
    pieces: tuple[tuple[Side, Side], ...]


@dataclass(frozen=True)
class Similarity:
    """What came of a comparison.

    Args:
        compared: how many uploads were compared.
        cut: whose code was compared only in part: it is too long, or takes too long to read.
        unread: whose upload cannot be read.
        found: how many pairs are alike.
        rings: who hang together by such pairs, where they are more than two uploads.
        pairs: those that tie everybody together who hangs together, the likest first.
        changed: whose upload is none of those that were graded.
    """

    compared: int
    cut: tuple[Student, ...]
    unread: tuple[Student, ...]
    found: int
    rings: tuple[tuple[Student, ...], ...]
    pairs: tuple[Pair, ...]
    changed: tuple[Student, ...] = ()
