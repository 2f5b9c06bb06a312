"""Recognise what a wrong answer is from what is asked only once a comparison has failed."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from graders.assertions.recognise import Answer, matching, name_fault
from graders.remote.faults import Failed
from graders.remote.student import RemoteSubmission

FRESH = 3  # small fractions may agree by chance once


@contextlib.contextmanager
def recognised_by(student: RemoteSubmission, *answers: Callable[[], Answer]) -> Iterator[None]:
    """Add to a failed comparison what the answer is, if exactly one deviation fits.

    Args:
        answers: each returns what came back, or was recorded, with the deviations; the first one
            that fits exactly one counts.
    """
    try:
        yield
    except Failed as failed:
        called = student.called
        for answer in answers if failed.recognised is None else ():
            with contextlib.suppress(Exception):  # an answer of any form: no name is no harm
                found = matching(*answer())
                if len(found) == 1:
                    name_fault(failed, found[0])
                    break
        student.called = called
        raise


def fresh(ask: Callable[[], tuple[Any, Any]]) -> tuple[list[Any], list[Any]]:
    """Ask a few times with fresh inputs; return what came back, and the inputs."""
    pairs = [ask() for _ in range(FRESH)]
    return [returned for returned, _ in pairs], [inputs for _, inputs in pairs]
