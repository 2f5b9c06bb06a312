"""Is the set consistent? Twins, sheets, fixtures; the reference earns all points, the skeleton none."""

import re
from collections.abc import Iterator, Sequence

from graders.errors import UsageError
from graders.fixtures import fixtures
from graders.paths import ROOT
from graders.sheets import versions
from graders.sheets.check_index import known_checks
from graders.sheets.sheet import SHEETS, read_sheet, sheet_names
from graders.student.release import bundle
from graders.uploads.upload import read_folder
from graders.validation.consistency import well_formed
from graders.validation.consistency.leaks import leaks
from graders.validation.consistency.twins import twin_problems
from graders.validation.floor import floors_of
from graders.validation.soundness import Bench, Findings, parts_with_checks


def problems(parts: Sequence[str] = (), seed: int = 1) -> Iterator[str]:
    """Yield a line for each problem: file and line, the problem, and the remedy.

    Args:
        parts: run their checks on the reference and the skeleton (default: all).
        seed: of the random inputs.

    Raises:
        UsageError: a part has no checks.
    """
    if broken := list(well_formed.unparsable()):
        yield from broken
        return
    known = parts_with_checks()
    if unknown := [part for part in parts if part not in known]:
        raise UsageError(f"Unknown part {', '.join(unknown)}; known parts are {', '.join(known)}.")
    yield from twin_problems(ROOT / "reference", ROOT / "student_template")
    yield from well_formed.check_problems()
    yield from _fixture_problems()
    for name in sheet_names():
        yield from _sheet_problems(name)
    yield from _part_problems(parts or known, seed)


def _fixture_problems() -> Iterator[str]:
    for name, make in fixtures.MAKERS.items():
        try:
            content, file = make(), fixtures.FIXTURES / name
            if not file.is_file() or file.read_bytes() != content:
                words = "is out of date; run `python -m graders fixtures`"
                yield f"fixtures/{name}:1: {words}"
        except (UsageError, OSError, KeyError) as problem:
            why = str(problem).rstrip(".")
            yield f"fixtures/{name}:1: cannot be built: {why}; fix that, then build it again"


def _sheet_problems(name: str) -> Iterator[str]:
    file = SHEETS / f"{name}.toml"
    try:
        sheet = read_sheet(name)
    except UsageError as problem:
        line = line_of(str(problem), file.read_text(encoding="utf-8", errors="replace"))
        yield f"graders/assignments/{file.name}:{line}: {problem} Fix the assignment file."
        return
    if line_ := versions.problem(sheet):
        yield line_
    if missing := [part for part in sheet.parts if not _both(part)]:
        words = f"reference or template of {', '.join(missing)} is missing; write it"
        yield f"graders/assignments/{file.name}:1: {words}"
        return
    yield from leaks(bundle(sheet))


def _both(part: str) -> bool:
    return all((ROOT / f / f"{part}.py").is_file() for f in ("reference", "student_template"))


def line_of(problem: str, text: str) -> int:
    """Return the line of a sheet that a message is about; 1 if it names none."""
    if found := re.search(r"at line (\d+)", problem):
        return int(found[1])
    lines = list(enumerate(text.splitlines(), 1))
    if "add up" in problem:  # the sheet's own points come before those of its items
        return next((number for number, line in lines if re.match(r"points\s*=", line)), 1)
    checks = re.findall(r"test_\w+\.py::\w+", problem)
    patterns = [rf'\s*"{re.escape(check)}"' for check in checks]
    patterns += [rf'title = "{re.escape(t)}"' for t in re.findall(r"item “(.+?)” of", problem)]
    patterns += [rf"number = \"?{re.escape(n)}\b" for n in re.findall(r"question (\S+)", problem)]
    patterns += [rf"\s*{key}\s*=" for key in re.findall(r"`(?:\w+\.)*(\w+)`", problem)]
    for pattern in patterns:
        if places := [number for number, line in lines if re.match(pattern, line)]:
            return places[-1]
    return 1


def _part_problems(parts: Sequence[str], seed: int) -> Iterator[str]:
    """Run the checks of these parts on the reference and the skeleton, in one warm worker."""
    right, skeleton = (read_folder(ROOT / f).files for f in ("reference", "student_template"))
    bench = Bench()
    try:
        for part in parts:
            modules = (f"graders.checks.test_{part}", f"graders.mistakes.{part}")
            broken = filter(None, map(well_formed.importable, modules))
            if line := next(broken, ""):
                yield line
            elif _both(part):
                yield from well_formed.mistake_problems(part)
                yield from _right_problems(*bench.run(right, part, seed), part)
                yield from _skeleton_problems(bench.run(skeleton, part, seed)[0], part)
                yield from _floor_problems(bench, part, seed)
    finally:
        bench.close()


def _right_problems(findings: Findings, own: Sequence[str], part: str) -> Iterator[str]:
    for name, finding in findings.items():
        why = " ".join([finding.message, *(line for line in own if name in line)])
        if finding.outcome != "passed":
            words = f"the reference loses points: {why}"
            yield _line(part, name, words, f"fix reference/{part}.py or the check")


def _skeleton_problems(findings: Findings, part: str) -> Iterator[str]:
    for name, finding in findings.items():
        file = f"student_template/{part}.py"
        if finding.outcome == "passed":
            yield _line(part, name, "the skeleton earns points", f"put a stub into {file}")
        elif finding.outcome != "not_begun":  # twins have all names
            words = f"the skeleton fails for another reason than a stub: {finding.message}"
            yield _line(part, name, words, f"fix {file} or what the check calls first")


def _floor_problems(bench: Bench, part: str, seed: int) -> Iterator[str]:
    """Yield the items of assignments that answers without any work earn."""
    for floor in floors_of(bench, part, seed):
        if not floor.holds:
            file = SHEETS / f"{floor.sheet}.toml"
            place = line_of(f"item “{floor.items[0]}” of", file.read_text(encoding="utf-8"))
            words = f"{floor.line}; give the item a core check that such an answer fails"
            yield f"graders/assignments/{file.name}:{place}: {words}"


def _line(part: str, name: str, what: str, remedy: str) -> str:
    check = known_checks()[f"test_{part}.py::{name}"]
    place = f"{check.file.relative_to(ROOT).as_posix()}:{check.line}"
    return f"{place}: {name}: {' '.join(what.split())[:500]}; {remedy}"
