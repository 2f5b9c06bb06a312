"""The interface of all sandboxes, and the environment of a worker."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Protocol

from graders.paths import WORKER
from graders.sandbox.process import Spawned, WorkerProcess
from graders.sheets.limits import Limits

PACKAGE = "unroll_worker"
BOOT = f"""
import sys, importlib.util as u
p = sys.argv.pop(1)
s = u.spec_from_file_location({PACKAGE!r}, p + "/__init__.py", submodule_search_locations=[p])
sys.modules[{PACKAGE!r}] = u.module_from_spec(s)
import {PACKAGE}.__main__
"""


class Sandbox(Protocol):
    """Starts workers. `name` is what a result records."""

    name: str
    remark: str  # for the user, if it is not the best sandbox

    def start(self, limits: Limits, canary: dict[str, Any] | None = None) -> WorkerProcess:
        """Start one worker; with a canary, one that reports what it could do and ends.

        Raises:
            RuntimeError: it did not start, which is the grader's fault.
            UsageError: this sandbox is not available here.
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
    """Return a worker's whole environment, without the user's own variables."""
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
    """Return the variables that programs need on Windows: the system's folder and the home folder."""
    kept = {key: os.environ[key] for key in ("SYSTEMROOT", "PATH") if key in os.environ}
    return {**kept, "TEMP": home, "TMP": home, "USERPROFILE": home}


def python() -> list[str]:
    """Return the interpreter without user site-packages and without the script's folder on its path."""
    return [sys.executable, "-P", "-s"]


def popen(
    command: list[str],
    environment: dict[str, str],
    folder: str = "/",
    keep: tuple[int, ...] = (),
) -> subprocess.Popen[bytes]:
    """Start a program with three pipes; `keep` are further file descriptors for it."""
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
