"""A check as a page prints it."""

from dataclasses import dataclass

from graders.harness.result import CheckResult
from reports.text import block, counted, points_of, seconds_text, sentence
from reports.words import OUTCOME_WORDS, Words


@dataclass(frozen=True)
class CheckView:
    """One check as it is printed."""

    anchor: str
    sentence: str
    words: Words
    meaning: str
    points: str
    message: str
    hint: str
    output: str
    output_size: str
    seconds: str


def check_view(check: CheckResult, position: int) -> CheckView:
    """Prepare the check that is at `position` on its page, counted from 1."""
    output = check.output.strip()
    return CheckView(
        anchor=f"check-{position}",
        sentence=sentence(check.sentence or check.id),
        words=OUTCOME_WORDS[check.outcome],
        meaning=_meaning(check),
        points=_check_points(check),
        message=block(check.message),
        hint=block(check.hint),
        output=block(check.output) if output else "",
        output_size=counted(len(output.splitlines()), "line"),
        seconds=seconds_text(check.seconds) if check.seconds >= 1 else "",
    )


def _meaning(check: CheckResult) -> str:
    """Explain an outcome, unless its word says it all."""
    plain = check.outcome == "not_run" and not check.message
    return "" if check.outcome == "passed" or plain else OUTCOME_WORDS[check.outcome].meaning


def _check_points(check: CheckResult) -> str:
    if not check.max_points:
        return "no points"
    if check.outcome == "grader_error":
        return f"? of {counted(check.max_points, 'point')}"
    return points_of(check.points, check.max_points)
