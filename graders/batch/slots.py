"""Slots, each of which grades one submission at a time; here those of this machine."""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import psutil

from graders.errors import UsageError
from graders.grading.grade import grade
from graders.results.result import Result, Student
from graders.sandbox.sandbox import Sandbox
from graders.sandbox.selftest import again, choose
from graders.sheets.sheet import Sheet
from graders.uploads.submission import Submission


@dataclass(frozen=True)
class GradingTask:
    """All inputs for grading one submission; it can be sent to another machine."""

    student: Student
    submission: Submission
    sheet: Sheet
    seed: int
    sandbox: str
    hidden: tuple[Path, ...]


class Slots(Protocol):
    """Where a run's tasks are graded. `sandbox` is what a task, and a result without one, records."""

    sandbox: str
    remark: str  # for the user, before anything is graded

    @property
    def count(self) -> int:
        """Return the current number of slots."""

    def submit(self, task: GradingTask) -> Future[Result]:
        """Submit a task. Its future raises what broke its slot, or UsageError to end the run."""

    def admits(self, sandbox: str) -> bool:
        """Return whether a result that was graded in this sandbox can be reused."""


class LocalSlots:
    """One process for each slot; a slot that dies breaks all, and new ones replace them."""

    def __init__(self, count: int, sandbox: Sandbox) -> None:
        self.count = count
        self.sandbox = sandbox.name
        self.remark = sandbox.remark
        self._made = [self._make()]

    def submit(self, task: GradingTask) -> Future[Result]:
        try:
            return self._made[-1].submit(grade_task, task)
        except BrokenProcessPool:
            self._made.append(self._make())
            return self._made[-1].submit(grade_task, task)

    def admits(self, sandbox: str) -> bool:
        return sandbox == self.sandbox

    def close(self) -> None:
        for executor in self._made:
            executor.shutdown(wait=False, cancel_futures=True)

    def _make(self) -> Executor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.count, context, initializer=_start_slot)


@contextlib.contextmanager
def local_slots(count: int, sandbox: str, hidden: tuple[Path, ...]) -> Iterator[LocalSlots]:
    """Yield `count` slots on this machine; end them all, whatever happens.

    Raises:
        UsageError: this sandbox is not available here.
    """
    slots = LocalSlots(count, choose(sandbox, hidden))
    try:
        yield slots
    except BaseException:
        for slot in multiprocessing.active_children():
            _end(slot.pid)
        raise
    finally:
        slots.close()


def lost(scheduler: str) -> UsageError:
    """Return the error for a scheduler that dropped its tasks."""
    return UsageError(
        f"The scheduler {scheduler} was lost. Finished results are kept; when it is back, run "
        "the same command to continue."
    )


def grade_task(task: GradingTask) -> Result:
    """Grade one submission in a slot; an error of the grader is part of the result."""
    sandbox = _slots_sandbox(task.sandbox, task.hidden)
    return grade(task.submission, task.student, task.sheet, task.seed, sandbox)


@cache
def _slots_sandbox(name: str, hidden: tuple[Path, ...]) -> Sandbox:
    """Return a slot's own sandbox; a warm one is reused for later submissions."""
    return again(name, hidden)


def _end(process: int | None) -> None:
    with contextlib.suppress(psutil.Error):
        family = psutil.Process(process)
        for one in [*family.children(recursive=True), family]:
            with contextlib.suppress(psutil.Error):
                one.kill()


def _start_slot() -> None:
    """Ignore Ctrl-C, which the parent process handles; end when the parent is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_run, daemon=True).start()


def _end_with_the_run() -> None:
    run = multiprocessing.parent_process()
    if run is not None:
        run.join()
        os._exit(1)  # its workers end with it
