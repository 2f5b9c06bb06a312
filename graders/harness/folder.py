"""OUT, the folder of results: what an earlier run left there, and files that appear whole."""

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from graders.harness import manual
from graders.harness.errors import UsageError
from graders.harness.result import Result
from graders.harness.result_json import from_json, to_json
from graders.harness.sheet import read_sheet
from reports.check_page import render_checks
from reports.class_page import SIMILARITY, render_class
from reports.grades import write_grades
from reports.student_page import render_report
from reports.summary import ResultSummary

CLASS = "class.json"  # the newest run: {"students": [id, ...], "finished": false}
UNFINISHED = re.compile(r"\..+\.([0-9]+)\.[a-z0-9_]{8}")  # as `write_whole` calls what it writes


@dataclass(frozen=True)
class Results:
    """What OUT holds of its newest run.

    Args:
        found: by student id.
        missing: ids of students to whom the run did not come.
        earlier: of students whom only an earlier run had; no page and no export knows them.
        finished: whether the run came to its end; else some are of what was handed in before.
    """

    found: tuple[Result, ...]
    missing: tuple[str, ...] = ()
    earlier: tuple[Result, ...] = ()
    finished: bool = True

    @property
    def all(self) -> tuple[Result, ...]:
        return *self.found, *self.earlier


def results_of(out: Path) -> Results:
    """Read the results of the newest run.

    Raises:
        UsageError: there is none, or one cannot be read.
    """
    there, (students, finished) = ever(out), _class(out)
    found = _newest(out, there, students)
    missing = sorted((students or set()) - there)
    earlier = filter(None, (result_in(out, each) for each in sorted(there - set(found))))
    files = (out / "students" / each / "result.json" for each in found)
    return Results(tuple(map(read_result, files)), tuple(missing), tuple(earlier), finished)


def newest(out: Path) -> list[str]:
    """List the students of the newest run whose results lie in OUT.

    Raises:
        UsageError: there is none.
    """
    students, _ = _class(out)
    return _newest(out, ever(out), students)


def _newest(out: Path, there: set[str], students: set[str] | None) -> list[str]:
    found = there if students is None else there & students
    if there and not found:
        raise UsageError(f"The newest run into {out} graded nobody yet; run the batch to its end.")
    if not found:
        raise UsageError(f"{out} holds no results; give the folder that `batch --out` wrote.")
    return sorted(found)


def ever(out: Path) -> set[str]:
    """Give the students whose results lie in OUT, of whichever run."""
    return {file.parent.name for file in (out / "students").glob("*/result.json")}


def write_class(students: Collection[str], finished: bool, out: Path) -> None:
    """Write down who is in this run, and whether it came to its end."""
    document = {"students": sorted(students), "finished": finished}
    with on_disk(out):
        write_whole(out / CLASS, json.dumps(document, indent=1) + "\n")


def _class(out: Path) -> tuple[set[str] | None, bool]:
    """Give who is in the newest run, None where nothing says so, and whether it came to its end."""
    try:
        document = json.loads((out / CLASS).read_bytes())
        return set(map(str, document["students"])), document["finished"] is True
    except FileNotFoundError:
        return None, True
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise UsageError(f"{out / CLASS} cannot be read; run the batch again.") from problem


def read_result(file: Path) -> Result:
    """Read a result.json.

    Raises:
        UsageError: it is none, or not there.
    """
    try:
        return from_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise UsageError(f"{file} is no result; run the batch again.") from problem


def result_in(out: Path, student: str) -> Result | None:
    """Give the result of an earlier run; None where there is none that can be read."""
    try:
        return read_result(out / "students" / student / "result.json")
    except UsageError:
        return None


def write_result(result: Result, out: Path, title: str) -> None:
    """Write a student's result and report; a reader sees the old files or the new ones, never half."""
    folder = out / "students" / result.student.id
    with on_disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / "report.html", render_report(result, title))
        write_whole(folder / "result.json", to_json(result))  # last: it says that all is there


def write_pages(summaries: Sequence[ResultSummary], out: Path) -> None:
    """Write the class page, a page for each failed check, and grades.csv, of all results so far."""
    pages = render_checks(summaries)
    with on_disk(out):
        (out / "checks").mkdir(exist_ok=True)
        for old in (out / "checks").glob("*.html"):
            if old.name not in pages:
                old.unlink()
        for name, page in pages.items():
            write_whole(out / "checks" / name, page)
        similarity = (out / SIMILARITY).is_file()
        write_whole(out / "index.html", render_class(summaries, _title(summaries), similarity))
        write_grades(summaries, out / "grades.csv")


def _title(summaries: Sequence[ResultSummary]) -> str:
    """Give the titles of the class's sheets; of a sheet that is gone, the name stays."""
    with contextlib.suppress(UsageError):
        return ", ".join(read_sheet(n).title for n in sorted({s.assignment for s in summaries}))
    return ""


def write_manual(entries: Sequence[manual.Entry], out: Path) -> None:
    """Add the rows that manual.csv lacks; what is there stays as it is."""
    text = manual.extended(out, entries)
    if text is not None:
        with on_disk(out):
            write_whole(out / manual.FILE, text)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that it appears at once, with all its content."""
    prefix = f".{path.name}.{os.getpid()}."
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def sweep(out: Path) -> None:
    """Remove what runs that were killed had begun to write; what runs now keeps its files."""
    for file in (*out.glob(".*"), *out.glob("checks/.*"), *out.glob("students/*/.*")):
        unfinished = UNFINISHED.fullmatch(file.name)
        writer = int(unfinished[1]) if unfinished and file.is_file() else None
        if writer is not None and (writer == os.getpid() or not psutil.pid_exists(writer)):
            file.unlink(missing_ok=True)


@contextlib.contextmanager
def on_disk(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise UsageError(
            f"Cannot write to {place}: {problem.strerror}. Finished results are kept; put that "
            "right and run the same command again."
        ) from problem
