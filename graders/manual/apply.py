"""Merge manual points into existing results: no upload is opened, nothing is graded.

A batch does the same. This is for later, when the uploads may be gone, the graders may be newer, or
the machine may have no sandbox.
"""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from graders.results import manual_csv
from graders.results.result import Result
from graders.results.store import results_of, write_manual
from graders.results.summary import summarise
from graders.sheets.sheet import read_sheet
from reports.publish import write_pages, write_result


@dataclass(frozen=True)
class Merged:
    """Counts of a merge: students, results with new points, answers to grade, missing results."""

    students: int
    changed: int
    waiting: int
    missing: int
    finished: bool


def merge(out: Path) -> Merged:
    """Read OUT/manual.csv into all results of OUT, and write reports, class page and grades.

    Raises:
        UsageError: there are no results, or a row is wrong; then nothing is written.
    """
    of_run = results_of(out)
    results = {result.student.id: result for result in of_run.found}
    marks = manual_csv.read_marks(out, {each.student.id: worth(each) for each in of_run.all})
    merged = [manual_csv.merged(result, marks, result) for result in results.values()]
    changed = [result for result in merged if result != results[result.student.id]]
    titles = {result.assignment: read_sheet(result.assignment).title for result in changed}
    for result in changed:
        write_result(result, out, titles[result.assignment])
    write_pages([summarise(result) for result in merged], out)
    entries = [entry for result in merged for entry in manual_csv.entries(result)]
    write_manual(entries, out)
    waiting = sum(entry.manual.points is None for entry in entries)
    return Merged(len(merged), len(changed), waiting, len(of_run.missing), of_run.finished)


def worth(result: Result) -> dict[str, Decimal]:
    """Return the maximum of each of a result's rows in manual.csv."""
    rows = [row for question in result.questions for row in question.by_hand.items()]
    return {name: manual.max_points for name, manual in rows}
