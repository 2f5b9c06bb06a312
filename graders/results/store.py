"""OUT, the folder of results: the results of earlier runs, and atomic writes."""

import json
import os
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from graders.errors import UsageError
from graders.files import on_disk, write_whole
from graders.results import manual_csv
from graders.results.result import Result
from graders.results.result_json import from_json

CLASS = "class.json"  # the newest run: {"students": [id, ...], "finished": false}
UNFINISHED = re.compile(r"\..+\.([0-9]+)\.[a-z0-9_]{8}")  # the temporary names of `write_whole`


@dataclass(frozen=True)
class Results:
    """The results of the newest run in OUT.

    Args:
        found: by student id.
        missing: ids of students that the run did not reach.
        earlier: of students who are only in an earlier run; pages and exports leave them out.
        finished: whether the run finished; otherwise some results may belong to earlier uploads.
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
    there, (students, finished) = all_students(out), _class(out)
    found = _newest(out, there, students)
    missing = sorted((students or set()) - there)
    earlier = filter(None, (result_in(out, each) for each in sorted(there - set(found))))
    files = (out / "students" / each / "result.json" for each in found)
    return Results(tuple(map(read_result, files)), tuple(missing), tuple(earlier), finished)


def newest(out: Path) -> list[str]:
    """List the students of the newest run with results in OUT.

    Raises:
        UsageError: there is none.
    """
    students, _ = _class(out)
    return _newest(out, all_students(out), students)


def _newest(out: Path, there: set[str], students: set[str] | None) -> list[str]:
    found = there if students is None else there & students
    if there and not found:
        raise UsageError(
            f"The newest run into {out} has graded nobody yet; run the batch until it finishes."
        )
    if not found:
        raise UsageError(f"{out} contains no results; give the folder that `batch --out` wrote.")
    return sorted(found)


def all_students(out: Path) -> set[str]:
    """Return the students with results in OUT, of any run."""
    return {file.parent.name for file in (out / "students").glob("*/result.json")}


def write_class(students: Collection[str], finished: bool, out: Path) -> None:
    """Record the students of this run, and whether it finished."""
    document = {"students": sorted(students), "finished": finished}
    with on_disk(out):
        write_whole(out / CLASS, json.dumps(document, indent=1) + "\n")


def _class(out: Path) -> tuple[set[str] | None, bool]:
    """Return the students of the newest run, None if not recorded, and whether it finished."""
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
        UsageError: it is not a result, or it is missing.
    """
    try:
        return from_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise UsageError(f"{file} is not a result; run the batch again.") from problem


def result_in(out: Path, student: str) -> Result | None:
    """Return the result of an earlier run; None if there is none or it cannot be read."""
    try:
        return read_result(out / "students" / student / "result.json")
    except UsageError:
        return None


def any_result(out: Path) -> Result | None:
    """Return a result of an earlier run, for what all its results share; None if there is none."""
    first = min((out / "students").glob("*/result.json"), default=None)
    return result_in(out, first.parent.name) if first else None


def write_manual(entries: Sequence[manual_csv.ManualEntry], out: Path) -> None:
    """Add missing rows to manual.csv; existing rows are never modified."""
    text = manual_csv.extended(out, entries)
    if text is not None:
        with on_disk(out):
            write_whole(out / manual_csv.FILE, text)


def sweep(out: Path) -> None:
    """Remove unfinished files of killed runs; files of a running process are kept."""
    for file in (*out.glob(".*"), *out.glob("checks/.*"), *out.glob("students/*/.*")):
        unfinished = UNFINISHED.fullmatch(file.name)
        writer = int(unfinished[1]) if unfinished and file.is_file() else None
        if writer is not None and (writer == os.getpid() or not psutil.pid_exists(writer)):
            file.unlink(missing_ok=True)
