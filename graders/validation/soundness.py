"""Run the checks on known-wrong and known-correct answers.

Mistakes are in graders/mistakes/, correct answers in fixtures/variants/. Both run like submissions,
with the same checks; only the worker stays warm between them, since the code is our own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from rich.table import Table as Printed

from graders.errors import UsageError
from graders.grading.grade import given_files, run_checks
from graders.grading.run_check import Finding
from graders.mistakes import Mistake, Weight, weights
from graders.remote.connection import Connection
from graders.remote.session import Session
from graders.sandbox.sandbox import NoSandbox
from graders.sheets.check_index import known_checks, of_part
from graders.sheets.limits import Limits
from graders.uploads.submission import Submission
from graders.validation.answers import may_lose, mistakes, reference_files, variants, with_mistake
from graders.validation.kept import Kept, band_problems, kept
from graders.validation.shown import UNWANTED, Shown, shown_of

HINTED = 0.95  # of the mistakes get the right hint, not only a failed check
UNWEIGHED = Weight("fatal", "no severity is given")  # `template` asks for one
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
    unrecognised: tuple[str, ...] = field(default=())
    out_of_band: tuple[str, ...] = field(default=())
    kept: tuple[Kept, ...] = field(default=())
    shown: tuple[Shown, ...] = field(default=())

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
        wrong = self.survivors or self.lost or self.never_failed or self.problems
        return enough and not (wrong or self.unrecognised or self.out_of_band)

    @property
    def lines(self) -> Iterator[str]:
        """Yield a line for each problem."""
        kinds = {
            "not caught": self.survivors,
            "no hint": self.unhinted,
            "loses points": self.lost,
            "no mistake fails": self.never_failed,
            "grader error": self.problems,
            "not recognised as it should be": self.unrecognised,
            "outside its band": self.out_of_band,
            "shown first": [each.line for each in self.shown if each.verdict in UNWANTED],
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
        """Run the checks of one part; return findings by name, and grader errors.

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


def _row(bench: Bench, part: str, seeds: Sequence[int], whole: bool) -> SoundnessRow:
    found, weighed = _Found(), weights(part)
    for mistake in mistakes(part):
        try:
            files = with_mistake(part, mistake)
        except UsageError as problem:
            found.survivors.append(f"{mistake.name}: {problem}")
            continue
        for seed in seeds:
            findings, own = bench.run(files, part, seed, () if whole else mistake.fails)
            found.add(f"{mistake.name}: seed {seed}: ", mistake, findings, own)
            if whole:
                weight = weighed.get(mistake.name, UNWEIGHED)
                found.kept += kept(part, mistake, weight, findings)
                if seed == seeds[0]:
                    found.shown.append(shown_of(part, mistake, mistakes(part), findings))
    right = {"the reference": reference_files()} | variants(part)
    for name, files in right.items():
        for seed in seeds:
            findings, own = bench.run(files, part, seed)
            case = f"{name}: seed {seed}: "
            found.problems += [case + line for line in own]
            lost = _lost(findings, may_lose(part).get(name, ()))
            found.lost += [case + line for line in lost]
    return found.row(part, len(right))


@dataclass
class _Found:
    """What the checks of one part have found so far."""

    survivors: list[str] = field(default_factory=list)
    unhinted: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unrecognised: list[str] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)

    def add(self, case: str, mistake: Mistake, findings: Findings, own: Sequence[str]) -> None:
        """Add what was found of a mistake under one seed."""
        self.failed |= _failed(findings)
        self.problems += [case + line for line in own]
        self.survivors += [case + line for line in _not_caught(mistake, findings)]
        self.unhinted += [case + line for line in _not_hinted(mistake, findings)]
        self.unrecognised += [case + line for line in _not_recognised(mistake, findings)]

    def row(self, part: str, right: int) -> SoundnessRow:
        """Return the row of the part, with so many right answers."""
        return SoundnessRow(
            part,
            len(mistakes(part)),
            right,
            tuple(self.survivors),
            tuple(self.unhinted),
            tuple(self.lost),
            tuple(name for name in checks_of(part) if name not in self.failed),
            tuple(self.problems),
            tuple(self.unrecognised),
            tuple(band_problems(self.kept)),
            tuple(self.kept),
            tuple(self.shown),
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
    """Yield the hints that were shown, if none has the words that the student needs.

    A mistake that was recognised as what it is needs no other hint.
    """
    if mistake.recognised and mistake.recognised in _recognised(findings):
        return
    texts = [
        " ".join(f"{findings[name].message} {findings[name].hint}".split())
        for name in sorted(_failed(findings))
    ]
    if not mistake.hint or not any(mistake.hint in text for text in texts):
        hints = {findings[name].hint for name in _failed(findings)}
        yield f"`{mistake.hint}` is not among: {' | '.join(sorted(hints))}"


def _not_recognised(mistake: Mistake, findings: Findings) -> Iterator[str]:
    """Yield what a mistake should have been recognised as, and what else it was taken for."""
    names = _recognised(findings)
    if mistake.recognised and mistake.recognised not in names:
        yield f"as “{mistake.recognised}”"
    for name in sorted(names - {mistake.recognised}):
        yield f"taken for “{name}”"


def _recognised(findings: Findings) -> set[str]:
    faults = (findings[name].fault for name in _failed(findings))
    return {fault.name for fault in faults if fault}


def _lost(findings: Findings, may: Sequence[str]) -> Iterator[str]:
    failed = {name for name, finding in findings.items() if finding.outcome != "passed"}
    for name in sorted(failed - set(may)):
        yield f"{name}: {findings[name].outcome}: {findings[name].message} {findings[name].hint}"
    for name in may:
        if name not in failed:
            yield f"{name} should fail, and does not"


def _cases(lines: Sequence[str]) -> int:
    return len({line.partition(": ")[0] for line in lines})
