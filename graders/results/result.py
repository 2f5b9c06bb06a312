"""A result: every outcome and point of one submission."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, get_args

from graders.results.late import Late
from graders.results.scoring import (
    SEVERITIES,
    USUAL_COSTS,
    DetailCosts,
    RecognisedFault,
    Role,
    Score,
    score,
)

Ended = Literal["passed", "failed", "error", "timeout", "memory", "crash", "grader_error"]
Outcome = Ended | Literal["not_run", "not_begun"]
Status = Literal["graded", "unreadable", "needs_staff"]
OUTCOMES: tuple[Outcome, ...] = (*get_args(Ended), "not_run", "not_begun")
STATUSES: tuple[Status, ...] = get_args(Status)
REVIEW = " (review)"  # ends the name of a row in manual.csv that confirms held points


@dataclass(frozen=True)
class Student:
    """A student, the upload that counts and its time, as far as the LMS provides them, and its hash.

    Args:
        late: whether the LMS marks the upload as late.
        upload: the upload's name in the LMS's export.
        file: the student's own file name, if the LMS extends it; else "".
        submitted_at: the LMS's own time in ISO 8601 with its offset from UTC; None if unknown.
    """

    id: str
    name: str
    late: bool = False
    upload: str = ""
    sha256: str = ""
    submitted_at: str | None = None
    email: str = ""
    group: str = ""
    file: str = ""


@dataclass(frozen=True)
class CodePlace:
    """The student's own code that a failure is about.

    Args:
        line: the line that raised an exception; otherwise the first line of what was called.
        code: the lines around it with their numbers; none in checks that are not shown first.
        raised: whether `line` raised an exception.
    """

    file: str
    function: str
    line: int
    code: tuple[tuple[int, str], ...] = ()
    raised: bool = False


@dataclass(frozen=True)
class CheckResult:
    """One check's outcome, and its role in its item.

    Args:
        fault: what the answer's fault was recognised as, if it was.
        place: the student's code that it is about, if it is known.
    """

    id: str
    sentence: str
    outcome: Outcome
    role: Role = "core"
    message: str = ""
    hint: str = ""
    output: str = ""
    seconds: float = 0.0
    figures: tuple[dict[str, Any], ...] = ()
    fault: RecognisedFault | None = None
    place: CodePlace | None = None


@dataclass(frozen=True)
class Flag:
    """Code of a submission that a person should look at: where it is, and what it does."""

    file: str
    place: str
    what: str

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.file, self.place) if part)
        return f"{where}: {self.what}" if where else self.what


@dataclass(frozen=True)
class ItemResult:
    """One item of a question: its checks, and the points that they leave.

    Args:
        costs: what the sheet takes for failed details.
        held: whether its points rest on what flagged code could forge: they wait for a person.
    """

    title: str
    max_points: Decimal
    checks: tuple[CheckResult, ...]
    costs: DetailCosts = USUAL_COSTS
    held: bool = False

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        return tuple(check for check in self.checks if check.outcome != "passed")

    @property
    def fault(self) -> RecognisedFault | None:
        """Return the gravest fault that was recognised where more than details fail.

        Where the core fails, none explains it that was not recognised in a core check, too.
        """
        core = [check for check in self.failed if check.role == "core"]
        if core and not any(check.fault for check in core):
            return None
        decisive = [check for check in self.failed if check.role != "detail"]
        return min(
            (check.fault for check in decisive if check.fault),
            key=lambda fault: SEVERITIES.index(fault.severity),
            default=None,
        )

    @property
    def score(self) -> Score:
        return score((check.role for check in self.failed), self.fault, self.costs)

    @property
    def points(self) -> Decimal:
        return Decimal(0) if self.held else self.max_points * self.score.share

    @property
    def begun(self) -> bool:
        """Return whether any of its checks found something of the student's own."""
        return any(check.outcome != "not_begun" for check in self.checks)

    @property
    def held_points(self) -> Decimal:
        """Return the points that a person may confirm."""
        return self.max_points * self.score.share if self.held else Decimal(0)

    @property
    def reason(self) -> str:
        """Return why not all of the points are there, or ""."""
        if self.held:
            return "its points wait until a person has looked at the flagged code"
        return self.score.reason if self.begun else "not begun"

    @property
    def undecided(self) -> bool:
        """Whether our own grader failed on one of its checks."""
        return any(check.outcome == "grader_error" for check in self.checks)


@dataclass(frozen=True)
class Manual:
    """Points of manual grading; pending while `points` is None.

    Args:
        automatic: whether the sheet's own rule set them because a file is missing.
    """

    max_points: Decimal
    points: Decimal | None = None
    comment: str = ""
    automatic: bool = False


@dataclass(frozen=True)
class QuestionResult:
    """One question of the sheet with its items, in the sheet's order."""

    number: str
    title: str
    items: tuple[ItemResult, ...]
    manual: Manual | None = None
    review: Manual | None = None  # of the points that its held items would have

    @property
    def by_hand(self) -> dict[str, Manual]:
        """Return what a person decides, by the name of its row in manual.csv."""
        both = {self.number: self.manual, self.number + REVIEW: self.review}
        return {name: manual for name, manual in both.items() if manual is not None}

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        return tuple(check for item in self.items for check in item.checks)

    @property
    def points(self) -> Decimal:
        given = [manual.points for manual in self.by_hand.values() if manual.points is not None]
        return sum((*given, *(item.points for item in self.items)), Decimal(0))

    @property
    def max_points(self) -> Decimal:
        manual = self.manual.max_points if self.manual else Decimal(0)
        return sum((item.max_points for item in self.items), manual)

    @property
    def pending_points(self) -> Decimal:
        pending = [manual for manual in self.by_hand.values() if manual.points is None]
        return sum((manual.max_points for manual in pending), Decimal(0))


@dataclass(frozen=True)
class FileNotes:
    """The loader's remarks on one file of the submission."""

    name: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Environment:
    """The environment that the results depend on."""

    python: str
    torch: str
    sandbox: str
    seed: int
    graders_sha256: str


@dataclass(frozen=True)
class Result:
    """All outcomes and points of one submission.

    Args:
        flags: code that a person should look at before held points count.
    """

    assignment: str
    student: Student
    status: Status
    questions: tuple[QuestionResult, ...]
    environment: Environment
    files: tuple[FileNotes, ...] = ()
    message: str | None = None
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    late: Late | None = None
    flags: tuple[Flag, ...] = ()

    @property
    def points(self) -> Decimal:
        return self.earned_points - self.late_points

    @property
    def earned_points(self) -> Decimal:
        """Return the points of all questions, before the late penalty."""
        return sum((question.points for question in self.questions), Decimal(0))

    @property
    def late_points(self) -> Decimal:
        return self.late.points(self.earned_points, self.max_points) if self.late else Decimal(0)

    @property
    def submitted_late(self) -> bool:
        return self.student.late or self.late is not None

    @property
    def max_points(self) -> Decimal:
        return sum((question.max_points for question in self.questions), Decimal(0))

    @property
    def pending_points(self) -> Decimal:
        return sum((question.pending_points for question in self.questions), Decimal(0))

    @property
    def items(self) -> tuple[ItemResult, ...]:
        return tuple(item for question in self.questions for item in question.items)

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        return tuple(check for question in self.questions for check in question.checks)

    @property
    def all_checks_passed(self) -> bool:
        return self.status == "graded" and all(c.outcome == "passed" for c in self.checks)


Figure = dict[str, Any]
