"""A question in the report, at a glance and with its checks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from graders.results.result import CheckResult, ItemResult, Manual, QuestionResult, Result
from graders.results.summary import undecided_points
from graders.text import block, counted, decimal, line, percent, points_of, sentence
from reports.outcome_words import OUTCOME_WORDS, Tone
from reports.student.check_view import CheckView, as_same, check_view
from reports.student.failures import signature


@dataclass(frozen=True)
class Bar:
    """A bar of points, 100 wide: earned points, then open ones. The rest is lost."""

    earned: str
    open: str


@dataclass(frozen=True)
class ManualView:
    """The manual points of a question."""

    points: str
    pending: bool
    comment: str


@dataclass(frozen=True)
class ItemView:
    """One item: its points, why some are missing, the failed checks, then those that passed.

    Args:
        passed_title: how many checks passed, and whether they count.
    """

    title: str
    symbol: str
    tone: Tone
    points: str
    reason: str
    fault: str
    passed_title: str
    begun: bool
    not_begun_title: str
    checks: tuple[CheckView, ...]

    @property
    def failed(self) -> tuple[CheckView, ...]:
        return tuple(view for view in self.checks if view.words.tone != "good")

    @property
    def passed(self) -> tuple[CheckView, ...]:
        return tuple(view for view in self.checks if view.words.tone == "good")


@dataclass(frozen=True)
class QuestionView:
    """One question, at a glance and in full."""

    anchor: str
    name: str
    title: str
    symbol: str
    passed: str
    share: str
    points: str
    notes: tuple[str, ...]
    bar: Bar
    items: tuple[ItemView, ...]
    manual: ManualView | None

    @property
    def checks(self) -> tuple[CheckView, ...]:
        """Return the checks in the sheet's order."""
        return tuple(check for item in self.items for check in item.checks)


def question_views(result: Result) -> Iterator[QuestionView]:
    """Yield the questions. The first failure with a cause is shown in full, the others are folded."""
    first = 1
    shown: dict[tuple[str, str, str], CheckView] = {}
    for position, question in enumerate(result.questions, 1):
        items = []
        for item in question.items:
            views = [
                _once(check, check_view(check, first + i), shown)
                for i, check in enumerate(item.checks)
            ]
            items.append(_item(item, views))
            first += len(views)
        yield _question(question, position, tuple(items))


def _once(
    check: CheckResult, view: CheckView, shown: dict[tuple[str, str, str], CheckView]
) -> CheckView:
    if not check.message or check.outcome in ("passed", "grader_error"):
        return view
    first = shown.setdefault(signature(check), view)
    return view if first is view else as_same(view, first)


def _item(item: ItemResult, checks: Sequence[CheckView]) -> ItemView:
    passed = sum(check.outcome == "passed" for check in item.checks)
    points = "?" if item.undecided else decimal(item.points)
    title = f"{counted(passed, 'check')} passed" if passed else ""
    if passed and not item.score.share and not item.undecided:
        title += ", not counted: nothing here counts without the core"
    return ItemView(
        title=line(item.title),
        symbol=_symbol(item.checks),
        tone=_tone(item),
        points=f"{points} of {counted(item.max_points, 'point')}",
        reason="" if item.undecided else _reason(item),
        fault=sentence(item.fault.sentence) if item.fault else "",
        passed_title=title,
        begun=item.begun,
        not_begun_title=f"{counted(len(item.checks), 'check')} will run once you begin",
        checks=tuple(checks),
    )


def _tone(item: ItemResult) -> Tone:
    if item.undecided or item.held or not item.begun:
        return "open"
    return "bad" if item.failed else "good"


def _reason(item: ItemResult) -> str:
    """Return why the item's points are not all there, and what is left of them."""
    reason, share = item.reason, item.score.share
    if not reason:
        return ""
    reason = sentence(reason[:1].upper() + reason[1:])
    if not item.begun:
        return reason
    if item.held:
        return f"{reason} ({counted(item.held_points, 'point')})"
    return f"{reason}: keeps {percent(share, 1)}."


def _question(question: QuestionResult, position: int, items: tuple[ItemView, ...]) -> QuestionView:
    full = sum(item.points == item.max_points for item in question.items)
    undecided = undecided_points(question)
    points = "?" if undecided and undecided == question.max_points else decimal(question.points)
    return QuestionView(
        anchor=f"question-{position}",
        name=f"Question {line(question.number)}",
        title=line(question.title),
        symbol=_symbol(question.checks),
        passed=f"{full}\u00a0of\u00a0{len(question.items)} in full" if question.items else "",
        share=f"{points} of {decimal(question.max_points)}",
        points=f"{points} of {counted(question.max_points, 'point')}",
        notes=_notes(question.pending_points, undecided),
        bar=points_bar(question.points, question.pending_points + undecided, question.max_points),
        items=items,
        manual=_manual(question.manual) if question.manual else None,
    )


def _symbol(checks: tuple[CheckResult, ...]) -> str:
    """Return the symbol of the worst outcome: wrong, undecided, not run, passed."""
    symbols = {OUTCOME_WORDS[check.outcome].symbol for check in checks}
    return next((symbol for symbol in "✗?—○" if symbol in symbols), "✓")


def _notes(pending: Decimal, undecided: Decimal) -> tuple[str, ...]:
    """Return short notes; the remarks at the top explain them."""
    given = f"{decimal(pending)} more pending" if pending else ""
    decided = f"{decimal(undecided)} not decided yet" if undecided else ""
    return tuple(note for note in (given, decided) if note)


def _manual(manual: Manual) -> ManualView:
    return ManualView(
        points=counted(manual.max_points, "point")
        if manual.points is None
        else points_of(manual.points, manual.max_points),
        pending=manual.points is None,
        comment=block(manual.comment),
    )


def points_bar(points: Decimal, still_open: Decimal, maximum: Decimal) -> Bar:
    """Return a bar of width 100, in tenths. Only full points look full."""
    if not maximum:
        return Bar("0", "0")
    tenth = Decimal("0.1")
    earned = (points * 100 / maximum).quantize(tenth, "ROUND_DOWN")
    opened = (still_open * 100 / maximum).quantize(tenth, "ROUND_DOWN")
    return Bar(decimal(earned), decimal(opened))
