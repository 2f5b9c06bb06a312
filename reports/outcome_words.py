"""The words for outcomes and statuses on pages: never only a symbol or a colour."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from graders.results.result import Outcome, Status

Tone = Literal["good", "bad", "open"]


@dataclass(frozen=True)
class OutcomeWords:
    """An outcome for readers: a symbol, a few words, and a sentence that explains it."""

    symbol: str
    word: str
    meaning: str
    tone: Tone


OUTCOME_WORDS: Mapping[Outcome, OutcomeWords] = {
    "passed": OutcomeWords("✓", "Passed", "Your code did what this sentence asks for.", "good"),
    "failed": OutcomeWords(
        "✗", "Wrong result", "Your code ran, but its result is not the expected one.", "bad"
    ),
    "error": OutcomeWords(
        "✗",
        "Raised an error",
        "An error stopped your code before it returned a result.",
        "bad",
    ),
    "timeout": OutcomeWords(
        "✗", "Took too long", "Your code was stopped when its time limit was reached.", "bad"
    ),
    "memory": OutcomeWords(
        "✗", "Used too much memory", "Your code was stopped at its memory limit.", "bad"
    ),
    "crash": OutcomeWords(
        "✗",
        "The process ended",
        "Python itself ended while it ran your code for this check.",
        "bad",
    ),
    "not_run": OutcomeWords(
        "—", "Not run", "This check was not run, so it earned no points.", "open"
    ),
    "not_begun": OutcomeWords("○", "Not begun", "Nothing of yours is here yet.", "open"),
    "grader_error": OutcomeWords(
        "?",
        "Our fault, not decided yet",
        "Our grader failed here, not your code. No points are lost: course staff will look at it.",
        "open",
    ),
}

STATUS_WORDS: Mapping[Status, str] = {
    "graded": "graded",
    "unreadable": "unreadable",
    "needs_staff": "needs staff",
}

FLAGGED = "Course staff will look at this code"
FLAGGED_MEANING = (
    "It could change how answers are recorded, which your assignment does not need. Some points wait "
    "until a person has looked. If you can do without it, remove it."
)
