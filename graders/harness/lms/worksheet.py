"""Moodle's grading worksheet, filled in. Its headers are in the site's language.

The columns are found by an option, by their English header, or by their place: the identifier is
the first whose cells end in numbers of their own, and the grade stands left of the maximum grade,
the only column that says one and the same number everywhere.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from graders.harness.archive import printable
from graders.harness.errors import UsageError
from graders.harness.lms.claims import listed
from graders.harness.lms.moodle import moodle_owner
from graders.harness.lms.roster import Roster, id_key, squeezed
from graders.harness.lms.standing import Filled, filled, ids_of, is_one_of
from graders.harness.lms.table import NUMBER, Table, harmless
from graders.harness.result import Result
from reports.text import decimal

NUMBERED = re.compile(r"\D*?([0-9]{1,19})\s*")
FULL_NAME = 1


def fill_worksheet(
    worksheet: Table,
    results: Sequence[Result],
    roster: Roster | None,
    grade: str | None = None,
    identifier: str | None = None,
) -> Filled:
    """Write the points into the grades; a student without decided points keeps the cell.

    Raises:
        UsageError: a column is not there, or cannot be told from others.
    """
    ids, column = _identifier(worksheet, identifier), _grade(worksheet, grade)
    done = filled(
        worksheet,
        column,
        results,
        lambda each: _rows(worksheet, ids, column, each, roster),
        lambda each, row: _above(worksheet, column, row, each),
    )
    risky = [n for n in range(column + 2, len(worksheet.header)) if _runs(worksheet, n)]
    table = done.table.keeping(lambda number: number not in risky)
    table = replace(table, delimiter=",")  # the only one that Moodle reads
    return replace(done, table=table, notes=_notes(worksheet, risky))


def _identifier(worksheet: Table, wanted: str | None) -> int:
    if wanted or "identifier" in map(squeezed, worksheet.header):
        return _titled(worksheet, wanted or "Identifier", "--identifier-column")
    for column in range(len(worksheet.header)):
        numbers = [_number(cell) for cell in worksheet.column(column)]
        if numbers and all(numbers) and len(set(numbers)) == len(numbers):
            return column
    raise _unknown(worksheet, "whose each row is", "--identifier-column")


def _grade(worksheet: Table, wanted: str | None) -> int:
    if wanted or "grade" in map(squeezed, worksheet.header):
        return _titled(worksheet, wanted or "Grade", "--column")
    maxima = [n for n in range(2, len(worksheet.header)) if _is_maximum(worksheet, n)]
    if len(maxima) != 1:
        raise _unknown(worksheet, "the grade", "--column")
    return maxima[0] - 1


def _titled(worksheet: Table, title: str, option: str) -> int:
    found = [n for n, each in enumerate(worksheet.header) if squeezed(each) == squeezed(title)]
    if len(found) != 1:
        raise _unknown(worksheet, f"`{title}`", option)
    return found[0]


def _unknown(worksheet: Table, what: str, option: str) -> UsageError:
    names = listed(worksheet.header)
    return UsageError(
        f"{worksheet.place} does not show which column is {what}; say it with `{option}`. "
        f"There are: {names}."
    )


def _is_maximum(worksheet: Table, column: int) -> bool:
    """Tell the column of one number for all, right of one with nothing but grades."""
    values = {_decimal(cell) for cell in worksheet.column(column)}
    [value] = values if len(values) == 1 else [None]
    before = worksheet.column(column - 1)
    grades = all(not cell.strip() or NUMBER.fullmatch(cell.strip()) for cell in before)
    return value is not None and value > 0 and grades


def _rows(
    worksheet: Table, ids: int, grade: int, result: Result, roster: Roster | None
) -> list[int]:
    """Find a student's rows by Moodle's participant id, else by an id or e-mail in the worksheet.

    The id of somebody in a team may be of another kind, so there the name has to agree with it.
    """
    student = result.student
    numbers = [_number(cell) for cell in worksheet.column(ids)]
    owner = moodle_owner(student.upload)
    if owner and owner.id == student.id:
        return [n for n, number in enumerate(numbers) if number == student.id]
    names = [squeezed(row[FULL_NAME]) for row in worksheet.rows]
    known = ids_of(result, roster)
    columns = [n for n in range(grade) if n not in (ids, FULL_NAME)]
    return [
        n
        for n, row in enumerate(worksheet.rows)
        if any(is_one_of(row[c], known) for c in columns)
        or (owner and id_key(numbers[n]) in known and names[n] == squeezed(student.name))
    ]


def _above(worksheet: Table, column: int, row: int, result: Result) -> str:
    """Say where a grade is above Moodle's maximum, which Moodle would pass over."""
    cells = worksheet.rows[row][column + 1 :]
    maximum = _decimal(cells[0]) if cells else None
    if maximum is None or result.points <= maximum:
        return ""
    return f"{decimal(result.points)} points are above Moodle's maximum {decimal(maximum)}"


def _number(cell: str) -> str:
    match = NUMBERED.fullmatch(cell)
    return match[1] if match else ""


def _decimal(cell: str) -> Decimal | None:
    try:
        return Decimal(cell.strip().replace(",", "."))
    except ArithmeticError:
        return None


def _runs(worksheet: Table, column: int) -> bool:
    return any(harmless(cell) != cell for cell in worksheet.column(column))


def _notes(worksheet: Table, risky: Sequence[int]) -> tuple[str, ...]:
    """Say which columns are left out: Moodle needs none of them, and a quote would change a text."""
    if not risky:
        return ()
    names = ", ".join(printable(worksheet.header[n]) for n in risky)
    return (f"Left out, since a spreadsheet would run a cell of it: {names}.",)
