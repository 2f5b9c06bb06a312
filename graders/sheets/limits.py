"""Resource limits of a submission."""

import os
import sys
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Limits:
    """Resource limits of a submission; a sheet can set each."""

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
        """Return the settings that a worker applies to itself before student code runs.

        The limit on the address space is coarse: torch alone reserves far more than it uses, so
        the grader watches the resident memory from outside.
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


def counts_processes_by_namespace() -> bool:
    """From Linux 5.14 on, a user's other processes do not count against a sandbox's own limit."""
    if not sys.platform.startswith("linux"):
        return False
    major, minor = os.uname().release.split(".")[:2]
    return (int(major), int("".join(c for c in minor if c.isdigit()) or 0)) >= (5, 14)
