"""A student's own folder, as the course gave it out: what is theirs, and the upload made of it."""

import os
import re
import tempfile
from dataclasses import replace
from pathlib import Path

from graders.errors import UsageError
from graders.grading.grade import grade
from graders.results.result import Result, Student
from graders.sandbox.sandbox import NoSandbox
from graders.sheets.sheet import Sheet
from graders.uploads.intake import find_uploads
from graders.uploads.submission import Submission
from graders.uploads.unpack import junk_in

OWN = "sheet.json"  # beside the graders in a student's folder: which sheet it is
GIVEN = ("README.md", "tox.ini", "toxfile.py", "report.html")
KINDS = {".py", ".ipynb", ".csv", ".pdf", ".md", ".txt", ".png", ".jpg", ".jpeg", ".svg"}
SKIPPED = {"dist", "build", "venv", "env", "node_modules"}
LARGEST = 50 * 2**20


def own_files(folder: Path) -> dict[str, bytes]:
    """Read what a student hands in: sources, tables, texts and pictures; not what the course gave.

    Raises:
        UsageError: there is none, or it is too large.
    """
    found: dict[str, bytes] = {}
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in SKIPPED)
        for name in sorted(names):
            path = Path(place, name).relative_to(folder)
            if path.suffix.casefold() not in KINDS or path.as_posix() in GIVEN:
                continue
            if not name.startswith(".") and not junk_in(path.as_posix()):
                found[path.as_posix()] = (folder / path).read_bytes()
    if not any(name.casefold().endswith((".py", ".ipynb")) for name in found):
        raise UsageError(
            f"{folder.resolve()} holds no .py or .ipynb file; run this where yours are."
        )
    if (size := sum(map(len, found.values()))) > LARGEST:
        largest = max(found, key=lambda name: len(found[name]))
        raise UsageError(
            f"Your files are {size / 2**20:.0f} MB, and {LARGEST // 2**20} MB can be handed in; the "
            f"largest is {largest}. Move data out of this folder."
        )
    return dict(sorted(found.items()))


def read_as_submitted(data: bytes, name: str) -> tuple[Student, Submission]:
    """Read an upload by the very way that a class's uploads are read.

    Raises:
        Unreadable: it cannot be read.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, name)
        file.write_bytes(data)
        (upload,) = find_uploads(file)
        return upload.read()


def graded_as_submitted(data: bytes, name: str, sheet: Sheet, seed: int) -> Result:
    """Grade an upload as a class's is graded; `name` may be "" before it has one.

    Raises:
        Unreadable: it cannot be read.
    """
    student, submission = read_as_submitted(data, name or "upload.zip")
    student = replace(student, id="you", upload=name)
    return grade(submission, student, sheet, seed, NoSandbox())


def upload_name(sheet: Sheet, given: str | None) -> str:
    """Return the upload's name: the one that was said, if the sheet allows it.

    Raises:
        UsageError: the sheet asks for another one.
    """
    name = given or f"{sheet.name}.zip"
    name += "" if name.casefold().endswith(".zip") else ".zip"
    if not re.fullmatch(r"[\w.-]+", name):
        raise UsageError(f"{name} is no file name; use letters, digits, dots, - and _.")
    if sheet.upload_name and not re.fullmatch(sheet.upload_name.pattern, name, re.IGNORECASE):
        raise UsageError(
            f"The sheet asks for an upload named {sheet.upload_name.shown}; give yours, as in "
            f"`tox -e submit -- NAME.zip`."
        )
    return name
