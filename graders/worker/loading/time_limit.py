"""A time limit for one top-level statement."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

VALUE_SECONDS = 1.0  # of processor time, so that a busy machine changes nothing
DEFINITION_SECONDS = 10.0  # decorators may compile
WAITING = 5.0  # times the limit in elapsed time: sleeping and waiting cost no processor time


class TooLong(BaseException):
    """A statement reached its time limit. A BaseException, so that `except Exception` lets it pass."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise TooLong in the body after `seconds`; no limit off the main thread or off POSIX."""
    on_main_thread = threading.current_thread() is threading.main_thread()
    if not on_main_thread or not hasattr(signal, "setitimer"):
        yield
        return
    budgets = {
        (signal.ITIMER_VIRTUAL, signal.SIGVTALRM): seconds,
        (signal.ITIMER_REAL, signal.SIGALRM): seconds * WAITING,
    }

    def stop(number: int, frame: FrameType | None) -> None:
        if not _imports_library(
            frame
        ):  # never interrupt the import of a library; the timer fires again
            raise TooLong(f"took more than {seconds:g} s")

    handlers = {number: signal.signal(number, stop) for _, number in budgets}
    timers = {timer: signal.setitimer(timer, s, s) for (timer, _), s in budgets.items()}
    try:
        yield
    finally:
        for timer in timers:
            signal.setitimer(timer, 0)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for timer, (left, interval) in timers.items():
            signal.setitimer(timer, left, interval)


def _imports_library(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
