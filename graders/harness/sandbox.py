"""Ways to start a worker behind one interface, and what a worker may use."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from graders.harness.process import Spawned, WorkerProcess

ROOT = Path(__file__).resolve().parents[2]
WORKER = Path(__file__).resolve().parent / "worker"
PACKAGE = "unroll_worker"
BOOT = f"""
import sys, importlib.util as u
p = sys.argv.pop(1)
s = u.spec_from_file_location({PACKAGE!r}, p + "/__init__.py", submodule_search_locations=[p])
sys.modules[{PACKAGE!r}] = u.module_from_spec(s)
import {PACKAGE}.__main__
"""


@dataclass(frozen=True)
class Limits:
    """What a submission may use; a sheet can set each."""

    call_seconds: float = 10.0
    check_seconds: float = 30.0
    load_seconds: float = 20.0
    submission_seconds: float = 600.0
    memory_mb: int = 2048
    output_kb: int = 64
    processes: int = 64
    files: int = 128
    file_mb: int = 64
    disk_mb: int = 256

    def order(self, lock: bool) -> dict[str, Any]:
        """Give what a worker is told before student code runs: what it has to set on itself.

        The address space is only the coarse net: torch alone reserves far more than it uses, so
        memory is judged by what is resident, from outside.
        """
        megabyte = 2**20
        rlimits = {
            "RLIMIT_AS": (2 * self.memory_mb + 4096) * megabyte,
            "RLIMIT_FSIZE": self.file_mb * megabyte,
            "RLIMIT_CORE": 1,  # byte; with 0 a handler that core dumps are piped to would still run
            "RLIMIT_NOFILE": self.files,
        }
        if counts_processes_by_namespace():
            rlimits["RLIMIT_NPROC"] = self.processes
        return {"rlimits": rlimits, "disk_mb": self.disk_mb, "lock": lock}


class Sandbox(Protocol):
    """Starts workers. `name` is what a result records."""

    name: str
    remark: str  # for the user, where it is not the best there is

    def start(self, limits: Limits, canary: dict[str, Any] | None = None) -> WorkerProcess:
        """Start one worker; with a canary, one that answers what it could do and ends.

        Raises:
            RuntimeError: it did not come to life, which is our fault.
            UsageError: this sandbox cannot be had here.
        """


class NoSandbox:
    """The worker is a plain process of the same user: for people who grade their own folder."""

    name = "none"
    remark = ""

    def start(self, limits: Limits, canary: dict[str, Any] | None = None) -> WorkerProcess:
        folder = Path(tempfile.mkdtemp(prefix="unroll-"))
        command = [*python(), "-c", BOOT, str(WORKER), json.dumps(limits.order(lock=False))]
        return Spawned(popen(command, environment(str(folder)), str(folder)), folder)


def environment(home: str) -> dict[str, str]:
    """Give a worker's whole environment: nothing of the user's own."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": home,
        "TMPDIR": home,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
        "USER": "student",
        "PYTHONUTF8": "1",
    } | (_windows(home) if os.name == "nt" else {})


def _windows(home: str) -> dict[str, str]:
    """Give what programs need there: where the system is, and a home under the names it has there."""
    kept = {key: os.environ[key] for key in ("SYSTEMROOT", "PATH") if key in os.environ}
    return {**kept, "TEMP": home, "TMP": home, "USERPROFILE": home}


def python() -> list[str]:
    """Give the interpreter without user site-packages and without the script's folder on its path."""
    return [sys.executable, "-P", "-s"]


def popen(
    command: list[str],
    environment: dict[str, str],
    folder: str = "/",
    keep: tuple[int, ...] = (),
) -> subprocess.Popen[bytes]:
    """Start a program with three pipes; `keep` are file descriptors that it gets besides."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command,
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        env=environment,
        cwd=folder,
        start_new_session=True,
        pass_fds=keep,
    )


def counts_processes_by_namespace() -> bool:
    """From Linux 5.14 on, a user's other processes do not count against a sandbox's own limit."""
    if not sys.platform.startswith("linux"):
        return False
    major, minor = os.uname().release.split(".")[:2]
    return (int(major), int("".join(c for c in minor if c.isdigit()) or 0)) >= (5, 14)
