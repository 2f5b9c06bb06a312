"""index.html: a whole class, for the TA: students who need attention, results, topics to revisit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from statistics import median

from graders.results.summary import QuestionSummary, ResultSummary
from graders.text import counted, decimal, line
from reports.outcome_words import STATUS_WORDS
from reports.page import render
from reports.staff.analysis import check_analyses, graded, item_analyses, question_analyses
from reports.staff.class_checks import (
    PointsRow,
    RateView,
    points_row,
    rate,
    topics_to_revisit,
)
from reports.staff.tasks import LinkView, TaskView, link_to, tasks_of

BINS = 10
SIMILARITY = "similarity.html"  # beside the page, if it was requested


@dataclass(frozen=True)
class NumberView:
    """One key number and what it counts."""

    number: str
    meaning: str


@dataclass(frozen=True)
class BinView:
    """One column of the distribution; `height` is of 100."""

    label: str
    count: str
    height: str
    top: str
    sentence: str


@dataclass(frozen=True)
class PointsView:
    """Points in a cell, with a remark if they are not final."""

    points: str
    remark: str


@dataclass(frozen=True)
class RowView:
    """One student's line."""

    link: LinkView
    late: bool
    status: str
    total: PointsView
    questions: tuple[PointsView, ...]


@dataclass(frozen=True)
class ColumnView:
    """One question's column."""

    name: str
    title: str
    maximum: str


@dataclass(frozen=True)
class ClassPage:
    """Everything that class.html.j2 prints."""

    title: str
    similarity: str
    numbers: tuple[NumberView, ...]
    basis: str
    tasks: tuple[TaskView, ...]
    bins: tuple[BinView, ...]
    columns: tuple[ColumnView, ...]
    maximum: str
    rows: tuple[RowView, ...]
    revisit: tuple[RateView, ...]
    questions: tuple[PointsRow, ...]
    items: tuple[PointsRow, ...]
    rates: tuple[RateView, ...]
    slowest: tuple[LinkView, ...]


def render_class(
    results: Sequence[ResultSummary], sheet: str = "", similarity: bool = False
) -> str:
    """Render a class as a self-contained page that links to students/<id>/report.html.

    Args:
        sheet: the sheet's title (default: its name).
        similarity: whether similarity.html is beside the page.
    """
    ordered = sorted(
        results, key=lambda result: (result.student.name.casefold(), result.student.id)
    )
    return render("class.html.j2", _page(ordered, sheet, similarity))


def _page(results: Sequence[ResultSummary], sheet: str, similarity: bool) -> ClassPage:
    decided = graded(results)
    found = check_analyses(results)
    columns = _columns(results)
    maximum = max((result.max_points for result in results), default=Decimal(0))
    names = ", ".join(sorted({result.assignment for result in results}))
    return ClassPage(
        title=line(sheet or names) or "No results yet",
        similarity=SIMILARITY if similarity else "",
        numbers=_numbers(results, decided),
        basis=_basis(results, decided),
        tasks=tasks_of(results),
        bins=_bins([result.points for result in decided], maximum),
        columns=tuple(columns.values()),
        maximum=decimal(maximum),
        rows=tuple(_row(result, tuple(columns)) for result in results),
        revisit=tuple(rate(each) for each in topics_to_revisit(found)),
        questions=tuple(points_row(each) for each in question_analyses(results)),
        items=tuple(points_row(each) for each in item_analyses(results)),
        rates=tuple(rate(each) for each in found),
        slowest=_slowest(results),
    )


def _numbers(
    results: Sequence[ResultSummary], decided: Sequence[ResultSummary]
) -> tuple[NumberView, ...]:
    students = NumberView(f"{len(results):,}", "student" if len(results) == 1 else "students")
    if not decided:
        return (students,)
    points = [result.points for result in decided]
    mean = sum(points, Decimal(0)) / len(points)
    return (
        students,
        NumberView(_rounded(mean), "mean points"),
        NumberView(_rounded(median(points)), "median points"),
        NumberView(f"{sum(result.late for result in results):,}", "handed in late"),
    )


def _rounded(value: Decimal) -> str:
    return decimal(value.quantize(Decimal("0.01"), ROUND_HALF_EVEN))


def _basis(results: Sequence[ResultSummary], decided: Sequence[ResultSummary]) -> str:
    if not results:
        return "No uploads graded yet."
    text = f"Mean, median and distribution cover {counted(len(decided), 'graded student')}"
    if any(result.pending_points for result in decided):
        return f"{text}, without points that are still to be graded manually."
    return f"{text}."


def _bins(points: Sequence[Decimal], maximum: Decimal) -> tuple[BinView, ...]:
    """Count students by tenths of the maximum, with full points in a bin of their own."""
    if not points or not maximum:
        return ()
    counts = [0] * (BINS + 1)
    for each in points:
        counts[int(each * BINS // maximum)] += 1
    highest = max(counts)
    labels = [_edge(maximum, i) for i in range(BINS + 1)]
    return tuple(
        _bin(labels[i], labels[i + 1] if i < BINS else "", count, highest)
        for i, count in enumerate(counts)
    )


def _edge(maximum: Decimal, position: int) -> str:
    return decimal((maximum * position / BINS).quantize(Decimal("0.01"), ROUND_DOWN))


def _bin(low: str, high: str, count: int, highest: int) -> BinView:
    height = count * 100 // highest
    span = f"{low} to under {high} points" if high else f"all {low} points"
    return BinView(
        label=f"{low}+" if high else low,
        count=f"{count:,}",
        height=str(height),
        top=str(100 - height),
        sentence=f"{counted(count, 'student')} with {span}",
    )


def _columns(results: Iterable[ResultSummary]) -> dict[str, ColumnView]:
    columns: dict[str, ColumnView] = {}
    for result in results:
        for question in result.questions:
            if question.number not in columns:
                columns[question.number] = ColumnView(
                    f"Q{line(question.number)}", line(question.title), decimal(question.max_points)
                )
    return columns


def _row(result: ResultSummary, numbers: Sequence[str]) -> RowView:
    questions = {question.number: question for question in result.questions}
    late = f"{decimal(result.late_points)} off, late" if result.late_points else ""
    pending = f"+ {decimal(result.pending_points)} pending" if result.pending_points else ""
    return RowView(
        link=link_to(result),
        late=result.late,
        status=STATUS_WORDS["needs_staff" if result.needs_staff else result.status],
        total=PointsView(
            "?" if result.needs_staff else decimal(result.points),
            ", ".join(filter(None, (late, pending))),
        ),
        questions=tuple(_cell(questions.get(number)) for number in numbers),
    )


def _cell(question: QuestionSummary | None) -> PointsView:
    if question is None:
        return PointsView("—", "not in this assignment")
    if question.undecided_points:
        return PointsView("?", "not decided")
    return PointsView(decimal(question.points), "pending" if question.pending_points else "")


def _slowest(results: Sequence[ResultSummary]) -> tuple[LinkView, ...]:
    """Return the three slowest to grade, if grading took a second or more."""
    ordered = sorted(results, key=lambda result: result.seconds, reverse=True)
    return tuple(
        replace(link_to(result), message=f"{result.seconds:.0f} s")
        for result in ordered[:3]
        if result.seconds >= 1
    )
