"""Grade a class: each upload is one task for a slot, each result is on disk when it is there."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

from graders.batch.extensions import Extension, strangers
from graders.batch.lateness import cost_changed, lateness
from graders.batch.progress import Events
from graders.batch.regrade import Regrade, graded_anew, told
from graders.batch.slots import GradingTask, Slots, local_slots, lost
from graders.errors import UsageError
from graders.files import on_disk
from graders.grading.grade import TRIES, environment, ungraded
from graders.results import manual_csv
from graders.results.result import Result, Student
from graders.results.store import ever, result_in, sweep, write_class, write_manual
from graders.results.summary import ResultSummary, summarise
from graders.sheets.sheet import Sheet
from graders.text import listed
from graders.uploads.intake import take_in
from graders.uploads.lms.roster import read_roster
from graders.uploads.upload import UnreadableUpload, Upload
from reports.publish import write_pages, write_result

AHEAD = 2  # submissions that wait, unpacked, for each slot: no slot idles and memory stays flat
LOOK = 10.0  # seconds without a result, after which slots are counted anew


@dataclass(frozen=True)
class Batch:
    """One run over a class: what to grade, how, and where the results go."""

    uploads: Path
    out: Path
    sheet: Sheet
    seed: int
    jobs: int
    sandbox: str = "auto"
    waivers: Mapping[str, Extension] = field(default_factory=dict)
    lms: str = "auto"
    roster: Path | None = None
    regrade: Regrade = field(default_factory=Regrade)
    anew: Set[str] = frozenset()  # what `regrade` comes to; whose kept results are not taken over
    scheduler: str = ""  # of a cluster, whose slots and sandboxes then count, not ours

    @property
    def hidden(self) -> tuple[Path, ...]:
        """Return the folders that no submission may see."""
        return self.uploads.resolve(), self.out.resolve()


def run(batch: Batch, events: Events) -> list[ResultSummary]:
    """Grade every upload that has no result yet, and write reports, class page and grades.

    Raises:
        UsageError: nothing more can be graded, and the text says what to do.
        KeyboardInterrupt: the user stopped the run; what is finished is on disk.
    """
    _check_place(batch)
    roster = read_roster(batch.roster) if batch.roster else None
    intake = take_in(batch.uploads, batch.lms, roster)
    students = {student.id for upload in intake.uploads for student in upload.students}
    marks = _marks(batch, students)
    batch = replace(batch, anew=graded_anew(batch.regrade, intake.uploads, batch.sheet, batch.out))
    with _slots(batch, events) as slots:
        with on_disk(batch.out):
            (batch.out / "students").mkdir(parents=True, exist_ok=True)
            sweep(batch.out)
        earlier = _earlier(ever(batch.out) - students)
        write_class(students, False, batch.out)
        finished = _Finished(batch, slots, events, marks, intake.uploads)
        try:
            events.started(len(students), batch.sheet, slots.count)
            anew = told(batch.regrade, batch.anew, batch.out)
            remarks = [*intake.remarks, earlier, *anew, slots.remark]
            for remark in filter(None, [*remarks, *strangers(batch.waivers, students)]):
                events.remark(remark)
            _grade_all(batch, intake.uploads, slots, finished, events)
            write_class(students, True, batch.out)
        finally:
            reached = len(finished.summaries)
            summaries = finished.summaries | _left(batch, students - set(finished.summaries))
            ordered = [summaries[key] for key in sorted(summaries)]
            try:
                write_pages(ordered, batch.out)
                write_manual(finished.by_hand, batch.out)
            finally:
                events.stopped(reached)
    return ordered


def _check_place(batch: Batch) -> None:
    """Raise UsageError unless OUT is apart from the uploads and from other assignments' results."""
    if batch.out.resolve().is_relative_to(batch.uploads.resolve()):
        raise UsageError(
            f"{batch.out} lies in {batch.uploads}, and the next run would take it for an upload; "
            "give another folder to --out."
        )
    first = min((batch.out / "students").glob("*/result.json"), default=None)
    earlier = result_in(batch.out, first.parent.name) if first else None
    if earlier and earlier.assignment != batch.sheet.name:
        raise UsageError(
            f"{batch.out} holds results of the assignment {earlier.assignment}; give each "
            "assignment a folder of its own, or its exports mix them."
        )


def _earlier(students: Set[str]) -> str:
    """Return whose results lie in OUT and are none of this run's, or ""."""
    if not students:
        return ""
    return (
        f"Of an earlier run, and not among these uploads: {listed(sorted(students))}. Their "
        "results stay, and are on no page and in no export."
    )


def _slots(batch: Batch, events: Events) -> AbstractContextManager[Slots]:
    if not batch.scheduler:
        return local_slots(batch.jobs, batch.sandbox, batch.hidden)
    from graders.batch.cluster import cluster_slots  # what it imports takes a second

    return cluster_slots(batch.scheduler, batch.sheet, batch.seed, batch.hidden, events.remark)


