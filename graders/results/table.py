"""Tables of an LMS or a spreadsheet: read as they are, written without formulas."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from graders.errors import UsageError
from graders.text import line

MB = 2**20
LARGEST = 64 * MB
LONGEST_CELL = 16 * MB  # Moodle's worksheet can contain whole online texts
BOM = "\ufeff"  # shows a spreadsheet that the file is UTF-8
SEPARATOR = re.compile(r"""\s*"?sep=([,;\t])"?[,;]*\r?\n""", re.I)  # Excel's own first line
NUMBER = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)?%?|[-\u2013\u2014]")  # a dash alone says "none"


@dataclass(frozen=True)
class Table:
    """A header and rows of the same length, with the delimiter of the file."""

    place: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str = ","

    @property
    def comma(self) -> bool:
        """Return whether the numbers have a decimal comma."""
        cells = [cell.strip() for row in self.rows for cell in row]
        return any(re.fullmatch(r"[0-9]{1,3},[0-9]{1,5}", cell) for cell in cells)

    def column(self, number: int) -> list[str]:
        return [row[number] for row in self.rows]

    def text(self) -> str:
        """Return CSV without a byte-order mark, which an LMS would read as part of a header.

        A cell that a spreadsheet would run starts with a quote.
        """
        buffer = io.StringIO()
        writer = csv.writer(buffer, delimiter=self.delimiter, lineterminator="\n")
        writer.writerow(self.header)
        writer.writerows([[harmless(cell) for cell in row] for row in self.rows])
        return buffer.getvalue()

    def keeping(self, wanted: Callable[[int], bool]) -> "Table":
        """Return the table with only these columns."""
        columns = [n for n in range(len(self.header)) if wanted(n)]
        rows = tuple(tuple(row[n] for n in columns) for row in self.rows)
        return replace(self, header=tuple(self.header[n] for n in columns), rows=rows)


def harmless(cell: str) -> str:
    """Return a cell with a quote before a formula; numbers and a single dash are not formulas."""
    return cell if NUMBER.fullmatch(cell) else FORMULA.sub(r"\1'", cell)


def read_table(path: Path) -> Table:
    """Read a CSV file with commas, semicolons or tabs.

    Raises:
        UsageError: it is missing, or not a table.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path} is larger than {LARGEST // MB} MB; give the LMS's own CSV.")
        data = path.read_bytes()
    except OSError as problem:
        raise UsageError(f"{path} cannot be read: {problem.strerror}.") from problem
    return table_of(data, str(path))


def table_of(data: bytes, place: str) -> Table:
    """Read a table from the bytes of a CSV file.

    Raises:
        UsageError: it is not a table; the text names the line.
    """
    text = _decoded(data)
    separator = SEPARATOR.match(text)
    first, text = (1, text[separator.end() :]) if separator else (0, text)
    unquoted = re.sub('"[^"]*"', "", text.lstrip()).partition("\n")[0]
    delimiter = separator[1] if separator else max(",;\t", key=unquoted.count)
    csv.field_size_limit(LONGEST_CELL)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        lines = [(first + reader.line_num, row) for row in reader if any(c.strip() for c in row)]
    except csv.Error as problem:
        raise UsageError(f"{place} is not a CSV file: {problem}.") from problem
    if not lines or "\0" in text:
        raise UsageError(f"{place} is not a CSV file; export it again, or save it as `CSV UTF-8`.")
    (_, header), *rows = lines
    for number, row in rows:
        if len(row) > len(header) and any(row[len(header) :]):
            cells = f"line {number} has {len(row)} cells, and the header has {len(header)}"
            raise UsageError(f"{place}: {cells}; export it again as CSV.")
    even = [tuple([*row, *[""] * len(header)][: len(header)]) for _, row in rows]
    return Table(place, tuple(header), tuple(even), delimiter)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if len(data) % 2 == 0 and data[1::2].count(0) > len(data) // 4:  # UTF-16 without a mark
        return data.decode("utf-16-le", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


CELL_LIMIT = 1_000


# A spreadsheet runs a cell that starts like this, also with full-width or small characters. If Excel
# splits lines at semicolons (much of Europe), each semicolon starts a cell, in quotes or not.
FORMULA = re.compile(
    r"(^|;)(?=[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b\u2212])"
)


def cell(text: str) -> str:
    """Return `text` for one cell: no formula, no control character, no second line."""
    return line(FORMULA.sub(r"\1'", text), CELL_LIMIT)


Row = dict[str, str]


def read_rows(path: Path, columns: Sequence[str]) -> list[Row]:
    """Read a CSV file with these columns.

    Raises:
        UsageError: it is missing, or not such a table.
    """
    return rows_of(read_table(path), columns, path.name)


def rows_of(table: Table, columns: Sequence[str], name: str) -> list[Row]:
    """Return each row's cells by column, without the spaces around them.

    Raises:
        UsageError: a column is missing, or appears twice.
    """
    header = [cell.strip().casefold() for cell in table.header]
    for column in columns:
        if header.count(column) != 1:
            problem = "appears twice" if column in header else "is missing"
            raise UsageError(
                f"{name}: the column `{column}` {problem}; the first line must be "
                f"{','.join(columns)}."
            )
    places = {column: header.index(column) for column in columns}
    return [{c: row[place].strip() for c, place in places.items()} for row in table.rows]
