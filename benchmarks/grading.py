"""Compare the grading of the sample uploads with the bare minimum and with the usual method.

Bare: the checks are called one after the other in this warm process, together with the student's
code: no pytest, no worker, no sandbox, no pipes. Values are still serialised, and the time for that
is measured and subtracted. Travelling: the same with that time, and with serialised requests; any
method with the student's code in another process takes at least as long. Forked: a fork of this
process for each submission and two pipes, without limits, clock or namespaces. Usual: a new Python
process for each submission, in which pytest runs the checks and the student's code. Only samples
with full points are used, since others may end or block a process without a worker. All methods run
in turn on one core, like a worker when all cores are busy: if a process wakes another on an idle
core, the same work costs up to 0.2 s more in one run and nothing in the next. CPU seconds of all
processes are compared, and the ratios of the medians are printed.
"""

import argparse
import contextlib
import gc
import io
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest
import torch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from graders.assertions.draw import Draw, seed_for  # noqa: E402
from graders.grading import grade as grading  # noqa: E402 - the project is not installed
from graders.grading.collect import OPTIONS  # noqa: E402
from graders.remote import session as session_module  # noqa: E402
from graders.remote.connection import Connection  # noqa: E402
from graders.remote.session import Session  # noqa: E402
from graders.remote.student import RemoteSubmission  # noqa: E402
from graders.sandbox.sandbox import Sandbox  # noqa: E402
from graders.sandbox.selftest import choose  # noqa: E402
from graders.sheets.check_index import CHECKS, known_checks  # noqa: E402
from graders.sheets.sheet import Sheet, read_sheet  # noqa: E402
from graders.uploads.intake import find_uploads  # noqa: E402
from graders.uploads.submission import Submission  # noqa: E402
from graders.uploads.upload import UnreadableUpload  # noqa: E402
from graders.validation.in_process import InProcessWorker, inside, run_check  # noqa: E402
from graders.worker import serve, values, wire  # noqa: E402


class Travel:
    """The time to serialise and deserialise values."""

    def __init__(self) -> None:
        self.seconds, self._depth = 0.0, 0

    def timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **named: Any) -> Any:
            if self._depth:
                return function(*arguments, **named)
            self._depth, begun = 1, time.process_time()
            try:
                return function(*arguments, **named)
            finally:
                self._depth = 0
                self.seconds += time.process_time() - begun

        return wrapper

    @contextlib.contextmanager
    def measured(self) -> Iterator[None]:
        """Measure encoding, decoding, packing and reading on both sides."""
        places = [(values.Encoder, "encode"), (wire, "read"), (serve, "pack"), (serve, "decode")]
        places += [(session_module, "decode")]
        kept = [(place, name, getattr(place, name)) for place, name in places]
        for place, name, function in kept:
            setattr(place, name, self.timed(function))
        try:
            yield
        finally:
            for place, name, function in kept:
                setattr(place, name, function)


def bare(submissions: Sequence[Submission], sheet: Sheet) -> float:
    """Return the CPU seconds of the checks and the students' code in this process."""
    travel, begun = Travel(), time.process_time()
    with travel.measured():
        for submission in submissions:
            with contextlib.closing(inside(submission.files)) as session:
                assert not any(run_check(session, check, 1) for check in sheet.checks)
    return time.process_time() - begun - travel.seconds


def travelling(submissions: Sequence[Submission], sheet: Sheet) -> float:
    """Return the same CPU seconds, with all messages packed and read."""
    begun = time.process_time()
    for submission in submissions:
        with contextlib.closing(inside(submission.files, Packed())) as session:
            assert not any(run_check(session, check, 1) for check in sheet.checks)
    return time.process_time() - begun


class Packed(InProcessWorker):
    """This process as its own worker, with requests in frames."""

    def request(
        self, message: Mapping[str, Any], tensors: Mapping[str, torch.Tensor], seconds: float
    ) -> Any:
        frame = wire.read(io.BytesIO(wire.pack(message, tensors)))
        assert frame is not None
        return super().request(*frame, seconds)


def forked(submissions: Sequence[Submission], sheet: Sheet) -> float:
    """Return the CPU seconds of both processes with a plain fork as the worker."""
    gc.collect()
    gc.freeze()  # a fork's own collections do not touch the shared pages
    begun, ENDED[:] = time.process_time(), []
    for submission in submissions:
        with contextlib.closing(inside(submission.files, Fork())) as session:
            assert not any(run_check(session, check, 1) for check in sheet.checks)
    gc.unfreeze()
    return time.process_time() - begun + sum(ENDED)


