"""The first stage of a run: read all inputs before anything is graded."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal

from graders.batch.extensions import unmatched
from graders.batch.regrade import regrade_remarks, to_regrade
from graders.batch.settings import Batch
from graders.errors import UsageError
from graders.results.manual_csv import Key, Mark, read_marks
from graders.results.result import REVIEW
from graders.results.store import all_students, any_result
from graders.text import listed
from graders.uploads.intake import take_in
from graders.uploads.lms.roster import read_roster
from graders.uploads.upload import Upload


@dataclass(frozen=True)
class Work:
    """The work of one run.

    Args:
        uploads: each once, by the id of its first student.
        students: ids of all with a submission, group members included.
        marks: manual grades from manual.csv.
        regraded: ids whose earlier results are not reused.
        remarks: messages for the user before grading begins.
    """

    batch: Batch
    uploads: Sequence[Upload]
    students: frozenset[str]
    marks: Mapping[Key, Mark]
    regraded: Set[str]
    remarks: tuple[str, ...]


def collect(batch: Batch) -> Work:
    """Read uploads, roster and manual grades; write nothing.

    Raises:
        UsageError: OUT is in the wrong place, or one of these cannot be read.
    """
    _check_place(batch)
    roster = read_roster(batch.roster) if batch.roster else None
    intake = take_in(batch.uploads, batch.lms, roster)
    students = frozenset(each.id for upload in intake.uploads for each in upload.students)
    marks = _marks(batch, students)
    regraded = to_regrade(batch.regrade, intake.uploads, batch.sheet, batch.out)
    remarks = [*intake.remarks, _earlier(all_students(batch.out) - students)]
    remarks += regrade_remarks(batch.regrade, regraded, batch.out)
    remarks += unmatched(batch.extensions, students)
    return Work(batch, intake.uploads, students, marks, regraded, tuple(filter(None, remarks)))


def _check_place(batch: Batch) -> None:
    """Raise UsageError unless OUT is apart from the uploads and from other assignments' results."""
    if batch.out.resolve().is_relative_to(batch.uploads.resolve()):
        raise UsageError(
            f"{batch.out} is inside {batch.uploads}, so the next run would treat it as an upload; "
            "choose another folder for --out."
        )
    earlier = any_result(batch.out)
    if earlier and earlier.assignment != batch.sheet.name:
        raise UsageError(
            f"{batch.out} contains results of the assignment {earlier.assignment}; use a "
            "separate folder for each assignment, or exports would mix them."
        )


def _marks(batch: Batch, students: Set[str]) -> dict[Key, Mark]:
    """Read the manual grades before any work, so that errors in them are reported at once."""
    students = students | {folder.name for folder in (batch.out / "students").glob("*")}
    maxima = dict(batch.sheet.manual_points)
    for question in batch.sheet.questions:
        maxima[question.number + REVIEW] = sum((i.points for i in question.items), Decimal(0))
    return read_marks(batch.out, dict.fromkeys(students, maxima))


def _earlier(students: Set[str]) -> str:
    """Return a remark on results in OUT that are not from this run, or ""."""
    if not students:
        return ""
    return (
        f"From an earlier run, but not among these uploads: {listed(sorted(students))}. Their "
        "results are kept, but left out of pages and exports."
    )
