"""The class page's tables of questions, items and checks: points, discrimination, hints."""

from collections.abc import Sequence
from dataclasses import dataclass

from graders.text import decimal, line, percent, sentence
from reports.staff.analysis import CheckAnalysis, PointsAnalysis
from reports.staff.check_page import check_file


@dataclass(frozen=True)
class RateView:
    """One check and how many passed it; `width` is of 100, `href` links to its failures."""

    question: str
    sentence: str
    href: str
    passed: str
    percent: str
    width: str
    discrimination: str
    hint: str


@dataclass(frozen=True)
class PointsRow:
    """One question or item: points on average, and how many have all or none of them."""

    question: str
    title: str
    mean: str
    width: str
    full: str
    none: str
    discrimination: str
    hint: str


def points_row(found: PointsAnalysis) -> PointsRow:
    """Return the row of a question or an item."""
    maximum = found.max_points
    return PointsRow(
        question=f"Q{line(found.number)}",
        title=line(found.title),
        mean=f"{found.mean:.2f} of {decimal(maximum)}",
        width=str(int(found.mean * 100 / float(maximum))) if maximum else "0",
        full=f"{found.full:,}",
        none=f"{found.none:,}",
        discrimination=_signed(found.discrimination),
        hint=sentence(found.hint),
    )


def rate(found: CheckAnalysis) -> RateView:
    """Return the pass rate of a check, and its most frequent hint."""
    return RateView(
        question=line(found.question.number),
        sentence=sentence(found.check.sentence or found.check.id),
        href=f"checks/{check_file(found.check.id)}" if found.groups else "",
        passed=f"{found.passed:,} of {found.decided:,}",
        percent=percent(found.passed, found.decided),
        width=str(found.passed * 100 // found.decided) if found.decided else "0",
        discrimination=_signed(found.discrimination),
        hint=sentence(found.hint),
    )


def topics_to_revisit(found: Sequence[CheckAnalysis]) -> list[CheckAnalysis]:
    """Return the checks with the lowest pass rates: at most five, each failed by a quarter or more."""
    hard = [each for each in found if each.decided and each.passed * 4 <= each.decided * 3]
    return sorted(hard, key=lambda each: each.passed / each.decided)[:5]


def _signed(value: float | None) -> str:
    return "—" if value is None else f"{value:+.2f}"
