"""Statistics of each check in a class: pass rate, discrimination, groups of failures."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
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
class ItemAnalysis:
    """One item over a class: points on average, who has all or none, and the commonest fault."""

    item: ItemSummary
    question: QuestionSummary
    students: int
    mean: float
    full: int
    none: int
    discrimination: float | None
    fault: str


@dataclass(frozen=True)
class QuestionAnalysis:
    """One question over a class: points on average, and how many have all or none of them."""

    question: QuestionSummary
    students: int
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


def item_analyses(results: Sequence[ResultSummary]) -> list[ItemAnalysis]:
    """Analyse every item among graded students, in the sheet's order."""
    found: dict[tuple[str, str], list[tuple[ResultSummary, QuestionSummary, ItemSummary]]] = {}
    for result in graded(results):
        for question in result.questions:
            for item in question.items:
                found.setdefault((question.number, item.title), []).append((result, question, item))
    return [_item(entries) for entries in found.values()]


def _item(found: Sequence[tuple[ResultSummary, QuestionSummary, ItemSummary]]) -> ItemAnalysis:
    points = [float(item.points) for _, _, item in found]
    rests = [float(result.points - item.points) for result, _, item in found]
    faults = Counter(item.fault for _, _, item in found if item.fault)
    return ItemAnalysis(
        found[0][2],
        found[0][1],
        len(found),
        sum(points) / len(points),
        sum(item.points == item.max_points for _, _, item in found),
        sum(not item.points for _, _, item in found),
        _discrimination(points, rests),
        faults.most_common(1)[0][0]
        if faults
        else _most_frequent_hint(check for _, _, item in found for check in item.checks),
    )


def question_analyses(results: Sequence[ResultSummary]) -> list[QuestionAnalysis]:
    """Analyse every question that has points, in the sheet's order."""
    found: dict[str, list[tuple[ResultSummary, QuestionSummary]]] = {}
    for result in graded(results):
        for question in result.questions:
            found.setdefault(question.number, []).append((result, question))
    return [_question(pairs) for pairs in found.values() if pairs[0][1].max_points]


def _question(found: Sequence[tuple[ResultSummary, QuestionSummary]]) -> QuestionAnalysis:
    points = [float(question.points) for _, question in found]
    rests = [float(r.points) - own for (r, _), own in zip(found, points, strict=True)]
    return QuestionAnalysis(
        found[0][1],
        len(found),
        sum(points) / len(points),
        sum(question.points == question.max_points for _, question in found),
        sum(not question.points for _, question in found),
        _discrimination(points, rests),
        _most_frequent_hint(check for _, question in found for check in question.checks),
    )


def _discrimination(own: Sequence[float], rests: Sequence[float]) -> float | None:
    """Return the correlation of these points with all other points; None if it is undefined."""
    if len(own) < LEAST:
        return None
    try:
        return correlation(own, rests)
    except StatisticsError:  # all are equal
        return None
