"""A started worker: its three streams, its resource use, and its end."""

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import psutil

BUSY = (psutil.STATUS_RUNNING, psutil.STATUS_DISK_SLEEP)


class WorkerProcess:
    """A worker: `requests` go in, `answers` come out, `output` is what it prints."""

    def __init__(
        self, process: int, requests: BinaryIO, answers: BinaryIO, output: BinaryIO
    ) -> None:
        self._first: psutil.Process | None = None
        with contextlib.suppress(psutil.Error):  # it may be over already
            self._first = psutil.Process(process)
        self.requests, self.answers, self.output = requests, answers, output

    def resident_bytes(self) -> int:
        """Sum the resident memory of the worker and everything that it started.

        Pages that a forked child shares are counted once for each process: an upper bound.
        """
        return sum(_resident(process) for process in self._family())

    def proportional_bytes(self) -> int:
        """Sum the resident memory with shared pages counted once; slower, and exact."""
        return sum(_proportional(process) for process in self._family())

    def cpu_seconds(self) -> float:
        """Sum the processor time that the worker and everything that it started have used."""
        return sum(_cpu(process) for process in self._family())

    def is_working(self) -> bool:
        """Return whether any of its processes runs or waits for a core or a disk."""
        for _ in range(3):
            if any(_status(process) in BUSY for process in self._family()):
                return True
            time.sleep(0.01)
        return False

    def end(self, seconds: float = 1.0) -> int | None:
        """Wait for a worker that closed its streams; return its exit code (negative: signal)."""
        raise NotImplementedError

    def kill(self) -> None:
        """End the worker and everything that it started, at once."""
        raise NotImplementedError

    def _family(self) -> list[psutil.Process]:
        if self._first is None:
            return []
        try:
            return [*self._first.children(recursive=True), self._first]
        except psutil.Error:
            return []


class Spawned(WorkerProcess):
    """A worker that is a process of its own, started from here."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path | None = None) -> None:
        assert process.stdin and process.stdout and process.stderr
        super().__init__(process.pid, process.stdin, process.stdout, process.stderr)  # type: ignore[arg-type]
        self._process = process
        self._folder = folder

    def end(self, seconds: float = 1.0) -> int | None:
        """Wait for a worker that closed its streams; return its exit code (negative: signal)."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        return 128 - code if code > 128 else code  # bubblewrap reports signal 11 as 139

    def kill(self) -> None:
        """End the worker and everything that it started, at once."""
        for process in self._family():  # the first inner one is its namespace's init: all follow
            _quietly(process.kill)
        _quietly(self._process.kill)
        if os.name == "posix":
            _quietly(lambda: os.killpg(self._process.pid, signal.SIGKILL))
        self._process.wait()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)


class Forked(WorkerProcess):
    """A worker that a warm process forked; `status` reports its exit code, and closes at its end.

    Args:
        gone: called once with whether it ended normally.
    """

    def __init__(
        self,
        process: int,
        streams: tuple[BinaryIO, BinaryIO, BinaryIO],
        status: socket.socket,
        gone: Callable[[bool], None],
    ) -> None:
        super().__init__(process, *streams)
        self._status = status
        self._gone: Callable[[bool], None] | None = gone
        self._code: int | None = None

    def end(self, seconds: float = 1.0) -> int | None:
        if self._code is None and select.select([self._status], [], [], max(0.0, seconds))[0]:
            message = self._status.recv(64)
            self._code = int(message) if message.lstrip(b"-").isdigit() else -signal.SIGKILL
        return self._code

    def kill(self) -> None:
        for process in reversed(self._family()):  # the namespace's first process: all follow
            _quietly(process.kill)
        if self._gone is not None:
            self._gone(self._code == 0)
            self._gone = None
            with contextlib.suppress(OSError):
                while select.select([self._status], [], [], 2.0)[0] and self._status.recv(64):
                    pass
            self._status.close()


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _status(process: psutil.Process) -> str:
    try:
        return str(process.status())
    except psutil.Error:
        return ""


def _proportional(process: psutil.Process) -> int:
    try:
        full = process.memory_full_info()
    except psutil.Error:
        return _resident(process)
    return int(getattr(full, "pss", full.rss))


def _quietly(action: Callable[[], object]) -> None:
    with contextlib.suppress(psutil.Error, OSError):
        action()
