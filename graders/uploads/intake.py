"""From a folder, zip or file to uploads, each with its owners.

Supported are the LMSs of `lms/`, a folder or zip of archives or of folders, and one
student's own archive, folder or file. A folder or zip with sources directly in it is one upload,
unless the file names have an LMS's format with owners.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from io import BytesIO
from pathlib import Path

from graders.errors import Unreadable, UsageError
from graders.results.result import Student
from graders.text import counted, listed, printable
from graders.uploads.archive import (
    DAMAGES,
    Caps,
    open_zip,
    zip_path,
)
from graders.uploads.kinds import is_junk, kind_of
from graders.uploads.listing import content, stored_in
from graders.uploads.lms import BY_NAME, own_name
from graders.uploads.lms.detect import (
    WORK,
    ClassDownload,
    class_of,
    lms_of_several,
    one_owner,
)
from graders.uploads.lms.lms import Lms
from graders.uploads.lms.newest import NOBODY, OwnedUpload, counting_uploads, joined, remarks
from graders.uploads.lms.plain import PLAIN
from graders.uploads.lms.roster import Roster, roster_from
from graders.uploads.owner import Owner, newest_attempts, safe_id
from graders.uploads.unpack import Opened
from graders.uploads.upload import CAPS, CLASS_ENTRIES, Upload


@dataclass(frozen=True)
class Intake:
    """The uploads by student id, with the name of the LMS and remarks for staff."""

    lms: str
    uploads: list[Upload]
    remarks: list[str] = field(default_factory=list)


def find_uploads(path: Path, caps: Caps = CAPS) -> list[Upload]:
    """Return the uploads in a folder, zip or file, by student id; none is read yet.

    Raises:
        UsageError: it is empty or cannot be opened.
    """
    return take_in(path, caps=caps, is_class=False).uploads


def take_in(
    path: Path,
    lms: str = "auto",
    roster: Roster | None = None,
    caps: Caps = CAPS,
    is_class: bool = True,
) -> Intake:
    """Return the uploads in a folder, zip or file, with their owners.

    Args:
        lms: the required LMS format, or "auto".
        roster: joins ids, names and groups; else a roster.csv beside the uploads does.
        is_class: whether it contains a class, so that an LMS's zip inside it is a mistake.
    Raises:
        UsageError: it is empty, cannot be opened, or has another format.
    """
    download = _detect(path, lms, roster, caps, is_class)
    known = roster or download.roster or NOBODY
    owned = _owned(download, known)
    uploads = _identified([replace(_upload(download, each), caps=caps) for each in owned])
    people = [person for each in owned for person in each.people]
    notes = [*_read_as(download.form, uploads), *(remarks(people, known) if known.entries else ())]
    return Intake(download.form.name, uploads, notes + _several(uploads))


@dataclass(frozen=True)
class _Download:
    """The input, and the LMS of its format.

    Args:
        found: a class's files; None if all is one upload, of `owner`.
        roster: the roster beside them.
    """

    path: Path
    form: Lms
    found: ClassDownload | None
    owner: Owner | None
    roster: Roster | None


def _detect(path: Path, lms: str, roster: Roster | None, caps: Caps, is_class: bool) -> _Download:
    stored = stored_in(path, caps)
    named = {entry.file for entry in roster.entries if entry.file} if roster else set()
    found = class_of(stored, not path.is_dir(), lms, partial(content, path), named)
    work = any(kind_of(name) in WORK for name in stored if not is_junk(name))
    there = found.owners if found else work if path.is_dir() else stored
    if not there:
        raise UsageError(f"{path} contains no uploads; give the LMS's zip or a folder of archives.")
    if is_class and lms == "auto" and (found is None or found.lms is PLAIN):
        _refuse_a_class_within(path, stored)
    form, owner = (found.lms, None) if found else one_owner(path.resolve().name, lms)
    if lms not in ("auto", form.name) or not (found or owner):
        raise UsageError(
            f"{path} is not a {BY_NAME[lms].title} export; leave out `--lms` to detect the format."
        )
    beside = found.roster if found and roster is None else ""
    return _Download(
        path, form, found, owner, roster_from(content(path, beside), beside) if beside else None
    )


def _owned(download: _Download, roster: Roster) -> list[OwnedUpload]:
    """Return the uploads that count, each with all its owners."""
    if download.found:
        return counting_uploads(download.found, roster)
    assert download.owner is not None
    name = download.path.resolve().name
    people = joined(download.owner, name, download.form, roster)
    return [OwnedUpload(((download.owner, name),), people)]


def _several(uploads: Sequence[Upload]) -> list[str]:
    """Return a remark on students with more than one upload."""
    again = [each.student.name for each in uploads if each.left_out]
    return [f"Submitted more than once (the newest counts): {listed(again)}."] if again else []


def _read_as(form: Lms, uploads: Sequence[Upload]) -> list[str]:
    """Return a remark on the detected format."""
    if form is not PLAIN:
        return [f"Detected a {form.title} export: {counted(len(uploads), 'submission')}."]
    if len(uploads) > 1:
        return []
    names = ", ".join(printable(student.name) for student in uploads[0].students)
    return [
        f"Read as one submission, of {names}; for a class, give the LMS's zip, or a folder with an "
        "archive or folder for each student."
    ]


def _refuse_a_class_within(path: Path, stored: Sequence[str]) -> None:
    """Raise UsageError for a folder or zip that contains only an LMS's zip of a class."""
    files = [name for name in stored if not is_junk(name) and kind_of(name) != "text"]
    form = (
        _lms_within(path, files[0]) if len(files) == 1 and kind_of(files[0]) == "archive" else None
    )
    if form:
        raise UsageError(
            f"{path} contains a class export of {form.title}, {printable(files[0])}; give that zip "
            "itself, and a roster with `--roster`. If it belongs to one student, use "
            "`--lms plain`."
        )


