"""The warm sandbox: one bubblewrap with torch imported, and a confined fork of it for each worker."""

import atexit
import contextlib
import json
import os
import select
import signal
import socket
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from graders.sandbox import cgroup
from graders.sandbox.bubblewrap import OUTER, Bubblewrap, places
from graders.sandbox.process import Forked, WorkerProcess
from graders.sandbox.sandbox import popen
from graders.sheets.limits import Limits

READY_SECONDS = 120.0  # importing torch on a cold and busy machine
BIRTH_SECONDS = 20.0  # a fork takes 0.05 s; on a busy machine more
JOBS = 200  # workers that one warm process starts; then the next one takes over
# What submissions import besides torch; packages that are not installed are left out.
LIBRARIES = ("matplotlib.pyplot", "nbformat", "pandas", "tqdm.auto")
AHEAD = 20  # workers before that, the next one starts, to hide the time of its imports


class Zygote:
    """Each worker is a fork with namespaces of its own inside a bubblewrap that stays.

    The warm process is replaced after `JOBS` workers, and after one that did not end by itself; the
    next one imports in the background.

    Args:
        hidden: folders that must not be visible.
        preload: what to import besides torch; None: not even that, for the self-test.
    """

    name = "zygote"

    def __init__(
        self, hidden: tuple[Path, ...] = (), preload: Sequence[str] | None = LIBRARIES
    ) -> None:
        self.remark = ""
        self._bubblewrap = Bubblewrap(hidden)
        self._preload = preload
        self._warm: _Warm | None = None
        self._next: _Warm | None = None
        atexit.register(self.close)

    def start(self, limits: Limits, canary: dict[str, Any] | None = None) -> WorkerProcess:
        warm = self._current()
        order = limits.order(lock=True) | ({"canary": canary} if canary else {})
        try:
            warm.limit(limits)
            return warm.fork(order)
        except (OSError, RuntimeError) as problem:
            self.close()
            raise RuntimeError(f"the warm process could not fork a worker: {problem}") from problem

    def close(self) -> None:
        """End the warm processes and all their workers."""
        for warm in (self._warm, self._next):
            if warm is not None:
                warm.close()
        self._warm = self._next = None

    def _current(self) -> "_Warm":
        if self._warm is not None and self._is_over(self._warm):
            self._warm.retire()
            self._warm = None
        if self._warm is None:
            self._warm, self._next = self._next or self._launch(), None
            self._warm.wait(READY_SECONDS)
        elif self._next is None and (self._warm.worn or self._warm.used >= JOBS - AHEAD):
            self._next = self._launch()
        return self._warm

    def _is_over(self, warm: "_Warm") -> bool:
        ready = self._next is not None and self._next.is_ready()
        return ready or warm.used >= JOBS or warm.ended

    def _launch(self) -> "_Warm":
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                order = {"control": theirs.fileno(), "preload": self._preload}
                command = self._bubblewrap.command(order, Limits().disk_mb, [])
                group = cgroup.make()
                if group is not None:
                    command = group.around(command)
                return _Warm(popen(command, OUTER, keep=(theirs.fileno(),)), ours, group)
            except BaseException:
                ours.close()
                raise


def covered() -> Path | None:
    """Return a path that workers need but that forks cover with their own /tmp or /dev/shm."""
    own = (Path("/tmp"), Path("/dev/shm"))
    return next((place for place in places() if any(map(place.is_relative_to, own))), None)


class _Warm:
    """A warm process: its control socket, its number of workers, whether one ended badly."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        control: socket.socket,
        group: cgroup.ControlGroup | None,
    ) -> None:
        self.used = 0
        self.worn = False
        self._process = process
        self._control = control
        self._group = group
        self._ready = False
        self._living = 0
        self._retired = False

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def is_ready(self) -> bool:
        """Return whether its imports are done, without waiting."""
        if not self._ready and select.select([self._control], [], [], 0)[0]:
            self._ready = bool(self._control.recv(64))
        return self._ready

    def wait(self, seconds: float) -> None:
        """Wait until its imports are done.

        Raises:
            RuntimeError: it ended instead, or took too long; the text says what it message.
        """
        if not self._ready:
            select.select([self._control], [], [], seconds)
            if not self.is_ready():
                raise RuntimeError(self.close() or "it ended without a message")

    def limit(self, limits: Limits) -> None:
        """Limit the memory and the number of all its processes together, if possible."""
        if self._group is not None:
            self._group.limit(limits.memory_mb, limits.processes)

    def fork(self, order: dict[str, Any]) -> WorkerProcess:
        """Send an order and the ends of three pipes; return the worker that starts."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        pipes = [os.pipe() for _ in range(3)]
        far = [pipes[0][0], pipes[1][1], pipes[2][1], theirs.fileno()]
        near = [pipes[0][1], pipes[1][0], pipes[2][0]]
        try:
            socket.send_fds(self._control, [json.dumps(order).encode()], far)
            theirs.close()
            process = _born(ours)
        except BaseException:
            ours.close()
            for end in near:
                os.close(end)
            raise
        finally:
            theirs.close()
            for end in far[:3]:
                os.close(end)
        self.used += 1
        self._living += 1
        requests, answers, output = near
        streams = os.fdopen(requests, "wb"), os.fdopen(answers, "rb"), os.fdopen(output, "rb")
        return Forked(process, streams, ours, self._gone)

    def retire(self) -> None:
        """End it as soon as its last worker is gone."""
        self._retired = True
        if self._living == 0:
            self.close()

    def close(self) -> str:
        """End it and all processes in it; return its last output."""
        self._control.close()
        self._process.kill()
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with self._process as process:  # closes the streams, too
            assert process.stderr
            message = b"" if process.stderr.closed else process.stderr.read()
        if self._group is not None:
            self._group.close()
        return message.decode(errors="replace").strip()

    def _gone(self, well: bool) -> None:
        self._living -= 1
        self.worn = self.worn or not well
        if self._retired and self._living == 0:
            self.close()


def _born(status: socket.socket) -> int:
    """Wait for a worker's first message; return its process number as seen from here.

    The kernel adds the sender's process number to the message, in the receiver's namespace.

    Raises:
        RuntimeError: it could not be confined, or sent nothing.
    """
    if not select.select([status], [], [], BIRTH_SECONDS)[0]:
        raise RuntimeError("it did not start in time")
    size = struct.calcsize("3i")
    message, beside, _, _ = status.recvmsg(1024, socket.CMSG_SPACE(size))
    for level, kind, content in beside:
        if message == b"born" and (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
            return int(struct.unpack("3i", content[:size])[0])
    raise RuntimeError(message.decode(errors="replace").removeprefix("lost ") or "it ended at once")
