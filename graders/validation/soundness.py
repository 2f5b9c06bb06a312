"""Run the checks on known-wrong and known-correct answers.

Mistakes are in graders/mistakes/, correct answers in fixtures/variants/. Both run like submissions,
with the same checks; only the worker stays warm between them, since the code is our own.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module, util
from types import ModuleType

import torch
from rich.table import Table as Printed

from graders.errors import UsageError
from graders.grading.grade import given_files, run_checks
from graders.grading.run_check import Finding
from graders.mistakes import Mistake
from graders.paths import ROOT
from graders.remote.connection import Connection
from graders.remote.session import Session
from graders.sandbox.sandbox import NoSandbox
from graders.sheets.check_index import known_checks, of_part
from graders.sheets.limits import Limits
from graders.uploads.submission import Submission

REFERENCE = ROOT / "reference"
VARIANTS = ROOT / "fixtures" / "variants"
HINTED = 0.95  # of the mistakes get the right hint, not only a failed check
SOURCES = (".py", ".ipynb")
TABLE = ".csv"
Findings = dict[str, Finding]  # by a check's name, without its file


@dataclass(frozen=True)
class SoundnessRow:
    """The results of one part, each case over all seeds.

    A mistake is caught if all checks that it names fail, and hinted if a failed one shows the words
    that it names. A variant passes if it fails only the checks that it may fail.
    """

    part: str
    mistakes: int
    variants: int
    survivors: tuple[str, ...]
    unhinted: tuple[str, ...]
    lost: tuple[str, ...]
    never_failed: tuple[str, ...]
    problems: tuple[str, ...] = field(default=())

    @property
    def caught(self) -> int:
        return self.mistakes - _cases(self.survivors)

    @property
    def hinted(self) -> int:
        return self.mistakes - _cases(self.unhinted)

    @property
    def passed(self) -> int:
        return self.variants - _cases(self.lost)

    @property
    def holds(self) -> bool:
        enough = self.hinted >= HINTED * self.mistakes
        return enough and not (self.survivors or self.lost or self.never_failed or self.problems)

    @property
    def lines(self) -> Iterator[str]:
        """Yield a line for each problem."""
        kinds = {
            "not caught": self.survivors,
            "no hint": self.unhinted,
            "loses points": self.lost,
            "no mistake fails": self.never_failed,
            "grader's own fault": self.problems,
        }
        for kind, lines in kinds.items():
            yield from (f"{self.part}: {kind}: {line}" for line in lines)


@dataclass(frozen=True)
class SoundnessTable:
    """The rows of all requested parts."""

    rows: tuple[SoundnessRow, ...]

    @property
    def holds(self) -> bool:
        return all(row.holds for row in self.rows)


def soundness(parts: Sequence[str], seeds: Iterable[int], whole: bool = True) -> SoundnessTable:
    """Run the checks of these parts on the reference, the mistakes and the variants.

    Args:
        whole: whether to run all checks of the part on a mistake, or only those that it names,
            which takes a fraction of the time.
    """
    torch.set_num_threads(1)
    bench = Bench()
    try:
        return SoundnessTable(tuple(_row(bench, part, tuple(seeds), whole) for part in parts))
    finally:
        bench.close()


def parts_with_checks() -> list[str]:
    return list(dict.fromkeys(check.part for check in known_checks().values()))


def checks_of(part: str) -> list[str]:
    """List the checks of a part, without its file."""
    return [check.id.partition("::")[2] for check in of_part(part)]


def printed(table: SoundnessTable) -> Printed:
    """Return the table for a terminal."""
    columns = ("part", "mistakes", "caught", "hinted", "variants", "passed")
    lines = Printed(*columns, box=None)
    for row in table.rows:
        counts = (row.mistakes, row.caught, row.hinted, row.variants, row.passed)
        lines.add_row(row.part, *map(str, counts), style="" if row.holds else "red")
    return lines


class Bench:
    """One warm worker for our own submissions; a lost one is replaced."""

    def __init__(self) -> None:
        self._warm: Connection | None = None

    def run(
        self, files: Mapping[str, bytes], part: str, seed: int, names: Sequence[str] = ()
    ) -> tuple[Findings, list[str]]:
        """Run the checks of one part; return findings by name, and the grader's own faults.

        Args:
            names: of the checks to run (default: all of the part).
        """
        wanted = [f"test_{part}.py::{name}" for name in names or checks_of(part)]
        sandbox = NoSandbox()
        session = Session(Submission(files), given_files(), sandbox, Limits(), self._warm)
        found, problems = run_checks(session, wanted, seed)
        self._warm = session.give_back()
        return {check.partition("::")[2]: finding for check, finding in found.items()}, problems

    def close(self) -> None:
        if self._warm is not None:
            self._warm.close()
            self._warm = None


def reference_files() -> dict[str, bytes]:
    files = [file for file in sorted(REFERENCE.glob("*")) if file.suffix in (".py", TABLE)]
    return {file.name: file.read_bytes() for file in files}


def mistakes(part: str) -> tuple[Mistake, ...]:
    """Return the known wrong answers of a part."""
    found: tuple[Mistake, ...] = getattr(_notes(part), "MISTAKES", ())
    return found


def may_lose(part: str) -> Mapping[str, tuple[str, ...]]:
    """Return the checks that each variant may fail, and must fail."""
    found: Mapping[str, tuple[str, ...]] = getattr(_notes(part), "MAY_LOSE", {})
    return found


def with_mistake(part: str, mistake: Mistake) -> dict[str, bytes]:
    """Return the reference with one mistake.

    Raises:
        UsageError: an edit does not match the current reference.
    """
    name = mistake.file or f"{part}.py"
    text = before = (REFERENCE / name).read_text(encoding="utf-8")
    for old, new in mistake.edits:
        if (times := before.count(old)) != 1 or old not in text:
            raise UsageError(f"`{old.strip()}` occurs {times} times in reference/{name}, not once")
        text = text.replace(old, new)
    if text == before:
        raise UsageError("its edits change nothing")
    try:
        if not name.endswith(TABLE):
            ast.parse(text)  # our own text: a mistake must not be a syntax error
    except SyntaxError as problem:
        raise UsageError(f"line {problem.lineno} cannot be parsed: {problem.msg}") from problem
    return reference_files() | {name: text.encode()}


def variants(part: str) -> dict[str, dict[str, bytes]]:
    """Return the correct answers of a part: a file each, or a folder, instead of <part>.py."""
    rest = {name: text for name, text in reference_files().items() if name != f"{part}.py"}
    found = {}
    for path in sorted((VARIANTS / part).glob("*")):
        if path.is_dir():
            inside = [p for p in sorted(path.rglob("*")) if p.suffix in (*SOURCES, TABLE)]
            own = {p.relative_to(path).as_posix(): p.read_bytes() for p in inside}
            found[path.name] = rest | own
        elif path.suffix in SOURCES:
            found[path.stem] = rest | {f"{part}{path.suffix}": path.read_bytes()}
    return found


def _row(bench: Bench, part: str, seeds: Sequence[int], whole: bool) -> SoundnessRow:
    survivors: list[str] = []
    unhinted: list[str] = []
    lost: list[str] = []
    problems: list[str] = []
    failed: set[str] = set()
    for mistake in mistakes(part):
        try:
            files = with_mistake(part, mistake)
        except UsageError as problem:
            survivors.append(f"{mistake.name}: {problem}")
            continue
        for seed in seeds:
            findings, own = bench.run(files, part, seed, () if whole else mistake.fails)
            case = f"{mistake.name}: seed {seed}: "
            failed |= _failed(findings)
            problems += [case + line for line in own]
            survivors += [case + line for line in _not_caught(mistake, findings)]
            unhinted += [case + line for line in _not_hinted(mistake, findings)]
    right = {"the reference": reference_files()} | variants(part)
    for name, files in right.items():
        for seed in seeds:
            findings, own = bench.run(files, part, seed)
            case = f"{name}: seed {seed}: "
            problems += [case + line for line in own]
            lost += [case + line for line in _lost(findings, may_lose(part).get(name, ()))]
    never = tuple(name for name in checks_of(part) if name not in failed)
    count = len(mistakes(part)), len(right)
    return SoundnessRow(
        part, *count, tuple(survivors), tuple(unhinted), tuple(lost), never, tuple(problems)
    )


def _failed(findings: Findings) -> set[str]:
    innocent = ("passed", "grader_error")
    return {name for name, finding in findings.items() if finding.outcome not in innocent}


def _not_caught(mistake: Mistake, findings: Findings) -> Iterator[str]:
    failed = _failed(findings)
    if not failed:
        yield "no check fails"
    for name in mistake.fails:
        if name not in failed:
            yield f"{name} does not fail, but {', '.join(sorted(failed)) or 'none'}"
    if not mistake.fails:
        yield "it names no check that must fail"


def _not_hinted(mistake: Mistake, findings: Findings) -> Iterator[str]:
    texts = [
        " ".join(f"{findings[name].message} {findings[name].hint}".split())
        for name in sorted(_failed(findings))
    ]
    if not mistake.hint or not any(mistake.hint in text for text in texts):
        hints = {findings[name].hint for name in _failed(findings)}
        yield f"`{mistake.hint}` is not among: {' | '.join(sorted(hints))}"


def _lost(findings: Findings, may: Sequence[str]) -> Iterator[str]:
    failed = {name for name, finding in findings.items() if finding.outcome != "passed"}
    for name in sorted(failed - set(may)):
        yield f"{name}: {findings[name].outcome}: {findings[name].message} {findings[name].hint}"
    for name in may:
        if name not in failed:
            yield f"{name} should fail, and does not"


def _notes(part: str) -> ModuleType | None:
    name = f"graders.mistakes.{part}"
    return import_module(name) if util.find_spec(name) else None


def _cases(lines: Sequence[str]) -> int:
    return len({line.partition(": ")[0] for line in lines})
