"""The upload that counts for each student: roster ids, groups, and the newest of several."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graders.text import listed
from graders.uploads.lms.detect import ClassDownload
from graders.uploads.lms.lms import Lms
from graders.uploads.lms.roster import Roster, RosterEntry, squeezed
from graders.uploads.owner import Owner, Person
from graders.uploads.resubmissions import attempt

NOBODY = Roster(())
ANONYMOUS = "anon "


@dataclass(frozen=True)
class OwnedUpload:
    """One upload: its files or folders, the newest last, and all students for whom it counts.

    Args:
        others: uploads of the same students that do not count.
    """

    tops: tuple[tuple[Owner, str], ...]
    people: tuple[Person, ...]
    others: tuple[str, ...] = ()

    @property
    def owner(self) -> Owner:
        return self.tops[-1][0]

    @property
    def top(self) -> str:
        return self.tops[-1][1]


def counting_uploads(found: ClassDownload, roster: Roster = NOBODY) -> list[OwnedUpload]:
    """Return the uploads that count for somebody, each student in exactly one of them."""
    units: dict[str, list[tuple[Owner, str]]] = {}
    for top, owner in found.owners.items():
        units.setdefault(owner.id if found.lms.joins_files else top, []).append((owner, top))
    claims: dict[tuple[bool, str], list[OwnedUpload]] = {}
    uploads = [_owned_upload(tops, found.lms, roster) for tops in units.values()]
    for one in sorted(uploads, key=_age):
        for person in one.people:
            claims.setdefault(person.key, []).append(one)
    counting = []
    for one in uploads:
        mine = {person: claims[person.key] for person in one.people}
        if kept := tuple(person for person, several in mine.items() if several[-1] is one):
            others = {each.top: None for person in kept for each in mine[person][:-1]}
            counting.append(replace(one, people=kept, others=tuple(others)))
    return counting


def joined(owner: Owner, name: str, form: Lms, roster: Roster = NOBODY) -> tuple[Person, ...]:
    """Return the owners of the file or folder of this name, found by id, file or group.

    A name alone never identifies a student. A group's name does if the LMS gives no member's id.
    """
    if owner.people:
        return tuple(_known(person, form, roster) for person in owner.people)
    if entries := roster.of_file(name):
        return tuple(entry.person() for entry in entries)
    if owner.name.startswith(ANONYMOUS):
        return (Person(owner.id, owner.name),)
    entry, members = roster.of_lms(owner.id, owner.name, form.name), roster.group(owner.name)
    nameless = entry is None and form.names_groups
    if members and (nameless or (entry in members and not _is_own(owner.name, entry))):
        column = entry.column(owner.id) if entry else -1
        first = [each for each in members if each is entry]
        rest = [each for each in members if each is not entry]
        return tuple(each.person(each.ids.get(column, "")) for each in first + rest)
    return (_known(Person(owner.id, owner.name), form, roster),)


def remarks(people: Sequence[Person], roster: Roster) -> list[str]:
    """Return remarks on roster students without a submission, and on submitters not in it."""
    unknown = [person.name or person.id for person in people if not person.entry]
    present = {person.entry for person in people}
    absent = [entry.person().name for entry in roster.entries if entry.id not in present]
    lists = {"Not in the roster": unknown, "In the roster, without a submission": absent}
    return [f"{what}: {listed(names)}." for what, names in lists.items() if names]


def _owned_upload(tops: list[tuple[Owner, str]], form: Lms, roster: Roster) -> OwnedUpload:
    ordered = sorted(tops, key=lambda pair: (pair[0].attachment, pair[1]))
    owner, top = ordered[-1]
    people = joined(owner, top.rpartition("/")[2], form, roster)
    once: dict[tuple[bool, str], Person] = {}
    for person in people:
        once.setdefault(person.key, person)
    return OwnedUpload(tuple(ordered), tuple(once.values()))


def _age(one: OwnedUpload) -> tuple[str, int, bool, int, str]:
    """Return the sort key of an upload; the last is the newest, and an own one beats a group's."""
    owner, name = one.owner, one.owner.file or one.top
    return owner.sortable_time, owner.attachment, len(one.people) == 1, attempt(name), one.top


def _known(person: Person, form: Lms, roster: Roster) -> Person:
    """Return the person with roster data; the id stays the LMS's, so that grades can be exported."""
    entry = roster.of_lms(person.id, person.name, form.name)
    if entry is None:
        return person
    known = entry.person(person.id)
    return replace(known, email=known.email or person.email)


def _is_own(name: str, entry: RosterEntry) -> bool:
    return squeezed(name) in {squeezed(each) for each in (entry.name, *entry.keys)}
