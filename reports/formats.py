"""A class's reports in other formats: one zip, PDF through a browser, Markdown for LMS comments."""

import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from graders.errors import UsageError
from graders.files import on_disk, write_whole
from graders.results.result import QuestionResult, Result
from graders.results.shown_first import first_to_fix
from graders.results.store import newest, results_of
from graders.sheets.sheet import read_sheet, sheet_names
from graders.text import block, counted, decimal, line, points_of, sentence
from reports.outcome_words import OUTCOME_WORDS
from reports.publish import render_again

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PATIENCE = 120  # seconds that a browser may take for one report
MOMENT = (1980, 1, 1, 0, 0, 0)  # of every file in the zip: the same reports give the same bytes
MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|!~&$])")


def zip_reports(files: Sequence[Path], target: Path) -> None:
    """Write all reports into one zip, each as <id>.html.

    Raises:
        UsageError: the zip cannot be written, or a report cannot be read.
    """
    part = target.with_name(f".{target.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                entry = zipfile.ZipInfo(f"{file.parent.name}.html", MOMENT)
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
        os.replace(part, target)
    except OSError as problem:
        part.unlink(missing_ok=True)
        raise UsageError(f"Cannot write {target}: {problem.strerror}.") from problem


def find_browser() -> str:
    """Return the path of Chromium or Chrome.

    Raises:
        UsageError: neither is installed; the text names an alternative.
    """
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise UsageError(
            "PDFs need Chromium or Chrome, and neither was found. Install one "
            "(Debian, Ubuntu: sudo apt-get install chromium), or open a report and print it."
        )
    return found


def write_pdfs(files: Sequence[Path]) -> None:
    """Print each report as report.pdf beside it.

    Raises:
        UsageError: there is no browser, or it fails on a report.
    """
    browser = find_browser()
    for file in files:
        _print(browser, file.resolve(), file.with_suffix(".pdf").resolve())


def _print(browser: str, page: Path, target: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        printed = Path(scratch) / "report.pdf"
        command = [browser, "--headless", "--disable-gpu", "--disable-background-networking"]
        command += ["--no-first-run", f"--user-data-dir={scratch}/profile"]
        # Chromium does not start as root with its sandbox; a report contains no scripts.
        command += ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        command += ["--no-pdf-header-footer", f"--print-to-pdf={printed}", page.as_uri()]
        try:
            subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise UsageError(f"{browser} did not print {page}: {problem}.") from problem
        if not printed.is_file():
            raise UsageError(
                f"{browser} did not print {page}. Does it open the page if you start it yourself?"
            )
        shutil.copyfile(printed, target)


def markdown(result: Result, sheet: str = "") -> str:
    """Return a short text of a result for an LMS's comment field."""
    title = f"{_plain(line(sheet or result.assignment))}: "
    if result.status == "needs_staff":
        title += "not decided yet"
    else:
        title += points_of(result.points, result.max_points)
    lines = [f"**{title}**", ""]
    if result.status == "unreadable":
        lines += ["Your upload could not be read, so no check could be run.", ""]
    if result.message and result.status != "needs_staff":
        lines += [_plain(sentence(result.message)), ""]
    if result.status != "unreadable":
        lines += [*map(_question, result.questions), ""]
    if result.pending_points:
        lines += [f"{counted(result.pending_points, 'point')} still to be graded manually.", ""]
    return "\n".join([*lines, *_first(result), "The details are in the report."]) + "\n"


def _question(question: QuestionResult) -> str:
    full = sum(item.points == item.max_points for item in question.items)
    items = f", {full} of {counted(len(question.items), 'item')} in full"
    name = _plain(f"Question {line(question.number)}: {line(question.title)}")
    points = f"{decimal(question.points)} of {decimal(question.max_points)}"
    return f"- {name}: {points}{items if question.items else ''}"


def _first(result: Result) -> list[str]:
    check = first_to_fix(result)
    if check is None:
        return []
    word = OUTCOME_WORDS[check.outcome].word
    lines = [f"**Fix this first:** {_plain(sentence(check.sentence or check.id))} ({word})", ""]
    if check.message:
        text = block(check.message)
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
        lines += [fence, text, fence, ""]
    if check.hint:
        lines += [f"Hint: {_plain(sentence(check.hint))}", ""]
    return lines


def _plain(text: str) -> str:
    """Escape the Markdown characters of a text."""
    return MARKDOWN.sub(r"\\\1", text)


def export(
    out: Path, zipped: Path | None, pdf: bool, comments: bool, render: bool = False
) -> Iterator[str]:
    """Write the requested formats, and yield a line for each.

    Raises:
        UsageError: nothing is requested, or there are no results.
    """
    if not (zipped or pdf or comments or render):
        raise UsageError("Choose what to write: --render, --zip FILE, --pdf or --markdown.")
    if render:
        rendered = counted(render_again(out), "report")
        yield f"{rendered} rendered, with the class page, in {out.resolve()}"
    reports = [out / "students" / student / "report.html" for student in newest(out)]
    if zipped:
        zip_reports(reports, zipped)
        yield f"{len(reports)} reports in {zipped.resolve()}"
    if pdf:
        write_pdfs(reports)
        yield f"{len(reports)} files students/<id>/report.pdf in {out.resolve()}"
    if comments:
        yield f"{_write_comments(out)} files students/<id>/comment.md in {out.resolve()}"


def _write_comments(out: Path) -> int:
    results = results_of(out).found
    for result in results:
        known = result.assignment in sheet_names()
        title = read_sheet(result.assignment).title if known else ""
        with on_disk(out):
            path = out / "students" / result.student.id / "comment.md"
            write_whole(path, markdown(result, title))
    return len(results)
