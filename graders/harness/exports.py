"""`reports OUT`: what is made of the reports and results of a batch that is done."""

from collections.abc import Iterator
from pathlib import Path

from graders.harness.errors import UsageError
from graders.harness.folder import newest, on_disk, results_of, write_whole
from graders.harness.sheet import read_sheet, sheet_names
from reports.export import markdown, write_pdfs, zip_reports


def export(out: Path, zipped: Path | None, pdf: bool, comments: bool) -> Iterator[str]:
    """Write what is asked for, and say after each kind what was written.

    Raises:
        UsageError: nothing is asked for, or there is nothing to make it of.
    """
    if not (zipped or pdf or comments):
        raise UsageError("Say what to write: --zip FILE, --pdf or --markdown.")
    reports = [out / "students" / student / "report.html" for student in newest(out)]
    if zipped:
        zip_reports(reports, zipped)
        yield f"{len(reports)} reports in {zipped.resolve()}"
    if pdf:
        write_pdfs(reports)
        yield f"{len(reports)} times students/<id>/report.pdf in {out.resolve()}"
    if comments:
        yield f"{_write_comments(out)} times students/<id>/comment.md in {out.resolve()}"


def _write_comments(out: Path) -> int:
    results = results_of(out).found
    for result in results:
        known = result.assignment in sheet_names()
        title = read_sheet(result.assignment).title if known else ""
        with on_disk(out):
            path = out / "students" / result.student.id / "comment.md"
            write_whole(path, markdown(result, title))
    return len(results)
