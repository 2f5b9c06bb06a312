"""Two ways to start a worker behind one interface: bubblewrap, and none (one's own folder only)."""

import contextlib
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO, Protocol

import psutil

from graders.harness.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
WORKER = Path(__file__).resolve().parent / "worker"
NOBODY = 61184  # uid and gid taken when started by root: of systemd's own range for passing users
PACKAGE = "unroll_worker"
BUSY = (psutil.STATUS_RUNNING, psutil.STATUS_DISK_SLEEP)
_OUTER = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}  # what bubblewrap itself is started with
BOOT = f"""
import sys, importlib.util as u
p = sys.argv.pop(1)
s = u.spec_from_file_location({PACKAGE!r}, p + "/__init__.py", submodule_search_locations=[p])
sys.modules[{PACKAGE!r}] = u.module_from_spec(s)
import {PACKAGE}.__main__
"""
# What a submission must not reach; run inside before anything is graded.
PROBE = """
import os, socket, sys
reached = []
for path in sys.argv[1:]:
    try:
        if os.path.isfile(path) or os.listdir(path):
            reached.append(path)
    except OSError:
        pass
try:
    socket.create_connection(("127.0.0.1", int(os.environ["PORT"])), timeout=1)
    reached.append("the network")
except OSError:
    pass
if os.getuid() == 0:
    reached.append("root's rights")
print(", ".join(reached))
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
    file_mb: int = 64

    def as_argument(self) -> str:
        """Give the part that the worker sets on itself before student code runs.

        The address space is only the coarse net: torch alone reserves far more than it uses, so
        memory is judged by what is resident, from outside.
        """
        megabyte = 2**20
        rlimits = {
            "RLIMIT_AS": (2 * self.memory_mb + 4096) * megabyte,
            "RLIMIT_FSIZE": self.file_mb * megabyte,
            "RLIMIT_CORE": 0,
            "RLIMIT_NOFILE": 256,
        }
        if _counts_processes_by_namespace():
            rlimits["RLIMIT_NPROC"] = self.processes
        return json.dumps({"rlimits": rlimits})


class WorkerProcess:
    """A started worker: its three streams, what it uses, and its end."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path | None = None) -> None:
        self._process = process
        self._folder = folder
        assert process.stdin and process.stdout and process.stderr
        self.requests: BinaryIO = process.stdin  # type: ignore[assignment]
        self.answers: BinaryIO = process.stdout  # type: ignore[assignment]
        self.output: BinaryIO = process.stderr  # type: ignore[assignment]

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
        """Tell whether any of it runs or waits for a core or a disk; not for time or an event."""
        for _ in range(3):
            if any(_status(process) in BUSY for process in self._family()):
                return True
            time.sleep(0.01)
        return False

    def end(self, seconds: float = 1.0) -> int | None:
        """Wait for a worker that closed its streams; give its exit code (negative: signal)."""
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

    def _family(self) -> list[psutil.Process]:
        try:
            first = psutil.Process(self._process.pid)
            return [*first.children(recursive=True), first]
        except psutil.Error:
            return []


class Sandbox(Protocol):
    """Starts workers. `name` is what a result records."""

    name: str

    def check(self) -> None:
        """Raise UsageError, with the remedy, where this sandbox does not keep its promise."""

    def start(self, limits: Limits) -> WorkerProcess:
        """Start one worker."""


class NoSandbox:
    """The worker is a plain process of the same user: for people who grade their own folder."""

    name = "none"

    def check(self) -> None:
        """Promise nothing."""

    def start(self, limits: Limits) -> WorkerProcess:
        folder = Path(tempfile.mkdtemp(prefix="unroll-"))
        kept = {k: os.environ[k] for k in ("SYSTEMROOT", "PATH") if k in os.environ}
        environment = kept | _environment(str(folder))
        command = [*_python(), "-c", BOOT, str(WORKER), limits.as_argument()]
        return WorkerProcess(_popen(command, environment, str(folder)), folder)


