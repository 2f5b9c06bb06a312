"""What an LMS or a TA gives: from a folder, zip or file to uploads, each with its owners.

Understood are what `lms/classes.py` knows, a folder or zip of archives or of folders, and one
student's own archive, folder or file. A folder or zip with sources directly in it is one upload,
unless the file names say in an LMS's way whose they are.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path

from graders.errors import Unreadable, UsageError
from graders.results.result import Student
from graders.text import counted, listed, printable
from graders.uploads.archive import (
    DAMAGES,
    Caps,
    Member,
    file_member,
    open_zip,
    zip_members,
    zip_path,
)
from graders.uploads.lms import BY_NAME, own_name
from graders.uploads.lms.detect import (
    WORK,
    ClassDownload,
    class_of,
    lms_of_several,
    one_owner,
)
from graders.uploads.lms.gradescope import LARGEST
from graders.uploads.lms.lms import Lms
from graders.uploads.lms.newest import NOBODY, OwnedUpload, handed_in, joined, remarks
from graders.uploads.lms.plain import PLAIN
from graders.uploads.lms.roster import Roster, roster_from
from graders.uploads.owner import Owner, Person, newest_attempts, safe_id
from graders.uploads.unpack import Opened, archive_format, is_junk, kind_of
from graders.uploads.upload import CAPS, CLASS_ENTRIES, Upload

OURS = Caps(upload=LARGEST, ratio=10_000)  # for a file of the LMS's own in a class's zip


@dataclass(frozen=True)
class Intake:
    """What was found: the LMS's form, its uploads by student id, and what a TA should know."""

    lms: str
    uploads: list[Upload]
    remarks: list[str] = field(default_factory=list)


def find_uploads(path: Path, caps: Caps = CAPS) -> list[Upload]:
    """List the uploads in a folder, zip or file, by student id; none is read yet.

    Raises:
        UsageError: there is nothing, or nothing that can be opened.
    """
    return take_in(path, caps=caps, is_class=False).uploads


def take_in(
    path: Path,
    lms: str = "auto",
    roster: Roster | None = None,
    caps: Caps = CAPS,
    is_class: bool = True,
) -> Intake:
    """Find the uploads in a folder, zip or file, and whose they are.

    Args:
        lms: the form that it must have, or "auto".
        roster: joins ids, names and groups; else a roster.csv beside the uploads does.
        is_class: whether it is a class's, so that an LMS's zip within it is a mistake.
    Raises:
        UsageError: there is nothing, nothing that can be opened, or another form.
    """
    if not path.exists():
        raise UsageError(f"{path} does not exist; give the LMS's zip or a folder of uploads.")
    stored = list(_stored_in_folder(path, caps)) if path.is_dir() else _stored_in_file(path)
    named = {entry.file for entry in roster.entries if entry.file} if roster else set()
    found = class_of(stored, not path.is_dir(), lms, lambda name: _content(path, name), named)
    work = any(kind_of(name) in WORK for name in stored if not is_junk(name))
    there = found.owners if found else work if path.is_dir() else stored
    if not there:
        raise UsageError(f"{path} holds no uploads; give the LMS's zip or a folder of archives.")
    if is_class and lms == "auto" and (found is None or found.lms is PLAIN):
        _refuse_a_class_within(path, stored)
    form, owner = (found.lms, None) if found else one_owner(path.resolve().name, lms)
    if lms not in ("auto", form.name) or not (found or owner):
        raise UsageError(
            f"{path} is not what {BY_NAME[lms].title} gives; leave `--lms` out to have it recognised."
        )
    if found and found.roster and roster is None:
        roster = roster_from(_content(path, found.roster), found.roster)
    known = roster or NOBODY
    if found:
        handed = handed_in(found, known)
        uploads = [_of_a_class(path, each, found) for each in handed]
        people = [person for each in handed for person in each.people]
    else:
        assert owner is not None
        people = list(joined(owner, path.resolve().name, form, known))
        uploads = [_of_one(path, owner, form, people)]
    identified = _identified([replace(upload, caps=caps) for upload in uploads])
    told = [*_read_as(form, identified), *(remarks(people, roster) if roster else ())]
    return Intake(form.name, identified, told + _several(identified))


def _several(uploads: Sequence[Upload]) -> list[str]:
    """Return of whom there was more than one upload."""
    again = [each.student.name for each in uploads if each.left_out]
    return [f"Handed in more than once, and the newest counts: {listed(again)}."] if again else []


def _read_as(form: Lms, uploads: Sequence[Upload]) -> list[str]:
    """Return what was recognised, where it could be another than was meant."""
    if form is not PLAIN:
        return [f"Read as {form.title}'s: {counted(len(uploads), 'upload')}."]
    if len(uploads) > 1:
        return []
    names = ", ".join(printable(student.name) for student in uploads[0].students)
    return [
        f"Read as one upload, of {names}; for a class, give the LMS's zip, or a folder with an "
        "archive or folder for each student."
    ]


def _refuse_a_class_within(path: Path, stored: Sequence[str]) -> None:
    """Refuse a folder or zip around nothing but an LMS's own zip of a class."""
    files = [name for name in stored if not is_junk(name) and kind_of(name) != "text"]
    form = (
        _lms_within(path, files[0]) if len(files) == 1 and kind_of(files[0]) == "archive" else None
    )
    if form:
        raise UsageError(
            f"{path} holds the class's zip of {form.title}, {printable(files[0])}; give that zip "
            "itself, and a roster beside it with `--roster`. If it is one student's, say "
            "`--lms plain`."
        )


