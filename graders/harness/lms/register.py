"""Whose each row of an LMS's file is: by the LMS's own number, or by other ids and the name."""

from collections.abc import Sequence
from dataclasses import dataclass

from graders.harness.archive import printable
from graders.harness.lms.classes import NAMED
from graders.harness.lms.roster import Entry, Roster, id_key, squeezed
from graders.harness.owner import safe_id
from graders.harness.result import Result, Student


@dataclass(frozen=True)
class Register:
    """The rows of an LMS's file.

    Args:
        form: the LMS.
        own: the LMS's own number of each row, "" where it has none; no number is another's there.
        names: the name in each row.
        ids: what else in each row may be an id: a student number, a login, an e-mail address.
    """

    form: str
    own: Sequence[str]
    names: Sequence[str]
    ids: Sequence[Sequence[str]]

    def place(self, result: Result, roster: Roster | None) -> tuple[int, str]:
        """Find a student's row, or say why there is none: -1 and a reason."""
        found = self._rows(result.student, roster)
        if not found:
            return -1, "not in this file"
        if len(found) > 1:
            return -1, "stands in this file more than once"
        [row] = found
        if self._is_sure(result.student, row, roster):
            return row, ""
        there = printable(self.names[row])
        return -1, f"not in this file, where that number is another's: {there}"

    def _rows(self, student: Student, roster: Roster | None) -> list[int]:
        """Find all rows in which an id of this student stands; of several, the one of the name.

        The LMS's own number, where the upload tells it, is looked up as nothing else.
        """
        if number_of(student) == self.form:
            return [n for n, own in enumerate(self.own) if id_key(own) == id_key(student.id)]
        known = _ids(student, _entry(student, roster))
        found = [
            n
            for n, own in enumerate(self.own)
            if own and any(_is_one_of(cell, known) for cell in (own, *self.ids[n]))
        ]
        named = [n for n in found if self.is_named(student, n)]
        return named if len(named) == 1 else found

    def _is_sure(self, student: Student, row: int, roster: Roster | None) -> bool:
        """Tell whether no stranger can stand in this row.

        Numbers of two LMSs can be equal by chance, and so can a student's number and an LMS's.
        """
        kind = number_of(student)
        if kind == self.form or self.is_named(student, row):
            return True
        entry = _entry(student, roster)
        sure = _ids(student, entry) - ({id_key(student.id)} if kind else set())
        own = roster.own_ids(entry, self.form) if roster and entry else set()
        return id_key(self.own[row]) in own or any(_is_one_of(c, sure) for c in self.ids[row])

    def is_named(self, student: Student, row: int) -> bool:
        """Tell whether a row has the student's name, first or last name first."""
        name = sorted(squeezed(student.name))
        return bool(name) and name == sorted(squeezed(self.names[row]))


def number_of(student: Student) -> str:
    """Name the LMS whose own number this student's id is, as the upload tells; else ""."""
    owners = {form: owner_of(student.upload) for form, owner_of in NAMED.items()}
    return next((form for form, owner in owners.items() if owner and owner.id == student.id), "")


def _entry(student: Student, roster: Roster | None) -> Entry | None:
    return roster.of_lms(student.id, student.name, number_of(student)) if roster else None


def _ids(student: Student, entry: Entry | None) -> set[str]:
    """Give all ids by which a student may stand in an LMS's file."""
    known = {id_key(student.id), id_key(student.email)} | (entry.keys if entry else set())
    return known - {""}


def _is_one_of(cell: str, ids: set[str]) -> bool:
    """Tell whether a cell is one of these ids, also in the form in which a result keeps it."""
    return bool(cell.strip()) and (id_key(cell) in ids or safe_id(cell.strip()).casefold() in ids)
