"""Run one check on one submission."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from graders.assertions.draw import Draw, seed_for
from graders.remote.explain import explain, general
from graders.remote.faults import Failed, Fault, NotFound, NotRead, StudentError
from graders.remote.repeating import HINTS
from graders.remote.session import Session
from graders.remote.student import RemoteSubmission
from graders.results.result import CodePlace, Figure, Flag, Outcome
from graders.results.scoring import RecognisedFault
from graders.sheets.check_index import known_checks

MESSAGE_CAP = 8_000  # characters
FIGURES = 3  # of one check, besides that of the failed comparison


@dataclass(frozen=True)
class Finding:
    """The outcome of one run of one check."""

    outcome: Outcome
    message: str = ""
    hint: str = ""
    output: str = ""
    seconds: float = 0.0
    figures: tuple[Figure, ...] = ()
    fault: RecognisedFault | None = None
    on_word: bool = False  # whether it rests on what only the worker can state
    doubts: tuple[Flag, ...] = ()
    place: CodePlace | None = None


@dataclass(frozen=True)
class Ran:
    """The end of one run of one check: its fault, or None if it passed."""

    fault: Fault | None
    student: RemoteSubmission
    output: str
    seconds: float = 0.0


def run(session: Session, check: str, function: Callable[..., None], seed: int) -> Ran:
    """Call a check with its arguments: `student`, the submission as its part sees it, and `draw`.

    `draw` returns the random inputs of this check, the same for all submissions under one seed.

    Raises:
        Exception: no worker was available, or the check's own code raised: our fault.
    """
    started, fault = time.monotonic(), None
    student = RemoteSubmission(session, known_checks()[check].part)
    known = {"student": student, "draw": Draw(seed_for(seed, check))}
    code = function.__code__
    asked = code.co_varnames[: code.co_argcount]
    if unknown := set(asked) - set(known):
        raise TypeError(f"a check takes `student` and `draw`, and not {', '.join(sorted(unknown))}")
    try:
        session.begin(seed_for(seed, f"worker/{check}"))
        function(*(known[name] for name in asked))
        student.settle()
    except Fault as problem:
        fault = _unread(problem, session, known_checks()[check].part) or problem
        if isinstance(fault, Failed):  # calls that were cut off are not made again
            fault.place = fault.place or student.place()
            if not fault.recognised:
                fault.hint = HINTS.get(student.repeated(), fault.hint)
    finally:
        output = session.end()
    return Ran(fault, student, output, time.monotonic() - started)


def _unread(fault: Fault, session: Session, part: str) -> Fault | None:
    """Return what a stub hides: that the file with the student's own work could not be read."""
    stub = type(fault) is NotFound
    why = session.loaded.unread(part) if stub else ""
    return NotRead(f"{fault.message} But {why}.") if why else None


def finding(ran: Ran) -> Finding:
    """Return the finding of a check from how it ended."""
    fault, student, output, seconds = ran.fault, ran.student, ran.output, ran.seconds
    shown = tuple(student.figures.values())[:FIGURES]
    if fault is None:
        return Finding(
            "passed",
            output=output,
            seconds=seconds,
            figures=shown,
            on_word=student.on_word,
            doubts=tuple(student.doubts),
        )
    lines = [fault.message]
    if student.called and not isinstance(fault, NotFound):
        lines.append(f"Called:   {student.called}")
    if isinstance(fault, Failed) and fault.returned:
        lines.append(f"Returned: {fault.returned}")
    if isinstance(fault, Failed) and fault.expected:
        lines.append(f"Expected: {fault.expected}")
    if isinstance(fault, Failed) and fault.figure:
        shown = (*shown, fault.figure)
    message, recognised = _cut("\n".join(lines)), fault.recognised
    hint = _explained(fault, student) if isinstance(fault, StudentError) else fault.hint
    return Finding(
        fault.outcome, message, hint, output, seconds, shown, recognised, place=fault.place
    )


def _explained(error: StudentError, student: RemoteSubmission) -> str:
    """Return what an exception means, and then the check's own hint: that is a rule, not a cause."""
    code = dict(error.place.code) if error.place else {}
    line = code.get(error.place.line, "") if error.place else ""
    if error.recognised:
        return error.hint
    known = explain(error.type_name, error.text, student.trace.sizes, line)
    words = " ".join(filter(None, (known, error.hint)))
    return words or general(error.type_name, line)


def _cut(message: str) -> str:
    """Shorten a message in the middle; the end of a traceback names the error."""
    half = MESSAGE_CAP // 2
    return message if len(message) <= MESSAGE_CAP else f"{message[:half]} … {message[-half:]}"
