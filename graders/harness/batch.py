"""Grade a class: each upload is one task for an executor, each result is on disk when it is there."""

import contextlib
import multiprocessing
import os
import signal
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from graders.harness.errors import UsageError
from graders.harness.events import Events
from graders.harness.grade import TRIES, environment, grade, ungraded
from graders.harness.result import Result, Student, from_json, to_json
from graders.harness.sandbox import NoSandbox, Sandbox, choose
from graders.harness.sheet import Sheet, read_sheet
from graders.harness.submission import Submission
from graders.harness.upload import UnreadableUpload, Upload, find_uploads
from reports.class_page import render_class
from reports.grades import write_grades
from reports.student_page import render_report
from reports.summary import ResultSummary, summarise

AHEAD = 2  # submissions that wait, unpacked, for each slot: no slot idles and memory stays flat


@dataclass(frozen=True)
class Batch:
    """One run over a class: what to grade, how, and where the results go."""

    uploads: Path
    out: Path
    sheet: Sheet
    seed: int
    jobs: int
    sandbox: str = "auto"


@dataclass(frozen=True)
class Task:
    """What a slot needs to grade one submission; it can travel to another machine."""

    student: Student
    submission: Submission
    sheet: str
    seed: int
    sandbox: str
    hidden: tuple[Path, ...]


def run(batch: Batch, events: Events) -> list[ResultSummary]:
    """Grade every upload that has no result yet, and write reports, class page and grades.

    Raises:
        UsageError: nothing was graded, and the text says what to do.
        KeyboardInterrupt: the user stopped the run; what is finished is on disk.
    """
    uploads = find_uploads(batch.uploads)
    hidden = (batch.uploads.resolve(), batch.out.resolve())
    sandbox = choose(batch.sandbox, hidden)
    with _disk(batch.out):
        (batch.out / "students").mkdir(parents=True, exist_ok=True)
    summaries: dict[str, ResultSummary] = {}

    def finish(result: Result, fresh: bool) -> None:
        if fresh:
            write_result(result, batch.out, batch.sheet.title)
        summaries[result.student.id] = summarise(result)
        events.finished(result, fresh)

    events.started(len(uploads), batch.sheet, batch.jobs)
    try:
        with _slots(batch.jobs) as make:
            _grade_all(batch, uploads, sandbox, hidden, make, finish, events)
    finally:
        ordered = [summaries[key] for key in sorted(summaries)]
        write_pages(ordered, batch.out)
        events.stopped(len(summaries))
    return ordered


def write_result(result: Result, out: Path, title: str) -> None:
    """Write a student's result and report; a reader sees the old files or the new ones, never half."""
    folder = out / "students" / result.student.id
    with _disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / "report.html", render_report(result, title))
        write_whole(folder / "result.json", to_json(result))  # last: it says that all is there


def write_pages(summaries: Sequence[ResultSummary], out: Path) -> None:
    """Write the class page and grades.csv of all results so far."""
    with _disk(out):
        write_whole(out / "index.html", render_class(summaries))
        write_grades(summaries, out / "grades.csv")


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it appears at once, with all its content."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def grade_task(task: Task) -> Result:
    """Grade one submission in a slot; every problem of our own is a result that says so."""
    sheet = read_sheet(task.sheet)
    sandbox = NoSandbox() if task.sandbox == "none" else choose_quickly(task.sandbox, task.hidden)
    return grade(task.submission, task.student, sheet, task.seed, sandbox)


def choose_quickly(name: str, hidden: tuple[Path, ...]) -> Sandbox:
    """Give a sandbox that the run has already checked at its start."""
    from graders.harness.sandbox import Bubblewrap

    assert name == "bwrap"
    return Bubblewrap(hidden)


