"""The student's own code behind a failure, from a worker's reply: only shown, never trusted."""

from collections.abc import Sequence
from typing import Any

from graders.results.result import CodePlace

LINES, WIDTH = 40, 200

Frame = tuple[str, int, str, str]  # file, line, function, the line's text


def place_of_error(frames: Sequence[Frame], around: Any) -> CodePlace | None:
    """Return the line that raised an exception, with those around it; None if there is none."""
    if not frames:
        return None
    file, line, function, text = frames[-1]
    code = _lines(around) or ((line, text),)
    return CodePlace(file, function, line, code, raised=True)


def place_of_definition(reply: Any) -> CodePlace | None:
    """Return the definition that was called; None if the worker knows none."""
    match reply:
        case {"file": str(file), "function": str(function), "around": around}:
            if code := _lines(around):
                return CodePlace(file[:300], function[:200], code[0][0], code)
    return None


def _lines(around: Any) -> tuple[tuple[int, str], ...]:
    rows = around[:LINES] if isinstance(around, list) else []
    found = []
    for row in rows:
        match row:
            case [int(number), str(text)]:
                found.append((number, text[:WIDTH]))
    return tuple(found)
