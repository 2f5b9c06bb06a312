"""The file names in a folder, zip or file, and whole single files."""

import os
from collections.abc import Iterator
from pathlib import Path

from graders.errors import Unreadable, UsageError
from graders.uploads.archive import (
    DAMAGES,
    MB,
    Caps,
    Member,
    file_member,
    open_zip,
    zip_members,
    zip_path,
)
from graders.uploads.kinds import is_junk, kind_of
from graders.uploads.unpack import archive_format
from graders.uploads.upload import CLASS_ENTRIES

LARGEST = 256 * MB  # of an LMS's metadata file; Gradescope's repeats all results
OURS = Caps(upload=LARGEST, ratio=10_000)


def stored_in(path: Path, caps: Caps) -> list[str]:
    """Return the paths of the files in a folder or zip; for another file, its own name.

    Raises:
        UsageError: it is not there, or cannot be opened.
    """
    if not path.exists():
        raise UsageError(f"{path} does not exist; give the LMS's zip or a folder of uploads.")
    return list(_stored_in_folder(path, caps)) if path.is_dir() else _stored_in_file(path)


def content(path: Path, stored: str) -> bytes:
    """Return the content of one file of a class's folder or zip."""
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
    """Return a zip's files; for another archive or a source, only its own name."""
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
