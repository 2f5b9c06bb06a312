"""A roster: a CSV file that joins one student's ids, name, e-mail and group.

Canvas's gradebook and Moodle's grading worksheet serve as they are. A column is known by its
header, in any case and with or without "_" and "-"; several columns of ids may stand side by side.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from graders.errors import UsageError
from graders.results.table import Table, read_table, table_of
from graders.text import printable
from graders.uploads.owner import Person

HEADERS: Mapping[str, tuple[str, ...]] = {
    "id": (
        *("id", "identifier", "canvas id", "user id", "canvas user id", "participant id"),
        *("participant", "sis user id", "sis id", "sis login id", "login id", "login", "sid"),
        *("username", "user name", "user", "student id", "student number", "id number"),
        *("integration id", "org defined id", "orgdefinedid", "matriculation number", "vunetid"),
        "netid",
    ),
    "name": ("name", "student", "student name", "full name", "display name"),
    "first": ("first name", "given name", "firstname"),
    "last": ("last name", "surname", "family name", "lastname"),
    "email": ("email", "e mail", "email address", "e mail address", "mail"),
    "group": ("group", "group name", "team", "team name"),
    "file": ("file", "folder", "upload", "submission", "file name", "filename"),
}
OWN_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "canvas": ("id", "canvasid", "userid", "canvasuserid"),
    "moodle": ("id", "identifier", "participant", "participantid"),
}
ANYBODYS = {"id", "userid"}  # of these titles, those of any system
PARTICIPANT = re.compile(r"[^0-9]+ ([0-9]{1,19})")  # "Participant 123", in any language


@dataclass(frozen=True)
class RosterEntry:
    """One student of the roster.

    Args:
        ids: by column, in the roster's order.
        file: the submitted file or folder, if the roster names it.
    """

    ids: Mapping[int, str]
    name: str
    email: str
    group: str
    file: str

    @property
    def id(self) -> str:
        return next(iter(self.ids.values()), self.email)

    @property
    def keys(self) -> set[str]:
        """Return all ids and the e-mail address of this student."""
        return {id_key(id) for id in (*self.ids.values(), self.email) if id}

    def column(self, id: str) -> int:
        """Return the column of this id; another student's id of the same kind is there, too.

        -1 if it is the e-mail address.
        """
        return next((n for n, each in self.ids.items() if id_key(each) == id_key(id)), -1)

    def person(self, id: str = "") -> Person:
        name = self.name or id or self.id
        name, email, group = map(printable, (name, self.email, self.group))
        return Person(id or self.id, name, email, group, self.id)


@dataclass(frozen=True)
class Roster:
    """All students of a course."""

    entries: tuple[RosterEntry, ...]
    titles: tuple[str, ...] = ()

    def entry(self, id: str) -> RosterEntry | None:
        """Return the student with an id or e-mail address in any column; None if it fits several."""
        found = self._by_id.get(id_key(id), ())
        return found[0] if len(found) == 1 else None

    def of_lms(self, id: str, name: str, form: str) -> RosterEntry | None:
        """Return the student with an LMS's number, which may be another student's number elsewhere.

        So it counts in the LMS's own columns, in those called `id` unless the name is listed with
        another id; in others only if the name agrees.
        """
        if form not in OWN_COLUMNS:
            return self.entry(id)
        found = self._by_id.get(id_key(id), ())
        if named := [entry for entry in found if same_name(entry.name, name)]:
            return named[0]
        titles = {**dict(enumerate(map(squeezed, self.titles))), -1: ""}
        own = [e for e in found if titles[e.column(id)] in OWN_COLUMNS[form]]
        sure = [e for e in own if titles[e.column(id)] not in ANYBODYS]
        return next(iter(sure if _letters(name) in self._names else own), None)

    def own_ids(self, entry: RosterEntry, form: str) -> set[str]:
        """Return a student's ids in columns that only this LMS uses."""
        titles = set(OWN_COLUMNS[form]) - ANYBODYS
        columns = [n for n, title in enumerate(self.titles) if squeezed(title) in titles]
        return {id_key(entry.ids[n]) for n in columns if n in entry.ids}

    def group(self, name: str) -> tuple[RosterEntry, ...]:
        """Return the members of the group of this name, as Canvas and Moodle write it."""
        return self._by_group.get(squeezed(name), ())

    def of_file(self, name: str) -> list[RosterEntry]:
        """Return the students for whom the roster names this file or folder."""
        return [entry for entry in self.entries if entry.file and entry.file == name]

    @cached_property
    def _by_id(self) -> dict[str, list[RosterEntry]]:
        found: dict[str, list[RosterEntry]] = {}
        for entry in self.entries:
            for key in entry.keys:
                found.setdefault(key, []).append(entry)
        return found

    @cached_property
    def _names(self) -> set[str]:
        return {_letters(entry.name) for entry in self.entries} - {""}

    @cached_property
    def _by_group(self) -> dict[str, tuple[RosterEntry, ...]]:
        groups: dict[str, tuple[RosterEntry, ...]] = {}
        for entry in self.entries:
            if name := squeezed(entry.group):
                groups[name] = (*groups.get(name, ()), entry)
        return groups