class Fork(InProcessWorker):
    """A fork of this process as the worker, without any restrictions."""

    def __init__(self) -> None:
        super().__init__()
        (theirs, requests), (answers, out) = os.pipe(), os.pipe()
        self._process = os.fork()
        if self._process == 0:
            os.close(requests)
            self._serve(theirs, out)
        os.close(theirs)
        os.close(out)
        self._requests, self._answers = os.fdopen(requests, "wb"), os.fdopen(answers, "rb")

    def request(
        self, message: Mapping[str, Any], tensors: Mapping[str, torch.Tensor], seconds: float
    ) -> Any:
        self._number += 1
        self._requests.write(wire.pack({**message, "number": self._number}, tensors))
        self._requests.flush()
        return wire.read(self._answers)

    def finish(self) -> None:
        self._requests.close()
        _, _, used = os.wait4(self._process, 0)
        ENDED.append(used.ru_utime + used.ru_stime)
        self._answers.close()

    def _serve(self, requests: int, answers: int) -> NoReturn:
        try:
            sys.stdout = io.StringIO()
            with open(requests, "rb") as stream, open(answers, "wb") as out:
                while frame := wire.read(stream):
                    out.write(self._worker.answer(*frame))
                    out.flush()
        finally:
            os._exit(0)


def usual(submissions: Sequence[Submission], sheet: Sheet) -> float:
    """Return the CPU seconds of a fresh pytest process for each submission."""
    begun = _of_children()
    for submission in submissions:
        with tempfile.TemporaryDirectory() as folder:
            for name, content in submission.files.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            command = [sys.executable, __file__, "--assignment", sheet.name, "--one", folder]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return _of_children() - begun


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Usual:
    """The fixtures of a course's own conftest.py."""

    def __init__(self, session: Session, checks: Sequence[str]) -> None:
        self._session, self._checks = session, checks

    @pytest.fixture
    def draw(self, request: pytest.FixtureRequest) -> Draw:
        return Draw(seed_for(1, request.node.nodeid))

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Iterator[RemoteSubmission]:
        self._session.begin(seed_for(1, f"worker/{request.node.nodeid}"))
        student = RemoteSubmission(self._session, known_checks()[request.node.nodeid].part)
        yield student
        student.settle()
        self._session.end()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid in self._checks]


def one(folder: Path, sheet: Sheet) -> None:
    """Run pytest on the submission in this folder, with its code in this process."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    read = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    checks = sorted({str(CHECKS / check.partition("::")[0]) for check in sheet.checks})
    usual = Usual(inside(read), list(sheet.checks))
    assert pytest.main([*OPTIONS, *checks], plugins=[usual]) == 0


def sandboxed(submissions: Sequence[Submission], sheet: Sheet, sandbox: Sandbox) -> float:
    """Return the CPU seconds of grading as in a batch, one after the other, workers included."""
    begun, ENDED[:] = time.process_time(), []
    for submission in submissions:
        result = grading.grade(submission, grading.Student("1", ""), sheet, 1, sandbox)
        assert result.all_checks_passed
    return time.process_time() - begun + sum(ENDED)


# Nobody waits for the inner processes of a sandbox, so their time is read before they end.
ENDED: list[float] = []


class Watched(Connection):
    def finish(self) -> None:
        ENDED.append(self.process.cpu_seconds())
        super().finish()


def full_scores(uploads: Path, sheet: Sheet, sandbox: Sandbox) -> list[Submission]:
    """Read the sample uploads that earn every point."""
    found = []
    for upload in find_uploads(uploads):
        try:
            student, submission = upload.read()
        except UnreadableUpload:
            continue
        if grading.grade(submission, student, sheet, 1, sandbox).all_checks_passed:
            found.append(submission)
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--sandbox", default="auto")
    options.add_argument("--assignment", default="rnn")
    options.add_argument("--uploads", type=Path)
    options.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    torch.set_num_threads(1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # child processes stay there, too
    if chosen.one:
        return one(chosen.one, read_sheet(chosen.assignment))
    session_module.Connection = Watched  # type: ignore[misc]
    sheet, sandbox = read_sheet(chosen.assignment), choose(chosen.sandbox)
    uploads = chosen.uploads or ROOT / "fixtures" / "uploads" / chosen.assignment
    submissions = full_scores(uploads, sheet, sandbox)
    bare(submissions, sheet)  # warm
    ways = {
        "bare, one warm process": lambda: bare(submissions, sheet),
        "travelling, one warm process": lambda: travelling(submissions, sheet),
        "forked, no sandbox": lambda: forked(submissions, sheet),
        f"sandboxed ({sandbox.name})": lambda: sandboxed(submissions, sheet, sandbox),
        "usual, a pytest process each": lambda: usual(submissions, sheet),
    }
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(chosen.rounds):
        for way, run in ways.items():
            times[way].append(run() / len(submissions))
    medians = {way: statistics.median(found) for way, found in times.items()}
    least = next(iter(medians.values()))
    print(f"{len(submissions)} submissions with full points, {len(sheet.checks)} checks each")
    print("CPU s per submission, ratio to bare, CPU s above bare")
    for way, found in medians.items():
        print(f"{way:30} {found:6.2f} {found / least:6.2f} {found - least:6.2f}")


if __name__ == "__main__":
    main()
