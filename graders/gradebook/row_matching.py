"""Match rows of an LMS's file to students: by the LMS's own number, or by other ids and the name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from graders.results.result import Result, Student
from graders.text import printable
from graders.uploads.lms import LMS
from graders.uploads.lms.roster import Roster, id_key, same_name
from graders.uploads.owner import safe_id


@dataclass(frozen=True)
class RowIndex:
    """The rows of an LMS's file.

    Args:
        form: the LMS.
        own: the LMS's own number of each row, or "".
        names: the name in each row.
        ids: other possible ids in each row: a student number, a login, an e-mail address.
    """

    form: str
    own: Sequence[str]
    names: Sequence[str]
    ids: Sequence[Sequence[str]]

    def place(self, result: Result, roster: Roster | None) -> tuple[int, str]:
        """Return a student's row, or -1 and the reason why there is none.

        If the upload contains the LMS's own number, only that is looked up. Otherwise unique ids
        count first; then the name decides between numbers, since two LMSs, or an LMS and a
        university, may have given one number to two people.
        """
        student = result.student
        kind = number_of(student)
        if kind == self.form:
            wanted = id_key(student.id)
            return self._only([n for n, own in enumerate(self.own) if id_key(own) == wanted])
        entry = roster.of_lms(student.id, student.name, kind) if roster else None
        own = roster.own_ids(entry, self.form) if roster and entry else set()
        address = {id_key(e) for e in (student.email, entry.email if entry else "") if e}
        strong = self._rows(own, address)
        if strong:
            return self._only(strong)
        ids = {id_key(student.id)}
        known = {*ids, *(entry.keys if entry else ())}
        found = self._rows(known, known)
        if named := [n for n in found if self.is_named(student, n)]:
            return self._only(named)
        sure = self._rows(set(), known - ids if kind else known)
        if len(found) > 1 or found == sure:
            return self._only(found)
        there = printable(self.names[found[0]])
        return -1, f"not in this file; that number belongs to {there}"

    def _rows(self, own: set[str], ids: set[str]) -> list[int]:
        """Find the rows with one of these own numbers or one of these ids."""
        numbers = (self._by_number.get(number, set()) for number in own)
        return sorted(set().union(*numbers, *(self._by_id.get(id, set()) for id in ids)))

    @cached_property
    def _by_number(self) -> Mapping[str, set[int]]:
        return _index([number] for number in self.own)

    @cached_property
    def _by_id(self) -> Mapping[str, set[int]]:
        return _index(self.ids)

    def _only(self, found: Sequence[int]) -> tuple[int, str]:
        if len(found) == 1:
            return found[0], ""
        return -1, "more than once in this file" if found else "not in this file"

    def is_named(self, student: Student, row: int) -> bool:
        """Return whether a row has the student's name."""
        return same_name(student.name, self.names[row])


def number_of(student: Student) -> str:
    """Return the LMS that gave this student's id, according to the upload; else ""."""
    owners = {lms.name: lms.owner(student.upload) for lms in LMS}
    return next((form for form, owner in owners.items() if owner and owner.id == student.id), "")


def _index(rows: Iterable[Sequence[str]]) -> dict[str, set[int]]:
    """Return the rows by the ids in their cells, also by the ids as results store them."""
    found: dict[str, set[int]] = {}
    for n, cells in enumerate(rows):
        for cell in filter(str.strip, cells):
            for key in (id_key(cell), safe_id(cell.strip()).casefold()):
                found.setdefault(key, set()).add(n)
    return found
