"""A summary: what the class page and the gradebook need of one result, light enough for a class."""

from dataclasses import dataclass
from decimal import Decimal
from sys import intern

from graders.harness.result import Outcome, QuestionResult, Result, Status, Student


@dataclass(frozen=True, slots=True)
class CheckSummary:
    """One check's sentence and outcome."""

    id: str
    sentence: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class QuestionSummary:
    """One question's points. `undecided_points` belong to checks on which our grader failed."""

    number: str
    title: str
    points: Decimal
    max_points: Decimal
    pending_points: Decimal
    undecided_points: Decimal
    checks: tuple[CheckSummary, ...]


@dataclass(frozen=True, slots=True)
class ResultSummary:
    """One result without messages, hints and output."""

    assignment: str
    student: Student
    status: Status
    message: str
    questions: tuple[QuestionSummary, ...]

    @property
    def points(self) -> Decimal:
        return sum((question.points for question in self.questions), Decimal(0))

    @property
    def max_points(self) -> Decimal:
        return sum((question.max_points for question in self.questions), Decimal(0))

    @property
    def pending_points(self) -> Decimal:
        return sum((question.pending_points for question in self.questions), Decimal(0))

    @property
    def needs_staff(self) -> bool:
        """Whether our own failure keeps the points from being decided."""
        undecided = any(question.undecided_points for question in self.questions)
        return self.status == "needs_staff" or undecided


def summarise(result: Result) -> ResultSummary:
    """Keep of `result` what a page about the class shows. Texts that recur are kept once."""
    return ResultSummary(
        assignment=intern(result.assignment),
        student=result.student,
        status=result.status,
        message=result.message or "",
        questions=tuple(_question(question) for question in result.questions),
    )


def _question(question: QuestionResult) -> QuestionSummary:
    return QuestionSummary(
        number=intern(question.number),
        title=intern(question.title),
        points=question.points,
        max_points=question.max_points,
        pending_points=question.pending_points,
        undecided_points=undecided_points(question),
        checks=tuple(
            CheckSummary(intern(check.id), intern(check.sentence), check.outcome)
            for check in question.checks
        ),
    )


def undecided_points(question: QuestionResult) -> Decimal:
    """Add up the points of the checks on which our own grader failed."""
    undecided = (check.max_points for check in question.checks if check.outcome == "grader_error")
    return sum(undecided, Decimal(0))
