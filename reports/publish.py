"""Write results and their pages into OUT."""

import contextlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from graders.errors import UsageError
from graders.files import on_disk, write_whole
from graders.results.result import Result
from graders.results.result_json import to_json
from graders.results.store import results_of
from graders.results.summary import ResultSummary, summarise
from graders.sheets.sheet import read_sheet
from reports.staff.check_page import render_checks
from reports.staff.class_page import SIMILARITY, render_class
from reports.staff.grades_csv import write_grades
from reports.student.student_page import render_report


def write_result(result: Result, out: Path, title: str) -> None:
    """Write a student's result and report; each file is replaced as a whole."""
    folder = out / "students" / result.student.id
    with on_disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / "report.html", render_report(result, title))
        write_whole(folder / "result.json", to_json(result))  # last: marks the folder complete


def render_again(out: Path) -> int:
    """Render reports, class page and tables of the newest run from its results; nothing is graded.

    Returns:
        The number of reports.
    Raises:
        UsageError: OUT contains no results, one cannot be read, or nothing can be written.
    """
    results = results_of(out).found
    for result in results:
        write_result(result, out, sheet_title([result.assignment]))
    write_pages([summarise(result) for result in results], out)
    return len(results)


def write_pages(summaries: Sequence[ResultSummary], out: Path) -> None:
    """Write the class page, a page for each failed check, and grades.csv, from all results so far."""
    pages = render_checks(summaries)
    with on_disk(out):
        (out / "checks").mkdir(exist_ok=True)
        for old in (out / "checks").glob("*.html"):
            if old.name not in pages:
                old.unlink()
        for name, page in pages.items():
            write_whole(out / "checks" / name, page)
        similarity = (out / SIMILARITY).is_file()
        title = sheet_title(summary.assignment for summary in summaries)
        write_whole(out / "index.html", render_class(summaries, title, similarity))
        write_grades(summaries, out / "grades.csv")


def sheet_title(assignments: Iterable[str]) -> str:
    """Return the titles of these assignments; "" if one no longer exists."""
    with contextlib.suppress(UsageError):
        return ", ".join(read_sheet(name).title for name in sorted(set(assignments)))
    return ""
