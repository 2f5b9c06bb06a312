"""A worker's three pipes, read so that student code cannot block the grader.

While a pipe is not ready, `idle` is called again and again; it looks at the clock, and raises.
"""

import contextlib
import os
import queue
import select
import threading
import time
from collections.abc import Callable
from typing import BinaryIO, Protocol

from graders.worker.wire import MARK

Idle = Callable[[], float]  # returns the maximum number of seconds until it is called again
PART = 1 << 20


class Output:
    """Output of a worker: kept up to a cap, counted up to `most`, then left in its pipe."""

    def __init__(self, cap: int, most: int) -> None:
        self.printed = 0  # since it was last taken
        self._cap, self._most = cap, most
        self._kept = bytearray()

    @property
    def floods(self) -> bool:
        return self.printed > self._most

    def add(self, part: bytes) -> None:
        self._kept += part[: max(0, self._cap - len(self._kept))]
        self.printed += len(part)

    def take(self) -> tuple[bytes, int]:
        """Return the kept output and the amount printed since the last time."""
        taken = bytes(self._kept), self.printed
        self._kept, self.printed = bytearray(), 0
        return taken


class Pipes(Protocol):
    """Sends to a worker, reads from it, and takes what it prints."""

    needs_mark: bool  # whether `catch_up` needs a mark in the output

    def send(self, data: bytes, idle: Idle) -> None:
        """Send all of `data`; a worker that is gone is not an error here."""

    def read(self, count: int) -> bytes:
        """Return `count` bytes, fewer only at the stream's end; uses the last send's `idle`."""

    def is_quiet(self) -> bool:
        """Return whether the worker sent nothing unrequested and did not close its pipe."""

    def catch_up(self) -> None:
        """Read all output that precedes the last answer."""

    def close(self) -> None:
        """Close the pipes: the worker sees the end of its requests."""


class Polled:
    """Pipes that can be asked whether they are ready: everywhere but on Windows."""

    needs_mark = False

    def __init__(
        self, requests: BinaryIO, answers: BinaryIO, output: BinaryIO, kept: Output
    ) -> None:
        self._requests, self._answers, self._output = requests, answers, output
        self._idle: Idle = lambda: 1.0
        self._kept = b""
        self._printed = kept
        for stream in (requests, answers, output):
            os.set_blocking(stream.fileno(), False)

    def send(self, data: bytes, idle: Idle) -> None:
        self._idle = idle
        left = memoryview(data)
        with contextlib.suppress(BrokenPipeError):
            while left:
                try:
                    left = left[os.write(self._requests.fileno(), left[:PART]) :]
                except BlockingIOError:
                    self._wait([], [self._requests])

    def read(self, count: int) -> bytes:
        while len(self._kept) < count:
            if self._wait([self._answers], []):
                part = os.read(self._answers.fileno(), PART)
                if not part:
                    break
                self._kept += part
        found, self._kept = self._kept[:count], self._kept[count:]
        return found

    def is_quiet(self) -> bool:
        return not self._kept and not select.select([self._answers], [], [], 0)[0]

    def catch_up(self) -> None:
        if not self._output.closed:
            self._take()

    def close(self) -> None:
        for stream in (self._requests, self._answers):
            with contextlib.suppress(OSError):
                stream.close()
        self.catch_up()
        self._output.close()

    def _wait(self, reads: list[BinaryIO], writes: list[BinaryIO]) -> bool:
        """Wait until one of these is ready, and read the output meanwhile."""
        listens = not self._output.closed and not self._printed.floods
        heard = [*reads, self._output] if listens else reads
        ready, writable, _ = select.select(heard, writes, [], self._idle())
        if self._output in ready:
            self._take()
        return bool(writable) or any(stream in ready for stream in reads)

    def _take(self) -> None:
        """Read all waiting output; a flood stays in the pipe until its time limit."""
        with contextlib.suppress(BlockingIOError):
            while not self._printed.floods:
                part = os.read(self._output.fileno(), PART)
                if not part:
                    return self._output.close()
                self._printed.add(part)


class Threaded:
    """The same with a thread for each pipe, for systems without select on pipes."""

    needs_mark = True

    def __init__(
        self, requests: BinaryIO, answers: BinaryIO, output: BinaryIO, kept: Output
    ) -> None:
        self._requests, self._answers, self._output = requests, answers, output
        self._idle: Idle = lambda: 1.0
        self._kept = b""
        self._printed = kept
        self._marked = threading.Event()
        self._over = False
        self._out: queue.Queue[bytes | None] = queue.Queue()
        self._in: queue.Queue[bytes] = queue.Queue(maxsize=8)
        for work in (self._write, self._take, self._listen):
            threading.Thread(target=work, daemon=True).start()

    def send(self, data: bytes, idle: Idle) -> None:
        self._idle = idle
        self._out.put(data)

    def read(self, count: int) -> bytes:
        while len(self._kept) < count and not self._over:
            try:
                part = self._in.get(timeout=self._idle())
            except queue.Empty:
                continue
            self._over = not part
            self._kept += part
        found, self._kept = self._kept[:count], self._kept[count:]
        return found

    def is_quiet(self) -> bool:
        return not self._kept and self._in.empty()

    def catch_up(self) -> None:
        self._marked.wait(0.2)
        self._marked.clear()

    def close(self) -> None:
        self._over = True
        self._out.put(None)

    def _write(self) -> None:
        with contextlib.suppress(OSError, ValueError), self._requests as stream:
            while (data := self._out.get()) is not None:
                stream.write(data)
                stream.flush()

    def _take(self) -> None:
        with contextlib.suppress(OSError, ValueError), self._answers as stream:
            while not self._over:
                part = os.read(stream.fileno(), PART)
                self._in.put(part)
                if not part:
                    return
        with contextlib.suppress(queue.Full):
            self._in.put_nowait(b"")

    def _listen(self) -> None:
        end = b""
        with contextlib.suppress(OSError, ValueError), self._output as stream:
            while part := os.read(stream.fileno(), PART):
                self._printed.add(part)
                end = (end + part)[-len(MARK) :]
                if end == MARK:
                    self._marked.set()
                while self._printed.floods and not self._over:
                    time.sleep(0.1)  # stop reading: the flood waits for its time limit
        self._marked.set()


def pipes(requests: BinaryIO, answers: BinaryIO, output: BinaryIO, kept: Output) -> Pipes:
    """Return the kind of pipes for this system."""
    return (Threaded if os.name == "nt" else Polled)(requests, answers, output, kept)
