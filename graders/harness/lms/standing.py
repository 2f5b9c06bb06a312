"""Results on their way out: whose points are decided, and what a file would change."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from graders.harness.archive import printable
from graders.harness.errors import UsageError
from graders.harness.lms.roster import Roster, id_key
from graders.harness.lms.table import Table
from graders.harness.owner import safe_id
from graders.harness.result import Result, from_json
from reports.text import counted, decimal


@dataclass(frozen=True)
class Change:
    """What a file says of one student, and what the LMS said at its export."""

    who: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.who}: {self.old.strip() or 'nothing'} → {self.new}"


@dataclass(frozen=True)
class Left:
    """A student for whom nothing goes out, and why."""

    who: str
    why: str

    def __str__(self) -> str:
        return f"{self.who}: {self.why}"


@dataclass(frozen=True)
class Filled:
    """A table with points in it, what it changes, and who is left as it was."""

    table: Table
    changes: tuple[Change, ...] = ()
    left: tuple[Left, ...] = ()
    notes: tuple[str, ...] = ()


def filled(
    table: Table,
    column: int,
    results: Sequence[Result],
    rows_of: Callable[[Result], list[int]],
    refusal: Callable[[Result, int], str] = lambda _, __: "",
) -> Filled:
    """Write points into a column; whoever has none, or no row of their own, keeps the cell.

    Args:
        rows_of: finds a student's rows.
        refusal: says why the LMS would not take a student's points, or "".
    """
    rows = [list(row) for row in table.rows]
    places = {id(result): rows_of(result) for result in results}
    claimed = Counter(row for found in places.values() for row in found)
    changes, left = [], []
    for result in results:
        found = places[id(result)]
        why = undecided(result) or _unplaced(found, claimed)
        if why := why or refusal(result, found[0]):
            left.append(Left(who(result), why))
            continue
        [row] = found
        if not same_number(old := rows[row][column], result.points):
            rows[row][column] = spelt(result.points, table.comma)
            changes.append(Change(who(result), old, rows[row][column]))
    whole = replace(table, rows=tuple(map(tuple, rows)))
    return Filled(whole, tuple(changes), tuple(left))


def _unplaced(found: Sequence[int], claimed: Mapping[int, int]) -> str:
    if not found:
        return "not in this file"
    if len(found) > 1:
        return "stands in this file more than once"
    return "shares a row with another result" if claimed[found[0]] > 1 else ""


def results_in(place: Path) -> list[Result]:
    """Read the results of a batch's folder, or one result.json, by student id.

    Raises:
        UsageError: there is none, or one cannot be read.
    """
    files = [place] if place.is_file() else sorted(place.glob("students/*/result.json"))
    if not files:
        raise UsageError(f"{place} holds no results; give the folder that `batch --out` wrote.")
    return [_read(file) for file in files]


def _read(file: Path) -> Result:
    try:
        return from_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise UsageError(f"{file} is no result: {problem}; run the batch again.") from problem


def who(result: Result) -> str:
    """Name a student for staff."""
    student = result.student
    return printable(f"{student.name} ({student.id})" if student.name else student.id)


def undecided(result: Result) -> str:
    """Say why a student has no points yet, or "". Such points are left out and never a zero."""
    if result.status == "needs_staff" or any(c.outcome == "grader_error" for c in result.checks):
        return "needs staff: the grader failed, not the submission"
    if result.status == "unreadable":
        return "could not be read; nobody has decided on its points"
    if result.pending_points:
        return f"{counted(result.pending_points, 'point')} by hand are not given yet"
    return ""


def spelt(points: Decimal, comma: bool) -> str:
    """Write points exactly, with a decimal comma where the file has it."""
    return decimal(points).replace(".", ",") if comma else decimal(points)


def same_number(cell: str, points: Decimal) -> bool:
    """Tell whether a cell already says these points."""
    try:
        return Decimal(cell.strip().replace(",", ".")) == points
    except ArithmeticError:
        return False


def ids_of(result: Result, roster: Roster | None) -> set[str]:
    """Give all ids by which a student may stand in an LMS's file."""
    student = result.student
    entry = roster.entry(student.id) if roster else None
    known = {id_key(student.id), id_key(student.email)} | (entry.keys if entry else set())
    return known - {""}


def is_one_of(cell: str, ids: set[str]) -> bool:
    """Tell whether a cell is one of these ids, also in the form in which a result keeps it."""
    return bool(cell.strip()) and (id_key(cell) in ids or safe_id(cell.strip()).casefold() in ids)
