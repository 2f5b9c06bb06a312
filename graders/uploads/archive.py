"""Bounded reading of zips and folders, as members that are read on demand.

The standard library decodes; the bounds are here: zipfile accepts entries that overlap or that are
not as long as declared, and takes a table of contents of any size.
"""

import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, cast

from graders.errors import Unreadable
from graders.text import printable

MB = 1_000_000
CHUNK = 1 << 16
DAMAGED = "This archive is damaged or cut short; make it again and hand it in."
BOMB = "This archive unpacks to far more than its own size; hand in only your own files."
CROWDED = (
    "This upload contains more than {:,} files; hand in only your own, no data or environments."
)
DAMAGES = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, tarfile.TarError, zlib.error, struct.error),
    *(EOFError, OSError, RuntimeError, ValueError, LookupError, MemoryError, ArithmeticError),
)


@dataclass(frozen=True)
class Caps:
    """Limits on reading an upload; sizes in bytes."""

    entries: int = 2_000
    listed: int = 40_000  # entries, counting those that are ignored (.git, .venv)
    upload: int = 200 * MB  # as submitted
    unpacked: int = 1_000 * MB  # of tars, which cannot be read without unpacking all of them
    file: int = 20 * MB  # a source that is kept
    text: int = 5 * MB  # a text file that is kept
    total: int = 64 * MB  # all that is kept
    ratio: int = 200  # unpacked to packed, beyond the first `free` bytes
    free: int = MB
    depth: int = 16
    name: int = 255
    path: int = 500
    archives: int = 16  # opened in one upload


@dataclass(frozen=True)
class Member:
    """One file of an archive or folder, not yet read and its path not yet checked.

    Args:
        read: returns exactly `size` bytes; raises Unreadable.
        fault: the reason to refuse the upload, unless the file is ignored.
        left_out: why only this file is left out.
    """

    path: str
    size: int
    read: Callable[[], bytes]
    fault: str = ""
    left_out: str = ""


def shown(path: str) -> str:
    """Return a path for a message: printable and short."""
    text = printable(path)
    return text if len(text) <= 80 else f"{text[:40]}…{text[-37:]}"


@contextmanager
def as_unreadable(sentence: str = DAMAGED) -> Iterator[None]:
    """Raise Unreadable for any error of the decoders in the body."""
    try:
        yield
    except DAMAGES as problem:
        raise Unreadable(sentence) from problem


def open_zip(file: IO[bytes], entries: int) -> zipfile.ZipFile:
    """Open a zip whose table of contents is no longer than `entries` may need.

    Raises:
        Unreadable: the table is longer.
        Exception: any of DAMAGES.
    """
    return zipfile.ZipFile(cast(IO[bytes], _Sips(file, 200 * entries, CROWDED.format(entries))))


class _Sips:
    """A file with bounded reads: zipfile would read a table of contents of any size at once."""

    def __init__(self, file: IO[bytes], most: int, refusal: str) -> None:
        self._file, self._most, self._refusal = file, most, refusal
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(min(size, self._most + 1) if size >= 0 else self._most + 1)
        if len(data) > self._most:
            raise Unreadable(self._refusal)
        return data


def zip_members(
    archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo], caps: Caps
) -> list[Member]:
    """Return these entries of a zip; raise Unreadable if they overlap or are a zip bomb."""
    _refuse_overlaps(archive, entries)
    packed, unpacked = (sum(e.compress_size for e in entries), sum(e.file_size for e in entries))
    if unpacked > caps.free + caps.ratio * packed:
        raise Unreadable(BOMB)
    return [
        Member(zip_path(entry), entry.file_size, partial(_read_zip, archive, entry), _fault(entry))
        for entry in entries
        if not zip_path(entry).endswith(("/", "\\"))
    ]


def _refuse_overlaps(archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo]) -> None:
    end = 0
    assert archive.fp is not None
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise Unreadable("Files in this archive overlap; make it again and hand it in.")
        archive.fp.seek(entry.header_offset)
        name_length, extra_length = struct.unpack("<26xHH", archive.fp.read(30))
        end = entry.header_offset + 30 + name_length + extra_length + entry.compress_size
    if end > archive.start_dir:
        raise Unreadable(DAMAGED)


def zip_path(entry: zipfile.ZipInfo) -> str:
    """Return the stored path, also if it is UTF-8 but not marked so, as on macOS."""
    path = entry.orig_filename  # not `filename`, which ends at the first NUL
    if entry.flag_bits & 0x800:
        return path
    try:
        return path.encode("cp437").decode("utf-8")
    except UnicodeError:
        return path


def _fault(entry: zipfile.ZipInfo) -> str:
    path, mode = shown(zip_path(entry)), entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return special_fault(path)
    if entry.flag_bits & 0x2041:  # encrypted, strongly encrypted, hidden table of contents
        return f"{path} is encrypted; hand in a .zip without a password."
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return f"{path} is packed by method {entry.compress_type}; hand in an ordinary .zip."
    return ""


def special_fault(path: str) -> str:
    """Return why an archive with a link or a device is refused."""
    return f"{path} is a link or a device, not a file; hand in the file itself."


def _read_zip(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with as_unreadable(), archive.open(entry) as stream:
        return _exactly(stream, entry.file_size, zip_path(entry))


def _exactly(stream: IO[bytes], size: int, path: str) -> bytes:
    chunks, missing = [], size
    while chunk := stream.read(min(CHUNK, missing + 1)):
        missing -= len(chunk)
        if missing < 0:
            break
        chunks.append(chunk)
    if missing:
        raise Unreadable(f"{shown(path)} is not as long as declared; make it again and hand it in.")
    return b"".join(chunks)


def folder_members(root: Path, caps: Caps, ignored: Callable[[str], bool]) -> Iterator[Member]:
    """Yield the files of a folder in a fixed order; ignored folders and links are not entered."""
    with as_unreadable("A folder in this upload cannot be opened; hand in a .zip."):
        for folder, folders, files in os.walk(root, onerror=_raise):
            here = Path(folder).relative_to(root)
            deep = len(here.parts) >= caps.depth
            apart = [f for f in folders if deep or ignored(f) or Path(folder, f).is_symlink()]
            folders[:] = sorted(set(folders) - set(apart))
            for name in sorted(apart + files):
                yield file_member(Path(folder, name), (here / name).as_posix())


def _raise(problem: OSError) -> None:
    raise problem


def file_member(path: Path, name: str) -> Member:
    """Return a file on disk as a member called `name`; a link or device is left out unopened."""
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        return Member(name, 0, bytes, left_out="not a regular file")
    return Member(name, status.st_size, partial(_read_file, path, status.st_size))


def _read_file(path: Path, size: int) -> bytes:
    flags = os.O_RDONLY
    for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):  # not every system has each
        flags |= getattr(os, flag, 0)
    unreadable = as_unreadable(f"{shown(path.name)} cannot be opened; hand it in again.")
    with unreadable, open(os.open(path, flags), "rb") as file:
        return _exactly(file, size, path.name)
