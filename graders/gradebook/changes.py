"""Results before an export: which points are decided, and what a file would change."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from graders.gradebook.row_matching import RowIndex
from graders.results.result import Result
from graders.results.table import Table
from graders.text import counted, decimal, printable
from graders.uploads.lms.roster import Roster


@dataclass(frozen=True)
class GradeChange:
    """The new points of one student, and the old ones in the LMS's export.

    Args:
        there: the student's name in the file, if it is different.
    """

    who: str
    old: str
    new: str
    there: str = ""

    def __str__(self) -> str:
        whose = f"{self.who}, in the file {self.there}" if self.there.strip() else self.who
        return f"{whose}: {self.old.strip() or 'nothing'} → {self.new}"


@dataclass(frozen=True)
class LeftOut:
    """A student who is left out of an export, and why."""

    who: str
    why: str

    def __str__(self) -> str:
        return f"{self.who}: {self.why}"


@dataclass(frozen=True)
class Filled:
    """A table with the points, its changes, and the students who are left out."""

    table: Table
    changes: tuple[GradeChange, ...] = ()
    left: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()


def filled(
    table: Table,
    column: int,
    results: Sequence[Result],
    register: RowIndex,
    roster: Roster | None,
    refusal: Callable[[Result, int], str],
) -> Filled:
    """Write points into a column; a student without points or without a row keeps the cell.

    Args:
        refusal: returns why the LMS would not accept a student's points, or "".
    """
    rows = [list(row) for row in table.rows]
    places = [register.place(result, roster) for result in results]
    claimed = Counter(row for row, _ in places)
    changes, left = [], []
    for result, (row, why) in zip(results, places, strict=True):
        if why := undecided(result) or why or _refused(result, row, claimed, refusal):
            left.append(LeftOut(who(result), why))
        elif not same_number(old := rows[row][column], result.points):
            rows[row][column] = points_text(result.points, table.comma)
            there = "" if register.is_named(result.student, row) else register.names[row]
            changes.append(GradeChange(who(result), old, rows[row][column], printable(there)))
    whole = replace(table, rows=tuple(map(tuple, rows)))
    return Filled(whole, tuple(changes), tuple(left))


def _refused(
    result: Result, row: int, claimed: Mapping[int, int], refusal: Callable[[Result, int], str]
) -> str:
    return "shares a row with another result" if claimed[row] > 1 else refusal(result, row)


def who(result: Result) -> str:
    """Return a student's name for staff."""
    student = result.student
    return printable(f"{student.name} ({student.id})" if student.name else student.id)


def undecided(result: Result) -> str:
    """Return why a student has no points yet, or "". They are left out, never exported as zero."""
    if result.status == "needs_staff" or any(c.outcome == "grader_error" for c in result.checks):
        return "needs staff: the grader failed, not the submission"
    if result.status == "unreadable":
        return "could not be read; its points are not decided"
    if result.pending_points:
        verb = "is" if result.pending_points == 1 else "are"
        return f"{counted(result.pending_points, 'manual point')} {verb} not given yet"
    return ""


def points_text(points: Decimal, comma: bool) -> str:
    """Return points exactly, with a decimal comma if the file uses it."""
    return decimal(points).replace(".", ",") if comma else decimal(points)


def same_number(cell: str, points: Decimal) -> bool:
    """Return whether a cell already contains these points."""
    try:
        return Decimal(cell.strip().replace(",", ".")) == points
    except ArithmeticError:
        return False
