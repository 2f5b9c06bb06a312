"""Deviations: the right formula with one thing changed, to recognise what a wrong answer is.

A part's deviations stand in the module of its name. They are compared with what came back from a
submission, under its own weights and inputs: an exact and unique match says what is wrong.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from graders.results.scoring import Severity


@dataclass(frozen=True)
class Deviation:
    """One way to be wrong.

    Args:
        name: what is done instead, in a few words that continue "it …": "pools by the mean".
        severity: how an experienced teaching assistant would weigh it.
        sentence: what its student is told: what the answer is, and what was asked for.
    """

    name: str
    severity: Severity
    sentence: str


Candidate = tuple[Deviation, Callable[[], Iterable[Any]]]
"""A deviation, and what yields the values it would lead to, one for each reading of the weights."""


def each(found: Mapping[Deviation, Sequence[Any]]) -> Iterator[Candidate]:
    """Yield each deviation with its values."""
    for deviation, values in found.items():
        yield deviation, partial(list, values)
