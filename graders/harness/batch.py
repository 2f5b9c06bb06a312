"""Grade a class: each upload is one task for an executor, each result is on disk when it is there."""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import psutil

from graders.harness import manual
from graders.harness.events import Events
from graders.harness.folder import (
    on_disk,
    result_in,
    sweep,
    write_manual,
    write_pages,
    write_result,
)
from graders.harness.grade import TRIES, environment, grade, ungraded
from graders.harness.late import cost_changed, lateness
from graders.harness.lms.roster import read_roster
from graders.harness.regrade import Regrade, graded_anew, told
from graders.harness.result import Result, Student
from graders.harness.sandbox import Sandbox
from graders.harness.selftest import again, choose
from graders.harness.sheet import Sheet
from graders.harness.submission import Submission
from graders.harness.upload import UnreadableUpload, Upload, take_in
from graders.harness.waivers import Waiver, strangers
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
    waivers: Mapping[str, Waiver] = field(default_factory=dict)
    lms: str = "auto"
    roster: Path | None = None
    regrade: Regrade = field(default_factory=Regrade)
    anew: Set[str] = frozenset()  # what `regrade` comes to; whose kept results are not taken over


@dataclass(frozen=True)
class Task:
    """What a slot needs to grade one submission; it can travel to another machine."""

    student: Student
    submission: Submission
    sheet: Sheet
    seed: int
    sandbox: str
    hidden: tuple[Path, ...]


def run(batch: Batch, events: Events) -> list[ResultSummary]:
    """Grade every upload that has no result yet, and write reports, class page and grades.

    Raises:
        UsageError: nothing was graded, and the text says what to do.
        KeyboardInterrupt: the user stopped the run; what is finished is on disk.
    """
    roster = read_roster(batch.roster) if batch.roster else None
    intake = take_in(batch.uploads, batch.lms, roster)
    uploads = intake.uploads
    students = {student.id for upload in uploads for student in upload.students}
    marks = _marks(batch, students)
    batch = replace(batch, anew=graded_anew(batch.regrade, uploads, batch.sheet, batch.out))
    hidden = (batch.uploads.resolve(), batch.out.resolve())
    sandbox = choose(batch.sandbox, hidden)
    with on_disk(batch.out):
        (batch.out / "students").mkdir(parents=True, exist_ok=True)
        sweep(batch.out)
    summaries: dict[str, ResultSummary] = {}
    by_hand: list[manual.Entry] = []

    fellows = {upload.student.id: upload.fellows for upload in uploads}

    def finish(result: Result, fresh: bool) -> None:
        finish_one(result, fresh)
        for own in _of_fellows(result, fellows[result.student.id]):
            known = _known_result(batch, own.student, own.environment.sandbox)
            finish_one(own, fresh or known is None)

    def finish_one(result: Result, fresh: bool) -> None:
        earlier = result_in(batch.out, result.student.id)
        final = _final(batch, result, marks, earlier)
        if fresh or final != earlier:
            write_result(final, batch.out, batch.sheet.title)
        summaries[final.student.id] = summarise(final)
        by_hand.extend(manual.entries(final))
        remarks = (manual.given_for_another_upload(final, earlier), cost_changed(final, earlier))
        for remark in filter(None, remarks):
            events.remark(remark)
        events.finished(final, fresh)

    try:
        events.started(len(students), batch.sheet, batch.jobs)
        for remark in (*intake.remarks, *told(batch.regrade, batch.anew, batch.out)):
            events.remark(remark)
        if sandbox.remark:
            events.remark(sandbox.remark)
        for stranger in strangers(batch.waivers, students):
            events.remark(stranger)
        with _slots(batch.jobs) as make:
            _grade_all(batch, uploads, sandbox, hidden, make, finish, events)
    finally:
        reached = len(summaries)
        summaries |= _left(batch, students - set(summaries))
        ordered = [summaries[key] for key in sorted(summaries)]
        try:
            write_pages(ordered, batch.out)
            write_manual(by_hand, batch.out)
        finally:
            events.stopped(reached)
    return ordered


def _left(batch: Batch, students: Set[str]) -> dict[str, ResultSummary]:
    """Give the results of an earlier run to which a run that was stopped did not come."""
    found = {student: result_in(batch.out, student) for student in students}
    return {s: summarise(r) for s, r in found.items() if r and r.assignment == batch.sheet.name}


def _marks(batch: Batch, students: Set[str]) -> dict[manual.Key, manual.Mark]:
    """Read the points by hand before any work, so that what is wrong in them is told at once."""
    students = students | {folder.name for folder in (batch.out / "students").glob("*")}
    return manual.read_marks(batch.out, dict.fromkeys(students, batch.sheet.manual_points))


def _final(
    batch: Batch, result: Result, marks: Mapping[manual.Key, manual.Mark], earlier: Result | None
) -> Result:
    """Add what is decided without grading: what lateness costs, and points by hand."""
    sheet, waiver = batch.sheet, batch.waivers.get(result.student.id)
    late = lateness(result.student, sheet.deadline, sheet.late, waiver)
    return manual.merged(replace(result, late=late), marks, earlier)


def _of_fellows(result: Result, fellows: Sequence[Student]) -> Iterator[Result]:
    """Give the result of a group's upload to each of the others who handed it in."""
    for fellow in fellows:
        yield replace(result, student=replace(fellow, sha256=result.student.sha256))


def grade_task(task: Task) -> Result:
    """Grade one submission in a slot; every problem of our own is a result that says so."""
    sandbox = _slots_sandbox(task.sandbox, task.hidden)
    return grade(task.submission, task.student, task.sheet, task.seed, sandbox)


@cache
def _slots_sandbox(name: str, hidden: tuple[Path, ...]) -> Sandbox:
    """Give a slot's own sandbox; a warm one stays from submission to submission."""
    return again(name, hidden)


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
        yield Task(student, submission, batch.sheet, batch.seed, sandbox.name, hidden)


def _known_result(batch: Batch, student: Student, sandbox: str) -> Result | None:
    """Give the result of an earlier run where upload, graders, sheet, seed and environment agree."""
    result = result_in(batch.out, student.id)
    same = (
        result is not None
        and student.id not in batch.anew
        and result.student == student
        and result.assignment == batch.sheet.name
        and result.environment == environment(sandbox, batch.seed, batch.sheet)
        and result.status != "needs_staff"
        and (batch.out / "students" / student.id / "report.html").is_file()
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
    """Leave Ctrl-C to the process that started the slots; end when that is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_run, daemon=True).start()


def _end_with_the_run() -> None:
    run = multiprocessing.parent_process()
    if run is not None:
        run.join()
        os._exit(1)  # its workers end with it
