"""What an LMS or a TA gives: from a folder, zip or file to uploads, each with its owner.

Understood are Canvas's flat zip, Moodle's folders (and its flat form), a folder or zip of archives
or of folders, and one student's own archive, folder or file. A folder or zip with sources directly
in it is one upload, unless the file names say in an LMS's way whose they are.
"""

import os
import re
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
from graders.harness.owner import (
    Owner,
    canvas_owner,
    moodle_owner,
    newest_attempts,
    plain_owner,
    safe_id,
)
from graders.harness.result import Student
from graders.harness.submission import Submission
from graders.harness.unpack import (
    Holdings,
    Opened,
    archive_format,
    common_folder,
    junk_in,
    kind_of,
    sha256,
    submission_of,
    take,
)

CAPS = Caps()
CLASS_ENTRIES = 500_000
WORK = ("source", "archive")
STRAYS = (".html", ".htm", ".xlsx", ".xls", ".ods", ".log")  # a TA's own, beside uploads
PROJECT_FILE = re.compile(r"(readme|requirements|pyproject|environment|licen[cs]e)\b.*", re.I)
PROJECT_FOLDER = re.compile(
    r"(src|sources?|code|lib|tests?|utils?|helpers?|modules?|layers?|models?|notebooks?|scripts?"
    r"|data|datasets?|docs?|reports?|results?|figures?|images?|plots?|outputs?|logs?|configs?"
    r"|checkpoints?|weights|old|new|bak|backups?|models_backup|archive|final|drafts?|copy"
    r"|mlp|elman|rnns?|lstms?|grus?|autoregressive|ndfa|brackets|imdb|sentiment|toy"
    r"|(q|questions?|parts?|tasks?|ex|exercises?|assignments?|weeks?|labs?|vraag|opdracht)"
    r"[ _-]?[0-9]{0,2}[a-z]?)",
    re.I,
)


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
            return take(folder_members(self.container, self.caps, _is_junk), self.opened, self.caps)
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


def _is_junk(name: str) -> bool:
    return bool(junk_in(name))


def read_folder(path: Path, caps: Caps = CAPS) -> Submission:
    """Read a student's own folder.

    Raises:
        UsageError: it is no folder.
        Unreadable: it holds no source, or more than the caps allow.
    """
    if not path.is_dir():
        raise UsageError(f"{path} is not a folder; give the folder of your .py or .ipynb files.")
    return submission_of(take(folder_members(path, caps, _is_junk), "alone", caps), "alone", caps)


def find_uploads(path: Path, caps: Caps = CAPS) -> list[Upload]:
    """List the uploads in a folder, zip or file, by student id; none is read yet.

    Raises:
        UsageError: there is nothing, or nothing that can be opened.
    """
    if not path.exists():
        raise UsageError(f"{path} does not exist; give the LMS's zip or a folder of uploads.")
    stored = list(_stored_in_folder(path, caps)) if path.is_dir() else _stored_in_file(path)
    groups = _grouped(stored, zipped=not path.is_dir())
    work = any(kind_of(name) in WORK for name in stored if not junk_in(name))
    if not groups and not (work if path.is_dir() else stored):
        raise UsageError(f"{path} holds no uploads; give the LMS's zip or a folder of archives.")
    uploads = _of_a_class(path, groups) if groups else [_of_one(path)]
    return _identified([replace(upload, caps=caps) for upload in uploads])


def _stored_in_folder(path: Path, caps: Caps) -> Iterator[str]:
    for folder, folders, files in os.walk(path):
        here = Path(folder).relative_to(path)
        links = [name for name in folders if Path(folder, name).is_symlink()]
        deep = len(here.parts) > caps.depth
        folders[:] = [f for f in folders if not (deep or _is_junk(f) or f in links)]
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


def _grouped(stored: Sequence[str], zipped: bool) -> dict[str, list[str]]:
    """Group a class's paths by the file or folder handed in; give none where all is one upload."""
    paths = [path for path in stored if not _is_junk(path)]
    wrapper, inside = "", paths
    for _ in range(CAPS.depth):
        folder = common_folder(inside)
        if moodle_owner(folder.rstrip("/")):
            break
        wrapper, inside = wrapper + folder, [path.removeprefix(folder) for path in inside]
    tops = _tops(paths, wrapper)
    several = _is_lms(tops) or (len(tops) > 1 and _is_class(tops, wrapper, zipped))
    if not zipped and not several:  # on disk, a folder in a folder is a student and no wrapper
        wrapper, tops = "", _tops(paths, "")
    everything = _tops(stored, wrapper)
    return {top: everything[top] for top in tops} if _is_class(tops, wrapper, zipped) else {}


