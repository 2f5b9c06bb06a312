"""Recognise what a wrong answer is: a deviation whose values are exactly those that came back."""

import contextlib
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from graders.assertions.compare import is_close
from graders.deviations import Candidate, Deviation
from graders.remote.faults import Failed, Fault
from graders.results.scoring import RecognisedFault

RELATIVE = 1e-5  # for plain numbers, which are means of losses or counts

Answer = tuple[Any, Iterable[Candidate]]
"""What came back, and the deviations with what each would have led to."""


@contextlib.contextmanager
def recognised(
    returned: Any, candidates: Iterable[Candidate], again: Callable[[], Answer] | None = None
) -> Iterator[None]:
    """Add to a failed comparison of `returned` what the answer is, if exactly one deviation fits.

    Nothing is computed while the comparison passes.

    Args:
        candidates: the deviations, each with the values that it would lead to.
        again: asks the submission once more, with fresh inputs, where several deviations fit.
    """
    try:
        yield
    except Failed as failed:
        with contextlib.suppress(Exception):  # an answer of any form: no name is no harm
            found = matching(returned, candidates)
            if len(found) > 1 and again is not None:
                fresh = matching(*again())
                found = [deviation for deviation in found if deviation in fresh]
            if len(found) == 1 and failed.recognised is None:
                name_fault(failed, found[0])
        raise


def name_fault(failed: Fault, deviation: Deviation) -> None:
    """Say in a failure what the answer was recognised as."""
    failed.recognised = RecognisedFault(deviation.name, deviation.severity, deviation.sentence)
    failed.hint = deviation.sentence


def matching(returned: Any, candidates: Iterable[Candidate]) -> list[Deviation]:
    """List the deviations that lead to exactly what came back."""
    found: list[Deviation] = []
    for deviation, values in candidates:
        with contextlib.suppress(Exception):  # it does not fit an answer of this form
            if deviation not in found and any(same(returned, value) for value in values()):
                found.append(deviation)
    return found


def same(returned: Any, value: Any) -> bool:
    """Return whether two answers are equal, within rounding, in shape and in every number."""
    if isinstance(value, (list, tuple)):
        if not isinstance(returned, (list, tuple)) or len(returned) != len(value):
            return False
        return all(map(same, returned, value))
    if isinstance(value, Tensor):
        if not isinstance(returned, Tensor) or returned.dtype.is_floating_point != (
            value.dtype.is_floating_point
        ):
            return False
        exact = not value.dtype.is_floating_point
        return torch.equal(returned, value) if exact else is_close(returned, value.detach())
    if isinstance(value, np.ndarray):
        return isinstance(returned, np.ndarray) and same(
            torch.from_numpy(returned), torch.from_numpy(value)
        )
    if isinstance(value, float) and isinstance(returned, (int, float)):
        return math.isclose(returned, value, rel_tol=RELATIVE, abs_tol=1e-9)
    return type(returned) is type(value) and bool(returned == value)
