"""A student's folder: the student's own files, and the upload with them."""

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
from graders.uploads.kinds import junk_in
from graders.uploads.submission import Submission

OWN = "sheet.json"  # beside the graders in a student's folder: the sheet's name
GIVEN = ("README.md", "tox.ini", "toxfile.py", "report.html")
KINDS = {".py", ".ipynb", ".csv", ".pdf", ".md", ".txt", ".png", ".jpg", ".jpeg", ".svg"}
SKIPPED = {"dist", "build", "venv", "env", "node_modules"}
LARGEST = 50 * 2**20


def own_files(folder: Path) -> dict[str, bytes]:
    """Read the files to submit: sources, tables, texts and pictures, but no files of the course.

    Raises:
        UsageError: there are none, or they are too large.
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
            f"{folder.resolve()} contains no .py or .ipynb file; run this where your files are."
        )
    if (size := sum(map(len, found.values()))) > LARGEST:
        largest = max(found, key=lambda name: len(found[name]))
        raise UsageError(
            f"Your files have {size / 2**20:.0f} MB, more than the limit of {LARGEST // 2**20} MB; the "
            f"largest is {largest}. Move data out of this folder."
        )
    return dict(sorted(found.items()))


def read_submitted(data: bytes, name: str) -> tuple[Student, Submission]:
    """Read an upload in the same way as the uploads of a class.

    Raises:
        Unreadable: it cannot be read.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, name)
        file.write_bytes(data)
        (upload,) = find_uploads(file)
        return upload.read()


def grade_submitted(data: bytes, name: str, sheet: Sheet, seed: int) -> Result:
    """Grade an upload in the same way as the uploads of a class; `name` may be "".

    Raises:
        Unreadable: it cannot be read.
    """
    student, submission = read_submitted(data, name or "upload.zip")
    student = replace(student, id="you", upload=name)
    return grade(submission, student, sheet, seed, NoSandbox())


def upload_name(sheet: Sheet, given: str | None) -> str:
    """Return the upload's name: the given one, if the sheet allows it.

    Raises:
        UsageError: the sheet requires another name.
    """
    name = given or f"{sheet.name}.zip"
    name += "" if name.casefold().endswith(".zip") else ".zip"
    if not re.fullmatch(r"[\w.-]+", name):
        raise UsageError(f"{name} is not a valid file name; use letters, digits, dots, - and _.")
    if sheet.upload_name and not re.fullmatch(sheet.upload_name.pattern, name, re.IGNORECASE):
        raise UsageError(
            f"The assignment asks for an upload named {sheet.upload_name.shown}; give that name, as in "
            f"`tox -e submit -- NAME.zip`."
        )
    return name
