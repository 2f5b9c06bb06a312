"""A summary of one result for the class page and the gradebook, small enough for a large class."""

from dataclasses import dataclass
from decimal import Decimal
from sys import intern

from graders.results.result import (
    CheckResult,
    ItemResult,
    Outcome,
    QuestionResult,
    Result,
    Status,
    Student,
)

MESSAGE = 1_500  # characters kept of a check's message; equal messages are stored once


@dataclass(frozen=True, slots=True)
class CheckSummary:
    """One check's sentence and outcome, with the student's message and hint."""

    id: str
    sentence: str
    outcome: Outcome
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class ItemSummary:
    """One item's points, what its fault was recognised as, and its checks."""

    title: str
    points: Decimal
    max_points: Decimal
    fault: str
    undecided: bool
    checks: tuple[CheckSummary, ...]


@dataclass(frozen=True, slots=True)
class QuestionSummary:
    """One question's points.

    Args:
        pending_points: that a person has not given yet; `held_points` of them wait for a review.
        undecided_points: of items on which our grader failed.
    """

    number: str
    title: str
    points: Decimal
    max_points: Decimal
    pending_points: Decimal
    held_points: Decimal
    undecided_points: Decimal
    items: tuple[ItemSummary, ...]

    @property
    def checks(self) -> tuple[CheckSummary, ...]:
        return tuple(check for item in self.items for check in item.checks)


@dataclass(frozen=True, slots=True)
class ResultSummary:
    """One result without output and figures."""

    assignment: str
    student: Student
    status: Status
    message: str
    questions: tuple[QuestionSummary, ...]
    flags: tuple[str, ...] = ()
    late: bool = False
    late_points: Decimal = Decimal(0)
    seconds: float = 0.0

    @property
    def points(self) -> Decimal:
        """Return the points of all questions, less the late penalty."""
        return sum((question.points for question in self.questions), -self.late_points)

    @property
    def max_points(self) -> Decimal:
        return sum((question.max_points for question in self.questions), Decimal(0))

    @property
    def pending_points(self) -> Decimal:
        return sum((question.pending_points for question in self.questions), Decimal(0))

    @property
    def waiting(self) -> int:
        """Count the questions to grade manually; none if the upload could not be read."""
        waiting = sum(question.pending_points > 0 for question in self.questions)
        return 0 if self.status == "unreadable" else waiting

    @property
    def needs_staff(self) -> bool:
        """Return whether the points are undecided because of our own failure."""
        undecided = any(question.undecided_points for question in self.questions)
        return self.status == "needs_staff" or undecided


def summarise(result: Result) -> ResultSummary:
    """Return the parts of `result` that the class page shows. Equal texts are stored once."""
    return ResultSummary(
        assignment=intern(result.assignment),
        student=result.student,
        status=result.status,
        message=result.message or "",
        questions=tuple(_question(question) for question in result.questions),
        flags=tuple(map(str, result.flags)),
        seconds=result.seconds,
        late=result.submitted_late,
        late_points=result.late_points,
    )


def _question(question: QuestionResult) -> QuestionSummary:
    return QuestionSummary(
        number=intern(question.number),
        title=intern(question.title),
        points=question.points,
        max_points=question.max_points,
        pending_points=question.pending_points,
        held_points=question.review.max_points
        if question.review and question.review.points is None
        else Decimal(0),
        undecided_points=undecided_points(question),
        items=tuple(_item(item) for item in question.items),
    )


def _item(item: ItemResult) -> ItemSummary:
    return ItemSummary(
        title=intern(item.title),
        points=item.points,
        max_points=item.max_points,
        fault=intern(item.fault.name) if item.fault else "",
        undecided=item.undecided,
        checks=tuple(_check(check) for check in item.checks),
    )


def _check(check: CheckResult) -> CheckSummary:
    failed = check.outcome != "passed"
    return CheckSummary(
        intern(check.id),
        intern(check.sentence),
        check.outcome,
        intern(check.message[:MESSAGE]) if failed else "",
        intern(check.hint) if failed else "",
    )


def undecided_points(question: QuestionResult) -> Decimal:
    """Add up the points of the items on which our own grader failed."""
    undecided = (item.max_points for item in question.items if item.undecided)
    return sum(undecided, Decimal(0))
