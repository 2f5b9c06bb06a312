"""What staff have to do, on the class page: each task with the students concerned."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import quote

from graders.results.summary import ResultSummary
from graders.text import counted, line, sentence

OPEN = 12  # students of a task that are shown unfolded


@dataclass(frozen=True)
class LinkView:
    """A student's name and the link to the report."""

    name: str
    id: str
    href: str
    message: str


@dataclass(frozen=True)
class TaskView:
    """A task for staff, and the students concerned."""

    title: str
    text: str
    students: tuple[LinkView, ...]
    folded: bool


def tasks_of(results: Sequence[ResultSummary]) -> tuple[TaskView, ...]:
    """Return the tasks in which there is something to do."""
    unreadable = [result for result in results if result.status == "unreadable"]
    staff = [result for result in results if result.needs_staff]
    tasks = (
        _task("Unreadable", "uploads that could not be read", unreadable),
        _task("Needs staff", "our grader could not finish; students lose no points", staff),
        *_flagged(results),
        *_pending(results),
    )
    return tuple(task for task in tasks if task.students)


def _task(title: str, text: str, results: Sequence[ResultSummary]) -> TaskView:
    heading = f"{title}: {counted(len(results), 'student')}"
    links = tuple(link_to(result, True) for result in results)
    return TaskView(heading, text, links, len(links) > OPEN)


def _flagged(results: Sequence[ResultSummary]) -> Iterable[TaskView]:
    """Yield the task of looking at flagged code whose points wait for it."""
    flagged = [r for r in results if any(question.held_points for question in r.questions)]
    if flagged:
        links = tuple(
            replace(link_to(r), message="; ".join(map(line, r.flags[:5]))) for r in flagged
        )
        text = "its points wait for a person: look, and fill in the rows “(review)” of manual.csv"
        yield TaskView(f"Flagged code: {counted(len(flagged), 'student')}", text, links, False)


def _pending(results: Sequence[ResultSummary]) -> Iterable[TaskView]:
    """Yield one task per question with manual points, in the sheet's order."""
    waiting: dict[str, list[ResultSummary]] = {}
    points: dict[str, Decimal] = {}
    for result in results:
        for question in result.questions:
            by_hand = question.pending_points - question.held_points
            if by_hand and result.status != "unreadable":
                waiting.setdefault(question.number, []).append(result)
                points[question.number] = by_hand
    for number, students in waiting.items():
        title = f"Question {line(number)}, manual grading: {counted(len(students), 'student')}"
        text = f"{counted(points[number], 'point')} each, pending"
        yield TaskView(title, text, tuple(link_to(result) for result in students), True)


def link_to(result: ResultSummary, with_message: bool = False) -> LinkView:
    """Return the link to a student's report, with the result's message if wanted."""
    student = result.student
    folder = quote(student.id, safe="", errors="surrogatepass")
    return LinkView(
        name=line(student.name or student.id),
        id=line(student.id),
        href=f"students/{folder}/report.html",
        message=sentence(result.message) if with_message else "",
    )
