"""A control group around a sandbox, if this user may make one: limits memory and processes.

The limits of a single process leave gaps: many small processes, buffers of sockets, files in memory.
A group counts them together. Root may make groups; an ordinary user where systemd lets them (a
service or session with delegation). Elsewhere a worker is bounded by its other limits alone.
"""

import contextlib
import itertools
import os
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

HIERARCHY = Path("/sys/fs/cgroup")
WARM_MB = 1024  # of the warm process and of buffers, beyond a worker's own
_count = itertools.count()


@dataclass(frozen=True)
class ControlGroup:
    """One group, with its folder in each hierarchy (version 1 has one for each controller)."""

    folders: tuple[Path, ...]

    def limit(self, memory_mb: int, processes: int) -> None:
        """Limit what all its processes use together."""
        memory, most = str((memory_mb + WARM_MB) * 2**20), str(processes + 16)
        for folder in self.folders:
            for name, value in (
                ("memory.max", memory),
                ("memory.swap.max", "0"),
                ("memory.limit_in_bytes", memory),
                ("pids.max", most),
            ):
                with contextlib.suppress(FileNotFoundError):
                    _write(folder / name, value)

    def around(self, command: list[str]) -> list[str]:
        """Return a command that enters the group and then becomes `command`."""
        enter = 'n=$1; shift; while [ "$n" -gt 0 ]; do echo $$ >"$1"; shift; n=$((n-1)); done'
        files = [str(folder / "cgroup.procs") for folder in self.folders]
        return ["/bin/sh", "-ec", f'{enter}; exec "$@"', "sh", str(len(files)), *files, *command]

    def close(self) -> None:
        """Remove the group; its last processes may still be ending."""
        for folder in self.folders:
            for _ in range(100):
                with contextlib.suppress(OSError):
                    folder.rmdir()
                if not folder.exists():
                    break
                time.sleep(0.01)


def make() -> ControlGroup | None:
    """Return a new group beside or below our own, or None if that is not allowed."""
    own = Path("/proc/self/cgroup")
    if not own.exists():
        return None
    homes = [line.split(":", 2) for line in own.read_text(encoding="utf-8").splitlines()]
    name = f"unroll-{os.getpid()}-{next(_count)}"
    folders = []
    for _, controllers, place in homes:
        if parent := _parent(controllers, place.lstrip("/")):
            _sweep(parent)
            with contextlib.suppress(OSError):
                (parent / name).mkdir()
                folders.append(parent / name)
    group = ControlGroup(tuple(folders))
    if _bounds_memory(group):
        return group
    group.close()
    return None


def _sweep(parent: Path) -> None:
    """Remove the groups of killed graders; a group with processes stays."""
    for old in parent.glob("unroll-*-*"):
        number = old.name.split("-")[1]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            with contextlib.suppress(OSError):
                old.rmdir()


def _parent(controllers: str, place: str) -> Path | None:
    """Return the folder in which a new group bounds memory or processes."""
    if controllers in ("memory", "pids"):
        return HIERARCHY / controllers / place
    if controllers:
        return None
    # Version 2: a group with processes has no groups with controllers below it.
    parent = (HIERARCHY / place).parent if place else HIERARCHY
    with contextlib.suppress(OSError):
        given = (parent / "cgroup.subtree_control").read_text(encoding="utf-8").split()
        if {"memory", "pids"} <= set(given):
            return parent
    return None


def _bounds_memory(group: ControlGroup) -> bool:
    """Return whether the group can be set and entered: it can exist without our having the rights."""
    files = [f for folder in group.folders for f in folder.glob("memory.*")]
    settable = {"memory.max", "memory.limit_in_bytes"} & {f.name for f in files}
    enterable = all(os.access(folder / "cgroup.procs", os.W_OK) for folder in group.folders)
    shared = all(
        os.access(folder.parent / "cgroup.procs", os.W_OK)
        for folder in group.folders
        if (folder / "cgroup.controllers").exists()
    )
    return bool(settable) and enterable and shared


def _write(file: Path, value: str) -> None:
    with file.open("r+", encoding="utf-8") as opened:
        opened.write(value)
