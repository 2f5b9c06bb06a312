"""What a sheet requires of an upload besides code: further files, and the upload's name."""

import re
from dataclasses import dataclass
from typing import Any

from graders.sheets.toml_values import one_of, required, table, tables, text

FILE_KEYS = ("name", "questions", "missing")
NAME_KEYS = ("pattern", "shown")


@dataclass(frozen=True)
class RequiredFile:
    """A required file, in any folder and in upper or lower case.

    Args:
        name: as in report.pdf; `*` stands for anything.
        questions: those whose manual grades depend on it.
        zero: whether these grades are 0 if it is missing; otherwise staff decide.
    """

    name: str
    questions: tuple[str, ...] = ()
    zero: bool = False


@dataclass(frozen=True)
class UploadName:
    """The required name of the upload: a regular expression, and the same for people."""

    pattern: str
    shown: str


def read_file(document: Any) -> RequiredFile:
    """Return one of a sheet's `[[files]]`; raise ValueError with the reason if it is invalid."""
    entry = table(document, "an entry of `files`", FILE_KEYS)
    name = text(required(entry, "name", "an entry of `files`"), "a file's `name`")
    if "/" in name or "\\" in name:
        raise ValueError(f"the file {name} must be a name without folders")
    questions = tables(entry.get("questions", []), f"the `questions` of {name}")
    missing = one_of(entry.get("missing", "note"), f"`missing` of {name}", ("note", "zero"))
    if missing == "zero" and not questions:
        raise ValueError(f"the file {name} says `zero` but names no questions")
    numbers = tuple(text(number, f"a question of {name}") for number in questions)
    return RequiredFile(name, numbers, missing == "zero")


def read_name(document: Any) -> UploadName:
    """Return a sheet's `[upload_name]`; raise ValueError with the reason if it is invalid."""
    entry = table(document, "`upload_name`", NAME_KEYS)
    pattern = text(required(entry, "pattern", "`upload_name`"), "`upload_name.pattern`")
    try:
        re.compile(pattern)
    except re.error as problem:
        raise ValueError(
            f"`upload_name.pattern` {pattern} is not a regular expression: {problem}"
        ) from problem
    return UploadName(
        pattern, text(required(entry, "shown", "`upload_name`"), "`upload_name.shown`")
    )
