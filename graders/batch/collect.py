"""The first stage of a run: which uploads there are, and all that is read before any is graded."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from graders.batch.extensions import strangers
from graders.batch.regrade import graded_anew, told
from graders.batch.settings import Batch
from graders.errors import UsageError
from graders.results.manual_csv import Key, Mark, read_marks
from graders.results.store import ever, result_in
from graders.text import listed
from graders.uploads.intake import take_in
from graders.uploads.lms.roster import read_roster
from graders.uploads.upload import Upload


@dataclass(frozen=True)
class Work:
    """What a run grades and publishes.

    Args:
        uploads: each once, by the id of who is named first.
        students: ids of all who handed in, group members included.
        marks: manual grades, as manual.csv holds them.
        regraded: ids whose results of earlier runs are not taken over.
        remarks: what the user should know before grading begins.
    """

    batch: Batch
    uploads: Sequence[Upload]
    students: frozenset[str]
    marks: Mapping[Key, Mark]
    regraded: Set[str]
    remarks: tuple[str, ...]


def collect(batch: Batch) -> Work:
    """Read uploads, roster and manual grades; nothing is written.

    Raises:
        UsageError: OUT is in the wrong place, or one of these cannot be read.
    """
    _check_place(batch)
    roster = read_roster(batch.roster) if batch.roster else None
    intake = take_in(batch.uploads, batch.lms, roster)
    students = frozenset(each.id for upload in intake.uploads for each in upload.students)
    marks = _marks(batch, students)
    regraded = graded_anew(batch.regrade, intake.uploads, batch.sheet, batch.out)
    remarks = [*intake.remarks, _earlier(ever(batch.out) - students)]
    remarks += [*told(batch.regrade, regraded, batch.out), *strangers(batch.waivers, students)]
    return Work(batch, intake.uploads, students, marks, regraded, tuple(filter(None, remarks)))


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


def _marks(batch: Batch, students: Set[str]) -> dict[Key, Mark]:
    """Read the manual grades before any work, so that what is wrong in them is told at once."""
    students = students | {folder.name for folder in (batch.out / "students").glob("*")}
    return read_marks(batch.out, dict.fromkeys(students, batch.sheet.manual_points))


def _earlier(students: Set[str]) -> str:
    """Return whose results lie in OUT and are none of this run's, or ""."""
    if not students:
        return ""
    return (
        f"Of an earlier run, and not among these uploads: {listed(sorted(students))}. Their "
        "results stay, and are on no page and in no export."
    )
