"""Put points by hand into results that are there already: no upload is opened, nothing is graded.

A batch does the same on its way. This is for the day after, when the uploads may be gone, the graders
newer, or the machine without a sandbox.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from graders.harness import manual
from graders.harness.errors import UsageError
from graders.harness.folder import result_in, write_manual, write_pages, write_result
from graders.harness.result import Result
from graders.harness.sheet import read_sheet
from reports.summary import summarise


@dataclass(frozen=True)
class Merged:
    """What came of it: the class, and how many results have other points than before."""

    students: int
    changed: int
    waiting: int


def merge(out: Path) -> Merged:
    """Read OUT/manual.csv into all results of OUT, and write reports, class page and grades.

    Raises:
        UsageError: there are no results, or a row is wrong; then nothing is written.
    """
    results = {result.student.id: result for result in results_of(out)}
    marks = manual.read_marks(out, {student: worth(each) for student, each in results.items()})
    merged = [manual.merged(result, marks, result) for result in results.values()]
    changed = [result for result in merged if result != results[result.student.id]]
    titles = {result.assignment: read_sheet(result.assignment).title for result in changed}
    for result in changed:
        write_result(result, out, titles[result.assignment])
    write_pages([summarise(result) for result in merged], out)
    entries = [entry for result in merged for entry in manual.entries(result)]
    write_manual(entries, out)
    waiting = sum(entry.manual.points is None for entry in entries)
    return Merged(len(merged), len(changed), waiting)


def results_of(out: Path) -> Iterator[Result]:
    folders = sorted((out / "students").glob("*/result.json"))
    if not folders:
        raise UsageError(f"{out} holds no results; give the folder that `batch --out` wrote.")
    for file in folders:
        result = result_in(out, file.parent.name)
        if result is None:
            raise UsageError(f"{file} is no result; run the batch again.")
        yield result


def worth(result: Result) -> dict[str, Decimal]:
    return {q.number: q.manual.max_points for q in result.questions if q.manual}
