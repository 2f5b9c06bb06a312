"""Note in a result which required files the upload lacks."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from fnmatch import fnmatch
from pathlib import PurePosixPath

from graders.results.result import Manual, QuestionResult, Result
from graders.sheets.required_files import RequiredFile, UploadName
from graders.text import printable
from graders.uploads.kinds import junk_in, kind_of
from graders.uploads.submission import Submission


def with_notes(
    result: Result,
    files: Sequence[RequiredFile],
    name: UploadName | None,
    submission: Submission,
) -> Result:
    """Add notes to `result` on missing or misnamed files; they cost only what the sheet says."""
    paths = [*submission.files, *submission.left_out]
    missing = {file: note for file in files if (note := _missing(file, paths))}
    named = _misnamed(name, result.student.file or result.student.upload) if name else ""
    questions = tuple(_unread(question, missing) for question in result.questions)
    notes = tuple(note for note in (named, *missing.values()) if note)
    return replace(result, questions=questions, notes=notes)


def _unread(question: QuestionResult, missing: Iterable[RequiredFile]) -> QuestionResult:
    """Set manual points to 0 if a missing file requires it, according to the sheet."""
    file = next((f for f in missing if f.zero and question.number in f.questions), None)
    if file is None or question.manual is None:
        return question
    comment = f"{file.name} was not submitted."
    given = Manual(question.manual.max_points, Decimal(0), comment, automatic=True)
    return replace(question, manual=given)


def _missing(file: RequiredFile, paths: Iterable[str]) -> str:
    """Return a note that the file is missing, with similar files; "" if it is there."""
    names = [PurePosixPath(path).name for path in paths if not junk_in(path)]
    if any(fnmatch(name.casefold(), file.name.casefold()) for name in names):
        return ""
    kind = PurePosixPath(file.name).suffix.casefold()
    similar = sorted(printable(n) for n in names if kind and n.casefold().endswith(kind))
    words = f"The assignment asks for {file.name}, and it is not in this upload"
    words += f"; there is {', '.join(similar[:3])}." if similar else "."
    if not file.questions:
        return words
    each = "question " if len(file.questions) == 1 else "questions "
    each += " and ".join(file.questions)
    return f"{words} It is needed to grade {each} manually."


def _misnamed(asked: UploadName, upload: str) -> str:
    """Return a note that the upload does not have the required name; "" if it has."""
    if kind_of(upload) not in ("archive", "source") or re.fullmatch(asked.pattern, upload, re.I):
        return ""
    name = printable(upload)
    return f"The assignment asks for an upload named {asked.shown}, and this one is {name}."
