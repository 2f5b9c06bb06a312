"""The pytest plugin that runs checks against one submission and notes each outcome."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

import pytest

from graders.harness.draw import Draw, seed_for
from graders.harness.faults import Failed, Fault
from graders.harness.figures import Figure
from graders.harness.remote import Student
from graders.harness.result import Outcome
from graders.harness.session import Session


@dataclass(frozen=True)
class Finding:
    """What one run of one check found."""

    outcome: Outcome
    message: str = ""
    hint: str = ""
    output: str = ""
    seconds: float = 0.0
    figures: tuple[Figure, ...] = ()


class Grading:
    """Gives checks their fixtures `student` and `draw`, and collects what they find.

    `findings` maps check ids to findings; a check without one was not run, which is our fault.
    """

    def __init__(self, session: Session, wanted: list[str], seed: int) -> None:
        self.findings: dict[str, Finding] = {}
        self.problems: list[str] = []
        self.interrupted = False
        self._session = session
        self._order = {check: place for place, check in enumerate(wanted)}
        self._seed = seed

    @pytest.fixture
    def draw(self, request: pytest.FixtureRequest) -> Draw:
        """Fresh numbers of this check, the same for all submissions of a run."""
        return Draw(seed_for(self._seed, _id(request.node)))

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Student:
        """The submission, seen from the part that this check is about."""
        student = Student(self._session, _part(request.node))
        request.node.stash[_STUDENT] = student
        return student

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if _id(item) in self._order]
        items.sort(key=lambda item: self._order[_id(item)])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.problems.append(f"{report.nodeid} could not be collected: {report.longreprtext}")

    def pytest_keyboard_interrupt(self) -> None:
        self.interrupted = True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Run one check; whatever ends it becomes its finding, and pytest sees only our faults."""
        started, fault = time.monotonic(), None
        self._begin(item)
        try:
            yield
        except Fault as problem:
            fault = problem
        finally:
            output = self._session.end()
        seconds = time.monotonic() - started
        student = item.stash.get(_STUDENT, None)
        self.findings[_id(item)] = _finding(fault, student, output, seconds)

    def _begin(self, item: pytest.Item) -> None:
        """Let a worker stand ready; where none does, the reason takes the place of the check."""
        try:
            self._session.begin(seed_for(self._seed, f"worker/{_id(item)}"))
        except Exception as problem:  # raised again in the call, as pytest asks of a wrapper
            item.runtest = partial(_raise, problem)  # type: ignore[method-assign]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.problems.append(f"{report.nodeid}: {report.longreprtext}")


_STUDENT = pytest.StashKey[Student]()
MESSAGE_CAP = 8_000  # characters
FIGURES = 3  # of one check, besides that of the comparison which failed


def _finding(fault: Fault | None, student: Student | None, output: str, seconds: float) -> Finding:
    shown = tuple(student.figures.values())[:FIGURES] if student is not None else ()
    if fault is None:
        return Finding("passed", output=output, seconds=seconds, figures=shown)
    lines = [fault.message]
    if student is not None and student.called and fault.outcome != "not_run":
        lines.append(f"Called:   {student.called}")
    if isinstance(fault, Failed) and fault.returned:
        lines.append(f"Returned: {fault.returned}")
    if isinstance(fault, Failed) and fault.expected:
        lines.append(f"Expected: {fault.expected}")
    if isinstance(fault, Failed) and fault.figure:
        shown = (*shown, fault.figure)
    return Finding(fault.outcome, _cut("\n".join(lines)), fault.hint, output, seconds, shown)


def _cut(message: str) -> str:
    """Bound what a worker says; the end of a traceback names the error."""
    half = MESSAGE_CAP // 2
    return message if len(message) <= MESSAGE_CAP else f"{message[:half]} … {message[-half:]}"


def _raise(problem: Exception) -> NoReturn:
    raise problem


def _id(item: Any) -> str:
    path, _, name = str(item.nodeid).partition("::")
    return f"{path.removeprefix('graders/')}::{name}"


def _part(item: Any) -> str:
    return str(item.path.stem).removeprefix("test_")