class _Finished:
    """Takes each result that is there to disk and to the user, and keeps what the pages need."""

    def __init__(
        self,
        batch: Batch,
        slots: Slots,
        events: Events,
        marks: Mapping[manual_csv.Key, manual_csv.Mark],
        uploads: Sequence[Upload],
    ) -> None:
        self.summaries: dict[str, ResultSummary] = {}
        self.by_hand: list[manual_csv.ManualEntry] = []
        self._batch, self._slots, self._events, self._marks = batch, slots, events, marks
        self._fellows = {upload.student.id: upload.fellows for upload in uploads}

    def take(self, result: Result, fresh: bool) -> None:
        """Finish this result, and the same for all others who handed it in."""
        self._take_one(result, fresh)
        for own in _of_fellows(result, self._fellows[result.student.id]):
            known = _known_result(self._batch, own.student, self._slots)
            self._take_one(own, fresh or known is None)

    def _take_one(self, result: Result, fresh: bool) -> None:
        batch = self._batch
        earlier = result_in(batch.out, result.student.id)
        final = _final(batch, result, self._marks, earlier)
        if fresh or final != earlier:
            write_result(final, batch.out, batch.sheet.title)
        self.summaries[final.student.id] = summarise(final)
        self.by_hand.extend(manual_csv.entries(final))
        remarks = (
            manual_csv.given_for_another_upload(final, earlier),
            cost_changed(final, earlier),
        )
        for remark in filter(None, remarks):
            self._events.remark(remark)
        self._events.finished(final, fresh)


def _left(batch: Batch, students: Set[str]) -> dict[str, ResultSummary]:
    """Return the results of an earlier run to which a run that was stopped did not come."""
    found = {student: result_in(batch.out, student) for student in students}
    return {s: summarise(r) for s, r in found.items() if r and r.assignment == batch.sheet.name}


def _marks(batch: Batch, students: Set[str]) -> dict[manual_csv.Key, manual_csv.Mark]:
    """Read the points by hand before any work, so that what is wrong in them is told at once."""
    students = students | {folder.name for folder in (batch.out / "students").glob("*")}
    return manual_csv.read_marks(batch.out, dict.fromkeys(students, batch.sheet.manual_points))


def _final(
    batch: Batch,
    result: Result,
    marks: Mapping[manual_csv.Key, manual_csv.Mark],
    earlier: Result | None,
) -> Result:
    """Add what is decided without grading: what lateness costs, and points by hand."""
    sheet, waiver = batch.sheet, batch.waivers.get(result.student.id)
    late = lateness(result.student, sheet.deadline, sheet.late, waiver)
    return manual_csv.merged(replace(result, late=late), marks, earlier)


def _of_fellows(result: Result, fellows: Sequence[Student]) -> Iterator[Result]:
    """Yield the result of a group's upload to each of the others who handed it in."""
    for fellow in fellows:
        yield replace(result, student=replace(fellow, sha256=result.student.sha256))


def _grade_all(
    batch: Batch, uploads: Sequence[Upload], slots: Slots, finished: _Finished, events: Events
) -> None:
    """Keep every slot busy; a task that breaks its slot is tried again, then left to staff."""
    waiting = _tasks(batch, uploads, slots, finished)
    running: dict[Future[Result], GradingTask] = {}
    suspects: list[
        GradingTask
    ] = []  # what was in a slot that broke; run alone, so that blame is certain
    tries: Counter[str] = Counter()
    while True:
        while len(running) < (1 if suspects else AHEAD * slots.count):
            task = suspects.pop() if suspects else next(waiting, None)
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
                finished.take(future.result(), True)
            elif isinstance(problem, UsageError):
                raise problem
            elif tries[task.student.id] < TRIES:
                suspects.append(task)
            else:
                finished.take(_left_to_staff(batch, task, problem), True)


def _problem(future: Future[Result], batch: Batch) -> BaseException | None:
    try:
        return future.exception()
    except CancelledError:
        return lost(batch.scheduler)


def _tasks(
    batch: Batch, uploads: Sequence[Upload], slots: Slots, finished: _Finished
) -> Iterator[GradingTask]:
    """Unpack the uploads one after the other; finish those that need no worker."""
    for upload in uploads:
        try:
            student, submission = upload.read()
        except UnreadableUpload as problem:
            known = _known_result(batch, problem.student, slots)
            finished.take(known or _unreadable(batch, problem, slots.sandbox), known is None)
            continue
        known = _known_result(batch, student, slots)
        if known is not None:
            finished.take(known, False)
            continue
        yield GradingTask(student, submission, batch.sheet, batch.seed, slots.sandbox, batch.hidden)


def _known_result(batch: Batch, student: Student, slots: Slots) -> Result | None:
    """Return the result of an earlier run where upload, graders, sheet, seed and environment agree."""
    result = result_in(batch.out, student.id)
    same = (
        result is not None
        and student.id not in batch.anew
        and result.student.sha256 == student.sha256
        and result.student.upload == student.upload
        and result.assignment == batch.sheet.name
        and slots.admits(result.environment.sandbox)
        and result.environment == environment(result.environment.sandbox, batch.seed, batch.sheet)
        and result.status != "needs_staff"
        and (batch.out / "students" / student.id / "report.html").is_file()
    )
    return replace(result, student=student) if result and same else None


def _unreadable(batch: Batch, problem: UnreadableUpload, sandbox: str) -> Result:
    return ungraded(batch.sheet, problem.student, problem.sentence, batch.seed, sandbox)


def _left_to_staff(batch: Batch, task: GradingTask, problem: BaseException) -> Result:
    reason = (
        f"The grader failed {TRIES} times on this submission: {type(problem).__name__} {problem}"
    )
    result = ungraded(batch.sheet, task.student, reason.strip(), batch.seed, task.sandbox)
    return replace(result, status="needs_staff")