def _lms_within(path: Path, stored: str) -> Lms | None:
    if path.is_dir() and not (path / stored).is_file():
        return None
    try:
        with (path / stored).open("rb") if path.is_dir() else BytesIO(content(path, stored)) as f:
            entries = open_zip(f, CLASS_ENTRIES).infolist()
        return lms_of_several([zip_path(entry) for entry in entries])
    except (*DAMAGES, Unreadable, UsageError):
        return None  # not a class's; errors are reported when it is read


def _upload(download: _Download, owned: OwnedUpload) -> Upload:
    """Return an upload with the places and names of its files."""
    path, found = download.path, download.found
    late = any(owner.late for owner, _ in owned.tops)
    student, *group_members = _students(owned, owned.top.rpartition("/")[2], late)
    if found is None:
        return _whole(path.resolve(), download.form, owned.owner, student, group_members)
    also = {printable(top.rpartition("/")[2]): _another(owned) for top in owned.others}
    folders = [top for _, top in owned.tops if found.tops[top] != [top]]
    opened: Opened = "alone" if folders and not found.lms.opens_archives else "always"
    if len(owned.tops) == len(folders) == 1 and path.is_dir():
        return Upload(
            student, path / owned.top, None, opened, also, group_members=tuple(group_members)
        )
    names, earlier = newest_attempts([(o, top) for o, top in owned.tops if top not in folders])
    paths = found.tops
    names |= {stored: stored.removeprefix(f"{top}/") for top in folders for stored in paths[top]}
    return Upload(student, path, names, opened, earlier | also, group_members=tuple(group_members))


def _whole(
    path: Path, form: Lms, owner: Owner, student: Student, group_members: Sequence[Student]
) -> Upload:
    """Return the whole input as one upload."""
    if path.is_dir():
        opened: Opened = "alone" if form is PLAIN else "always"
        return Upload(student, path, None, opened, group_members=tuple(group_members))
    names = {path.name: owner.file or path.name}
    return Upload(student, path.parent, names, "always", group_members=tuple(group_members))


def _another(owned: OwnedUpload) -> str:
    upload = owned.top.rpartition("/")[2]
    return f"another upload of the same student; {printable(upload)} counts"


def _students(owned: OwnedUpload, upload: str, late: bool) -> list[Student]:
    own = own_name(upload)
    return [
        Student(
            id=person.id,
            name=person.name[: CAPS.name],
            late=late,
            upload=printable(upload)[: CAPS.name],
            file=printable(own)[: CAPS.name] if own != upload else "",
            submitted_at=owned.owner.submitted_at,
            email=person.email[: CAPS.name],
            group=person.group[: CAPS.name],
        )
        for person in owned.people
    ]


def _identified(uploads: Sequence[Upload]) -> list[Upload]:
    """Return the uploads with unique ids, also if upper and lower case are the same."""
    taken: set[str] = set()

    def identified(student: Student) -> Student:
        id = safe_id(student.id, taken)
        taken.add(id.casefold())
        return replace(student, id=id)

    ordered = sorted(uploads, key=lambda u: (u.student.id, u.student.upload, str(u.container)))
    own = [replace(upload, student=identified(upload.student)) for upload in ordered]
    all_of = [
        replace(upload, group_members=tuple(map(identified, upload.group_members)))
        for upload in own
    ]
    return sorted(all_of, key=lambda upload: upload.student.id)
