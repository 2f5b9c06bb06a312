"""checks/<check>.html: how a class failed one check, each kind of failure once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from graders.results.summary import ResultSummary
from graders.text import block, counted, line, missing, percent, sentence
from reports.outcome_words import OUTCOME_WORDS, OutcomeWords
from reports.page import render
from reports.staff.analysis import CheckAnalysis, FailureGroup, check_analyses
from reports.student.check_view import MessageView, message_view

LISTED = 200  # students of a group


@dataclass(frozen=True)
class StudentView:
    """A student's name and the link to this check in the report."""

    name: str
    href: str


@dataclass(frozen=True)
class GroupView:
    """One kind of failure."""

    title: str
    words: OutcomeWords
    message: MessageView | None
    hint: str
    students: tuple[StudentView, ...]
    more: str


@dataclass(frozen=True)
class CheckPage:
    """Everything that check.html.j2 prints."""

    title: str
    question: str
    numbers: str
    groups: tuple[GroupView, ...]


def check_file(id: str) -> str:
    """Return the name of a check's page."""
    part, _, name = id.partition("::")
    names = part.removesuffix(".py").removeprefix("test_"), name.removeprefix("test_")
    return ".".join(re.sub(r"\W+", "-", each, flags=re.ASCII)[:80] for each in names) + ".html"


def render_checks(results: Sequence[ResultSummary]) -> dict[str, str]:
    """Render a page for every failed check, by file name."""
    ordered = sorted(results, key=lambda each: (each.student.name.casefold(), each.student.id))
    return {
        check_file(found.check.id): render("check.html.j2", _page(found))
        for found in check_analyses(ordered)
        if found.groups
    }


def _page(found: CheckAnalysis) -> CheckPage:
    question = found.question
    passed = f"Passed by {found.passed:,} of {counted(found.decided, 'graded student')}"
    ways = counted(len(found.groups), "way")
    return CheckPage(
        title=sentence(found.check.sentence or found.check.id),
        question=f"Question {line(question.number)}: {line(question.title)}",
        numbers=f"{passed} ({percent(found.passed, found.decided)}). The others fail in {ways}.",
        groups=tuple(_group(group, found.position) for group in found.groups),
    )


def _group(group: FailureGroup, position: int) -> GroupView:
    return GroupView(
        title=counted(len(group.students), "student"),
        words=OUTCOME_WORDS[group.outcome],
        message=message_view(group.message),
        hint=block(group.hint),
        students=tuple(_student(each, position) for each in group.students[:LISTED]),
        more=missing(len(group.students) - LISTED, "student")
        if len(group.students) > LISTED
        else "",
    )


def _student(result: ResultSummary, position: int) -> StudentView:
    folder = quote(result.student.id, safe="", errors="surrogatepass")
    name = line(result.student.name or result.student.id)
    return StudentView(name, f"../students/{folder}/report.html#check-{position}")