def _lms_within(path: Path, stored: str) -> Lms | None:
    if path.is_dir() and not (path / stored).is_file():
        return None
    try:
        with (path / stored).open("rb") if path.is_dir() else BytesIO(_content(path, stored)) as f:
            entries = open_zip(f, CLASS_ENTRIES).infolist()
        return lms_of_several([zip_path(entry) for entry in entries])
    except (*DAMAGES, Unreadable, UsageError):
        return None  # one student's, or nobody's: it is told when it is read


def _content(path: Path, stored: str) -> bytes:
    """Read one file of a class's folder or zip whole."""
    try:
        if path.is_dir():
            return _bounded(file_member(path / stored, stored))
        with path.open("rb") as file:
            archive = open_zip(file, CLASS_ENTRIES)
            entries = [entry for entry in archive.infolist() if zip_path(entry) == stored]
            return _bounded(*zip_members(archive, entries, OURS))
    except (*DAMAGES, TypeError, Unreadable) as problem:
        raise UsageError(f"{stored} in {path} cannot be read; download it again.") from problem


def _bounded(member: Member) -> bytes:
    if member.size > LARGEST or member.fault or member.left_out:
        raise Unreadable(member.path)
    return member.read()


def _stored_in_folder(path: Path, caps: Caps) -> Iterator[str]:
    for folder, folders, files in os.walk(path):
        here = Path(folder).relative_to(path)
        links = [name for name in folders if Path(folder, name).is_symlink()]
        deep = len(here.parts) > caps.depth
        folders[:] = [f for f in folders if not (deep or is_junk(f) or f in links)]
        yield from ((here / name).as_posix() for name in sorted(files + links))


def _stored_in_file(path: Path) -> list[str]:
    """List a zip's files; of another archive or a source, only its own name."""
    try:
        with open(path, "rb") as file:
            form = archive_format(file.read(512))
            if form in ("tar", "gz", "bz2") or kind_of(path.name) == "source":
                return [path.name]
            if form == "zip":
                stored = map(zip_path, open_zip(file, CLASS_ENTRIES).infolist())
                return [name for name in stored if not name.endswith(("/", "\\"))]
    except (*DAMAGES, Unreadable) as problem:
        raise UsageError(f"{path} is damaged or cut short; download it again.") from problem
    raise UsageError(f"{path} is {form}; give a .zip, a .tar.gz or a folder.")


def _of_a_class(path: Path, handed: OwnedUpload, found: ClassDownload) -> Upload:
    newest = handed.top
    upload = newest.rpartition("/")[2]
    late = any(owner.late for owner, _ in handed.tops)
    student, *fellows = _students(handed.people, handed.owner, upload, late)
    also = {printable(top.rpartition("/")[2]): _another(upload) for top in handed.others}
    folders = [top for _, top in handed.tops if found.tops[top] != [top]]
    opened: Opened = "alone" if folders and not found.lms.opens_archives else "always"
    if len(handed.tops) == len(folders) == 1 and path.is_dir():
        return Upload(student, path / newest, None, opened, also, fellows=tuple(fellows))
    names, earlier = newest_attempts([(o, top) for o, top in handed.tops if top not in folders])
    paths = found.tops
    names |= {stored: stored.removeprefix(f"{top}/") for top in folders for stored in paths[top]}
    return Upload(student, path, names, opened, earlier | also, fellows=tuple(fellows))


def _another(upload: str) -> str:
    return f"another upload of the same student; {printable(upload)} counts"


def _of_one(path: Path, owner: Owner, form: Lms, people: Sequence[Person]) -> Upload:
    own = path.resolve()
    student, *fellows = _students(people, owner, own.name, owner.late)
    if own.is_dir():
        opened: Opened = "alone" if form is PLAIN else "always"
        return Upload(student, own, None, opened, fellows=tuple(fellows))
    names = {own.name: owner.file or own.name}
    return Upload(student, own.parent, names, "always", fellows=tuple(fellows))


def _students(people: Sequence[Person], owner: Owner, upload: str, late: bool) -> list[Student]:
    own = own_name(upload)
    return [
        Student(
            id=person.id,
            name=person.name[: CAPS.name],
            late=late,
            upload=printable(upload)[: CAPS.name],
            file=printable(own)[: CAPS.name] if own != upload else "",
            submitted_at=owner.submitted_at,
            email=person.email[: CAPS.name],
            group=person.group[: CAPS.name],
        )
        for person in people
    ]


def _identified(uploads: Sequence[Upload]) -> list[Upload]:
    """Assign every student an id of their own, also where upper and lower case are the same."""
    taken: set[str] = set()

    def identified(student: Student) -> Student:
        id = safe_id(student.id, taken)
        taken.add(id.casefold())
        return replace(student, id=id)

    ordered = sorted(uploads, key=lambda u: (u.student.id, u.student.upload, str(u.container)))
    own = [replace(upload, student=identified(upload.student)) for upload in ordered]
    all_of = [replace(upload, fellows=tuple(map(identified, upload.fellows))) for upload in own]
    return sorted(all_of, key=lambda upload: upload.student.id)
