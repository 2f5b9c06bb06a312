"""The ways a check can end early: each is an outcome with a message for the student."""

from typing import Any

from graders.results.result import CodePlace, Outcome
from graders.results.scoring import RecognisedFault

NO_ANSWER = "The process sent an invalid answer."


class Fault(Exception):
    """A check ends here. `message` and `hint` are shown to the student.

    `called` names the failed call if it is not the last one: some wait for the next frame.
    """

    outcome: Outcome = "grader_error"
    called = ""
    recognised: RecognisedFault | None = None
    place: CodePlace | None = None

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class StudentError(Fault):
    """The student's code raised an exception."""

    outcome: Outcome = "error"

    def __init__(self, message: str, hint: str = "", type_name: str = "", text: str = "") -> None:
        super().__init__(message, hint)
        self.type_name = type_name
        self.text = text


class NotFound(Fault):
    """A required definition is not in the submission, or is still the template's stub."""

    outcome: Outcome = "not_begun"


class NotRead(NotFound):
    """A required definition cannot be found because its file could not be read."""

    outcome: Outcome = "not_run"


class TooSlow(Fault):
    """A call or a check passed its time limit."""

    outcome: Outcome = "timeout"


class TooLarge(Fault):
    """A call exceeded its memory limit."""

    outcome: Outcome = "memory"


class Crash(Fault):
    """The worker ended by itself, or violated the protocol."""

    outcome: Outcome = "crash"


class Failed(Fault):
    """The student's code ran and its answer is wrong."""

    outcome: Outcome = "failed"

    def __init__(
        self,
        message: str,
        returned: str = "",
        expected: str = "",
        hint: str = "",
        figure: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message, hint)
        self.returned = returned
        self.expected = expected
        self.figure = figure
