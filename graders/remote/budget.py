"""The time limits of a submission's calls: each one, those of a check, and all together."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from graders.remote.faults import TooSlow
from graders.sheets.limits import Limits

PATIENCE = 3  # calls that may hang for the full time limit


class Budget:
    """Counts the time of one submission's calls, without the check's own computing."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._ends = time.monotonic() + limits.submission_seconds
        self._spent = 0.0  # seconds in calls of this check
        self._hung = 0
        self._hung_in: Counter[str] = Counter()  # of these, by the definition that was called

    def begin(self) -> None:
        """Start a check.

        Raises:
            TooSlow: the submission's time is over.
        """
        self._spent = 0.0
        if time.monotonic() > self._ends:
            raise TooSlow(
                f"The submission used up its {self._limits.submission_seconds:g} seconds before "
                "this check was run."
            )

    def call(self) -> float:
        """Return the seconds for a call; fewer after three calls that hung."""
        seconds = self._limits.call_seconds
        return seconds if self._hung < PATIENCE else seconds / 4

    def left(self) -> float:
        """Return the seconds that calls of this check still have.

        Raises:
            TooSlow: none are left.
        """
        left = min(self._limits.check_seconds - self._spent, self._ends - time.monotonic())
        if left <= 0:
            raise TooSlow(
                f"The calls of this check took {self._spent:.1f} seconds in total; the time "
                "limit of the check, or of the whole submission, is used up."
            )
        return left

    @contextmanager
    def patience(self, definition: str) -> Iterator[None]:
        """Count a call of a definition if it hangs; one that hung three times is not called again.

        Raises:
            TooSlow: it hung three times, or now.
        """
        if definition and self._hung_in[definition] >= PATIENCE:
            words = f"`{definition}` took too long {PATIENCE} times, so it is not called again."
            raise TooSlow(words)
        try:
            yield
        except TooSlow:
            self._hung_in[definition] += 1
            raise

    @contextmanager
    def spending(self) -> Iterator[None]:
        """Count the time of the body as a call of this check."""
        started = time.monotonic()
        try:
            yield
        finally:
            self._spent += time.monotonic() - started

    def hung(self) -> None:
        """Count a call that was stopped."""
        self._hung += 1
