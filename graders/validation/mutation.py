"""Mutation testing: the reference, changed in one place at a time; a check should fail.

A mutant that passes all checks is a survivor. Either a check is missing, or the mutant is correct,
or the sheets allow it: then graders/mistakes/survivors.toml gives the reason.
"""

import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from graders.errors import UsageError
from graders.grading.grade import given_files
from graders.paths import ROOT
from graders.remote.connection import Connection
from graders.remote.session import Session
from graders.sandbox.sandbox import NoSandbox
from graders.sheets.check_index import of_part
from graders.sheets.limits import Limits
from graders.uploads.submission import Submission
from graders.validation.answers import REFERENCE, TABLE
from graders.validation.in_process import run_check
from graders.validation.mutators import Mutation, changes

TEMPLATE = ROOT / "student_template"
FILE = ROOT / "graders" / "mistakes" / "survivors.toml"
SEED = 1
LIMITS = Limits(call_seconds=5.0, check_seconds=60.0)  # for endless loops


@dataclass(frozen=True)
class Verdict:
    """The results of all mutants of one part.

    Args:
        excused: the number of survivors with a reason.
        survivors: those without a reason.
        killed: mutants with a reason to survive that a check fails.
        unknown: survivor entries that match no mutant any more.
        problems: our own checks that raised.
    """

    part: str
    changes: int
    excused: int
    survivors: tuple[Mutation, ...]
    killed: tuple[str, ...]
    unknown: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not (self.survivors or self.killed or self.unknown or self.problems)

    @property
    def lines(self) -> Iterator[str]:
        """Yield a line with the counts, then one for each problem."""
        survived = self.excused + len(self.survivors)
        yield (
            f"{self.part}: {self.changes} mutants, {self.changes - survived} killed, "
            f"{self.excused} survive for a reason, {len(self.survivors)} survive without one"
        )
        yield from (f"survivor: {it.function}: {it.text}" for it in self.survivors)
        yield from (f"killed, but has a survivor entry: {text}" for text in self.killed)
        yield from (f"survivor entry matches no mutant: {text}" for text in self.unknown)
        yield from (f"grader error: {text}" for text in self.problems)


def changes_of(part: str) -> list[Mutation]:
    """List the mutants of the code that a part's template leaves to the student."""
    name = f"{part}.py"
    texts = [(folder / name).read_text(encoding="utf-8") for folder in (REFERENCE, TEMPLATE)]
    return changes(*texts)


def reasons(part: str) -> dict[tuple[str, str], str]:
    """Return the reasons why mutants of a part may survive, by function and change.

    Raises:
        UsageError: a reason is empty, or a mutant has two.
    """
    found: dict[tuple[str, str], str] = {}
    for entry in tomllib.loads(FILE.read_text(encoding="utf-8")).get(part, []):
        for text in entry["changes"]:
            key = entry["function"], text
            if key in found or not entry["reason"].strip():
                raise UsageError(f"{FILE.name}: {part}: one reason for each change: {text}")
            found[key] = entry["reason"]
    return found


def unknown(part: str) -> tuple[str, ...]:
    """List the survivor entries that match no mutant of the current reference."""
    mutants = {(it.function, it.text) for it in changes_of(part)}
    return tuple(
        f"{function}: {text}" for function, text in reasons(part) if (function, text) not in mutants
    )


def judge(part: str, seed: int = SEED) -> Verdict:
    """Run the part's checks on each of its mutants until one fails."""
    torch.set_num_threads(1)
    excuses, mutants = reasons(part), changes_of(part)
    survivors: list[Mutation] = []
    killed: list[str] = []
    problems: list[str] = []
    kills: Counter[tuple[str, str]] = Counter()
    workers = _Workers(part, seed)
    try:
        quickest = workers.quickest_first()
        for it in mutants:
            # A check that failed the last mutants of a function is likely to fail the next one.
            order = sorted(quickest, key=lambda check: -kills[it.function, check])
            failed, problem = workers.first_failed(it.source.encode(), order)
            kills[it.function, failed] += 1
            excused = (it.function, it.text) in excuses
            if problem:
                problems.append(f"{it.function}: {it.text}: {failed}: {problem}")
            elif failed and excused:
                killed.append(f"{it.function}: {it.text}: {failed}")
            elif not failed and not excused:
                survivors.append(it)
    finally:
        workers.close()
    excused_ones = sum((it.function, it.text) in excuses for it in mutants) - len(killed)
    found = tuple(survivors), tuple(killed), unknown(part), tuple(problems)
    return Verdict(part, len(mutants), excused_ones, *found)


class _Workers:
    """Runs the checks of one part in a warm worker; a lost one is replaced."""

    def __init__(self, part: str, seed: int) -> None:
        self._file, self._seed = f"{part}.py", seed
        self._tables = {file.name: file.read_bytes() for file in REFERENCE.glob(f"*{TABLE}")}
        self._checks = [check.id for check in of_part(part)]
        self._warm: Connection | None = None

    def quickest_first(self) -> list[str]:
        """Return the checks by their time on the reference, which must pass.

        Raises:
            UsageError: it does not pass.
        """
        seconds = {}
        for check in self._checks:
            begun = time.monotonic()
            failed, _ = self.first_failed((REFERENCE / self._file).read_bytes(), [check])
            seconds[check] = time.monotonic() - begun
            if failed:
                raise UsageError(f"The reference itself fails {check} under seed {self._seed}.")
        return sorted(self._checks, key=lambda check: seconds[check])

    def first_failed(self, text: bytes, checks: Sequence[str]) -> tuple[str, str]:
        """Run checks on one text until one fails; return its name and the grader error there."""
        session = Session(
            Submission(self._tables | {self._file: text}),
            given_files(),
            NoSandbox(),
            LIMITS,
            self._warm,
        )
        try:
            for check in checks:
                try:
                    if run_check(session, check, self._seed) is not None:
                        return check, ""
                except Exception as problem:  # of our own check: its author must see it
                    return check, f"{type(problem).__name__}: {problem}"
        finally:
            self._warm = session.give_back()
        return "", ""

    def close(self) -> None:
        if self._warm is not None:
            self._warm.close()
