"""Statistics of each check in a class: pass rate, discrimination, groups of failures."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import StatisticsError, correlation

from graders.results.result import Outcome
from graders.results.summary import CheckSummary, ItemSummary, QuestionSummary, ResultSummary
from reports.student.failures import signature

Entry = tuple[ResultSummary, ItemSummary, CheckSummary]
LEAST = 5  # students needed for a correlation


@dataclass(frozen=True)
class FailureGroup:
    """Students with the same failure; the first one's message represents all."""

    outcome: Outcome
    message: str
    hint: str
    students: tuple[ResultSummary, ...]


@dataclass(frozen=True)
class CheckAnalysis:
    """One check over a class. `position` counts checks in the sheet's order, from 1."""

    check: CheckSummary
    question: QuestionSummary
    position: int
    passed: int
    decided: int
    discrimination: float | None
    hint: str
    groups: tuple[FailureGroup, ...]


@dataclass(frozen=True)
class PointsAnalysis:
    """One question or item over a class: points on average, and how many have all or none of them.

    Args:
        number: that of the question.
        hint: the most frequent fault of an item, or the most frequent hint.
    """

    number: str
    title: str
    max_points: Decimal
    mean: float
    full: int
    none: int
    discrimination: float | None
    hint: str


def graded(results: Iterable[ResultSummary]) -> list[ResultSummary]:
    """Return the results with decided points, without unreadable uploads and grader errors."""
    return [each for each in results if each.status == "graded" and not each.needs_staff]


def check_analyses(results: Sequence[ResultSummary]) -> list[CheckAnalysis]:
    """Analyse every check among graded students, in the sheet's order."""
    found: dict[str, list[Entry]] = {}
    places: dict[str, tuple[QuestionSummary, CheckSummary, int]] = {}
    for result in graded(results):
        position = 0
        for question in result.questions:
            for item, check in _checks_of(question):
                position += 1
                places.setdefault(check.id, (question, check, position))
                if check.outcome != "grader_error":
                    found.setdefault(check.id, []).append((result, item, check))
    return [_check(*place, found.get(id, [])) for id, place in places.items()]


def _checks_of(question: QuestionSummary) -> Iterator[tuple[ItemSummary, CheckSummary]]:
    return ((item, check) for item in question.items for check in item.checks)


def _check(
    question: QuestionSummary,
    check: CheckSummary,
    position: int,
    found: Sequence[Entry],
) -> CheckAnalysis:
    passes = [each.outcome == "passed" for _, _, each in found]
    rests = [float(result.points - item.points) for result, item, _ in found]
    return CheckAnalysis(
        check,
        question,
        position,
        sum(passes),
        len(passes),
        _discrimination([float(passed) for passed in passes], rests),
        _most_frequent_hint(each for _, _, each in found),
        _groups(found),
    )


def _most_frequent_hint(checks: Iterable[CheckSummary]) -> str:
    """Return the most frequent hint, or ""."""
    hints = Counter(each.hint for each in checks if each.hint and each.outcome != "passed")
    return hints.most_common(1)[0][0] if hints else ""


def _groups(found: Sequence[Entry]) -> tuple[FailureGroup, ...]:
    """Group the failures by cause, the most frequent first."""
    kinds: dict[tuple[str, str, str], list[tuple[ResultSummary, CheckSummary]]] = {}
    for result, _, check in found:
        if check.outcome != "passed":
            kinds.setdefault(signature(check), []).append((result, check))
    ordered = sorted(kinds.values(), key=len, reverse=True)
    return tuple(
        FailureGroup(
            same[0][1].outcome,
            same[0][1].message,
            same[0][1].hint,
            tuple(result for result, _ in same),
        )
        for same in ordered
    )


def question_analyses(results: Sequence[ResultSummary]) -> list[PointsAnalysis]:
    """Analyse every question that has points, in the sheet's order."""
    found: dict[str, list[tuple[ResultSummary, QuestionSummary]]] = {}
    for result in graded(results):
        for question in result.questions:
            found.setdefault(question.number, []).append((result, question))
    return [_points(number, own) for number, own in found.items() if own[0][1].max_points]


def item_analyses(results: Sequence[ResultSummary]) -> list[PointsAnalysis]:
    """Analyse every item among graded students, in the sheet's order."""
    found: dict[tuple[str, str], list[tuple[ResultSummary, ItemSummary]]] = {}
    for result in graded(results):
        for question in result.questions:
            for item in question.items:
                found.setdefault((question.number, item.title), []).append((result, item))
    analyses = []
    for (number, _), own in found.items():
        faults = Counter(item.fault for _, item in own if item.fault).most_common(1)
        analyses.append(_points(number, own, faults[0][0] if faults else ""))
    return analyses


def _points(
    number: str,
    found: Sequence[tuple[ResultSummary, QuestionSummary | ItemSummary]],
    fault: str = "",
) -> PointsAnalysis:
    points = [float(each.points) for _, each in found]
    rests = [float(result.points - each.points) for result, each in found]
    return PointsAnalysis(
        number,
        found[0][1].title,
        found[0][1].max_points,
        sum(points) / len(points),
        sum(each.points == each.max_points for _, each in found),
        sum(not each.points for _, each in found),
        _discrimination(points, rests),
        fault or _most_frequent_hint(check for _, each in found for check in each.checks),
    )


def _discrimination(own: Sequence[float], rests: Sequence[float]) -> float | None:
    """Return the correlation of these points with all other points; None if it is undefined."""
    if len(own) < LEAST:
        return None
    try:
        return correlation(own, rests)
    except StatisticsError:  # all are equal
        return None
