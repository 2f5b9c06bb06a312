"""Two folders of results, before and after: what moved for whom, and what is known of why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

from graders.results.result import Manual, Result, Student
from graders.results.store import newest, result_in

Kind = Literal["status", "check", "by hand", "lateness"]
CHANCE = "nothing that is recorded differs: chance, or a machine that was busy"


@dataclass(frozen=True)
class Thing:
    """What can move: the status, a check, a question's manual points, what lateness takes."""

    kind: Kind
    name: str = ""


@dataclass(frozen=True)
class State:
    """How a thing stands; `points` is None while nobody can say."""

    word: str
    points: Decimal | None
    of: Decimal
    question: str = ""
    sentence: str = ""

    @property
    def counts(self) -> tuple[str, Decimal | None, Decimal]:
        """What makes two states differ."""
        return self.word, self.points, self.of


@dataclass(frozen=True)
class Move:
    """One thing that moved; a side is None where the sheet did not have it."""

    thing: Thing
    before: State | None
    after: State | None

    @property
    def shown(self) -> State:
        """The side that says which question and sentence it is."""
        state = self.after or self.before
        assert state is not None
        return state


@dataclass(frozen=True)
class Difference:
    """A student of both folders for whom something moved; points are None while undecided."""

    student: Student
    before: Decimal | None
    after: Decimal | None
    maximum: Decimal
    moves: tuple[Move, ...]
    why: tuple[str, ...]

    @property
    def gain(self) -> Decimal | None:
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


@dataclass(frozen=True)
class Tally:
    """How one check moved in the class."""

    check: str
    question: str
    sentence: str
    gained: int
    lost: int
    otherwise: int


@dataclass(frozen=True)
class Comparison:
    """All that is not as before, by student."""

    old: Path
    new: Path
    both: int
    differences: tuple[Difference, ...]
    only_old: tuple[Student, ...]
    only_new: tuple[Student, ...]
    damaged: tuple[Path, ...]

    @property
    def nothing_moved(self) -> bool:
        return not (self.differences or self.only_old or self.only_new)

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """Count for each check that moved who passes it now, and who no longer does."""
        moves: dict[str, list[Move]] = {}
        for difference in self.differences:
            for move in difference.moves:
                if move.thing.kind == "check":
                    moves.setdefault(move.thing.name, []).append(move)
        return tuple(_tally(check, found) for check, found in sorted(moves.items()))


def compare(old: Path, new: Path) -> Comparison:
    """Compare the results of two batches.

    Raises:
        UsageError: one of the folders holds no results.
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
    moves = tuple(_moves(_things(before), _things(after)))
    if moves:
        why = tuple(_why(before, after, {move.thing.kind for move in moves}))
        points = _points(before), _points(after)
        yield Difference(after.student, *points, after.max_points, moves, why)


def _points(result: Result) -> Decimal | None:
    undecided = any(check.outcome == "grader_error" for check in result.checks)
    return None if undecided or result.status == "needs_staff" else result.points


def _things(result: Result) -> dict[Thing, State]:
    nothing = Decimal(0)
    things = {Thing("status"): State(result.status, None, nothing)}
    for question in result.questions:
        for check in question.checks:
            points = None if check.outcome == "grader_error" else check.points
            things[Thing("check", check.id)] = State(
                check.outcome, points, check.max_points, question.number, check.sentence
            )
        if question.manual:
            things[Thing("by hand", question.number)] = _by_hand(question.manual, question.number)
    late = "late" if result.submitted_late else "in time"
    things[Thing("lateness")] = State(late, -result.late_points, nothing)
    return things


def _by_hand(manual: Manual, question: str) -> State:
    word = "pending" if manual.points is None else "given"
    return State(word, manual.points, manual.max_points, question)


def _moves(before: Mapping[Thing, State], after: Mapping[Thing, State]) -> Iterator[Move]:
    for thing in {**after, **before}:  # in the order of the newer sheet
        old, new = before.get(thing), after.get(thing)
        if (old and old.counts) != (new and new.counts):
            yield Move(thing, old, new)


def _why(before: Result, after: Result, kinds: set[Kind]) -> Iterator[str]:
    """Say what differs that can move points: first what decides on checks, then what people decide."""
    reasons = list(_graded_otherwise(before, after))
    if not reasons and kinds & {"status", "check"}:
        reasons.append(CHANCE)
    yield from reasons
    if "by hand" in kinds:
        yield "manual points"
    if "lateness" in kinds:
        yield "lateness"


def _graded_otherwise(before: Result, after: Result) -> Iterator[str]:
    if before.assignment != after.assignment:
        yield f"sheet {before.assignment} → {after.assignment}"
    elif _sheet(before) != _sheet(after):
        yield "the sheet has other questions, checks or points"
    if before.student.sha256 != after.student.sha256:
        yield f"another upload {_short(before.student.sha256)} → {_short(after.student.sha256)}"
    old, new = before.environment, after.environment
    if old.graders_sha256 != new.graders_sha256:
        words = f"{_short(old.graders_sha256)} → {_short(new.graders_sha256)}"
        yield f"the graders or the sheet's version {words}"
    for name in ("seed", "sandbox", "python", "torch"):
        if getattr(old, name) != getattr(new, name):
            yield f"{name} {getattr(old, name)} → {getattr(new, name)}"


def _sheet(result: Result) -> list[tuple[object, ...]]:
    return [
        (
            question.number,
            tuple((check.id, check.max_points) for check in question.checks),
            question.manual and question.manual.max_points,
        )
        for question in result.questions
    ]


def _short(digest: str) -> str:
    return digest[:8] or "unknown"


def _tally(check: str, moves: list[Move]) -> Tally:
    gained = sum(_passed(m.after) and not _passed(m.before) for m in moves)
    lost = sum(_passed(m.before) and not _passed(m.after) for m in moves)
    shown = moves[0].shown
    otherwise = len(moves) - gained - lost
    return Tally(check, shown.question, shown.sentence, gained, lost, otherwise)


def _passed(state: State | None) -> bool:
    return state is not None and state.word == "passed"
