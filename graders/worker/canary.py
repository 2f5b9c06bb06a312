"""Attempts, under a worker's restrictions, at everything that a submission must not do."""

import contextlib
import ctypes
import mmap
import os
import signal
import socket
import time
from collections.abc import Callable
from functools import partial
from typing import Any

AF_VSOCK = 40


def attempt(order: dict[str, Any], lacks: list[str]) -> list[str]:
    """Return the attempts that succeeded; none if the sandbox works.

    Args:
        order: what to try, and the limits that should be in force.
        lacks: restrictions that this kernel does not have.
    """
    rlimits = order["rlimits"]
    tries: dict[str, Callable[[], object]] = {
        f"read {path}": partial(_reads, path) for path in order["paths"]
    }
    tries |= {f"write to {path}": partial(_writes, path) for path in order["read_only"]}
    tries |= {
        "reach the network": lambda: socket.create_connection(("127.0.0.1", order["port"]), 1),
        "reach the machine's host": lambda: socket.socket(AF_VSOCK, socket.SOCK_STREAM),
        "signal the grader": lambda: os.kill(order["grader"], 0),
        "signal the grader's group": lambda: os.killpg(order["grader"], 0),
        "end what watches it": _ends_its_parent,
        "make a namespace": _makes_a_namespace,
        "become root": _is_root,
        "keep privileges": lambda: _status("CapEff") != "0" * 16 or _status("NoNewPrivs") != "1",
        "call any part of the kernel": lambda: "seccomp" not in lacks and _status("Seccomp") != "2",
        "use memory without limit": lambda: mmap.mmap(-1, rlimits["RLIMIT_AS"] + 2**20),
        "write a file without limit": lambda: _writes_much(rlimits["RLIMIT_FSIZE"]),
        "fill the disk": lambda: _has_space(order["disk_mb"]),
        "open files without limit": lambda: _opens(rlimits["RLIMIT_NOFILE"]),
    }
    if "RLIMIT_NPROC" in rlimits:
        tries["start processes without limit"] = lambda: _starts(rlimits["RLIMIT_NPROC"])
    return [name for name, action in tries.items() if _succeeds(action)]


def _succeeds(action: Callable[[], object]) -> bool:
    try:
        return action() is not False
    except (OSError, MemoryError, ValueError, OverflowError):
        return False


def _reads(path: str) -> bool:
    return os.path.isfile(path) or bool(os.listdir(path))


def _writes(path: str) -> None:
    with open(os.path.join(path, "unroll-canary"), "w", encoding="ascii"):
        pass


def _ends_its_parent() -> bool:
    """If this works, everything ends, and the grader gets no answer."""
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(0.02)
    return False


def _makes_a_namespace() -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    return any(libc.unshare(kind) == 0 for kind in (0x10000000, 0x20000, 0x40000000))


def _is_root() -> bool:
    return os.getuid() == 0 or os.geteuid() == 0


def _status(name: str) -> str:
    with open("/proc/self/status", encoding="ascii") as file:
        return next(line.split()[1] for line in file if line.startswith(f"{name}:"))


def _writes_much(most: int) -> None:
    path = "/tmp/unroll-canary"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        os.pwrite(handle, b"xx", most)  # the first byte beyond it
    finally:
        os.close(handle)
        os.unlink(path)


def _has_space(megabytes: int) -> bool:
    found = os.statvfs("/tmp")
    return found.f_blocks * found.f_frsize > megabytes * 2**20


def _opens(most: int) -> bool:
    held = []
    try:
        for _ in range(most + 1):
            held.append(os.open(os.devnull, os.O_RDONLY))
    finally:
        for handle in held:
            os.close(handle)
    return True


def _starts(most: int) -> bool:
    """Fork one process more than allowed, unless the kernel refuses before."""
    children = []
    try:
        for _ in range(most + 1):
            child = os.fork()
            if child == 0:
                time.sleep(5)
                os._exit(0)
            children.append(child)
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return True
