"""report.html: one student's result, for the student first and for the TA as well."""

from dataclasses import dataclass
from decimal import Decimal

from graders.results.result import FileNotes, Result, Student
from graders.results.shown_first import first_to_fix
from graders.results.summary import undecided_points
from graders.text import counted, decimal, lateness, line, missing, seconds_text, sentence
from reports.outcome_words import FLAGGED, FLAGGED_MEANING, OUTCOME_WORDS
from reports.page import render
from reports.student.check_view import CheckView, MessageView, message_view
from reports.student.failures import similar_failures
from reports.student.question_view import Bar, QuestionView, points_bar, question_views

FILES = 200
NOTES = 50


@dataclass(frozen=True)
class LateView:
    """The late penalty, and the reason."""

    points: str
    why: str


@dataclass(frozen=True)
class FileView:
    """One file of the submission with the loader's remarks."""

    name: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class BannerView:
    """Why there is no complete grade."""

    title: str
    text: str
    message: MessageView | None


@dataclass(frozen=True)
class FlaggedView:
    """Code that a person will look at."""

    title: str
    text: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class FirstView:
    """The check to fix first, and a note on similar failures."""

    title: str
    check: CheckView
    meaning: str
    similar: str


@dataclass(frozen=True)
class StudentPage:
    """Everything that report.html.j2 prints."""

    title: str
    assignment: str
    name: str
    id: str
    late: bool
    decided: bool
    score: str
    of: str
    remarks: tuple[str, ...]
    bar: Bar
    banner: BannerView | None
    flagged: FlaggedView | None
    first: FirstView | None
    nothing_to_fix: str
    questions: tuple[QuestionView, ...]
    late_row: LateView | None
    total: str
    notes: tuple[str, ...]
    files: tuple[FileView, ...]
    more_files: str
    facts: tuple[tuple[str, str], ...]


def render_report(result: Result, sheet: str = "") -> str:
    """Render one result as a self-contained HTML page, with the sheet's title if given."""
    return render("report.html.j2", student_page(result, sheet))


def student_page(result: Result, sheet: str = "") -> StudentPage:
    """Return the view of `result`."""
    questions = tuple(question_views(result))
    undecided = sum((undecided_points(question) for question in result.questions), Decimal(0))
    name = line(result.student.name or result.student.id)
    total = f"{decimal(result.points)} of {decimal(result.max_points)}"
    decided = result.status != "needs_staff"
    return StudentPage(
        title=f"{line(sheet or result.assignment)}: {name}",
        assignment=line(sheet or result.assignment),
        name=name,
        id=line(result.student.id) if result.student.name not in ("", result.student.id) else "",
        late=result.submitted_late,
        decided=decided,
        score=decimal(result.points) if decided else "Not decided yet",
        of=f"of {counted(result.max_points, 'point')}" if decided else f"{total} points so far",
        remarks=_remarks(result, undecided),
        bar=points_bar(result.points, result.pending_points + undecided, result.max_points),
        banner=_banner(result),
        flagged=_flagged(result),
        first=_first_to_fix(result, questions),
        nothing_to_fix=_nothing_to_fix(result),
        questions=questions,
        late_row=_late(result),
        total=total,
        notes=tuple(map(sentence, result.notes)),
        files=tuple(_file(file) for file in result.files[:FILES]),
        more_files=_more(len(result.files) - FILES, "file"),
        facts=_facts(result),
    )


def _remarks(result: Result, undecided: Decimal) -> tuple[str, ...]:
    remarks = []
    if late := result.late:
        remarks.append(lateness(result.late_points, late.extension))
    if pending := result.pending_points:
        remarks.append(f"{counted(pending, 'point')} {_are(pending)} still to be graded manually.")
    if undecided:
        text = f"{counted(undecided, 'point')} {_are(undecided)} not decided: our grader failed."
        remarks.append(text)
    return tuple(remarks)


def _late(result: Result) -> LateView | None:
    if result.late is None:
        return None
    points = decimal(-result.late_points).replace("-", "\u2212")
    return LateView(points, sentence(result.late.why))


def _are(number: Decimal) -> str:
    return "is" if number == 1 else "are"


def _banner(result: Result) -> BannerView | None:
    message = message_view(result.message or "")
    if result.status == "unreadable":
        return BannerView(
            "Your upload could not be read",
            "So no check could be run. Submit again if you still can, or ask course staff.",
            message,
        )
    if result.status == "needs_staff":
        return BannerView(
            "Course staff will look at this",
            "Our grader could not finish. That is not your fault, and you lose no points.",
            message,
        )
    return BannerView("A note on this grade", "", message) if message else None


def _flagged(result: Result) -> FlaggedView | None:
    lines = tuple(line(str(flag)) for flag in result.flags)
    return FlaggedView(FLAGGED, FLAGGED_MEANING, lines) if lines else None


def _first_to_fix(result: Result, questions: tuple[QuestionView, ...]) -> FirstView | None:
    found = first_to_fix(result)
    if found is None:
        return None
    views = [view for question in questions for view in question.checks]
    position = next(i for i, check in enumerate(result.checks) if check is found)
    others = similar_failures(found, result.checks)
    fail = "fails" if others == 1 else "fail"
    again = f"{counted(others, 'more check')} of this part {fail} in the same way: "
    return FirstView(
        "Begin here" if found.outcome == "not_begun" else "Fix this first",
        views[position],
        OUTCOME_WORDS[found.outcome].meaning,
        f"{again}fix this one, then check again." if others else "",
    )


def _nothing_to_fix(result: Result) -> str:
    if result.all_checks_passed and result.checks:
        return "Every check passed."
    if {check.outcome for check in result.checks} == {"passed", "grader_error"}:
        return "Every check that our grader could finish passed."
    return ""


def _file(file: FileNotes) -> FileView:
    notes = (*map(sentence, file.notes[:NOTES]), _more(len(file.notes) - NOTES, "note"))
    return FileView(line(file.name), tuple(note for note in notes if note))


def _more(number: int, noun: str) -> str:
    return missing(number, noun) if number > 0 else ""


def _facts(result: Result) -> tuple[tuple[str, str], ...]:
    student, environment = result.student, result.environment
    facts = (
        *_upload(student),
        ("Python", environment.python),
        ("PyTorch", environment.torch),
        ("Sandbox", environment.sandbox),
        ("Seed", str(environment.seed)),
        ("Graders (SHA-256)", environment.graders_sha256),
        ("Time taken", seconds_text(result.seconds)),
    )
    return tuple((term, line(fact)) for term, fact in facts if fact)


def _upload(student: Student) -> tuple[tuple[str, str], ...]:
    return ("Upload", student.upload), ("Upload (SHA-256)", student.sha256)
