"""Moodle's grading worksheet, filled in. Its headers are in the site's language.

The columns are found by an option, by their English header, or by their place: the identifier is
the first column with cells that end in different numbers, and the grade is left of the maximum
grade, the only column with the same number in every row.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from graders.errors import UsageError
from graders.gradebook.changes import Filled, filled
from graders.gradebook.row_matching import RowIndex
from graders.results.result import Result
from graders.results.table import NUMBER, Table, harmless
from graders.text import decimal, listed, printable
from graders.uploads.lms.roster import Roster, squeezed

NUMBERED = re.compile(r"\D*?([0-9]{1,19})\s*")
FULL_NAME = 1
CHANGEABLE = "gradecanbechanged"  # as an English site calls it


def fill_worksheet(
    worksheet: Table,
    results: Sequence[Result],
    roster: Roster | None,
    grade: str | None = None,
    identifier: str | None = None,
) -> Filled:
    """Write the points into the grades; a student without decided points keeps the cell.

    Raises:
        UsageError: a column is missing or ambiguous.
    """
    ids, column = _identifier(worksheet, identifier), _grade(worksheet, grade)
    _refuse_scale(worksheet, column)
    done = filled(
        worksheet,
        column,
        results,
        _register(worksheet, ids, column),
        roster,
        lambda each, row: _refusal(worksheet, column, row, each),
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
    raise _unknown(worksheet, "the identifier", "--identifier-column")


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
        f"{worksheet.place} does not show which column is {what}; name it with `{option}`. "
        f"There are: {names}."
    )


def _is_maximum(worksheet: Table, column: int) -> bool:
    """Return whether the column has one number for all rows, right of a column of grades only."""
    values = {_decimal(cell) for cell in worksheet.column(column)}
    [value] = values if len(values) == 1 else [None]
    before = worksheet.column(column - 1)
    grades = all(not cell.strip() or NUMBER.fullmatch(cell.strip()) for cell in before)
    return value is not None and value > 0 and grades


def _register(worksheet: Table, ids: int, grade: int) -> RowIndex:
    columns = [n for n in range(grade) if n not in (ids, FULL_NAME)]
    return RowIndex(
        "moodle",
        [_number(cell) for cell in worksheet.column(ids)],
        worksheet.column(FULL_NAME),
        [[row[n] for n in columns] for row in worksheet.rows],
    )


def _refusal(worksheet: Table, column: int, row: int, result: Result) -> str:
    """Return why Moodle would ignore a grade: it is locked, or above the maximum; else ""."""
    titles = [squeezed(title) for title in worksheet.header]
    if CHANGEABLE in titles and squeezed(worksheet.rows[row][titles.index(CHANGEABLE)]) == "no":
        return "Moodle says that this grade cannot be changed"
    cells = worksheet.rows[row][column + 1 :]
    maximum = _decimal(cells[0]) if cells else None
    if maximum is None or result.points <= maximum:
        return ""
    return f"{decimal(result.points)} points are above Moodle's maximum {decimal(maximum)}"


def _refuse_scale(worksheet: Table, column: int) -> None:
    """Refuse a worksheet with the words of a scale instead of a maximum."""
    if column + 1 == len(worksheet.header):
        return
    values = {cell.strip() for cell in worksheet.column(column + 1)}
    [words] = values if len(values) == 1 else [""]
    titled = squeezed(worksheet.header[column + 1]) == "scale"
    listed_words = "," in words and not any(map(str.isdigit, words))
    if any(map(str.isalpha, words)) and (titled or listed_words):
        raise UsageError(
            f"{worksheet.place}: this assignment is graded in words, `{printable(words)}`, and "
            "takes no points; set its grade type to points in Moodle, and download the worksheet "
            "again."
        )


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
    """Return which columns are left out: Moodle needs none of them, and a quote would change a text."""
    if not risky:
        return ()
    names = ", ".join(printable(worksheet.header[n]) for n in risky)
    return (f"Left out, because a spreadsheet would run a cell in it: {names}.",)
