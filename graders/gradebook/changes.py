"""Results on their way out: whose points are decided, and what a file would change."""

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
    """What a file says of one student, and what the LMS said at its export.

    Args:
        there: the student's name in the file, where it is another.
    """

    who: str
    old: str
    new: str
    there: str = ""

    def __str__(self) -> str:
        whose = f"{self.who}, there {self.there}" if self.there.strip() else self.who
        return f"{whose}: {self.old.strip() or 'nothing'} → {self.new}"


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
    changes: tuple[GradeChange, ...] = ()
    left: tuple[Left, ...] = ()
    notes: tuple[str, ...] = ()


def filled(
    table: Table,
    column: int,
    results: Sequence[Result],
    register: RowIndex,
    roster: Roster | None,
    refusal: Callable[[Result, int], str],
) -> Filled:
    """Write points into a column; whoever has none, or no row of their own, keeps the cell.

    Args:
        refusal: says why the LMS would not take a student's points, or "".
    """
    rows = [list(row) for row in table.rows]
    places = [register.place(result, roster) for result in results]
    claimed = Counter(row for row, _ in places)
    changes, left = [], []
    for result, (row, why) in zip(results, places, strict=True):
        if why := undecided(result) or why or _refused(result, row, claimed, refusal):
            left.append(Left(who(result), why))
        elif not same_number(old := rows[row][column], result.points):
            rows[row][column] = spelt(result.points, table.comma)
            there = "" if register.is_named(result.student, row) else register.names[row]
            changes.append(GradeChange(who(result), old, rows[row][column], printable(there)))
    whole = replace(table, rows=tuple(map(tuple, rows)))
    return Filled(whole, tuple(changes), tuple(left))


def _refused(
    result: Result, row: int, claimed: Mapping[int, int], refusal: Callable[[Result, int], str]
) -> str:
    return "shares a row with another result" if claimed[row] > 1 else refusal(result, row)


def who(result: Result) -> str:
    """Name a student for staff."""
    student = result.student
    return printable(f"{student.name} ({student.id})" if student.name else student.id)


def undecided(result: Result) -> str:
    """Return why a student has no points yet, or "". Such points are left out and never a zero."""
    if result.status == "needs_staff" or any(c.outcome == "grader_error" for c in result.checks):
        return "needs staff: the grader failed, not the submission"
    if result.status == "unreadable":
        return "could not be read; nobody has decided on its points"
    if result.pending_points:
        verb = "is" if result.pending_points == 1 else "are"
        return f"{counted(result.pending_points, 'manual point')} {verb} not given yet"
    return ""


def spelt(points: Decimal, comma: bool) -> str:
    """Write points exactly, with a decimal comma where the file has it."""
    return decimal(points).replace(".", ",") if comma else decimal(points)


def same_number(cell: str, points: Decimal) -> bool:
    """Return whether a cell already says these points."""
    try:
        return Decimal(cell.strip().replace(",", ".")) == points
    except ArithmeticError:
        return False
