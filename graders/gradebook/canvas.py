"""The Canvas gradebook: one column of the TA's own export, filled in.

All headers come from that export, so that Canvas finds the column again and creates no new one.
Only this column and the columns about students are written; no other column can change.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from graders.errors import UsageError
from graders.gradebook.changes import Filled, filled
from graders.gradebook.row_matching import RowIndex
from graders.results.result import Result
from graders.results.table import Table
from graders.text import decimal, listed
from graders.uploads.lms.roster import Roster, squeezed

NOT_GRADED = {"EX": "excused in Canvas", "N/A": "not assigned in Canvas"}
TITLED = re.compile(r"(?P<title>.*\S) *\((?P<id>[0-9]+)\)", re.DOTALL)


def fill_gradebook(
    gradebook: Table, wanted: str | None, results: Sequence[Result], roster: Roster | None
) -> Filled:
    """Write the points into the column `wanted`; a student without decided points keeps the cell.

    Raises:
        UsageError: it is not a gradebook, or the column is missing or not unique.
    """
    last = _last_of_students(gradebook)
    column = assignment_column(gradebook, last, wanted)
    done = filled(
        gradebook,
        column,
        results,
        _register(gradebook, last),
        roster,
        lambda _, row: NOT_GRADED.get(gradebook.rows[row][column].strip().upper(), ""),
    )
    table = done.table.keeping(lambda number: number <= last or number == column)
    return replace(done, table=table, notes=_notes(gradebook, column, results))


def assignment_column(gradebook: Table, last: int, wanted: str | None) -> int:
    """Find the assignment's column by its whole header, its title, its id, or a part of one title.

    Raises:
        UsageError: there is none, or more than one.
    """
    columns = {  # without its id in the title, Canvas may take a column for a new assignment
        n: title
        for n, title in enumerate(gradebook.header)
        if n > last and TITLED.fullmatch(title) and not _read_only(gradebook, n)
    }
    given = (wanted or "").strip()
    titled = {n: TITLED.fullmatch(title) for n, title in columns.items()}
    exact = [n for n, title in columns.items() if title.strip() == given]
    title = [n for n, match in titled.items() if match and match["title"].strip() == given]
    number = [n for n, match in titled.items() if match and match["id"] == given]
    part = [n for n, title in columns.items() if given.casefold() in title.casefold()]
    found = exact or title or number or part
    if len(found) == 1:
        return found[0]
    names = listed([columns[n] for n in found or columns]) or "none"
    if not wanted:
        raise UsageError(f"Name the assignment with `--column`; there are: {names}.")
    problem = "matches more than one assignment" if found else "is not an assignment column"
    raise UsageError(f"`{wanted}` {problem} in {gradebook.place}; there are: {names}.")


def _last_of_students(gradebook: Table) -> int:
    """Return the last of the columns about the student."""
    header = [squeezed(title) for title in gradebook.header]
    sections = [n for n, title in enumerate(header) if title.endswith("section")]
    named = header[:2] in (["student", "id"], ["lastname", "firstname"])
    if not named or "id" not in header[1:3] or not sections:
        raise UsageError(
            f"{gradebook.place} is not a Canvas gradebook: it needs the columns Student, ID and "
            "Section; export it under Grades."
        )
    return sections[0]


def _register(gradebook: Table, last: int) -> RowIndex:
    columns = [n for n in range(1, last) if squeezed(gradebook.header[n]).endswith("id")]
    return RowIndex(
        "canvas",
        [row[columns[0]].strip() for row in gradebook.rows],
        [" ".join(row[: columns[0]]) for row in gradebook.rows],
        [[row[n] for n in columns[1:]] for row in gradebook.rows],
    )


def _points_possible(gradebook: Table, column: int) -> str:
    rows = (row for row in gradebook.rows if squeezed(row[0]) == "pointspossible")
    return next((row[column].strip() for row in rows), "")


def _read_only(gradebook: Table, column: int) -> bool:
    return "read only" in _points_possible(gradebook, column).casefold()


def _notes(gradebook: Table, column: int, results: Sequence[Result]) -> tuple[str, ...]:
    """Return a note if the maximum in Canvas differs from the sheet's; points are not rescaled."""
    possible_text = _points_possible(gradebook, column)
    try:
        possible = Decimal(possible_text.replace(",", "."))
    except InvalidOperation:
        return ()
    sheet = results[0].max_points
    if possible == sheet:
        return ()
    return (
        f"Canvas has {decimal(possible)} points possible, and the assignment {decimal(sheet)}.",
    )
