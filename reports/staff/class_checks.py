"""The class page's tables of questions and checks: how many passed, whom they tell apart, the hints."""

from collections.abc import Sequence
from dataclasses import dataclass

from graders.text import decimal, line, percent, sentence
from reports.staff.analysis import CheckAnalysis, QuestionAnalysis
from reports.staff.check_page import check_file


@dataclass(frozen=True)
class RateView:
    """One check and how many passed it; `width` is of 100, `href` the way to its failures."""

    question: str
    sentence: str
    href: str
    passed: str
    percent: str
    width: str
    discrimination: str
    hint: str


@dataclass(frozen=True)
class QuestionRow:
    """One question: points on average, and how many have all or none of them."""

    name: str
    title: str
    mean: str
    width: str
    full: str
    none: str
    discrimination: str
    hint: str


def rate(found: CheckAnalysis) -> RateView:
    """Return how many passed a check, and what the others are told most often."""
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


def to_teach_again(found: Sequence[CheckAnalysis]) -> list[CheckAnalysis]:
    """Find the checks that fewest passed: at most five, and only where a quarter or more failed."""
    hard = [each for each in found if each.decided and each.passed * 4 <= each.decided * 3]
    return sorted(hard, key=lambda each: each.passed / each.decided)[:5]


def question_row(found: QuestionAnalysis) -> QuestionRow:
    """Return how a question went."""
    maximum = float(found.question.max_points)
    return QuestionRow(
        name=f"Q{line(found.question.number)}",
        title=line(found.question.title),
        mean=f"{found.mean:.2f} of {decimal(found.question.max_points)}",
        width=str(int(found.mean * 100 / maximum)),
        full=f"{found.full:,}",
        none=f"{found.none:,}",
        discrimination=_signed(found.discrimination),
        hint=sentence(found.hint),
    )


def _signed(value: float | None) -> str:
    return "—" if value is None else f"{value:+.2f}"
