"""`reports OUT`: what is made of the reports and results of a batch that is done."""

from collections.abc import Iterator
from pathlib import Path

from graders.harness.errors import UsageError
from graders.harness.folder import on_disk, write_whole
from graders.harness.result import from_json
from graders.harness.sheet import read_sheet, sheet_names
from reports.export import markdown, report_files, write_pdfs, zip_reports


def export(out: Path, zipped: Path | None, pdf: bool, comments: bool) -> Iterator[str]:
    """Write what is asked for, and say after each kind what was written.

    Raises:
        UsageError: nothing is asked for, or there is nothing to make it of.
    """
    if not (zipped or pdf or comments):
        raise UsageError("Say what to write: --zip FILE, --pdf or --markdown.")
    if zipped:
        yield f"{zip_reports(out, zipped)} reports in {zipped.resolve()}"
    if pdf:
        yield f"{write_pdfs(out)} times students/<id>/report.pdf in {out.resolve()}"
    if comments:
        yield f"{_write_comments(out)} times students/<id>/comment.md in {out.resolve()}"


def _write_comments(out: Path) -> int:
    files = [file.with_name("result.json") for file in report_files(out)]
    for file in files:
        try:
            result = from_json(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            raise UsageError(f"{file} cannot be read: {problem}. Run the batch again.") from problem
        known = result.assignment in sheet_names()
        title = read_sheet(result.assignment).title if known else ""
        with on_disk(out):
            write_whole(file.with_name("comment.md"), markdown(result, title))
    return len(files)
