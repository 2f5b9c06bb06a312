"""One student's upload: its place, its owners, and its files when they are read."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from graders.errors import Unreadable, UsageError
from graders.results.result import Student
from graders.uploads.archive import (
    Caps,
    Member,
    as_unreadable,
    file_member,
    folder_members,
    open_zip,
    zip_members,
    zip_path,
)
from graders.uploads.kinds import is_junk
from graders.uploads.submission import Submission
from graders.uploads.unpack import Holdings, Opened, sha256, submission_of, take

CAPS = Caps()
CLASS_ENTRIES = 500_000


class UnreadableUpload(Unreadable):
    """An upload that cannot be read, with its student (hash included)."""

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
        group_members: those who share this submission with `student`, and its result.
        container: the folder or class's zip that contains it.
        names: by stored path, the path in the upload; None if the folder is the upload.
        opened: which archives in it are part of it.
        left_out: reasons why files of the upload do not count.
    """

    student: Student
    container: Path
    names: Mapping[str, str] | None
    opened: Opened
    left_out: Mapping[str, str] = field(default_factory=dict)
    caps: Caps = CAPS
    group_members: tuple[Student, ...] = ()

    @property
    def students(self) -> tuple[Student, ...]:
        """Return all students for whom it counts."""
        return self.student, *self.group_members

    def read(self) -> tuple[Student, Submission]:
        """Return the files, and the student with the hash of the bytes that were read.

        Raises:
            UnreadableUpload: with a message for the student; if nothing could be read, the hash
                is that of the message.
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
            with as_unreadable("This upload cannot be opened; hand it in again."):
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
    """Return the submission in a student's own folder.

    Raises:
        UsageError: it is not a folder.
        Unreadable: it contains no source, or exceeds the caps.
    """
    if not path.is_dir():
        raise UsageError(f"{path} is not a folder; give the folder of your .py or .ipynb files.")
    return submission_of(take(folder_members(path, caps, is_junk), "alone", caps), "alone", caps)