def _tops(paths: Sequence[str], wrapper: str) -> dict[str, list[str]]:
    tops: dict[str, list[str]] = {}
    for path in paths:
        if path.startswith(wrapper):
            top = path.removeprefix(wrapper).partition("/")[0]
            tops.setdefault(wrapper + top, []).append(path)
    return tops


def _is_class(tops: Mapping[str, list[str]], wrapper: str, zipped: bool) -> bool:
    names = {top.removeprefix(wrapper): top for top in tops}
    loose = [name for name, top in names.items() if tops[top] == [top]]
    work = [name for name in loose if kind_of(name) in WORK]
    if _is_lms(tops):
        return True
    if any(kind_of(name) == "source" for name in work):
        return False
    if not work and any(map(PROJECT_FILE.fullmatch, loose)):
        return False
    folders = [n for n in names if n not in loose and _holds_work(tops[names[n]])]
    units = [plain_owner(name).id for name in work] + folders
    of_a_project = [unit for unit in units if PROJECT_FOLDER.fullmatch(unit)]
    return len(units) > zipped and 2 * len(of_a_project) < len(units)


def _is_lms(tops: Mapping[str, list[str]]) -> bool:
    return _is_canvas(tops) or any(moodle_owner(top.rpartition("/")[2]) for top in tops)


def _is_canvas(tops: Mapping[str, list[str]]) -> bool:
    """Tell whether all sources and archives at the top are named by Canvas."""
    names = [top.rpartition("/")[2] for top, paths in tops.items() if paths == [top]]
    work = [name for name in names if kind_of(name) in WORK]
    named = any(map(canvas_owner, names)) and all(map(canvas_owner, work))
    return named and (bool(work) or len(names) == len(tops))


def _holds_work(paths: Sequence[str]) -> bool:
    return any(kind_of(path) in WORK and not _is_junk(path) for path in paths)


def _of_a_class(path: Path, groups: Mapping[str, list[str]]) -> list[Upload]:
    canvas = _is_canvas(groups)
    owned: dict[tuple[str, str], list[tuple[Owner, str]]] = {}
    for top, stored in groups.items():
        name = top.rpartition("/")[2]
        owner = moodle_owner(name) or (canvas_owner(name) if canvas else None)
        if owner:
            owned.setdefault(("lms", owner.id), []).append((owner, top))
        elif not (canvas if stored != [top] else _is_stray(name)):  # Canvas makes no folders
            owned[("name", top)] = [(plain_owner(name), top)]
    return [_of_a_student(path, tops, groups) for tops in owned.values()]


def _is_stray(name: str) -> bool:
    """Tell a TA's own file beside uploads (marks.csv) from what somebody handed in."""
    return kind_of(name) == "text" or name.lower().endswith(STRAYS)


def _of_a_student(
    path: Path, tops: list[tuple[Owner, str]], groups: Mapping[str, list[str]]
) -> Upload:
    owner, newest = max(tops, key=lambda pair: (pair[0].attachment, pair[1]))
    upload = newest.rpartition("/")[2]
    student = Student(owner.id, owner.name, any(o.late for o, _ in tops), printable(upload))
    folders = [top for _, top in tops if groups[top] != [top]]
    opened: Opened = "alone" if folders and not moodle_owner(upload) else "always"
    if len(tops) == len(folders) == 1 and path.is_dir():
        return Upload(student, path / newest, None, opened)
    names, left_out = newest_attempts([(o, top) for o, top in tops if top not in folders])
    names |= {stored: stored.removeprefix(f"{top}/") for top in folders for stored in groups[top]}
    return Upload(student, path, names, opened, left_out)


def _of_one(path: Path) -> Upload:
    own = path.resolve()
    lms = moodle_owner(own.name) or (None if own.is_dir() else canvas_owner(own.name))
    owner = lms or plain_owner(own.name)
    student = Student(owner.id, owner.name, owner.late, printable(own.name))
    if own.is_dir():
        return Upload(student, own, None, "always" if lms else "alone")
    return Upload(student, own.parent, {own.name: owner.file or own.name}, "always")


def _identified(uploads: Sequence[Upload]) -> list[Upload]:
    """Give every upload an id of its own, also where upper and lower case are the same."""
    identified: dict[str, Upload] = {}
    for upload in sorted(uploads, key=lambda u: (u.student.id, u.student.upload, str(u.container))):
        student = upload.student
        id, name = safe_id(student.id, identified), student.name[: CAPS.name]
        student = replace(student, id=id, name=name, upload=student.upload[: CAPS.name])
        identified[id.casefold()] = replace(upload, student=student)
    return sorted(identified.values(), key=lambda upload: upload.student.id)
