"""Descriptions of errors for the grader: kind, text, and the student's own frames."""

import linecache
import traceback
from typing import Any

from .loading.loader import BrokenDefinition, Loader, Missing

TEXT_CAP = 2_000  # characters of an exception's text
SHOWN = 200  # characters of a value's repr
AROUND = 4  # lines that are shown before and after the one that raised
FRAMES = 6  # frames of a traceback that are worth showing: the innermost


class Unmade(Exception):
    """A requested object could not be made."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class NoObject(Exception):
    """Calling a class returned a plain value."""

    def __init__(self, name: str, value: object) -> None:
        super().__init__(name)
        self.name = name.rpartition(".")[2]
        try:
            self.text = repr(value)[:SHOWN]
        except BaseException:  # a student's own __repr__
            self.text = type(value).__name__


def account(problem: BaseException, loader: Loader) -> dict[str, Any]:
    """Return the description of an error for the answer to a request."""
    if isinstance(problem, Unmade):
        return {"kind": "unmade", "handle": problem.number}
    if isinstance(problem, NoObject):
        kind, name = "no object", problem.name
        return {"kind": kind, "type": name, "text": problem.text, "frames": [], "file": None}
    cause = problem.exception if isinstance(problem, BrokenDefinition) else problem
    return {
        "kind": _kind(problem),
        "type": type(cause).__name__,
        "text": _text(cause),
        "frames": _frames(cause, loader),
        "around": _around(cause, loader),
        "nearest": problem.nearest if isinstance(problem, Missing) else [],
        "file": problem.file if isinstance(problem, BrokenDefinition) else None,
    }


def _frames(problem: BaseException, loader: Loader) -> list[list[Any]]:
    """Return the student's own frames, outermost first: file, line, function, source line."""
    own = []
    for frame, line in traceback.walk_tb(problem.__traceback__):
        code = frame.f_code
        if loader.owns(code.co_filename):
            text = linecache.getline(code.co_filename, line).strip()[:200]
            own.append([code.co_filename, line, code.co_qualname, text])
    return own[-FRAMES:]


def _around(problem: BaseException, loader: Loader) -> list[Any]:
    """Return the numbered lines around the student's innermost frame."""
    places = [
        (frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(problem.__traceback__)
        if loader.owns(frame.f_code.co_filename)
    ]
    if not places:
        return []
    file, line = places[-1]
    first = max(1, line - AROUND)
    lines = [(n, linecache.getline(file, n)) for n in range(first, line + AROUND + 1)]
    return [[number, text.rstrip()[:200]] for number, text in lines if text]


def _text(problem: BaseException) -> str:
    try:
        return str(problem)[:TEXT_CAP]
    except BaseException:  # a student's own __str__
        return ""


def _kind(problem: BaseException) -> str:
    if isinstance(problem, (Missing, BrokenDefinition)):
        return type(problem).__name__.lower()
    text = _text(problem)
    out_of_memory = isinstance(problem, MemoryError) or (
        isinstance(problem, RuntimeError) and "allocate memory" in text
    )
    return "memory" if out_of_memory else "error"
