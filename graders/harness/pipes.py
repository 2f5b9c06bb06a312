"""A worker's two pipes, on which nothing that a student does can make the grader wait unwatched.

While a pipe is not ready, `idle` is called again and again; it looks at the clock, and raises.
"""

import contextlib
import os
import queue
import select
import threading
from collections.abc import Callable
from typing import BinaryIO, Protocol

Idle = Callable[[], float]  # gives how many seconds to wait until it is called again, at most
PART = 1 << 20


class Pipes(Protocol):
    """Sends to a worker and reads from it."""

    def send(self, data: bytes, idle: Idle) -> None:
        """Hand over all of `data`; a worker that is gone is no error here."""

    def read(self, count: int) -> bytes:
        """Read `count` bytes, fewer only where the stream ends; the `idle` of the last send holds."""

    def close(self) -> None:
        """Close both; the worker sees the end of its requests."""


class Polled:
    """Pipes that can be asked whether they are ready: everywhere but on Windows."""

    def __init__(self, requests: BinaryIO, answers: BinaryIO) -> None:
        self._requests, self._answers = requests, answers
        self._idle: Idle = lambda: 1.0
        self._kept = bytearray()
        for stream in (requests, answers):
            os.set_blocking(stream.fileno(), False)

    def send(self, data: bytes, idle: Idle) -> None:
        self._idle = idle
        left = memoryview(data)
        with contextlib.suppress(BrokenPipeError):
            while left:
                wait = self._idle()
                if select.select([], [self._requests], [], wait)[1]:
                    with contextlib.suppress(BlockingIOError):
                        left = left[os.write(self._requests.fileno(), left[:PART]) :]

    def read(self, count: int) -> bytes:
        while len(self._kept) < count:
            wait = self._idle()
            if select.select([self._answers], [], [], wait)[0]:
                part = os.read(self._answers.fileno(), PART)
                if not part:
                    break
                self._kept += part
        found, self._kept = bytes(self._kept[:count]), self._kept[count:]
        return found

    def close(self) -> None:
        for stream in (self._requests, self._answers):
            with contextlib.suppress(OSError):
                stream.close()


class Threaded:
    """The same where pipes can only be waited for: a thread for each does that."""

    def __init__(self, requests: BinaryIO, answers: BinaryIO) -> None:
        self._requests, self._answers = requests, answers
        self._idle: Idle = lambda: 1.0
        self._kept = bytearray()
        self._over = False
        self._out: queue.Queue[bytes | None] = queue.Queue()
        self._in: queue.Queue[bytes] = queue.Queue(maxsize=8)
        for work in (self._write, self._take):
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
        found, self._kept = bytes(self._kept[:count]), self._kept[count:]
        return found

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


def pipes(requests: BinaryIO, answers: BinaryIO) -> Pipes:
    """Give the kind that this system has."""
    return (Threaded if os.name == "nt" else Polled)(requests, answers)
