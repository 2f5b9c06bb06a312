"""Grade one submission: run the sheet's checks and add up the points."""

import contextlib
import io
import platform
import time
import traceback
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import torch

from graders.grading.collect import functions
from graders.grading.fingerprint import GIVEN, sha256_of
from graders.grading.required_files import with_notes
from graders.grading.run_check import Finding, finding, run
from graders.paths import ROOT
from graders.remote.review import Review
from graders.remote.session import Session
from graders.results.result import (
    CheckResult,
    Environment,
    FileNotes,
    ItemResult,
    Manual,
    QuestionResult,
    Result,
    Student,
)
from graders.results.scoring import DetailCosts
from graders.results.shown_first import without_other_code
from graders.sandbox.sandbox import Sandbox
from graders.sheets.check_index import Check
from graders.sheets.items import Item
from graders.sheets.sheet import Question, Sheet
from graders.uploads.submission import Submission

TRIES = 3  # for a check that failed because of a grader error


def grade(
    submission: Submission, student: Student, sheet: Sheet, seed: int, sandbox: Sandbox
) -> Result:
    """Run every check of `sheet` and return the result, also if the harness itself failed."""
    torch.set_num_threads(1)
    started = time.monotonic()
    session = Session(submission, given_files(), sandbox, sheet.limits)
    try:
        findings, problems = run_checks(session, list(sheet.checks), seed)
    finally:
        session.close()
    needs_staff = any(finding.outcome == "grader_error" for finding in findings.values())
    result = _result(
        sheet, student, findings, environment(sandbox.name, seed, sheet), session.review
    )
    result = with_notes(result, sheet.files, sheet.upload_name, submission)
    return replace(
        result,
        status="needs_staff" if needs_staff else "graded",
        message="\n".join(problems)[:4000] if needs_staff else None,
        files=_files(submission, session),
        seconds=round(time.monotonic() - started, 3),
    )


def ungraded(sheet: Sheet, student: Student, sentence: str, seed: int, sandbox: str) -> Result:
    """Return the result of an upload that cannot be read: no check was run, the maximum is the same."""
    findings = {check: Finding("not_run") for check in sheet.checks}
    result = _result(sheet, student, findings, environment(sandbox, seed, sheet))
    return replace(result, status="unreadable", message=sentence)


def environment(sandbox: str, seed: int, sheet: Sheet) -> Environment:
    """Return everything else that a result depends on, besides the submission."""
    version = platform.python_version(), str(torch.__version__)
    return Environment(*version, sandbox, seed, sha256_of(sheet))


def given_files() -> dict[str, bytes]:
    """Return the files that the course provides, for submissions without them."""
    return {file.name: file.read_bytes() for file in GIVEN}


def run_checks(
    session: Session, wanted: list[str], seed: int
) -> tuple[dict[str, Finding], list[str]]:
    """Run checks of any parts, without a sheet: their findings, and the grader errors.

    Checks ended by a grader error are run again, up to three times in all.
    """
    findings: dict[str, Finding] = {}
    problems: list[str] = []
    for _ in range(TRIES):
        missing = [check for check in wanted if check not in findings]
        if not missing:
            break
        found, problems = _run(session, missing, seed)
        findings |= found
    problems = problems if len(findings) < len(wanted) else []
    lost = Finding("grader_error", "The grader failed here, not the submission; staff will look.")
    return {check: findings.get(check, lost) for check in wanted}, problems


def _run(session: Session, wanted: list[str], seed: int) -> tuple[dict[str, Finding], list[str]]:
    """Run checks once; return findings and grader errors."""
    findings = {}
    known, problems = functions(wanted)
    for check in filter(known.get, wanted):
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                findings[check] = finding(run(session, check, known[check], seed))
        except KeyboardInterrupt:
            raise
        except BaseException as problem:  # pytest's own skip() and fail() too
            problems.append(f"{check}: {_shown(problem)}")
    return findings, problems


def _shown(problem: BaseException) -> str:
    """Show a traceback that starts at the check, one entry for each place."""
    places = traceback.extract_tb(problem.__traceback__)
    start = next((n for n, p in enumerate(places) if Path(p.filename).name.startswith("test_")), 0)
    lines = [
        f"{Path(place.filename).as_posix().removeprefix(f'{ROOT.as_posix()}/')}:{place.lineno}: "
        f"in {place.name}\n    {place.line}"
        for place in places[start:]
    ]
    return "\n".join([*lines, *traceback.format_exception_only(problem)]).rstrip()


def _result(
    sheet: Sheet,
    student: Student,
    findings: dict[str, Finding],
    environment: Environment,
    review: Review | None = None,
) -> Result:
    tampering = review.tampering if review else ()
    doubts = (doubt for finding in findings.values() for doubt in finding.doubts)
    flags = tuple(dict.fromkeys((*tampering, *doubts)))
    questions = tuple(_question(q, sheet, findings, bool(tampering)) for q in sheet.questions)
    return Result(sheet.name, student, "graded", questions, environment, flags=flags)


def _question(
    question: Question, sheet: Sheet, findings: Mapping[str, Finding], tampering: bool
) -> QuestionResult:
    items = tuple(
        item_result(item, sheet.checks, findings, sheet.details, tampering)
        for item in question.items
    )
    manual = Manual(question.manual_points) if question.manual_points is not None else None
    held = sum((item.held_points for item in items), Decimal(0))
    review = Manual(held) if held else None
    return without_other_code(
        QuestionResult(question.number, question.title, items, manual, review)
    )


def item_result(
    item: Item,
    known: Mapping[str, Check],
    findings: Mapping[str, Finding],
    costs: DetailCosts,
    tampering: bool = False,
) -> ItemResult:
    """Put what the checks of an item found together.

    Args:
        tampering: whether the submission has code that could tamper with its worker. Until a person
            has looked, all its items are held; otherwise those whose checks doubt the worker's word.
    """
    checks = tuple(
        CheckResult(
            id=check,
            sentence=known[check].sentence,
            outcome=findings[check].outcome,
            role=role,
            message=findings[check].message,
            hint=findings[check].hint,
            output=findings[check].output,
            seconds=round(findings[check].seconds, 3),
            figures=findings[check].figures,
            fault=findings[check].fault,
            place=findings[check].place,
        )
        for check, role in item.checks.items()
    )
    passed = [findings[check] for check in item.checks if findings[check].outcome == "passed"]
    result = ItemResult(item.title, item.points, checks, costs)
    doubted = any(finding.on_word and finding.doubts for finding in passed)
    return replace(result, held=result.points > 0 and (tampering or doubted))


def _files(submission: Submission, session: Session) -> tuple[FileNotes, ...]:
    """List every file with the remarks of the loader and of the unpacking."""
    notes = {name: tuple(session.loaded.notes.get(name, ())) for name in submission.files}
    notes |= {name: (f"not looked at: {why}",) for name, why in submission.left_out.items()}
    return tuple(FileNotes(name, notes[name]) for name in sorted(notes))
