"""Slots of a Dask cluster: the same tasks, graded on other machines; see docs/cluster.md.

A slot is a worker process of Dask's with one thread. What it grades depends on its own graders and
packages, so it refuses where they differ from those of the run, and where it has no sandbox.
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

SANDBOXES = ("auto", "zygote", "bwrap")  # never none: nobody may run uploads with a slot's rights
OWN = "the worker's own"  # stands for a sandbox where no slot was needed
PATIENCE = "60s"  # for which a worker waits for its scheduler
NAMES = {"python": "Python", "torch": "torch", "graders_sha256": "hash of the graders"}
SHOWN = 5  # slots that a refusal names
NONE = "{} has no slots now; the run goes on when there are some."
Tell = Callable[[str], None]


class Cluster:
    """The slots of a cluster; they may come and go.

    Args:
        client: is connected to the scheduler at `address`.
        expected: what every result must depend on, the sandbox aside.
        tell: called with what the user should know.
    """

    sandbox = OWN

    def __init__(self, client: Client, address: str, expected: Environment, tell: Tell) -> None:
        self._client, self._address, self._expected, self._tell = client, address, expected, tell
        self._executor = client.get_executor(pure=False)
        self._last = self._slots()
        slots = f"Grading in {counted(self._last, 'slot')} of {address}."
        self.remark = slots if self._last else NONE.format(address)

    @property
    def count(self) -> int:
        """How many slots there are by now; 1 where there are none, so that a task waits for one."""
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
        """Return whether a result was graded in a sandbox: which one is the slot's own affair."""
        return sandbox == OWN or sandbox.partition(" ")[0] in SANDBOXES

    def _slots(self) -> int:
        try:
            return len(self._client.nthreads())
        except (OSError, RuntimeError, AttributeError):  # as its connection is going or gone
            raise lost(self._address) from None


def _opener() -> Callable[[bytes], Any]:
    """Return a function that travels by value: a scheduler looks into tasks, and has no graders."""

    def grade(parcel: bytes) -> Any:
        import pickle

        function, *arguments = pickle.loads(parcel)
        return function(*arguments)

    return grade


@contextlib.contextmanager
def cluster_slots(
    address: str, sheet: Sheet, seed: int, hidden: tuple[Path, ...], tell: Tell
) -> Iterator[Cluster]:
    """Return the slots of the cluster with this scheduler.

    Raises:
        UsageError: there is no scheduler, or a slot that may not grade this sheet.
    """
    for name in ("distributed", "distributed.client", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is a UsageError
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
    """Ask every slot that is there before anything is graded; each is asked again at its tasks."""
    answers = client.run(look, expected, sheet, hidden, on_error="return")
    refusals = [
        answer if isinstance(answer, str) else _must_not(where, _line(answer))
        for where, answer in sorted(answers.items())
        if answer and not isinstance(answer, OSError)  # that is a slot which is gone
    ]
    if refusals:
        more = f"\nand {len(refusals) - SHOWN} more" if len(refusals) > SHOWN else ""
        raise UsageError(
            f"Nothing was graded: of {counted(len(answers), 'slot')} of {address}, "
            f"{len(refusals)} cannot grade this.\n" + "\n".join(refusals[:SHOWN]) + more
        )


async def look(
    expected: Environment, sheet: Sheet, hidden: tuple[Path, ...], dask_worker: Worker
) -> str:
    """Say why this slot may not grade this sheet, if so."""
    try:
        await asyncio.to_thread(_fit, dask_worker, expected, sheet, hidden)
    except UsageError as refusal:
        return str(refusal)
    return ""


def grade_there(task: GradingTask, expected: Environment) -> Result:
    """Grade one submission in a slot of a cluster.

    Raises:
        UsageError: this slot may not.
        RuntimeError: our own fault, as text; a run waits forever for what it cannot unpickle.
    """
    try:
        sandbox = _fit(get_worker(), expected, task.sheet, task.hidden)
    except UsageError as refusal:
        raise UsageError(
            f"{refusal} Finished results are kept; put that right and run the same command again."
        ) from None
    try:
        return grade(task.submission, task.student, task.sheet, task.seed, sandbox)
    except Exception as problem:
        said = _line(problem)
    raise RuntimeError(said)


def _fit(worker: Worker, expected: Environment, sheet: Sheet, hidden: tuple[Path, ...]) -> Sandbox:
    """Return this slot's sandbox, if it may grade."""
    there, here = asdict(environment(OWN, expected.seed, sheet)), asdict(expected)
    try:
        if worker.state.nthreads != 1:
            raise UsageError(f"It has {worker.state.nthreads} threads, and a slot has one.")
        for name, what in NAMES.items():
            one, other = str(there[name])[:16], str(here[name])[:16]
            if there[name] != here[name]:
                raise UsageError(f"Its {what} is {one}, and this run's is {other}.")
        return _chosen(tuple(folder for folder in hidden if os.path.exists(folder)))
    except (UsageError, OSError, RuntimeError) as refusal:
        raise UsageError(_must_not(worker.address, str(refusal))) from None


def _must_not(slot: str, reason: str) -> str:
    return f"The slot {slot} must not grade. {reason}"


@cache
def _chosen(hidden: tuple[Path, ...]) -> Sandbox:
    """Choose a slot's sandbox, tried; a warm one stays from submission to submission.

    Args:
        hidden: folders of the run, as far as this machine has them too.
    """
    return choose(_allowed(dask.config.get("unroll.sandbox", "auto")), hidden)


def _allowed(name: str) -> str:
    if name not in SANDBOXES:
        raise UsageError(f"A slot has no sandbox `{name}`; choose {', '.join(SANDBOXES)}.")
    return name


def work(address: str, slots: int, sandbox: str, tell: Tell) -> None:
    """Offer so many slots of this machine to a scheduler, until that ends or a signal comes.

    Raises:
        UsageError: there is no working sandbox here, or no scheduler there.
    """
    chosen = choose(_allowed(sandbox))
    tell(chosen.remark or f"Offering {counted(slots, 'slot')}, sandbox {chosen.name}.")
    dask.config.set(
        {
            "unroll.sandbox": sandbox,  # the slots get this configuration
            "distributed.worker.profile.enabled": False,  # it would look at each slot's stack
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
        "scheduler`, or put its address right; docs/cluster.md tells how."
    )


def _line(problem: BaseException) -> str:
    """Return a problem in one line, whatever a library says."""
    return " ".join(f"{type(problem).__name__} {problem}".split())[:300]
