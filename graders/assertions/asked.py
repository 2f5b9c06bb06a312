"""Recognise what a wrong answer is by a further question to the submission."""

import contextlib
from collections.abc import Callable, Iterator

from graders.assertions.recognise import Answer, matching, name_fault
from graders.remote.faults import Failed, StudentError
from graders.remote.student import RemoteSubmission


@contextlib.contextmanager
def recognised_by(student: RemoteSubmission, ask: Callable[[], Answer]) -> Iterator[None]:
    """Add to a failed comparison what the answer to a further question is, if one deviation fits.

    Nothing is asked while the comparison passes.

    Args:
        ask: calls the submission; returns its answer, and the deviations with their values.
    """
    try:
        yield
    except Failed as failed:
        _name(failed, student, ask)
        raise


@contextlib.contextmanager
def error_recognised_by(
    student: RemoteSubmission, ask: Callable[[], Answer], known: bool = True
) -> Iterator[None]:
    """Do the same for an exception of the student's code.

    Args:
        known: whether a deviation may raise here at all.
    """
    try:
        yield
    except StudentError as error:
        if known:
            _name(error, student, ask)
        raise


def _name(
    fault: Failed | StudentError, student: RemoteSubmission, ask: Callable[[], Answer]
) -> None:
    called = student.called
    if fault.recognised is None:
        with contextlib.suppress(Exception):  # an answer of any form: no name is no harm
            found = matching(*ask())
            if len(found) == 1:
                name_fault(fault, found[0])
    student.called = called
