"""Compare two folders of results: score changes by student, with the known causes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

from graders.results.result import ItemResult, Manual, Result, Student
from graders.results.store import newest, result_in

Kind = Literal["status", "item", "check", "manual", "lateness"]
CHANCE = "no recorded difference: chance, or a busy machine"


@dataclass(frozen=True)
class Entry:
    """What can change: the status, an item, a check, manual points, the late penalty."""

    kind: Kind
    name: str = ""


@dataclass(frozen=True)
class State:
    """The state of an item; `points` is None while undecided."""

    word: str
    points: Decimal | None
    of: Decimal
    question: str = ""
    sentence: str = ""

    @property
    def counts(self) -> tuple[str, Decimal | None, Decimal]:
        """The values that make two states different."""
        return self.word, self.points, self.of


@dataclass(frozen=True)
class Change:
    """One change; a side is None if its sheet did not have the item."""

    entry: Entry
    before: State | None
    after: State | None

    @property
    def shown(self) -> State:
        """The state that names question and sentence."""
        state = self.after or self.before
        assert state is not None
        return state


@dataclass(frozen=True)
class Difference:
    """The changes of one student in both folders; points are None while undecided."""

    student: Student
    before: Decimal | None
    after: Decimal | None
    maximum: Decimal
    changes: tuple[Change, ...]
    why: tuple[str, ...]

    @property
    def gain(self) -> Decimal | None:
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


@dataclass(frozen=True)
class Tally:
    """The changes of one check in the class."""

    check: str
    question: str
    sentence: str
    gained: int
    lost: int
    other: int


@dataclass(frozen=True)
class Comparison:
    """All differences, by student."""

    old: Path
    new: Path
    both: int
    differences: tuple[Difference, ...]
    only_old: tuple[Student, ...]
    only_new: tuple[Student, ...]
    damaged: tuple[Path, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.differences or self.only_old or self.only_new)

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """Count for each changed check who passes it now, and who no longer does."""
        changes: dict[str, list[Change]] = {}
        for difference in self.differences:
            for change in difference.changes:
                if change.entry.kind == "check":
                    changes.setdefault(change.entry.name, []).append(change)
        return tuple(_tally(check, found) for check, found in sorted(changes.items()))


def compare(old: Path, new: Path) -> Comparison:
    """Compare the results of two batches.

    Raises:
        UsageError: one of the folders contains no results.
    """
    damaged: list[Path] = []
    sides = [_results(out) for out in (old, new)]
    differences: list[Difference] = []
    only: tuple[list[Student], list[Student]] = ([], [])
    both = 0
    for id in sorted({*sides[0], *sides[1]}):
        found = [side.get(id) for side in sides]
        results = [result_in(file.parents[2], id) if file else None for file in found]
        broken = [f for f, r in zip(found, results, strict=True) if f and r is None]
        damaged += broken
        before, after = results
        if before and after:
            both += 1
            differences += _differences(before, after)
        elif before and not broken:
            only[0].append(before.student)
        elif after and not broken:
            only[1].append(after.student)
    return Comparison(
        old, new, both, tuple(differences), tuple(only[0]), tuple(only[1]), tuple(damaged)
    )


def _results(out: Path) -> dict[str, Path]:
    return {student: out / "students" / student / "result.json" for student in newest(out)}


def _differences(before: Result, after: Result) -> Iterator[Difference]:
    changes = tuple(_changes(_entries(before), _entries(after)))
    if changes:
        why = tuple(_why(before, after, {change.entry.kind for change in changes}))
        points = _points(before), _points(after)
        yield Difference(after.student, *points, after.max_points, changes, why)


def _points(result: Result) -> Decimal | None:
    undecided = any(check.outcome == "grader_error" for check in result.checks)
    return None if undecided or result.status == "needs_staff" else result.points


def _entries(result: Result) -> dict[Entry, State]:
    nothing = Decimal(0)
    entries = {Entry("status"): State(result.status, None, nothing)}
    for question in result.questions:
        for item in question.items:
            name = f"{question.number}: {item.title}"
            entries[Entry("item", name)] = _item(item, question.number)
            for check in item.checks:
                entries[Entry("check", check.id)] = State(
                    check.outcome, None, nothing, question.number, check.sentence
                )
        for row, manual in question.by_hand.items():
            entries[Entry("manual", row)] = _manual(manual, question.number)
    late = "late" if result.submitted_late else "on time"
    entries[Entry("lateness")] = State(late, -result.late_points, nothing)
    return entries


def _item(item: ItemResult, question: str) -> State:
    word = "not decided" if item.undecided else item.reason or "passed"
    points = None if item.undecided else item.points
    return State(word, points, item.max_points, question, item.title)


def _manual(manual: Manual, question: str) -> State:
    word = "pending" if manual.points is None else "given"
    return State(word, manual.points, manual.max_points, question)


def _changes(before: Mapping[Entry, State], after: Mapping[Entry, State]) -> Iterator[Change]:
    for entry in {**after, **before}:  # in the order of the newer sheet
        old, new = before.get(entry), after.get(entry)
        if (old and old.counts) != (new and new.counts):
            yield Change(entry, old, new)


def _why(before: Result, after: Result, kinds: set[Kind]) -> Iterator[str]:
    """Yield the causes of changes: first those of the checks, then those decided by people."""
    reasons = list(_graded_otherwise(before, after))
    if not reasons and kinds & {"status", "item", "check"}:
        reasons.append(CHANCE)
    yield from reasons
    if "manual" in kinds:
        yield "manual points"
    if "lateness" in kinds:
        yield "lateness"


def _graded_otherwise(before: Result, after: Result) -> Iterator[str]:
    if before.assignment != after.assignment:
        yield f"assignment {before.assignment} → {after.assignment}"
    elif _sheet(before) != _sheet(after):
        yield "the assignment has different questions, checks or points"
    if before.student.sha256 != after.student.sha256:
        yield f"another upload {_short(before.student.sha256)} → {_short(after.student.sha256)}"
    old, new = before.environment, after.environment
    if old.graders_sha256 != new.graders_sha256:
        words = f"{_short(old.graders_sha256)} → {_short(new.graders_sha256)}"
        yield f"the graders or the assignment's version {words}"
    for name in ("seed", "sandbox", "python", "torch"):
        if getattr(old, name) != getattr(new, name):
            yield f"{name} {getattr(old, name)} → {getattr(new, name)}"


def _sheet(result: Result) -> list[tuple[object, ...]]:
    return [
        (
            question.number,
            tuple((i.title, i.max_points, _roles(i)) for i in question.items),
            question.manual and question.manual.max_points,
        )
        for question in result.questions
    ]


def _roles(item: ItemResult) -> tuple[tuple[str, str], ...]:
    return tuple((check.id, check.role) for check in item.checks)


def _short(digest: str) -> str:
    return digest[:8] or "unknown"


def _tally(check: str, changes: list[Change]) -> Tally:
    gained = sum(_passed(m.after) and not _passed(m.before) for m in changes)
    lost = sum(_passed(m.before) and not _passed(m.after) for m in changes)
    shown = changes[0].shown
    other = len(changes) - gained - lost
    return Tally(check, shown.question, shown.sentence, gained, lost, other)


def _passed(state: State | None) -> bool:
    return state is not None and state.word == "passed"
