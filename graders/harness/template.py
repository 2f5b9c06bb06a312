"""Does the set hold together? Twins, sheets, fixtures; the reference earns all, the skeleton none."""

from collections.abc import Iterator

from graders.harness import fixtures, sentences
from graders.harness.checks import known_checks
from graders.harness.errors import UsageError
from graders.harness.grade import grade
from graders.harness.leaks import leaks
from graders.harness.release import bundle
from graders.harness.result import Result, Student
from graders.harness.sandbox import ROOT, NoSandbox
from graders.harness.session import NOTHING
from graders.harness.sheet import Sheet, read_sheet, sheet_names
from graders.harness.twins import twin_problems
from graders.harness.upload import read_folder


def problems(seed: int = 1) -> Iterator[str]:
    """Yield a line for everything that does not hold: where, what, and the remedy."""
    yield from twin_problems(ROOT / "reference", ROOT / "student_template")
    for name in fixtures.changed():
        yield f"fixtures/{name}: is not what its command makes; run `python -m graders fixtures`"
    sheets = []
    for name in sheet_names():
        try:
            sheets.append(read_sheet(name))
        except UsageError as problem:
            yield f"graders/assignments/{name}.toml: {problem}"
    for sheet in sheets:
        if line := sentences.problem(sheet):
            yield line
        yield from leaks(bundle(sheet))
        yield from _reference_problems(sheet, seed)
        yield from _skeleton_problems(sheet, seed)


def _reference_problems(sheet: Sheet, seed: int) -> Iterator[str]:
    for check in _graded("reference", sheet, seed).checks:
        if check.outcome != "passed":
            yield _line("the reference loses points", check.id, sheet, check.message)


def _skeleton_problems(sheet: Sheet, seed: int) -> Iterator[str]:
    for check in _graded("student_template", sheet, seed).checks:
        if check.outcome == "passed":
            yield _line("the skeleton earns points", check.id, sheet, "make the check stricter")
        elif NOTHING not in check.message and check.outcome != "not_run":  # twins miss nothing
            yield _line("the skeleton fails for another reason", check.id, sheet, check.message)


def _graded(folder: str, sheet: Sheet, seed: int) -> Result:
    submission = read_folder(ROOT / folder)
    return grade(submission, Student(folder, ""), sheet, seed, NoSandbox())


def _line(what: str, check_id: str, sheet: Sheet, why: str) -> str:
    check = known_checks()[check_id]
    place = f"{check.file.relative_to(ROOT)}:{check.line}"
    return f"{place}: {what} ({sheet.name}): {check_id.partition('::')[2]}: {why}"