def _grade_all(
    batch: Batch,
    uploads: Sequence[Upload],
    sandbox: Sandbox,
    hidden: tuple[Path, ...],
    make: Callable[[], Executor],
    finish: Callable[[Result, bool], None],
    events: Events,
) -> None:
    """Keep every slot busy; a task that breaks its slot is tried again, then left to staff."""
    waiting = _tasks(batch, uploads, sandbox, hidden, finish)
    running: dict[Future[Result], Task] = {}
    suspects: list[Task] = []  # what was in a slot that broke; run alone, so that blame is certain
    tries: Counter[str] = Counter()
    executor = make()
    while True:
        while len(running) < (1 if suspects else AHEAD * batch.jobs):
            task = suspects.pop() if suspects else next(waiting, None)
            if task is None:
                break
            running[executor.submit(grade_task, task)] = task
            events.submitted(task.student)
        if not running:
            return
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        if any(isinstance(future.exception(), BrokenProcessPool) for future in done):
            done, executor = set(running), make()  # the executor gives up on all of its tasks
        for future in done:
            task, problem = running.pop(future), future.exception()
            tries[task.student.id] += 1
            if problem is None:
                finish(future.result(), True)
            elif tries[task.student.id] < TRIES:
                suspects.append(task)
            else:
                finish(_left_to_staff(batch, task, problem), True)


def _tasks(
    batch: Batch,
    uploads: Sequence[Upload],
    sandbox: Sandbox,
    hidden: tuple[Path, ...],
    finish: Callable[[Result, bool], None],
) -> Iterator[Task]:
    """Unpack the uploads one after the other; finish those that need no worker."""
    for upload in uploads:
        try:
            student, submission = upload.read()
        except UnreadableUpload as problem:
            known = _known_result(batch, problem.student, sandbox.name)
            finish(known or _unreadable(batch, problem, sandbox.name), known is None)
            continue
        known = _known_result(batch, student, sandbox.name)
        if known is not None:
            finish(known, False)
            continue
        yield Task(student, submission, batch.sheet.name, batch.seed, sandbox.name, hidden)


def _known_result(batch: Batch, student: Student, sandbox: str) -> Result | None:
    """Give the result of an earlier run where upload, graders, sheet, seed and environment agree."""
    file = batch.out / "students" / student.id / "result.json"
    try:
        result = from_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    same = (
        result.student == student
        and result.assignment == batch.sheet.name
        and result.environment == environment(sandbox, batch.seed)
        and result.status != "needs_staff"
        and (file.parent / "report.html").is_file()
    )
    return result if same else None


def _unreadable(batch: Batch, problem: UnreadableUpload, sandbox: str) -> Result:
    return ungraded(batch.sheet, problem.student, problem.sentence, batch.seed, sandbox)


def _left_to_staff(batch: Batch, task: Task, problem: BaseException) -> Result:
    reason = (
        f"The grader failed {TRIES} times on this submission: {type(problem).__name__} {problem}"
    )
    result = ungraded(batch.sheet, task.student, reason.strip(), batch.seed, task.sandbox)
    return replace(result, status="needs_staff")


@contextlib.contextmanager
def _slots(jobs: int) -> Iterator[Callable[[], Executor]]:
    """Give a maker of local executors with one process per slot; end them all, whatever happens."""
    made: list[ProcessPoolExecutor] = []

    def make() -> Executor:
        context = multiprocessing.get_context("spawn")
        made.append(ProcessPoolExecutor(jobs, context, initializer=_start_slot))
        return made[-1]

    try:
        yield make
    except BaseException:
        for slot in multiprocessing.active_children():
            _end(slot.pid)
        raise
    finally:
        for executor in made:
            executor.shutdown(wait=False, cancel_futures=True)


def _end(process: int | None) -> None:
    with contextlib.suppress(psutil.Error):
        family = psutil.Process(process)
        for one in [*family.children(recursive=True), family]:
            with contextlib.suppress(psutil.Error):
                one.kill()


def _start_slot() -> None:
    """Leave Ctrl-C to the process that started the slots."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextlib.contextmanager
def _disk(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise UsageError(
            f"Cannot write to {place}: {problem.strerror}. Finished results are kept; put that "
            "right and run the same command again."
        ) from problem