def id_key(id: str) -> str:
    """Return an id normalised for comparison."""
    return _folded(id.strip())


def squeezed(name: str) -> str:
    """Return a name's letters and digits alone, as Canvas writes it into file names."""
    return re.sub(r"[\W_]", "", _folded(name))


def same_name(one: str, other: str) -> bool:
    """Return whether two names are one person's, in any order; middle names may be left out."""
    if not squeezed(one) or not squeezed(other):
        return False
    fewer, more = sorted(map(_words, (one, other)), key=len)
    return _letters(one) == _letters(other) or (len(fewer) > 1 and fewer <= more)


def _letters(name: str) -> str:
    """Return a name so that its order does not matter, as Canvas runs its parts together."""
    return "".join(sorted(squeezed(name)))


def _words(name: str) -> set[str]:
    return set(re.findall(r"\w+", _folded(name)))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text.casefold())


def read_roster(path: Path) -> Roster:
    """Return the roster in a CSV file.

    Raises:
        UsageError: something in it is wrong; every problem is one sentence.
    """
    return roster_of(read_table(path))


def roster_from(data: bytes, place: str) -> Roster:
    """Return the roster in the bytes of a CSV file; raises as `read_roster` does."""
    return roster_of(table_of(data, place))


def roster_of(table: Table) -> Roster:
    """Return the roster of a table; raises as `read_roster` does."""
    columns = {kind: _columns(table.header, names) for kind, names in HEADERS.items()}
    if not columns["id"] and not columns["email"]:
        known = "id, user id, login, student number, e-mail"
        raise UsageError(
            f"{table.place} has no id column; add one with one of these headers: {known}."
        )
    entries = [_entry(row, columns) for row in table.rows if not _is_points_possible(row)]
    entries = [entry for entry in entries if entry.ids or entry.email or entry.name]
    if problems := list(_problems(entries)):
        raise UsageError("\n".join(f"{table.place}: {problem}" for problem in problems))
    return Roster(tuple(entries), table.header)


def _columns(header: Sequence[str], names: Iterable[str]) -> list[int]:
    known = {squeezed(name) for name in names}
    return [n for n, title in enumerate(header) if squeezed(title) in known]


def _is_points_possible(row: Sequence[str]) -> bool:
    """Return whether this is Canvas's second line, which is not a student."""
    return squeezed(row[0]) in ("pointspossible", "manualposting")


def _entry(row: Sequence[str], columns: Mapping[str, list[int]]) -> RosterEntry:
    def cell(kind: str) -> str:
        return next((row[n].strip() for n in columns[kind] if row[n].strip()), "")

    whole = cell("name") or f"{cell('first')} {cell('last')}".strip()
    ids = {n: PARTICIPANT.sub(r"\1", row[n].strip()) for n in columns["id"] if row[n].strip()}
    return RosterEntry(ids, whole, cell("email"), cell("group"), cell("file"))


def _problems(entries: Sequence[RosterEntry]) -> Iterable[str]:
    """Yield the problems: two students with one id, or a student without one."""
    if not entries:
        yield "it has no students; export it again."
    for entry in entries:
        if not entry.keys:
            yield f"{printable(entry.name)} has no id; add one."
    seen: set[tuple[int, str]] = set()
    for entry in entries:
        cells = {*entry.ids.items(), *([(-1, entry.email)] if entry.email else [])}
        keys = {(column, id_key(cell)) for column, cell in cells}
        for _, key in sorted(keys & seen):
            yield f"{printable(key)} belongs to two students; keep it for one."
        seen |= keys
