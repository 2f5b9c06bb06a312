"""Tables that staff fill in with a spreadsheet, read by column."""

from collections.abc import Sequence
from pathlib import Path

from graders.harness.errors import UsageError
from graders.harness.lms.table import Table, read_table

Row = dict[str, str]


def read_rows(path: Path, columns: Sequence[str]) -> list[Row]:
    """Read a CSV file with these columns.

    Raises:
        UsageError: there is none, or it is no such table.
    """
    return rows_of(read_table(path), columns, path.name)


def rows_of(table: Table, columns: Sequence[str], name: str) -> list[Row]:
    """Give each row's cells by column, without the spaces around them.

    Raises:
        UsageError: a column is missing, or there twice.
    """
    header = [cell.strip().casefold() for cell in table.header]
    for column in columns:
        if header.count(column) != 1:
            number = "twice" if column in header else "nowhere"
            raise UsageError(
                f"{name} has the column `{column}` {number}; its first line must be "
                f"{','.join(columns)}."
            )
    places = {column: header.index(column) for column in columns}
    return [{c: row[place].strip() for c, place in places.items()} for row in table.rows]
