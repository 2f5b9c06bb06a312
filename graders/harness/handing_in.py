"""What a sheet asks of an upload beside its code: files that belong to it, and the upload's name."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import Any

from graders.harness import marker
from graders.harness.archive import printable
from graders.harness.attempts import without_attempt
from graders.harness.lms.brightspace import brightspace_owner
from graders.harness.lms.canvas import canvas_owner
from graders.harness.lms.moodle import moodle_owner
from graders.harness.result import Manual, QuestionResult, Result
from graders.harness.submission import Submission
from graders.harness.typed import one_of, required, table, tables, text
from graders.harness.unpack import junk_in, kind_of

FILE_KEYS = ("name", "questions", "missing")
NAME_KEYS = ("pattern", "shown")


@dataclass(frozen=True)
class RequiredFile:
    """A file that belongs to the upload, in any folder and in upper or lower case.

    Args:
        name: as in report.pdf; `*` stands for anything.
        questions: whose manual points are given by reading it.
        zero: whether these are 0 where it is missing; else a person decides.
    """

    name: str
    questions: tuple[str, ...] = ()
    zero: bool = False

    def note(self, paths: Iterable[str]) -> str:
        """Say that it is missing, and what else of its kind there is; "" where it is there."""
        names = [PurePosixPath(path).name for path in paths if not junk_in(path)]
        if any(fnmatch(name.casefold(), self.name.casefold()) for name in names):
            return ""
        kind = PurePosixPath(self.name).suffix.casefold()
        alike = sorted(printable(n) for n in names if kind and n.casefold().endswith(kind))
        words = f"The sheet asks for {self.name}, and it is not in this upload"
        words += f"; there is {', '.join(alike[:3])}." if alike else "."
        if not self.questions:
            return words
        each = "question " if len(self.questions) == 1 else "questions "
        each += " and ".join(self.questions)
        return f"{words} The points by hand of {each} are given by reading it."


@dataclass(frozen=True)
class UploadName:
    """How the sheet asks to name the upload: a regular expression, and the same for people."""

    pattern: str
    shown: str

    def note(self, upload: str) -> str:
        """Say that an upload of this name, as the LMS stores it, is named otherwise; "" if not."""
        own = own_name(upload)
        if kind_of(own) not in ("archive", "source") or re.fullmatch(self.pattern, own, re.I):
            return ""
        return f"The sheet asks for an upload named {self.shown}, and this one is {printable(own)}."


def own_name(upload: str) -> str:
    """Give the student's own name for a file, without what an LMS puts around it."""
    if owner := canvas_owner(upload):
        return without_attempt(owner.file)
    owner = moodle_owner(upload) or brightspace_owner(upload)
    return owner.file if owner else upload


def looked_at(
    result: Result,
    files: Sequence[RequiredFile],
    name: UploadName | None,
    submission: Submission,
) -> Result:
    """Note in `result` what is missing or named otherwise: it costs only what the sheet says."""
    paths = [*submission.files, *submission.left_out]
    missing = {file: note for file in files if (note := file.note(paths))}
    named = name.note(result.student.upload) if name else ""
    questions = tuple(_unread(question, missing) for question in result.questions)
    notes = tuple(note for note in (named, *missing.values()) if note)
    own_check = marker.told(submission.files, result.environment)
    return replace(result, questions=questions, notes=notes, own_check=own_check)


def _unread(question: QuestionResult, missing: Iterable[RequiredFile]) -> QuestionResult:
    """Give 0 points by hand where a file is missing of which the sheet says so."""
    file = next((f for f in missing if f.zero and question.number in f.questions), None)
    if file is None or question.manual is None:
        return question
    comment = f"{file.name} was not handed in."
    given = Manual(question.manual.max_points, Decimal(0), comment, automatic=True)
    return replace(question, manual=given)


def read_file(document: Any) -> RequiredFile:
    """Read one of a sheet's `[[files]]`; ValueError is half a sentence."""
    entry = table(document, "an entry of `files`", FILE_KEYS)
    name = text(required(entry, "name", "an entry of `files`"), "a file's `name`")
    if "/" in name or "\\" in name:
        raise ValueError(f"the file {name} must be a name without folders")
    questions = tables(entry.get("questions", []), f"the `questions` of {name}")
    missing = one_of(entry.get("missing", "note"), f"`missing` of {name}", ("note", "zero"))
    if missing == "zero" and not questions:
        raise ValueError(f"the file {name} says `zero`, and names no questions")
    numbers = tuple(text(number, f"a question of {name}") for number in questions)
    return RequiredFile(name, numbers, missing == "zero")


def read_name(document: Any) -> UploadName:
    """Read a sheet's `[upload_name]`; ValueError is half a sentence."""
    entry = table(document, "`upload_name`", NAME_KEYS)
    pattern = text(required(entry, "pattern", "`upload_name`"), "`upload_name.pattern`")
    try:
        re.compile(pattern)
    except re.error as problem:
        raise ValueError(
            f"`upload_name.pattern` {pattern} is no regular expression: {problem}"
        ) from problem
    return UploadName(
        pattern, text(required(entry, "shown", "`upload_name`"), "`upload_name.shown`")
    )
