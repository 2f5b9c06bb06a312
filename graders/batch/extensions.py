"""Deadline extensions with their reasons, from a CSV file that staff keep."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from graders.errors import UsageError
from graders.results.table import read_rows
from graders.sheets.deadline import EXAMPLE, moment_or_none

COLUMNS = ("student", "reason", "until", "days")


@dataclass(frozen=True)
class Extension:
    """More time for one student: until a moment, or some days after the deadline."""

    reason: str
    until: datetime | None = None
    days: Decimal = Decimal(0)

    def extended(self, deadline: datetime | None) -> datetime | None:
        if deadline is None:
            return self.until
        return max(deadline, self.until or deadline + timedelta(days=float(self.days)))


def read_extensions(path: Path) -> dict[str, Extension]:
    """Return the extensions by student from a CSV file.

    Raises:
        UsageError: the file or a line of it is wrong; one sentence for each.
    """
    extensions: dict[str, Extension] = {}
    problems = []
    for row in read_rows(path, COLUMNS):
        student = row["student"]
        try:
            if student in extensions:
                raise ValueError("there is another extension; keep one")
            extensions[student] = _extension(student, row["reason"], row["until"], row["days"])
        except ValueError as problem:
            problems.append(f"{path.name}, {student or 'a row'}: {problem}.")
    if problems:
        raise UsageError("\n".join(problems))
    return extensions


def _extension(student: str, reason: str, until: str, days: str) -> Extension:
    if not student:
        raise ValueError("it names no student")
    if not reason:
        raise ValueError("it gives no reason")
    if bool(until) == bool(days):
        raise ValueError("it must give either `until` or `days`")
    if until:
        moment = moment_or_none(until)
        if moment is None:
            raise ValueError(f"`{until}` is not a date with time and time zone, as in {EXAMPLE}")
        return Extension(reason, moment)
    number = days.replace(",", ".")
    if not re.fullmatch(r"\d{1,4}(\.\d{1,4})?", number) or not Decimal(number):
        raise ValueError(f"`{days}` is not a number of days above zero")
    return Extension(reason, days=Decimal(number))


def unmatched(extensions: Collection[str], students: Collection[str]) -> list[str]:
    """Return remarks on extensions without a submission: a wrong id costs a student points."""
    return [
        f"There is an extension for {student}, but no submission with that id."
        for student in sorted(extensions)
        if student not in students
    ]
