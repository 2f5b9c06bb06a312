"""Manual grading: manual.csv, filled in by staff and merged into results.

The file has a row for each student and question with manual points, and one for each question with
points that wait for a review of the student's code. Rows are only added: existing rows are never
modified. It begins with a byte-order mark, because it is opened and saved in a
spreadsheet.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from graders.errors import UsageError
from graders.results.result import REVIEW, Manual, Result
from graders.results.table import BOM, Table, cell, rows_of, table_of
from graders.text import decimal

FILE = "manual.csv"
COLUMNS = ("student", "name", "question", "points", "max_points", "comment")
SHOWN = 10  # problems listed at a time
NUMBER = re.compile(r"-?[0-9]{1,6}([.,][0-9]{1,4})?")

Key = tuple[str, str]  # student and question
Maxima = Mapping[str, Mapping[str, Decimal]]  # by student, the manual points of each question


@dataclass(frozen=True)
class Mark:
    """A row: the points, if given, and a comment."""

    points: Decimal | None
    comment: str


@dataclass(frozen=True)
class ManualEntry:
    """A row to add: to fill in, or already filled if the file was lost.

    Args:
        place: of the question on the sheet; rows are sorted by question, then by student.
    """

    place: int
    student: str
    name: str
    question: str
    manual: Manual


def read_marks(out: Path, maxima: Maxima) -> dict[Key, Mark]:
    """Read the rows of OUT/manual.csv; none without the file.

    Raises:
        UsageError: the file cannot be read, or rows are wrong: one sentence for each.
    """
    table = _table(out)
    return _marks(table, maxima) if table else {}


def merged(result: Result, marks: Mapping[Key, Mark], earlier: Result | None) -> Result:
    """Return `result` with the manual points of its rows, or else of the earlier result."""
    before: dict[str, Manual] = {}
    for question in earlier.questions if earlier else ():
        before |= question.by_hand

    def given(row: str, manual: Manual | None) -> Manual | None:
        mark = marks.get((result.student.id, row))
        return manual and _merged(manual, mark, before.get(row))

    questions = tuple(
        replace(
            question,
            manual=given(question.number, question.manual),
            review=given(question.number + REVIEW, question.review),
        )
        for question in result.questions
    )
    return replace(result, questions=questions)


def _merged(manual: Manual, mark: Mark | None, before: Manual | None) -> Manual:
    if mark and mark.points is not None:
        return Manual(manual.max_points, min(mark.points, manual.max_points), mark.comment)
    if mark:
        return manual if manual.automatic else Manual(manual.max_points)
    if before and _by_a_person(before) and (before.points or 0) <= manual.max_points:
        return replace(before, max_points=manual.max_points)
    return manual


def _by_a_person(manual: Manual) -> bool:
    return manual.points is not None and not manual.automatic


def given_for_another_upload(result: Result, earlier: Result | None) -> str:
    """Return a note if manual points were given for an earlier upload, or ""."""
    if earlier is None or earlier.student.sha256 == result.student.sha256:
        return ""
    numbers = [
        row for q in result.questions for row, manual in q.by_hand.items() if _by_a_person(manual)
    ]
    if not numbers:
        return ""
    return (
        f"{result.student.id} submitted a new version after manual points were given for "
        f"question {', '.join(numbers)}; check whether they still apply."
    )


def entries(result: Result) -> Iterator[ManualEntry]:
    """Yield the rows of one result: pending and given manual points."""
    student = result.student
    for place, question in enumerate(result.questions):
        for row, manual in question.by_hand.items():
            open_ = manual.points is not None or result.status != "unreadable"
            if open_ and not manual.automatic:
                yield ManualEntry(place, student.id, student.name, row, manual)


def extended(out: Path, found: Iterable[ManualEntry]) -> str | None:
    """Return the text of manual.csv with the missing rows added; None if none is missing.

    Raises:
        UsageError: the existing file cannot be read.
    """
    table = _table(out)
    columns, delimiter = (table.header, table.delimiter) if table else (COLUMNS, ",")
    known = {(row["student"], row["question"]) for row in _rows(table)} if table else set()
    missing = [entry for entry in found if (entry.student, entry.question) not in known]
    missing.sort(key=lambda entry: (entry.place, entry.student))
    if not missing:
        return None
    text = _text(out) if table else f"{BOM}{','.join(COLUMNS)}\n"
    end = "\r\n" if "\r\n" in text else "\n"
    added = io.StringIO()
    writer = csv.writer(added, delimiter=delimiter, lineterminator=end)
    writer.writerows(_cells(entry, columns, delimiter) for entry in missing)
    return text + ("" if text.endswith("\n") else end) + added.getvalue()


def mark_of(key: Key, points: str, comment: str, maxima: Maxima) -> Mark:
    """Return the points and comment entered for one question; empty points are not given yet.

    Raises:
        ValueError: these are not valid points for the question; the text says why.
    """
    row = {"student": key[0], "question": key[1], "points": points.strip(), "comment": comment}
    return _mark(row, maxima)


def with_mark(out: Path, key: Key, mark: Mark) -> str:
    """Return the text of manual.csv with this mark in its row; other rows stay byte for byte.

    Raises:
        UsageError: the file cannot be read, or has no such row.
    """
    table, text = _table(out), _text(out)
    header = [column.strip().casefold() for column in table.header] if table else []
    delimiter = table.delimiter if table else ","
    places = [header.index(name) if name in header else -1 for name in COLUMNS]
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(iter(lines), delimiter=delimiter)
    first = 0
    for cells in reader:
        last = reader.line_num
        padded = [*cells, *[""] * (len(header) - len(cells))]
        if (
            first
            and -1 not in places
            and (padded[places[0]].strip(), padded[places[2]].strip()) == key
        ):
            end = "\r\n" if lines[last - 1].endswith("\r\n") else "\n"
            padded[places[3]] = "" if mark.points is None else _number(mark.points, delimiter)
            padded[places[5]] = mark.comment
            row = io.StringIO()
            csv.writer(row, delimiter=delimiter, lineterminator=end).writerow(padded)
            return "".join([*lines[:first], row.getvalue(), *lines[last:]])
        first = last
    raise UsageError(f"{FILE} has no row of student {key[0]}, question {key[1]}.")


def _cells(entry: ManualEntry, columns: Sequence[str], delimiter: str) -> list[str]:
    manual = entry.manual
    cells = {
        "student": cell(entry.student),
        "name": cell(entry.name),
        "question": entry.question,
        "points": "" if manual.points is None else _number(manual.points, delimiter),
        "max_points": _number(manual.max_points, delimiter),
        "comment": manual.comment,
    }
    return [cells.get(column.strip().casefold(), "") for column in columns]


def _number(points: Decimal, delimiter: str) -> str:
    return decimal(points).replace(".", "," if delimiter == ";" else ".")


def _table(out: Path) -> Table | None:
    text = _text(out) if (out / FILE).exists() else ""
    return table_of(text.encode(), FILE) if text.strip(f"{BOM}\r\n") else None


def _text(out: Path) -> str:
    """Read the file as it is, a byte-order mark included."""
    try:
        text = (out / FILE).read_bytes().decode()
    except OSError as problem:
        raise UsageError(f"{out / FILE} cannot be read: {problem.strerror}.") from problem
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:  # UTF-16 without a mark is valid UTF-8, too
        raise UsageError(f"{FILE} is not UTF-8; save it again as `CSV UTF-8`.")
    return text


def _rows(table: Table) -> list[dict[str, str]]:
    return rows_of(table, COLUMNS, FILE)


def _marks(table: Table, maxima: Maxima) -> dict[Key, Mark]:
    marks: dict[Key, Mark] = {}
    problems = []
    for row in _rows(table):
        key = row["student"], row["question"]
        place = f"{FILE}: student {key[0] or '(empty)'}, question {key[1] or '(empty)'}"
        try:
            mark = _mark(row, maxima)
            if key in marks:
                raise ValueError("appears twice; keep one row")
            marks[key] = mark
        except ValueError as problem:
            problems.append(f"{place}: {problem}.")
    if more := len(problems) - SHOWN:
        problems[SHOWN:] = [f"{FILE}: {more} more rows are wrong."] if more > 0 else []
    if problems:
        raise UsageError("\n".join(problems))
    return marks


def _mark(row: Mapping[str, str], maxima: Maxima) -> Mark:
    """Return the mark of a row; without points, its student need not exist."""
    if not row["points"]:
        return Mark(None, row["comment"])
    if row["student"] not in maxima:
        raise ValueError("there is no such student; ids are as in grades.csv")
    most = maxima[row["student"]].get(row["question"])
    if most is None and row["question"].endswith(REVIEW):
        return Mark(None, row["comment"])  # of an upload that has been replaced
    if most is None:
        numbers = ", ".join(maxima[row["student"]]) or "none"
        raise ValueError(f"there is no such question with manual points; there is {numbers}")
    points = _points(row["points"])
    if points > most:
        raise ValueError(f"{decimal(points)} is more than the maximum {decimal(most)}")
    return Mark(points, row["comment"])


def _points(text: str) -> Decimal:
    if not NUMBER.fullmatch(text):
        raise ValueError(f"`{cell(text)}` is not a number of points")
    if text.startswith("-"):
        raise ValueError(f"{text} is less than 0")
    return Decimal(text.replace(",", "."))
