"""One worker process and its streams: a request out, an answer back, under a clock and caps."""

import contextlib
import queue
import threading
import time
from collections.abc import Mapping
from typing import Any

import torch

from graders.harness.faults import NO_ANSWER, Crash, Fault, TooLarge, TooSlow
from graders.harness.sandbox import Limits, Sandbox
from graders.harness.worker.wire import MARK, BadFrame, Tensors, pack, read

UNWATCHED = 0.25  # seconds after which a call's resident memory is looked at
WATCH_EVERY = 0.05  # seconds
ENOUGH = 0.7  # a call that got less of its seconds as processor time may go on, for as long as
STRETCH = 4  # so many times its seconds: a busy machine is not the student's fault
FLOOD = 200  # output beyond this many times the cap ends the worker
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
    """A started worker that answers requests one at a time.

    Every stream has a thread of its own, so no pipe that a student leaves full or open can block
    the grader; what they wait for is ended by `close`.
    """

    def __init__(self, sandbox: Sandbox, limits: Limits) -> None:
        self.limits = limits
        self._process = sandbox.start(limits)
        self._number = 0
        self._frames: queue.Queue[bytes | None] = queue.Queue()
        self._answers: queue.Queue[tuple[dict[str, Any], Tensors] | BadFrame | None]
        self._answers = queue.Queue(maxsize=1)
        self._output = bytearray()
        self._printed = 0
        self._closed = threading.Event()
        self._marked = threading.Event()
        for work in (self._write, self._read, self._drain):
            threading.Thread(target=work, daemon=True).start()

    def request(
        self, message: Mapping[str, Any], tensors: Mapping[str, torch.Tensor], seconds: float
    ) -> tuple[dict[str, Any], Tensors]:
        """Send one request and wait for its answer.

        Raises:
            Fault: no answer came; the worker is then gone and has to be replaced.
        """
        self._number += 1
        self._frames.put(pack({**message, "number": self._number}, tensors))
        try:
            answer = self._wait(time.monotonic() + seconds, seconds)
            if answer is None:
                raise self._end()
            if isinstance(answer, BadFrame) or answer[0].get("number") != self._number:
                reason = answer if isinstance(answer, BadFrame) else "It answers another request."
                raise Crash(f"{NO_ANSWER} {reason}"[:500])
        except Fault:
            self.close()
            raise
        return answer

    def output(self, wait: float = 0.2) -> str:
        """Give what was printed since the last time, cut at the cap."""
        self._marked.wait(wait)
        self._marked.clear()
        text, self._output = bytes(self._output), bytearray()
        cap, printed, self._printed = self.limits.output_kb * 1024, self._printed, 0
        shown = text.replace(MARK, b"").decode("utf-8", "backslashreplace")
        return shown + (f"\n… (cut: {printed:,} characters were printed)" if printed > cap else "")

    @property
    def closed(self) -> bool:
        return self._closed.is_set()

    def finish(self) -> None:
        """Let an idle worker end by itself; one that does not is ended."""
        if not self.closed:
            self._frames.put(None)
            self._process.end()
        self.close()

    def close(self) -> None:
        """End the worker and everything that it started."""
        if not self._closed.is_set():
            self._closed.set()
            self._process.kill()
            self._frames.put(None)

    def _wait(
        self, deadline: float, seconds: float
    ) -> tuple[dict[str, Any], Tensors] | BadFrame | None:
        wait, begun, used, last = UNWATCHED, -1.0, 0.0, deadline + (STRETCH - 1) * seconds
        while (now := time.monotonic()) < deadline or (
            now < last and self._starves(used - begun, seconds)
        ):
            try:
                return self._answers.get(timeout=min(wait, max(0.01, deadline - now)))
            except queue.Empty:
                self._look()
            used = self._process.cpu_seconds()
            begun = used if begun < 0 else begun
            if used - begun > seconds:
                raise TooSlow(
                    f"It used {seconds:g} seconds of processor time and was stopped.", TOO_SLOW
                )
            wait = WATCH_EVERY
        raise TooSlow(f"It was not finished after {seconds:g} seconds and was stopped.", TOO_SLOW)

    def _starves(self, got: float, seconds: float) -> bool:
        """Tell whether a worker is late because others have the machine: it works, and got little."""
        return got < ENOUGH * (seconds - UNWATCHED) and self._process.is_working()

    def _look(self) -> None:
        used = self._process.resident_bytes() / 2**20
        if used > self.limits.memory_mb:
            used = self._process.proportional_bytes() / 2**20
        if used > self.limits.memory_mb:
            raise TooLarge(
                f"It used {used:,.0f} MB of memory; {self.limits.memory_mb:,} MB are allowed.",
                "Look for tensors that are kept in a list, or that are larger than they need to be.",
            )
        if self._printed > FLOOD * self.limits.output_kb * 1024:
            raise Crash(f"It printed more than {self._printed:,} characters and was stopped.")

    def _end(self) -> Fault:
        code = self._process.end()
        if code is None or code >= 0:
            return Crash(
                f"The process ended before it answered (exit code {code or 0}).",
                "Nothing in a submission may end the process: look for exit(), quit() or os._exit().",
            )
        reason = SIGNALS.get(-code, "a signal")
        return Crash(f"The process was ended by {reason} (signal {-code}) before it answered.")

    def _write(self) -> None:
        with contextlib.suppress(OSError, ValueError), self._process.requests as stream:
            while (frame := self._frames.get()) is not None:
                stream.write(frame)
                stream.flush()

    def _read(self) -> None:
        answer: tuple[dict[str, Any], Tensors] | BadFrame | None
        with contextlib.suppress(OSError), self._process.answers as stream:
            while not self.closed:
                try:
                    answer = read(stream)
                except BadFrame as problem:
                    answer = problem
                except (OSError, ValueError):
                    answer = None
                self._deliver(answer)
                if not isinstance(answer, tuple):
                    return

    def _deliver(self, answer: tuple[dict[str, Any], Tensors] | BadFrame | None) -> None:
        """Wait until the answer before has been taken; nobody takes those of a closed worker."""
        while not self.closed:
            with contextlib.suppress(queue.Full):
                return self._answers.put(answer, timeout=0.5)

    def _drain(self) -> None:
        cap, mark = self.limits.output_kb * 1024, b""
        while part := _some(self._process.output):
            self._output += part[: max(0, cap - len(self._output))]
            self._printed += len(part)
            mark = (mark + part)[-len(MARK) :]
            if mark == MARK:
                self._marked.set()
            while self._printed > 2 * FLOOD * cap and not self.closed:
                time.sleep(0.1)  # nobody reads on: the flood waits for its time limit
        self._marked.set()
        with contextlib.suppress(OSError):
            self._process.output.close()


def _some(stream: Any) -> bytes:
    try:
        return bytes(stream.read1(65536))
    except (OSError, ValueError):
        return b""
