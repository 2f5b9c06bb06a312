"""A first version of a sheet from existing parts: a question for each, all checks, equal points."""

import re
from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

from graders.errors import UsageError
from graders.sheets.check_index import Check, known_checks
from graders.sheets.sheet import parse_sheet, sheet_names

STEP = Decimal("0.001")


def new_sheet(name: str, title: str, parts: Sequence[str], points: Decimal) -> str:
    """Return the text of a sheet; it is valid without changes.

    Raises:
        UsageError: the name is taken or invalid, a part has no checks, or the points are too few.
    """
    by_part: dict[str, list[Check]] = {}
    for check in known_checks().values():
        by_part.setdefault(check.part, []).append(check)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise UsageError(
            f"{name} is not a valid assignment name; use lower-case letters, digits and hyphens."
        )
    if name in sheet_names():
        raise UsageError(f"The assignment {name} already exists; choose another name.")
    if unknown := [part for part in parts if part not in by_part]:
        known = ", ".join(sorted(by_part))
        raise UsageError(f"Unknown part {', '.join(unknown)}; known parts are {known}.")
    lines = ["format = 1", f"title = {_quoted(title)}", "version = 1", f"points = {points:f}"]
    for number, (part, share) in enumerate(zip(parts, _shares(points, len(parts)), strict=True), 1):
        checks = by_part[part]
        lines += ["", "[[questions]]", f'number = "{number}"', f'title = "{part}"']
        lines.append("[questions.checks]")
        for check, worth in zip(checks, _shares(share, len(checks)), strict=True):
            lines.append(f'"{check.id}" = {worth:f}')
    text = "\n".join(lines) + "\n"
    parse_sheet(name, text)
    return text


def _shares(whole: Decimal, count: int) -> list[Decimal]:
    """Return exactly equal shares; where that is impossible, the last ones are a step larger."""
    least = (whole / count).quantize(STEP, ROUND_DOWN)
    if least <= 0:
        raise UsageError(f"{whole:f} points are too few for {count} checks; give more points.")
    more = (whole - least * count) / STEP
    if more != int(more):
        raise UsageError(f"{whole:f} points have more than three decimals; give fewer.")
    return [least + (STEP if place >= count - int(more) else 0) for place in range(count)]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if not escaped.isprintable():
        raise UsageError("A title is one line of text.")
    return f'"{escaped}"'
