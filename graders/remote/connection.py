"""One worker process and its streams: requests and answers, within limits on time and size."""

import contextlib
import time
from collections.abc import Mapping
from typing import Any

import torch

from graders.remote.faults import NO_ANSWER, Crash, Fault, TooLarge, TooSlow
from graders.remote.pipes import Output, pipes
from graders.sandbox.sandbox import Sandbox
from graders.sheets.limits import Limits
from graders.worker.wire import MARK, BadFrame, Tensors, pack, read

UNWATCHED = 0.25  # seconds before a call's resident memory is first checked
WATCH_EVERY = 0.05  # seconds
ENOUGH = 0.7  # a call that got less than this share as processor time may continue, up to
STRETCH = 4  # times its seconds: a busy machine is not the student's fault
MARK_SECONDS = 5.0
FLOOD = 200  # more output than this many times the cap ends the worker
TOO_SLOW = (
    "Look for a loop that never ends, for training or data loading inside this function, and for "
    "work that grows with the square of the length."
)
SIGNALS = {
    4: "an illegal instruction",
    6: "abort",
    7: "a bus error",
    8: "an arithmetic error",
    9: "a kill",
    11: "a segmentation fault",
    25: "a file larger than allowed",
}


class Connection:
    """A started worker that answers requests one at a time."""

    def __init__(self, sandbox: Sandbox, limits: Limits) -> None:
        self.limits = limits
        self.process = sandbox.start(limits)
        self._number = 0
        self._closed = False
        process, cap = self.process, limits.output_kb * 1024
        self._printed = Output(cap, 2 * FLOOD * cap)
        self._pipes = pipes(process.requests, process.answers, process.output, self._printed)

    def request(
        self, message: Mapping[str, Any], tensors: Mapping[str, torch.Tensor], seconds: float
    ) -> tuple[dict[str, Any], Tensors]:
        """Send one request and wait for its answer.

        Raises:
            Fault: no answer arrived; the worker is then closed and must be replaced.
        """
        self._number += 1
        watch = Watch(self, seconds)
        try:
            self._pipes.send(pack({**message, "number": self._number}, tensors), watch.look)
            answer = read(self._pipes)
            if answer is None:
                raise self._end()
            if answer[0].get("number") != self._number:
                raise Crash(f"{NO_ANSWER} It answers another request.")
        except BadFrame as problem:
            self.close()
            raise Crash(f"{NO_ANSWER} {problem}"[:500]) from None
        except Fault:
            self.close()
            raise
        return answer

    def output(self) -> str:
        """Return what was printed since the last time, cut at the cap."""
        if self._pipes.needs_mark and not self.closed:
            with contextlib.suppress(Fault):  # a thread left over may end the worker
                self.request({"do": "mark"}, {}, MARK_SECONDS)
        self._pipes.catch_up()
        text, printed = self._printed.take()
        cap = self.limits.output_kb * 1024
        shown = text.replace(MARK, b"").decode("utf-8", "backslashreplace")
        return shown + (f"\n… (cut: {printed:,} characters were printed)" if printed > cap else "")

    @property
    def closed(self) -> bool:
        return self._closed

    def is_ready(self) -> bool:
        """Return whether it is open, and has sent nothing since its last answer."""
        return not self.closed and self._pipes.is_quiet()

    def finish(self) -> None:
        """Ask an idle worker to end; kill it if it does not."""
        if not self.closed:
            self._pipes.close()
            self.process.end()
        self.close()

    def close(self) -> None:
        """End the worker and everything that it started."""
        if not self._closed:
            self._closed = True
            self.process.kill()
            self._pipes.close()

    def look(self) -> None:
        """Raise a Fault if the worker exceeds its limits."""
        used = self.process.resident_bytes() / 2**20
        if used > self.limits.memory_mb:
            used = self.process.proportional_bytes() / 2**20
        if used > self.limits.memory_mb:
            raise TooLarge(
                f"It used {used:,.0f} MB of memory; {self.limits.memory_mb:,} MB are allowed.",
                "Look for tensors that are kept in a list, or that are larger than they need to be.",
            )
        printed = self._printed.printed
        if printed > FLOOD * self.limits.output_kb * 1024:
            raise Crash(f"It printed more than {printed:,} characters and was stopped.")

    def _end(self) -> Fault:
        code = self.process.end()
        if code is None or code >= 0:
            return Crash(
                f"The process ended before it answered (exit code {code or 0}).",
                "Nothing in a submission may end the process: look for exit(), quit() or os._exit().",
            )
        reason = SIGNALS.get(-code, "a signal")
        return Crash(f"The process was ended by {reason} (signal {-code}) before it answered.")


class Watch:
    """The clock of one request, which also watches the worker's resources."""

    def __init__(self, connection: Connection, seconds: float) -> None:
        self._connection = connection
        self._seconds = seconds
        self._started = self._looked = time.monotonic()
        self._begun: float | None = None  # processor time when the worker was first checked
        self._got = 0.0

    def look(self) -> float:
        """Check the limits and return the seconds until the next check.

        Raises:
            Fault: the time is over, or the worker exceeds its limits.
        """
        now = time.monotonic()
        passed, seconds = now - self._started, self._seconds
        due = UNWATCHED if self._begun is None else WATCH_EVERY
        if now - self._looked >= due:
            self._look_closely(now)
        if passed >= seconds and not (passed < STRETCH * seconds and self._starves()):
            words = f"It was not finished after {seconds:g} seconds and was stopped."
            raise TooSlow(words, TOO_SLOW)
        wait = due - (now - self._looked) if now - self._looked < due else WATCH_EVERY
        return max(0.005, min(wait, seconds - passed) if passed < seconds else wait)

    def _look_closely(self, now: float) -> None:
        self._looked = now
        self._connection.look()
        used = self._connection.process.cpu_seconds()
        self._begun = used if self._begun is None else self._begun
        self._got = used - self._begun
        if self._got > self._seconds:
            words = f"It used {self._seconds:g} seconds of processor time and was stopped."
            raise TooSlow(words, TOO_SLOW)

    def _starves(self) -> bool:
        """Return whether a worker is late only because the machine is busy."""
        if self._begun is None or self._got >= ENOUGH * (self._seconds - UNWATCHED):
            return False
        return self._connection.process.is_working()
