"""A check on a page."""

from dataclasses import dataclass, replace

from graders.results.result import CheckResult, CodePlace
from graders.text import block, counted, line, seconds_text, sentence
from reports.figure_views import FigureView, figure_views
from reports.outcome_words import OUTCOME_WORDS, OutcomeWords
from reports.student.failures import LABELS

CodeLine = tuple[int, str, bool]  # its number, its text, and whether it raised the exception


@dataclass(frozen=True)
class MessageView:
    """The parts of a message: the problem, other lines, and what was called, returned, expected."""

    problem: str
    rest: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SameView:
    """The earlier check that failed in the same way."""

    anchor: str
    sentence: str


@dataclass(frozen=True)
class CodeView:
    """The student's own code behind a failure: where it is, and its lines.

    Args:
        lines: numbers, texts, and whether a line raised the exception.
    """

    title: str
    lines: tuple[CodeLine, ...]


@dataclass(frozen=True)
class CheckView:
    """One check as it is printed."""

    anchor: str
    sentence: str
    words: OutcomeWords
    meaning: str
    role: str
    message: MessageView | None
    hint: str
    output: str
    output_size: str
    seconds: str
    figures: tuple[FigureView, ...]
    same: SameView | None = None
    code: CodeView | None = None


def code_view(place: CodePlace | None) -> CodeView | None:
    """Return the view of the code that a failure is about; None without code."""
    if place is None or not place.code:
        return None
    where = f"{place.file}, line {place.line}" if place.raised else place.file
    marked = place.line if place.raised else 0
    lines = tuple((n, line(text.expandtabs(4)), n == marked) for n, text in place.code)
    return CodeView(f"Your code: {line(place.function)} in {line(where)}", lines)


def check_view(check: CheckResult, position: int) -> CheckView:
    """Return the view of the check at `position` on its page, counted from 1."""
    output = check.output.strip()
    return CheckView(
        anchor=f"check-{position}",
        sentence=sentence(check.sentence or check.id),
        words=OUTCOME_WORDS[check.outcome],
        meaning=_meaning(check),
        role="detail" if check.role == "detail" else "",
        message=message_view(check.message),
        hint=block(check.hint),
        output=block(check.output) if output else "",
        output_size=counted(len(output.splitlines()), "line"),
        seconds=seconds_text(check.seconds) if check.seconds >= 1 else "",
        figures=figure_views(check.figures),
        code=code_view(check.place),
    )


def message_view(message: str) -> MessageView | None:
    """Return the parts of a message; None if it is empty."""
    other: list[str] = []
    rows: list[tuple[str, str]] = []
    for text in block(message).split("\n"):
        label, colon, value = text.partition(":")
        if colon and label in LABELS:
            rows.append((label, value.strip()))
        elif rows:
            rows[-1] = (rows[-1][0], f"{rows[-1][1]}\n{text}")
        else:
            other.append(text)
    view = MessageView("".join(other[:1]), "\n".join(other[1:]), tuple(rows))
    return view if message.strip() else None


def as_same(view: CheckView, first: CheckView) -> CheckView:
    """Return a failure that refers to an earlier one of the same cause, without figures."""
    return replace(view, same=SameView(first.anchor, first.sentence), figures=())


def _meaning(check: CheckResult) -> str:
    """Return the explanation of an outcome, unless its word or message is enough."""
    plain = check.outcome in ("not_run", "not_begun") and not check.message
    obvious = check.outcome in ("passed", "failed", "error")
    return "" if obvious or plain else OUTCOME_WORDS[check.outcome].meaning
