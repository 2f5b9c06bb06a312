"""What an LMS or a TA gives: from a folder, zip or file to uploads, each with its owners.

Understood are what `lms/classes.py` knows, a folder or zip of archives or of folders, and one
student's own archive, folder or file. A folder or zip with sources directly in it is one upload,
unless the file names say in an LMS's way whose they are.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from graders.harness.archive import (
    DAMAGES,
    Caps,
    Member,
    damage_told,
    file_member,
    folder_members,
    open_zip,
    printable,
    zip_members,
    zip_path,
)
from graders.harness.errors import Unreadable, UsageError
from graders.harness.lms.claims import NOBODY, Handed, handed_in, joined, remarks
from graders.harness.lms.classes import TITLES, WORK, Class, class_of, is_junk, one_owner
from graders.harness.lms.gradescope import LARGEST
from graders.harness.lms.roster import Roster, roster_from
from graders.harness.owner import Owner, Person, newest_attempts, safe_id
from graders.harness.result import Student
from graders.harness.submission import Submission
from graders.harness.unpack import (
    Holdings,
    Opened,
    archive_format,
    kind_of,
    sha256,
    submission_of,
    take,
)
from reports.text import counted

CAPS = Caps()
CLASS_ENTRIES = 500_000
OURS = Caps(upload=LARGEST, ratio=10_000)  # for a file of the LMS's own in a class's zip


class UnreadableUpload(Unreadable):
    """An upload that cannot be read, with the student (hash included) who is told so."""

    def __init__(self, sentence: str, student: Student) -> None:
        super().__init__(sentence, student)
        self.sentence = sentence
        self.student = student

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class Upload:
    """One student's upload, not yet read.

    Args:
        fellows: who handed it in together with `student`, and gets the same result.
        container: the folder or class's zip in which it lies.
        names: by stored path, the path in the upload; None where the folder is the upload.
        opened: which archives in it are part of it.
        left_out: reasons for files that belong to the upload but do not count.
    """

    student: Student
    container: Path
    names: Mapping[str, str] | None
    opened: Opened
    left_out: Mapping[str, str] = field(default_factory=dict)
    caps: Caps = CAPS
    fellows: tuple[Student, ...] = ()

    @property
    def students(self) -> tuple[Student, ...]:
        """All for whom it counts."""
        return self.student, *self.fellows

    def read(self) -> tuple[Student, Submission]:
        """Give the files, and the student with the hash of the bytes that were read.

        Raises:
            UnreadableUpload: with a sentence for the student; where nothing could be read, the hash
                is that of the sentence.
        """
        digest = ""
        try:
            held = self._held()
            digest = held.sha256
            submission = submission_of(held, self.opened, self.caps)
        except Unreadable as problem:
            digest = digest or sha256(str(problem).encode())
            raise UnreadableUpload(str(problem), replace(self.student, sha256=digest)) from problem
        left_out = {**submission.left_out, **self.left_out}
        return replace(self.student, sha256=digest), Submission(submission.files, left_out)

    def _held(self) -> Holdings:
        if self.names is None:
            return take(folder_members(self.container, self.caps, is_junk), self.opened, self.caps)
        with ExitStack() as files:
            with damage_told("This upload cannot be opened; hand it in again."):
                members = self._members(self.names, files)
            return take(members, self.opened, self.caps)

    def _members(self, names: Mapping[str, str], files: ExitStack) -> list[Member]:
        if self.container.is_dir():
            return [file_member(self.container / stored, path) for stored, path in names.items()]
        archive = open_zip(files.enter_context(self.container.open("rb")), CLASS_ENTRIES)
        entries = [entry for entry in archive.infolist() if zip_path(entry) in names]
        stored = zip_members(archive, entries, self.caps)
        return [replace(member, path=names[member.path]) for member in stored]


def read_folder(path: Path, caps: Caps = CAPS) -> Submission:
    """Read a student's own folder.

    Raises:
        UsageError: it is no folder.
        Unreadable: it holds no source, or more than the caps allow.
    """
    if not path.is_dir():
        raise UsageError(f"{path} is not a folder; give the folder of your .py or .ipynb files.")
    return submission_of(take(folder_members(path, caps, is_junk), "alone", caps), "alone", caps)


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
    return take_in(path, caps=caps).uploads


def take_in(
    path: Path, lms: str = "auto", roster: Roster | None = None, caps: Caps = CAPS
) -> Intake:
    """Find the uploads in a folder, zip or file, and whose they are.

    Args:
        lms: the form that it must have, or "auto".
        roster: joins ids, names and groups; else a roster.csv beside the uploads does.
    Raises:
        UsageError: there is nothing, nothing that can be opened, or another form.
    """
    if not path.exists():
        raise UsageError(f"{path} does not exist; give the LMS's zip or a folder of uploads.")
    stored = list(_stored_in_folder(path, caps)) if path.is_dir() else _stored_in_file(path)
    found = class_of(stored, not path.is_dir(), lms, lambda name: _content(path, name))
    work = any(kind_of(name) in WORK for name in stored if not is_junk(name))
    if not found and not (work if path.is_dir() else stored):
        raise UsageError(f"{path} holds no uploads; give the LMS's zip or a folder of archives.")
    form, owner = (found.lms, None) if found else one_owner(path.resolve().name, lms)
    if lms not in ("auto", form) or not (found or owner):
        raise UsageError(
            f"{path} is not what {TITLES[lms]} gives; leave `--lms` out to have it recognised."
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
    read_as = [f"Read as {TITLES[form]}'s: {counted(len(uploads), 'upload')}."]
    told = remarks(people, roster) if roster else []
    return Intake(form, identified, (read_as if form != "plain" else []) + told)


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


def _of_a_class(path: Path, handed: Handed, found: Class) -> Upload:
    newest = handed.top
    upload = newest.rpartition("/")[2]
    late = any(owner.late for owner, _ in handed.tops)
    student, *fellows = _students(handed.people, handed.owner, upload, late)
    also = {printable(top.rpartition("/")[2]): _another(upload) for top in handed.others}
    folders = [top for _, top in handed.tops if found.tops[top] != [top]]
    opened: Opened = "alone" if folders and found.lms != "moodle" else "always"
    if len(handed.tops) == len(folders) == 1 and path.is_dir():
        return Upload(student, path / newest, None, opened, also, fellows=tuple(fellows))
    names, earlier = newest_attempts([(o, top) for o, top in handed.tops if top not in folders])
    paths = found.tops
    names |= {stored: stored.removeprefix(f"{top}/") for top in folders for stored in paths[top]}
    return Upload(student, path, names, opened, earlier | also, fellows=tuple(fellows))


def _another(upload: str) -> str:
    return f"another upload of the same student; {printable(upload)} counts"


def _of_one(path: Path, owner: Owner, form: str, people: Sequence[Person]) -> Upload:
    own = path.resolve()
    student, *fellows = _students(people, owner, own.name, owner.late)
    if own.is_dir():
        opened: Opened = "alone" if form == "plain" else "always"
        return Upload(student, own, None, opened, fellows=tuple(fellows))
    names = {own.name: owner.file or own.name}
    return Upload(student, own.parent, names, "always", fellows=tuple(fellows))


def _students(people: Sequence[Person], owner: Owner, upload: str, late: bool) -> list[Student]:
    return [
        Student(
            id=person.id,
            name=person.name[: CAPS.name],
            late=late,
            upload=printable(upload)[: CAPS.name],
            submitted_at=owner.submitted_at,
            email=person.email[: CAPS.name],
            group=person.group[: CAPS.name],
        )
        for person in people
    ]


def _identified(uploads: Sequence[Upload]) -> list[Upload]:
    """Give every student an id of their own, also where upper and lower case are the same."""
    taken: set[str] = set()

    def identified(student: Student) -> Student:
        id = safe_id(student.id, taken)
        taken.add(id.casefold())
        return replace(student, id=id)

    ordered = sorted(uploads, key=lambda u: (u.student.id, u.student.upload, str(u.container)))
    own = [replace(upload, student=identified(upload.student)) for upload in ordered]
    all_of = [replace(upload, fellows=tuple(map(identified, upload.fellows))) for upload in own]
    return sorted(all_of, key=lambda upload: upload.student.id)
