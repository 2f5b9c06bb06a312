"""Reports for an LMS: a zip with file names that contain the LMS's own ids."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from graders.errors import UsageError
from graders.files import packed
from graders.gradebook import FEEDBACK
from graders.gradebook.changes import LeftOut, who
from graders.results.result import Result


@dataclass(frozen=True)
class Feedback:
    """Reports by their name in the zip, and the students who are left out."""

    files: Mapping[str, bytes]
    left: tuple[LeftOut, ...]

    def zipped(self) -> bytes:
        return packed(self.files)


def feedback(kind: str, out: Path, results: Sequence[Result]) -> Feedback:
    """Collect the reports of a batch's folder; one for each upload, also for a group's upload.

    Raises:
        UsageError: a report is missing.
    """
    files: dict[str, bytes] = {}
    left: list[LeftOut] = []
    for result in results:
        name = FEEDBACK[kind](result.student.upload)
        if result.status == "needs_staff":
            left.append(LeftOut(who(result), "needs staff: the grader failed, not the submission"))
        elif name is None:
            why = f"the name of its upload contains no id: {result.student.upload}"
            left.append(LeftOut(who(result), why))
        else:
            files.setdefault(name, _report(out, result))
    return Feedback(files, tuple(left))


def _report(out: Path, result: Result) -> bytes:
    beside = out.parent if out.is_file() else out / "students" / result.student.id
    path = beside / "report.html"
    try:
        return path.read_bytes()
    except OSError as problem:
        raise UsageError(f"{path} is missing; run the same batch again.") from problem


def changed_files(files: Mapping[str, bytes], earlier: bytes) -> list[str]:
    """List what is new, changed or gone since the last zip."""
    before: dict[str, bytes] = {}
    if earlier:
        with zipfile.ZipFile(io.BytesIO(earlier)) as archive:
            before = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    new = {name: "new" for name in files if name not in before}
    other = {n: "changed" for n, data in files.items() if n in before and before[n] != data}
    gone = {name: "no longer there" for name in before if name not in files}
    return [f"{name}: {what}" for name, what in sorted((new | other | gone).items())]
