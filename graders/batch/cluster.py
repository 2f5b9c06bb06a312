"""Grade on the workers of a Dask cluster; see docs/cluster.md.

A slot is a Dask worker process with one thread. Its results depend on its own graders and
packages, so it is rejected if they differ from those of the run, or if it has no sandbox.
"""

import asyncio
import contextlib
import logging
import os
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from graders.batch.slots import GradingTask, lost
from graders.errors import UsageError
from graders.grading.grade import environment, grade
from graders.results.result import Environment, Result
from graders.sandbox.sandbox import Sandbox
from graders.sandbox.selftest import choose
from graders.sheets.sheet import Sheet
from graders.text import counted

try:
    import dask
    from distributed import Client, Security, Worker, get_worker
    from distributed.cli import dask_worker
except ImportError:
    raise UsageError(
        "A cluster needs Dask's package `distributed`, which is not installed here; it is in the "
        "dependency group `cluster`."
    ) from None

SANDBOXES = (
    "auto",
    "zygote",
    "bwrap",
)  # never none: uploads must not run with a worker's permissions
OWN = "the worker's own"  # recorded as sandbox if no slot was needed
PATIENCE = "60s"  # a worker waits this long for its scheduler
NAMES = {"python": "Python", "torch": "torch", "graders_sha256": "hash of the graders"}
SHOWN = 5  # rejected slots that an error names
NONE = "{} has no workers now; the run continues when there are some."
Tell = Callable[[str], None]


class Cluster:
    """The slots of a cluster; they may come and go.

    Args:
        client: is connected to the scheduler at `address`.
        expected: the environment required of every result, except for the sandbox.
        tell: called with messages for the user.
    """

    sandbox = OWN

    def __init__(self, client: Client, address: str, expected: Environment, tell: Tell) -> None:
        self._client, self._address, self._expected, self._tell = client, address, expected, tell
        self._executor = client.get_executor(pure=False)
        self._last = self._slots()
        slots = f"Grading on {counted(self._last, 'worker')} of {address}."
        self.remark = slots if self._last else NONE.format(address)

    @property
    def count(self) -> int:
        """Return the current number of slots, at least 1, so that a task waits for one."""
        slots = self._slots()
        if not slots and self._last:
            self._tell(NONE.format(self._address))
        self._last = slots
        return max(1, slots)

    def submit(self, task: GradingTask) -> Future[Result]:
        parcel = pickle.dumps((grade_there, task, self._expected))
        future: Future[Result] = self._executor.submit(_opener(), parcel)
        return future

    def admits(self, sandbox: str) -> bool:
        """Return whether a result was graded in a sandbox, whichever one the slot chose."""
        return sandbox == OWN or sandbox.partition(" ")[0] in SANDBOXES

    def _slots(self) -> int:
        try:
            return len(self._client.nthreads())
        except (OSError, RuntimeError, AttributeError):  # the connection is closing or closed
            raise lost(self._address) from None


def _opener() -> Callable[[bytes], Any]:
    """Return a function that is pickled by value: the scheduler reads tasks but has no graders."""

    def grade(parcel: bytes) -> Any:
        import pickle

        function, *arguments = pickle.loads(parcel)
        return function(*arguments)

    return grade


