"""Recognise what a wrong answer is: a deviation whose values are exactly those that came back.

Nothing is computed or asked while a comparison passes.
"""

import contextlib
import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from graders.assertions.compare import is_close
from graders.deviations import Candidate, Deviation
from graders.remote.faults import Failed, Fault, StudentError
from graders.remote.student import RemoteSubmission
from graders.results.scoring import RecognisedFault

RELATIVE = 1e-5  # for plain numbers, which are means of losses or counts
FRESH = 3  # small fractions may agree by chance once

Answer = tuple[Any, Iterable[Candidate]]
"""What came back, and the deviations with what each would have led to."""


@contextlib.contextmanager
def recognised(
    returned: Any, candidates: Iterable[Candidate], again: Callable[[], Answer] | None = None
) -> Iterator[None]:
    """Add to a failed comparison of `returned` what the answer is, if exactly one deviation fits.

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


@contextlib.contextmanager
def recognised_by(student: RemoteSubmission, *answers: Callable[[], Answer]) -> Iterator[None]:
    """Add to a failed comparison what the answer to a further question is, if one deviation fits.

    Args:
        answers: each calls the submission or reads a record; it returns the answer, and the
            deviations with their values. The first one that fits exactly one deviation counts.
    """
    with named_by(student, (Failed,), *(partial(_fitting, answer) for answer in answers)):
        yield


@contextlib.contextmanager
def error_recognised_by(
    student: RemoteSubmission, ask: Callable[[], Answer], known: bool = True
) -> Iterator[None]:
    """Do the same for an exception of the student's code.

    Args:
        known: whether a deviation may raise here at all.
    """
    questions = [partial(_fitting, ask)] if known else []
    with named_by(student, (StudentError,), *questions):
        yield


@contextlib.contextmanager
def named_if(
    student: RemoteSubmission, deviation: Deviation, confirmed: Callable[[], bool]
) -> Iterator[None]:
    """Say in a failure what the answer is, where values alone cannot tell.

    Args:
        confirmed: runs an experiment that confirms it; a fault in it confirms nothing.
    """

    def question() -> Deviation | None:
        return deviation if confirmed() else None

    with named_by(student, (Failed, StudentError), question):
        yield


@contextlib.contextmanager
def named_by(
    student: RemoteSubmission,
    kinds: tuple[type[Fault], ...],
    *questions: Callable[[], Deviation | None],
) -> Iterator[None]:
    """Name a failure of these kinds by the first question that finds a deviation.

    A question may call the submission. If it raises, it finds nothing.
    """
    try:
        yield
    except kinds as fault:
        called = student.called
        for question in questions:
            if fault.recognised is None:
                with contextlib.suppress(Exception):  # an answer of any form: no name is no harm
                    if deviation := question():
                        name_fault(fault, deviation)
        student.called = called
        raise


def _fitting(ask: Callable[[], Answer]) -> Deviation | None:
    """Return the one deviation that fits an answer."""
    found = matching(*ask())
    return found[0] if len(found) == 1 else None


def fresh(ask: Callable[[], tuple[Any, Any]]) -> tuple[list[Any], list[Any]]:
    """Ask a few times with fresh inputs; return what came back, and the inputs."""
    pairs = [ask() for _ in range(FRESH)]
    return [returned for returned, _ in pairs], [inputs for _, inputs in pairs]


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
    """Return whether two answers are equal, within rounding, in shape and in every number.

    Tensors of integers or truth values are equal only with one dtype.
    """
    if isinstance(value, (list, tuple)):
        if not isinstance(returned, (list, tuple)) or len(returned) != len(value):
            return False
        return all(map(same, returned, value))
    if isinstance(value, Tensor):
        if not isinstance(returned, Tensor):
            return False
        if value.is_floating_point():
            return returned.is_floating_point() and is_close(returned, value.detach())
        return returned.dtype == value.dtype and torch.equal(returned, value)
    if isinstance(value, np.ndarray):
        return isinstance(returned, np.ndarray) and same(
            torch.from_numpy(returned), torch.from_numpy(value)
        )
    if isinstance(value, float) and isinstance(returned, (int, float)):
        return math.isclose(returned, value, rel_tol=RELATIVE, abs_tol=1e-9)
    return type(returned) is type(value) and bool(returned == value)
