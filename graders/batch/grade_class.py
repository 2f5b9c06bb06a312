"""The second stage of a run: each upload is one task for a worker, which returns a result."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, replace

from graders.batch.collect import Work
from graders.batch.progress import Events
from graders.batch.settings import Batch
from graders.batch.slots import GradingTask, Slots, lost
from graders.errors import UsageError
from graders.grading.grade import TRIES, environment, ungraded
from graders.results.result import Result, Student
from graders.results.store import result_in
from graders.uploads.upload import UnreadableUpload

AHEAD = 2  # submissions queued, unpacked, for each slot: no slot idles and memory stays flat
LOOK = 10.0  # seconds without a result before slots are counted again


@dataclass(frozen=True)
class Graded:
    """A result, and whether it was graded in this run or reused from an earlier one."""

    result: Result
    fresh: bool


def grade_class(work: Work, slots: Slots, events: Events) -> Iterator[Graded]:
    """Yield the result of each upload when it is finished, once for each of its students.

    Raises:
        UsageError: nothing more can be graded.
    """
    events.started(len(work.students), work.batch.sheet, slots.count)
    for remark in filter(None, [*work.remarks, slots.remark]):
        events.remark(remark)
    members = {upload.student.id: upload.group_members for upload in work.uploads}
    for graded in _each_upload(work, slots, events):
        yield graded
        for member in members[graded.result.student.id]:
            student = replace(member, sha256=graded.result.student.sha256)
            fresh = graded.fresh or _known_result(work, student, slots) is None
            yield Graded(replace(graded.result, student=student), fresh)


def _each_upload(work: Work, slots: Slots, events: Events) -> Iterator[Graded]:
    """Keep every slot busy; a task that breaks its slot is retried, then left to staff."""
    batch, waiting = work.batch, _tasks(work, slots)
    running: dict[Future[Result], GradingTask] = {}
    suspects: list[GradingTask] = []  # their slot broke; run alone to find the cause
    tries: Counter[str] = Counter()
    while True:
        while len(running) < (1 if suspects else AHEAD * slots.count):
            task = suspects.pop() if suspects else next(waiting, None)
            if isinstance(task, Graded):
                yield task
                continue
            if task is None:
                break
            running[slots.submit(task)] = task
            events.submitted(task.student)
        if not running:
            return
        done, _ = wait(running, timeout=LOOK, return_when=FIRST_COMPLETED)
        problems = {future: _problem(future, batch) for future in done}
        for future in sorted(done, key=lambda future: problems[future] is not None):
            task, problem = running.pop(future), problems[future]
            tries[task.student.id] += 1
            if problem is None:
                yield Graded(future.result(), True)
            elif isinstance(problem, UsageError):
                raise problem
            elif tries[task.student.id] < TRIES:
                suspects.append(task)
            else:
                yield Graded(_left_to_staff(batch, task, problem), True)


def _tasks(work: Work, slots: Slots) -> Iterator[GradingTask | Graded]:
    """Unpack the uploads one by one; yield a result at once where no grading is needed."""
    batch = work.batch
    for upload in work.uploads:
        try:
            student, submission = upload.read()
        except UnreadableUpload as problem:
            known = _known_result(work, problem.student, slots)
            yield Graded(known or _unreadable(batch, problem, slots.sandbox), known is None)
            continue
        known = _known_result(work, student, slots)
        if known is not None:
            yield Graded(known, False)
            continue
        yield GradingTask(student, submission, batch.sheet, batch.seed, slots.sandbox, batch.hidden)


def _known_result(work: Work, student: Student, slots: Slots) -> Result | None:
    """Return an earlier run's result if upload, graders, sheet, seed and environment agree."""
    batch = work.batch
    result = result_in(batch.out, student.id)
    same = (
        result is not None
        and student.id not in work.regraded
        and result.student.sha256 == student.sha256
        and result.student.upload == student.upload
        and result.assignment == batch.sheet.name
        and slots.admits(result.environment.sandbox)
        and result.environment == environment(result.environment.sandbox, batch.seed, batch.sheet)
        and result.status != "needs_staff"
        and (batch.out / "students" / student.id / "report.html").is_file()
    )
    return replace(result, student=student) if result and same else None


def _problem(future: Future[Result], batch: Batch) -> BaseException | None:
    try:
        return future.exception()
    except CancelledError:
        return lost(batch.scheduler)


def _unreadable(batch: Batch, problem: UnreadableUpload, sandbox: str) -> Result:
    return ungraded(batch.sheet, problem.student, problem.sentence, batch.seed, sandbox)


def _left_to_staff(batch: Batch, task: GradingTask, problem: BaseException) -> Result:
    reason = (
        f"The grader failed {TRIES} times on this submission: {type(problem).__name__} {problem}"
    )
    result = ungraded(batch.sheet, task.student, reason.strip(), batch.seed, task.sandbox)
    return replace(result, status="needs_staff")
