"""Manual grading, one answer at a time: the answers to grade, saved to OUT/manual.csv.

The file is read again for every page and every save, so a spreadsheet or a second tab may change
it meanwhile: a change that the grader has not seen is never overwritten.
"""

import hashlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from graders.errors import UsageError
from graders.files import write_whole
from graders.manual.apply import worth
from graders.results import manual_csv
from graders.results.manual_csv import Key, Mark
from graders.results.result import REVIEW, Result
from graders.results.store import results_of, write_manual
from graders.sheets.sheet import read_sheet
from graders.uploads.submission import Submission
from graders.uploads.upload import UnreadableUpload, Upload


class Stale(Exception):
    """Other points were saved since the page was opened."""


@dataclass(frozen=True)
class Work:
    """One question of one student to grade manually."""

    student: str
    name: str
    question: str
    title: str
    criteria: str
    max_points: Decimal
    sha256: str  # of the upload that was graded

    @property
    def key(self) -> Key:
        return self.student, self.question


@dataclass(frozen=True)
class Desk:
    """All answers to grade manually, with the uploads."""

    out: Path
    uploads: Sequence[Upload] | None
    works: tuple[Work, ...]
    maxima: manual_csv.Maxima
    _lock: threading.Lock

    def marks(self) -> dict[Key, Mark]:
        """Read the manual grades so far.

        Raises:
            UsageError: manual.csv cannot be read, or its rows are wrong.
        """
        return manual_csv.read_marks(self.out, self.maxima)

    def save(self, work: Work, points: str, comment: str, seen: str) -> None:
        """Write points (none if the text is empty) and comment, if the row is still as `seen`.

        Raises:
            ValueError: these are not valid points for the question.
            Stale: the row has changed.
        """
        with self._lock:
            mark = manual_csv.mark_of(work.key, points, comment, self.maxima)
            if version(self.marks().get(work.key)) != seen:
                raise Stale
            write_whole(self.out / manual_csv.FILE, manual_csv.with_mark(self.out, work.key, mark))

    def submission(self, work: Work) -> Submission:
        """Read the graded submission, never a later one; it is empty without uploads."""
        if self.uploads is None:
            return Submission({})
        upload = self._by_id.get(work.student)
        digest, submission = _read(upload) if upload else ("", Submission({}))
        if digest == work.sha256:
            return submission
        if work.sha256 in self._by_hash:
            return _read(self._by_hash[work.sha256])[1]
        return Submission({}, {"the upload": "the graded upload is missing; run the batch again"})

    @cached_property
    def _by_id(self) -> Mapping[str, Upload]:
        return {student.id: upload for upload in self.uploads or () for student in upload.students}

    @cached_property
    def _by_hash(self) -> Mapping[str, Upload]:
        """Return uploads by hash: a batch with a roster may have used other ids."""
        return {_read(upload)[0]: upload for upload in self.uploads or ()}


def _read(upload: Upload) -> tuple[str, Submission]:
    """Return the hash and the files, or why there are none."""
    try:
        student, submission = upload.read()
        return student.sha256, submission
    except UnreadableUpload as problem:
        return problem.student.sha256, Submission({}, {"the upload": problem.sentence})


def desk(out: Path, uploads: Sequence[Upload] | None) -> Desk:
    """List all answers to grade manually, in the sheet's order, and write missing rows.

    Raises:
        UsageError: there are no results, or none has manual points.
    """
    of_run = results_of(out)
    entries = [entry for result in of_run.found for entry in manual_csv.entries(result)]
    if not entries:
        raise UsageError(f"No question in {out} has manual points.")
    write_manual(entries, out)
    hashes = {result.student.id: result.student.sha256 for result in of_run.found}
    names = {result.assignment for result in of_run.found}
    asked = {q.number: q for name in sorted(names) for q in read_sheet(name).questions}
    flags = {result.student.id: _to_look_at(result) for result in of_run.found}
    entries.sort(key=lambda entry: (entry.place, entry.name.casefold(), entry.student))
    works = []
    for entry in entries:
        question = asked.get(entry.question.removesuffix(REVIEW))
        criteria = question.criteria if question else ""
        works.append(
            Work(
                entry.student,
                entry.name or entry.student,
                entry.question,
                question.title if question else "",
                flags[entry.student] if entry.question.endswith(REVIEW) else criteria,
                entry.manual.max_points,
                hashes[entry.student],
            )
        )
    maxima = {result.student.id: worth(result) for result in of_run.all}
    return Desk(out, uploads, tuple(works), maxima, threading.Lock())


def _to_look_at(result: Result) -> str:
    """Return what a person should look at before points that are held count."""
    lines = "\n".join(map(str, result.flags))
    return f"{lines}\nGive the points if this code changes nothing about the answers."


def version(mark: Mark | None) -> str:
    """Return a hash of a row's state."""
    return hashlib.sha256(repr(mark).encode()).hexdigest()[:16]
