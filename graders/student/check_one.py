"""Check one submission, usually a student's own folder: a summary on the terminal and a report."""

import argparse
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from rich.console import Console

from graders.errors import UsageError
from graders.files import write_whole
from graders.grading.grade import grade
from graders.results.result import Result, Student
from graders.results.result_json import to_json
from graders.sandbox.selftest import choose
from graders.sheets.sheet import Sheet, read_sheet
from graders.uploads.intake import find_uploads
from graders.uploads.submission import Submission
from graders.uploads.upload import read_folder
from reports.student.student_page import render_report
from reports.terminal import show


def check(options: argparse.Namespace, console: Console) -> int:
    """Grade one folder or archive; return 0 if all checks passed.

    Raises:
        UsageError: the folder, the sheet or the part does not exist.
    """
    sheet = read_sheet(options.assignment)
    if options.part:
        sheet = only_part(sheet, options.part)
    student, submission = _read(options.folder)
    result = grade(submission, student, sheet, options.seed, choose(options.sandbox))
    if options.json:
        print(to_json(result), end="")
        return int(not result.all_checks_passed)
    report = write_report(result, sheet, options.report or _beside(options.folder))
    show(result, report, console)
    return int(not result.all_checks_passed)


def write_report(result: Result, sheet: Sheet, file: Path) -> Path:
    """Write a result's report, completely or not at all, and return its path."""
    write_whole(file, render_report(result, sheet.title))
    return file


def only_part(sheet: Sheet, part: str) -> Sheet:
    """Return the sheet with only the checks of one part.

    Raises:
        UsageError: the sheet has no checks of this part.
    """
    if part not in sheet.parts:
        raise UsageError(
            f"{sheet.name} has no part `{part}`; its parts are {', '.join(sheet.parts)}."
        )
    known = sheet.checks
    questions = [
        replace(q, items=tuple(i for i in q.items if known[next(iter(i.checks))].part == part))
        for q in sheet.questions
    ]
    kept = tuple(replace(q, manual_points=None) for q in questions if q.items)
    points = sum((q.max_points for q in kept), Decimal(0))
    return replace(sheet, questions=kept, points=points, files=(), upload_name=None)


def _read(path: Path) -> tuple[Student, Submission]:
    if path.is_dir():
        return Student(path.resolve().name, ""), read_folder(path)
    uploads = find_uploads(path)
    if len(uploads) != 1:
        raise UsageError(f"{path} contains {len(uploads)} uploads; grade a class with `batch`.")
    return uploads[0].read()


def _beside(path: Path) -> Path:
    return path / "report.html" if path.is_dir() else path.with_name(f"{path.stem}-report.html")
