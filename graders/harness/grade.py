"""Grade one submission: run its sheet's checks through pytest and add up what they earned."""

import contextlib
import io
import os
import platform
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch

from graders.harness import handing_in
from graders.harness.checks import GRADERS
from graders.harness.deciding import GIVEN, sha256_of
from graders.harness.plugin import Finding, Grading
from graders.harness.result import (
    CheckResult,
    Environment,
    FileNotes,
    Manual,
    QuestionResult,
    Result,
    Student,
)
from graders.harness.sandbox import Sandbox
from graders.harness.session import Session
from graders.harness.sheet import Sheet
from graders.harness.submission import Submission

TRIES = 3  # for a check that failed through our own fault
OPTIONS = ["-c", os.devnull, f"--rootdir={GRADERS}", "--noconftest", "-p", "no:cacheprovider"]
# Without the cut, pytest lists every folder above, however full that is.
OPTIONS += [f"--confcutdir={GRADERS}"]
OPTIONS += ["-p", "no:capture", "-p", "no:logging", "-p", "no:warnings", "-q", "--no-header"]
OPTIONS += ["--import-mode=importlib", "--tb=short", "--continue-on-collection-errors"]
# These collect garbage ten times a run, to report what no one reads: half of pytest's own time.
OPTIONS += ["-p", "no:unraisableexception", "-p", "no:threadexception"]


def grade(
    submission: Submission, student: Student, sheet: Sheet, seed: int, sandbox: Sandbox
) -> Result:
    """Run every check of `sheet` and give the result, also where the harness itself failed."""
    torch.set_num_threads(1)
    started = time.monotonic()
    session = Session(submission, given_files(), sandbox, sheet.limits)
    try:
        findings, problems = run_checks(session, list(sheet.checks), seed)
    finally:
        session.close()
    needs_staff = any(finding.outcome == "grader_error" for finding in findings.values())
    result = _result(sheet, student, findings, environment(sandbox.name, seed, sheet))
    result = handing_in.looked_at(result, sheet.files, sheet.upload_name, submission)
    return replace(
        result,
        status="needs_staff" if needs_staff else "graded",
        message="\n".join(problems)[:4000] if needs_staff else None,
        files=_files(submission, session),
        seconds=round(time.monotonic() - started, 3),
    )


def ungraded(sheet: Sheet, student: Student, sentence: str, seed: int, sandbox: str) -> Result:
    """Give the result of an upload that cannot be read: no check was run, the maximum stays."""
    findings = {check: Finding("not_run") for check in sheet.checks}
    result = _result(sheet, student, findings, environment(sandbox, seed, sheet))
    return replace(result, status="unreadable", message=sentence)


def environment(sandbox: str, seed: int, sheet: Sheet) -> Environment:
    """Say what a result depends on besides the submission."""
    version = platform.python_version(), str(torch.__version__)
    return Environment(*version, sandbox, seed, sha256_of(sheet))


def given_files() -> dict[str, bytes]:
    """Give what the course supplies, for submissions that left it out."""
    return {file.name: file.read_bytes() for file in GIVEN}


def run_checks(
    session: Session, wanted: list[str], seed: int
) -> tuple[dict[str, Finding], list[str]]:
    """Run checks of any parts, without a sheet: their findings, and what was our own fault.

    Those that our own fault ended are run again, up to three times in all.
    """
    findings: dict[str, Finding] = {}
    problems: list[str] = []
    for _ in range(TRIES):
        missing = [check for check in wanted if check not in findings]
        if not missing:
            break
        grading = Grading(session, missing, seed)
        _pytest(grading, missing)
        own = grading.problems
        failed = {check for check in missing if any(check in p.split(": ")[0] for p in own)}
        findings |= {c: f for c, f in grading.findings.items() if c not in failed}
        problems = own or problems  # a broken file that is imported again says nothing
    problems = problems if len(findings) < len(wanted) else []
    lost = Finding("grader_error", "The grader failed here, not the submission; staff will look.")
    return {check: findings.get(check, lost) for check in wanted}, problems


def _pytest(grading: Grading, wanted: list[str]) -> None:
    files = sorted({str(GRADERS / check.partition("::")[0]) for check in wanted})
    with _clean_environment(), contextlib.redirect_stdout(io.StringIO()):
        pytest.main([*OPTIONS, *files], plugins=[grading])
    if grading.interrupted:
        raise KeyboardInterrupt  # pytest keeps Ctrl-C to itself


@contextlib.contextmanager
def _clean_environment() -> Iterator[None]:
    """Keep options and plugins of the user's own pytest out of ours."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PYTEST_")}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith("PYTEST_")]:
            del os.environ[name]
        os.environ.update(kept)


def _result(
    sheet: Sheet, student: Student, findings: dict[str, Finding], environment: Environment
) -> Result:
    known = sheet.checks
    questions = tuple(
        QuestionResult(
            question.number,
            question.title,
            tuple(
                CheckResult(
                    id=check,
                    sentence=known[check].sentence,
                    outcome=findings[check].outcome,
                    max_points=points,
                    message=findings[check].message,
                    hint=findings[check].hint,
                    output=findings[check].output,
                    seconds=round(findings[check].seconds, 3),
                    figures=findings[check].figures,
                )
                for check, points in question.checks.items()
            ),
            Manual(question.manual_points) if question.manual_points is not None else None,
        )
        for question in sheet.questions
    )
    return Result(sheet.name, student, "graded", questions, environment)


def _files(submission: Submission, session: Session) -> tuple[FileNotes, ...]:
    """List every file with what the loader and the unpacking say about it."""
    notes = {name: tuple(session.notes.get(name, ())) for name in submission.files}
    notes |= {name: (f"not looked at: {why}",) for name, why in submission.left_out.items()}
    return tuple(FileNotes(name, notes[name]) for name in sorted(notes))