class Bubblewrap:
    """The worker sees a read-only system, its own code and an empty /tmp; no network, no one else."""

    name = "bwrap"

    def __init__(self, hidden: tuple[Path, ...] = ()) -> None:
        self._hidden = (ROOT, *hidden)

    def check(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            paths = [str(ROOT / name) for name in ("reference", "fixtures", "graders/oracles")]
            paths += map(str, self._hidden[1:])
            environment = {"PORT": str(server.getsockname()[1])}
            process = _popen(self._command(["-c", PROBE, *paths], environment), _OUTER)
            said, problem = process.communicate(timeout=60)
        if process.returncode != 0:
            raise UsageError(_refusal(problem.decode(errors="replace").strip()))
        if reached := said.decode(errors="replace").strip():
            raise UsageError(
                f"The sandbox does not hold here: a submission could reach {reached}. Nothing was "
                "graded; move that out of the Python installation's folder, or report this."
            )

    def start(self, limits: Limits) -> WorkerProcess:
        arguments = ["-c", BOOT, str(WORKER), limits.as_argument()]
        return WorkerProcess(_popen(self._command(arguments, {}), _OUTER))

    def _command(self, arguments: list[str], environment: dict[str, str]) -> list[str]:
        sources = {place: place for place in _places()}
        if os.geteuid() != 0:
            return self._bubblewrap(sources, arguments, environment)
        return _as_nobody(sources, lambda s: self._bubblewrap(s, arguments, environment))

    def _bubblewrap(
        self, sources: dict[Path, Path], arguments: list[str], environment: dict[str, str]
    ) -> list[str]:
        known = _known_options()
        command = [_found("bwrap"), "--unshare-all", "--die-with-parent", "--new-session"]
        if "--disable-userns" in known:
            command += ["--unshare-user", "--disable-userns"]
        command += ["--clearenv", "--cap-drop", "ALL", "--hostname", "unroll"]
        for name, value in (_environment("/tmp") | environment).items():
            command += ["--setenv", name, value]
        size = ["--size", str(256 * 2**20)] if "--size" in known else []
        command += ["--proc", "/proc", *size, "--tmpfs", "/tmp", "--dev", "/dev"]
        command += [*size, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]
        command += [*self._binds(sources), "--remount-ro", "/"]
        return [*command, "--chdir", "/tmp", "--", *_python(), *arguments]

    def _binds(self, sources: dict[Path, Path]) -> list[str]:
        """Bind what a worker may read; cover what lies below it and must stay unseen."""
        bound = {
            target: ["--ro-bind", str(source), str(target)] for target, source in sources.items()
        }
        words = [word for bind in bound.values() for word in bind] + _system_links()
        for hidden in self._hidden:
            if any(hidden.is_relative_to(target) for target in sources):
                words += ["--tmpfs", str(hidden)]
                inside = [bind for target, bind in bound.items() if target.is_relative_to(hidden)]
                words += [word for bind in inside for word in bind]
        return words


def choose(name: str, hidden: tuple[Path, ...] = ()) -> Sandbox:
    """Give the sandbox of this name, checked; `auto` is the strongest there is, never none.

    Raises:
        UsageError: it cannot be had here; the text says what to install or set.
    """
    if name not in ("auto", "bwrap", "none"):
        raise UsageError(f"There is no sandbox `{name}`; choose auto, bwrap or none.")
    sandbox: Sandbox = NoSandbox() if name == "none" else Bubblewrap(hidden)
    sandbox.check()
    return sandbox


def _environment(home: str) -> dict[str, str]:
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
    } | ({"TEMP": home, "TMP": home} if os.name == "nt" else {})


def _python() -> list[str]:
    """Give the interpreter without user site-packages and without the script's folder on its path."""
    return [sys.executable, "-P", "-s"]


def _popen(
    command: list[str], environment: dict[str, str], folder: str = "/"
) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command,
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        env=environment,
        cwd=folder,
        start_new_session=True,
    )


def _places() -> list[Path]:
    """List what a worker may read: the system, the interpreter, its packages, the worker's code."""
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
    """Repeat the root's own /bin, /lib …: links on a merged system, folders on an older one."""
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
    drop = [_found("setpriv"), f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    if all(_reachable(source) for source in sources.values()):
        return [*drop, *command(sources)]
    stage = next(p for p in (Path("/mnt"), Path("/media"), Path("/srv")) if p.is_dir())
    staged = {target: stage / str(i) for i, target in enumerate(sources)}
    lines = ["set -e", f"mount -t tmpfs -o mode=755 unroll {stage}"]
    for target, place in staged.items():
        make = "mkdir" if target.is_dir() else "touch"
        lines += [f"{make} {place}", f"mount --bind {shlex.quote(str(target))} {place}"]
    lines.append("exec " + shlex.join([*drop, *command(staged)]))
    return [_found("unshare"), "--mount", "--propagation=private", "sh", "-c", "\n".join(lines)]


def _reachable(path: Path) -> bool:
    """Tell whether any user can read this folder, judged by its mode and its parents'."""
    real = path.resolve()
    return bool(real.stat().st_mode & 0o004) and all(
        parent.stat().st_mode & 0o001 for parent in real.parents
    )


@cache
def _known_options() -> str:
    help_text = subprocess.run([_found("bwrap"), "--help"], capture_output=True, check=False)
    return (help_text.stdout + help_text.stderr).decode(errors="replace")


def _found(program: str) -> str:
    path = shutil.which(program, path="/usr/bin:/bin:/usr/sbin:/sbin:" + os.environ.get("PATH", ""))
    if path is None:
        raise UsageError(_refusal(f"the program `{program}` is missing"))
    return path


def _refusal(problem: str) -> str:
    return (
        "Uploads of others are graded only in a sandbox, and bubblewrap does not work here "
        f"({problem.splitlines()[-1] if problem else 'it ended without a word'}). Install it "
        "(`sudo apt-get install bubblewrap`) and allow unprivileged user namespaces; on Ubuntu "
        "24.04 and later: `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`. "
        "`--sandbox none` is for your own folder only."
    )


def _counts_processes_by_namespace() -> bool:
    """From Linux 5.14 on, a user's other processes do not count against a sandbox's own limit."""
    if not sys.platform.startswith("linux"):
        return False
    major, minor = os.uname().release.split(".")[:2]
    return (int(major), int("".join(c for c in minor if c.isdigit()) or 0)) >= (5, 14)


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
