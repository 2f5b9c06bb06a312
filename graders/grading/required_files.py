"""Note in a result what the sheet asks for beside code and the upload lacks."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from fnmatch import fnmatch
from pathlib import PurePosixPath

from graders.grading import self_check
from graders.results.result import Manual, QuestionResult, Result
from graders.sheets.required_files import RequiredFile, UploadName
from graders.text import printable
from graders.uploads.submission import Submission
from graders.uploads.unpack import junk_in, kind_of


def looked_at(
    result: Result,
    files: Sequence[RequiredFile],
    name: UploadName | None,
    submission: Submission,
) -> Result:
    """Note in `result` what is missing or named otherwise: it costs only what the sheet says."""
    paths = [*submission.files, *submission.left_out]
    missing = {file: note for file in files if (note := _missing(file, paths))}
    named = _named_otherwise(name, result.student.file or result.student.upload) if name else ""
    questions = tuple(_unread(question, missing) for question in result.questions)
    notes = tuple(note for note in (named, *missing.values()) if note)
    own_check = self_check.remark(submission.files, result.environment)
    return replace(result, questions=questions, notes=notes, own_check=own_check)


def _unread(question: QuestionResult, missing: Iterable[RequiredFile]) -> QuestionResult:
    """Set manual points to 0 where a file is missing of which the sheet says so."""
    file = next((f for f in missing if f.zero and question.number in f.questions), None)
    if file is None or question.manual is None:
        return question
    comment = f"{file.name} was not handed in."
    given = Manual(question.manual.max_points, Decimal(0), comment, automatic=True)
    return replace(question, manual=given)


def _missing(file: RequiredFile, paths: Iterable[str]) -> str:
    """Return a note that the file is missing, and what else of its kind there is; "" if it is there."""
    names = [PurePosixPath(path).name for path in paths if not junk_in(path)]
    if any(fnmatch(name.casefold(), file.name.casefold()) for name in names):
        return ""
    kind = PurePosixPath(file.name).suffix.casefold()
    similar = sorted(printable(n) for n in names if kind and n.casefold().endswith(kind))
    words = f"The sheet asks for {file.name}, and it is not in this upload"
    words += f"; there is {', '.join(similar[:3])}." if similar else "."
    if not file.questions:
        return words
    each = "question " if len(file.questions) == 1 else "questions "
    each += " and ".join(file.questions)
    return f"{words} The manual points of {each} are given by reading it."


def _named_otherwise(asked: UploadName, upload: str) -> str:
    """Return a note that the upload is named otherwise than asked; "" if it is not."""
    if kind_of(upload) not in ("archive", "source") or re.fullmatch(asked.pattern, upload, re.I):
        return ""
    return f"The sheet asks for an upload named {asked.shown}, and this one is {printable(upload)}."
