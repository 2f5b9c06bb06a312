"""The pytest plugin that runs checks against one submission and notes each outcome."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from graders.harness.draw import Draw, seed_for
from graders.harness.faults import Failed, Fault
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
        try:
            self._session.begin(seed_for(self._seed, f"worker/{_id(item)}"))
            yield
        except Fault as problem:
            fault = problem
        finally:
            output = self._session.end()
        seconds = time.monotonic() - started
        student = item.stash.get(_STUDENT, None)
        self.findings[_id(item)] = _finding(fault, student, output, seconds)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.problems.append(f"{report.nodeid}: {report.longreprtext}")


_STUDENT = pytest.StashKey[Student]()


def _finding(fault: Fault | None, student: Student | None, output: str, seconds: float) -> Finding:
    if fault is None:
        return Finding("passed", output=output, seconds=seconds)
    lines = [fault.message]
    if student is not None and student.called and fault.outcome != "not_run":
        lines.append(f"Called:   {student.called}")
    if isinstance(fault, Failed) and fault.returned:
        lines.append(f"Returned: {fault.returned}")
    if isinstance(fault, Failed) and fault.expected:
        lines.append(f"Expected: {fault.expected}")
    return Finding(fault.outcome, "\n".join(lines), fault.hint, output, seconds)


def _id(item: Any) -> str:
    path, _, name = str(item.nodeid).partition("::")
    return f"{path.removeprefix('graders/')}::{name}"


def _part(item: Any) -> str:
    return str(item.path.stem).removeprefix("test_")
