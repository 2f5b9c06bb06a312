"""Check one submission, a student's own folder as a rule: a summary on the terminal and a report."""

import argparse
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from graders.harness.batch import write_whole
from graders.harness.errors import UsageError
from graders.harness.grade import grade
from graders.harness.result import CheckResult, QuestionResult, Result, Student, number, to_json
from graders.harness.selftest import choose
from graders.harness.sheet import Sheet, read_sheet
from graders.harness.submission import Submission
from graders.harness.upload import find_uploads, read_folder
from reports.student_page import render_report
from reports.text import SENTENCE_LIMIT, block, line

SIGNS = {"passed": "✓", "not_run": "-", "grader_error": "?"}


def check(options: argparse.Namespace, console: Console) -> int:
    """Grade one folder or archive; 0 means full checked points.

    Raises:
        UsageError: the folder, the sheet or the part is not there.
    """
    sheet = read_sheet(options.assignment)
    if options.part:
        sheet = only_part(sheet, options.part)
    student, submission = _read(options.folder)
    result = grade(submission, student, sheet, options.seed, choose(options.sandbox))
    if options.json:
        print(to_json(result), end="")
        return int(not result.all_checks_passed)
    report = options.report or _beside(options.folder)
    write_whole(report, render_report(result, sheet.title))
    show(result, report, console)
    return int(not result.all_checks_passed)


def only_part(sheet: Sheet, part: str) -> Sheet:
    """Give the sheet with the checks of one part alone.

    Raises:
        UsageError: the sheet does not check this part.
    """
    if part not in sheet.parts:
        raise UsageError(
            f"{sheet.name} checks no part `{part}`; it checks {', '.join(sheet.parts)}."
        )
    known = sheet.checks
    questions = [
        replace(q, checks={c: p for c, p in q.checks.items() if known[c].part == part})
        for q in sheet.questions
    ]
    kept = tuple(replace(q, manual_points=None) for q in questions if q.checks)
    points = sum((q.max_points for q in kept), Decimal(0))
    return replace(sheet, questions=kept, points=points, files=(), upload_name=None)


def show(result: Result, report: Path, console: Console) -> None:
    """Print the result in short: questions, checks that are not passed, what to fix first."""
    for question in result.questions:
        console.print(_question(question))
        for found in question.checks:
            if found.outcome != "passed":
                console.print(_lost(found))
    lost = [found for found in result.checks if found.outcome != "passed"]
    if lost:
        console.print()
        console.print(Text("Fix this first", "bold"))
        for text in (lost[0].sentence, lost[0].message, lost[0].hint):
            if text:
                console.print(Text(block(text)))
    console.print()
    console.print(Text(f"{number(result.points)} of {number(result.max_points)} points", "bold"))
    if result.pending_points:
        console.print(f"{number(result.pending_points)} of them are given by hand, later.")
    for text in result.notes:
        console.print(Text(line(text, SENTENCE_LIMIT)))
    if result.message:
        console.print(Text(block(result.message)))
    console.print(Text(f"The report: {report.resolve()}"), soft_wrap=True)


def _question(question: QuestionResult) -> Table:
    passed = sum(found.outcome == "passed" for found in question.checks)
    whole = passed == len(question.checks)
    row = Table.grid(expand=True)
    row.add_column()
    row.add_column(justify="right")
    row.add_row(
        Text(f"{question.number}. {line(question.title)}", "bold"),
        Text(
            f"{passed} of {len(question.checks)} checks passed, "
            f"{number(question.points)} of {number(question.max_points)} points",
            "green" if whole else "",
        ),
    )
    return row


def _lost(check: CheckResult) -> Table:
    row = Table.grid(padding=(0, 1))
    row.add_row("  ", Text(SIGNS.get(check.outcome, "✗"), "red"), Text(line(check.sentence)))
    return row


def _read(path: Path) -> tuple[Student, Submission]:
    if path.is_dir():
        return Student(path.resolve().name, ""), read_folder(path)
    uploads = find_uploads(path)
    if len(uploads) != 1:
        raise UsageError(f"{path} holds {len(uploads)} uploads; grade a class with `batch`.")
    return uploads[0].read()


def _beside(path: Path) -> Path:
    return path / "report.html" if path.is_dir() else path.with_name(f"{path.stem}-report.html")
