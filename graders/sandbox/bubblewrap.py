"""The sandbox around a worker: bubblewrap, started by an ordinary user or by root as one."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from graders.errors import UsageError
from graders.paths import ROOT, WORKER
from graders.sandbox.process import Spawned, WorkerProcess
from graders.sandbox.sandbox import BOOT, environment, popen, python
from graders.sheets.limits import Limits

NOBODY = 61184  # uid and gid taken when started by root: of systemd's own range for passing users
OUTER = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}  # what bubblewrap itself is started with


class Bubblewrap:
    """The worker sees a read-only system, its own code and an empty /tmp; no network, no one else.

    Args:
        hidden: folders that must not be visible, also below folders that a worker may read.
    """

    name = "bwrap"

    def __init__(self, hidden: tuple[Path, ...] = ()) -> None:
        self.hidden = (ROOT, *hidden)
        self.remark = ""

    def start(self, limits: Limits, canary: dict[str, Any] | None = None) -> WorkerProcess:
        order = limits.order(lock=True) | ({"canary": canary} if canary else {})
        return Spawned(popen(self.command(order, limits.disk_mb, ["--disable-userns"]), OUTER))

    def command(self, order: dict[str, Any], disk_mb: int, options: list[str]) -> list[str]:
        """Return the command that starts a worker with this order in a sandbox of its own.

        Args:
            order: the worker's settings.
            disk_mb: size of each of /tmp and /dev/shm.
            options: options of bubblewrap, used if it has them.
        """
        arguments = ["-c", BOOT, str(WORKER), json.dumps(order)]
        sources = {place: place for place in places()}
        if os.geteuid() != 0:
            return self._bubblewrap(sources, arguments, disk_mb, options)
        return _as_nobody(
            sources, lambda found: self._bubblewrap(found, arguments, disk_mb, options)
        )

    def _bubblewrap(
        self,
        sources: dict[Path, Path],
        arguments: list[str],
        disk_mb: int,
        options: list[str],
    ) -> list[str]:
        known = known_options()
        command = [found("bwrap"), "--unshare-all", "--die-with-parent", "--new-session"]
        if wanted := [option for option in options if option in known]:
            command += ["--unshare-user", *wanted]
        command += ["--clearenv", "--cap-drop", "ALL", "--hostname", "unroll"]
        for name, value in environment("/tmp").items():
            command += ["--setenv", name, value]
        size = ["--size", str(disk_mb * 2**20)] if "--size" in known else []
        command += ["--proc", "/proc", *size, "--tmpfs", "/tmp", "--dev", "/dev"]
        command += [*size, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]
        command += [*self._binds(sources), "--remount-ro", "/"]
        return [*command, "--chdir", "/tmp", "--", *python(), *arguments]

    def _binds(self, sources: dict[Path, Path]) -> list[str]:
        """Return the binds of what a worker may read, with hidden folders below it covered."""
        bound = {
            target: ["--ro-bind", str(source), str(target)] for target, source in sources.items()
        }
        words = [word for bind in bound.values() for word in bind] + _system_links()
        for hidden in self.hidden:
            if any(hidden.is_relative_to(target) for target in sources):
                words += ["--tmpfs", str(hidden)]
                inside = [bind for target, bind in bound.items() if target.is_relative_to(hidden)]
                words += [word for bind in inside for word in bind]
        return words


def places() -> list[Path]:
    """Return what a worker may read: the system, the interpreter, its packages, the worker's code."""
    interpreter = Path(os.path.realpath(sys.executable)).parents[1]
    wanted = [Path("/usr"), Path(sys.base_prefix), interpreter, Path(sys.prefix), WORKER]
    wanted += [p for p in (Path("/etc/ld.so.cache"), Path("/etc/alternatives")) if p.exists()]
    places: list[Path] = []
    for path in wanted:
        hidden = path.is_relative_to(ROOT)  # may be covered, so it has to be bound by itself
        if path not in places and (hidden or not any(path.is_relative_to(p) for p in places)):
            places.append(path)
    return places


def _system_links() -> list[str]:
    """Return the options for /bin, /lib …: links on a merged system, folders on an older one."""
    words: list[str] = []
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        path = Path("/", name)
        if path.is_symlink():
            words += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            words += ["--ro-bind", str(path), str(path)]
    return words


def _as_nobody(
    sources: dict[Path, Path], command: Callable[[dict[Path, Path]], list[str]]
) -> list[str]:
    """Drop root's rights before bubblewrap starts.

    Folders that only root can reach (/root/.pyenv) are first bound, in a mount namespace of this
    worker's own, to a place that the unprivileged user can reach.
    """
    drop = [found("setpriv"), f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    if all(_reachable(source) for source in sources.values()):
        return [*drop, *command(sources)]
    stage = next(p for p in (Path("/mnt"), Path("/media"), Path("/srv")) if p.is_dir())
    staged = {target: stage / str(i) for i, target in enumerate(sources)}
    lines = ["set -e", f"mount -t tmpfs -o mode=755 unroll {stage}"]
    for target, place in staged.items():
        make = "mkdir" if target.is_dir() else "touch"
        lines += [f"{make} {place}", f"mount --bind {shlex.quote(str(target))} {place}"]
    lines.append("exec " + shlex.join([*drop, *command(staged)]))
    return [found("unshare"), "--mount", "--propagation=private", "sh", "-c", "\n".join(lines)]


def _reachable(path: Path) -> bool:
    """Return whether any user can read this folder, judged by its mode and its parents'."""
    real = path.resolve()
    return bool(real.stat().st_mode & 0o004) and all(
        parent.stat().st_mode & 0o001 for parent in real.parents
    )


@cache
def known_options() -> str:
    help_text = subprocess.run([found("bwrap"), "--help"], capture_output=True, check=False)
    return (help_text.stdout + help_text.stderr).decode(errors="replace")


def found(program: str) -> str:
    path = shutil.which(program, path="/usr/bin:/bin:/usr/sbin:/sbin:" + os.environ.get("PATH", ""))
    if path is None:
        raise UsageError(refusal(f"the program `{program}` is missing"))
    return path


def refusal(problem: str) -> str:
    """Return the message why nothing is graded, with the remedy."""
    return (
        "Uploads of others are graded only in a sandbox, and bubblewrap does not work here "
        f"({problem.splitlines()[-1] if problem else 'it ended without a message'}). Install it "
        "(`sudo apt-get install bubblewrap`) and allow unprivileged user namespaces; on Ubuntu "
        "24.04 and later: `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`. "
        "`--sandbox none` is for your own folder only."
    )
