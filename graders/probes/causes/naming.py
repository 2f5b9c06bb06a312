"""Name the cause of a failure where values alone cannot tell: by one more experiment."""

import contextlib
from collections.abc import Callable, Iterator

from graders.assertions.recognise import name_fault
from graders.deviations import Deviation
from graders.remote.faults import Failed, Fault, StudentError
from graders.remote.student import RemoteSubmission


@contextlib.contextmanager
def named_if(
    student: RemoteSubmission, deviation: Deviation, confirmed: Callable[[], bool]
) -> Iterator[None]:
    """Say in a failure what the answer is, if an experiment confirms it.

    Nothing is tried while the check passes.

    Args:
        confirmed: runs the experiment; a fault in it confirms nothing.
    """
    try:
        yield
    except (Failed, StudentError) as fault:
        called = student.called
        with contextlib.suppress(Exception):  # an answer of any form: no name is no harm
            if fault.recognised is None and confirmed():
                name_fault(fault, deviation)
        student.called = called
        raise


def passes(check: Callable[[], None]) -> bool:
    """Return whether a comparison passes."""
    try:
        check()
    except Fault:
        return False
    return True