@contextlib.contextmanager
def cluster_slots(
    address: str, sheet: Sheet, seed: int, hidden: tuple[Path, ...], tell: Tell
) -> Iterator[Cluster]:
    """Yield the slots of the cluster with this scheduler.

    Raises:
        UsageError: there is no scheduler, or a slot is rejected.
    """
    for name in ("distributed", "distributed.client", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # errors are reported as UsageError
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"})  # or an upload
    try:
        if (
            address.startswith("tls")
            and not Security().get_connection_args("client")["ssl_context"]
        ):
            raise ValueError("no certificates are configured")
        client = Client(address, set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError) as problem:
        raise _no_scheduler(address, _line(problem)) from None
    try:
        expected = environment(OWN, seed, sheet)
        _all_fit(client, address, expected, sheet, hidden)
        yield Cluster(client, address, expected, tell)
    finally:
        client.close()


def _all_fit(
    client: Client, address: str, expected: Environment, sheet: Sheet, hidden: tuple[Path, ...]
) -> None:
    """Raise UsageError unless every present slot fits; each is checked again at its tasks."""
    answers = client.run(look, expected, sheet, hidden, on_error="return")
    refusals = [
        answer if isinstance(answer, str) else _rejected(where, _line(answer))
        for where, answer in sorted(answers.items())
        if answer and not isinstance(answer, OSError)  # a slot that is gone
    ]
    if refusals:
        more = f"\nand {len(refusals) - SHOWN} more" if len(refusals) > SHOWN else ""
        raise UsageError(
            f"Nothing was graded: {len(refusals)} of {counted(len(answers), 'worker')} of {address} "
            "cannot grade this.\n" + "\n".join(refusals[:SHOWN]) + more
        )


async def look(
    expected: Environment, sheet: Sheet, hidden: tuple[Path, ...], dask_worker: Worker
) -> str:
    """Return why this slot is rejected for this sheet, or ""."""
    try:
        await asyncio.to_thread(_fit, dask_worker, expected, sheet, hidden)
    except UsageError as refusal:
        return str(refusal)
    return ""


def grade_there(task: GradingTask, expected: Environment) -> Result:
    """Grade one submission in a slot of a cluster.

    Raises:
        UsageError: this slot is rejected.
        RuntimeError: grader error, as text; a run waits forever for an error it cannot unpickle.
    """
    try:
        sandbox = _fit(get_worker(), expected, task.sheet, task.hidden)
    except UsageError as refusal:
        raise UsageError(
            f"{refusal} Finished results are kept; fix that and run the same command again."
        ) from None
    try:
        return grade(task.submission, task.student, task.sheet, task.seed, sandbox)
    except Exception as problem:
        text = _line(problem)
    raise RuntimeError(text)


def _fit(worker: Worker, expected: Environment, sheet: Sheet, hidden: tuple[Path, ...]) -> Sandbox:
    """Return this slot's sandbox; raise UsageError if the slot is rejected."""
    there, here = asdict(environment(OWN, expected.seed, sheet)), asdict(expected)
    try:
        if worker.state.nthreads != 1:
            raise UsageError(f"{worker.state.nthreads} threads, must be 1.")
        for name, what in NAMES.items():
            one, other = str(there[name])[:16], str(here[name])[:16]
            if there[name] != here[name]:
                raise UsageError(f"its {what} is {one}, but this run's is {other}.")
        return _chosen(tuple(folder for folder in hidden if os.path.exists(folder)))
    except (UsageError, OSError, RuntimeError) as refusal:
        raise UsageError(_rejected(worker.address, str(refusal))) from None


def _rejected(worker: str, reason: str) -> str:
    return f"Worker {worker} rejected: {reason}"


@cache
def _chosen(hidden: tuple[Path, ...]) -> Sandbox:
    """Return a slot's tested sandbox; a warm one is reused for later submissions.

    Args:
        hidden: folders of the run that exist on this machine, too.
    """
    return choose(_allowed(dask.config.get("unroll.sandbox", "auto")), hidden)


def _allowed(name: str) -> str:
    if name not in SANDBOXES:
        raise UsageError(
            f"A worker cannot use the sandbox `{name}`; choose {', '.join(SANDBOXES)}."
        )
    return name


def work(address: str, slots: int, sandbox: str, tell: Tell) -> None:
    """Start `slots` Dask workers on this machine, until the scheduler ends or a signal arrives.

    Raises:
        UsageError: there is no working sandbox, or no scheduler.
    """
    chosen = choose(_allowed(sandbox))
    tell(chosen.remark or f"Starting {counted(slots, 'worker')}, sandbox {chosen.name}.")
    dask.config.set(
        {
            "unroll.sandbox": sandbox,  # the slots get this configuration
            "distributed.worker.profile.enabled": False,  # it would read each slot's stack
        }
    )
    arguments = [address, "--nworkers", str(slots), "--nthreads", "1", "--memory-limit", "0"]
    arguments += ["--no-dashboard", "--death-timeout", PATIENCE]
    try:
        dask_worker.main(arguments, standalone_mode=False)
    except SystemExit:
        raise _no_scheduler(address, f"for {PATIENCE}") from None
    except (OSError, ValueError, TypeError, RuntimeError) as problem:
        raise _no_scheduler(address, _line(problem)) from None


def _no_scheduler(address: str, reason: str) -> UsageError:
    return UsageError(
        f"No scheduler answers at {address} ({reason}). Start one there with `dask "
        "scheduler`, or correct its address; see docs/cluster.md."
    )


def _line(problem: BaseException) -> str:
    """Return an exception in one line."""
    return " ".join(f"{type(problem).__name__} {problem}".split())[:300]
