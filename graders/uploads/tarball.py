"""Bounded reading of tar, tar.gz and tar.bz2.

tarfile decodes one header at a time, and the walk over them is here: its own walk reads extended
headers of any size, by expressions that can be made to cost hours.
"""

import bz2
import gzip
import io
import tarfile
from collections.abc import Callable, Iterator
from functools import partial

from graders.errors import Unreadable
from graders.uploads.archive import (
    BOMB,
    CHUNK,
    CROWDED,
    DAMAGED,
    MB,
    Caps,
    Member,
    shown,
    special_fault,
)

BLOCK = 512
ABOUT_THE_NEXT = (  # tar headers that describe the file after them
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
)


def tar_members(
    data: bytes, form: str, caps: Caps, wanted: Callable[[str, int], bool]
) -> Iterator[Member]:
    """Yield the members of a tar; those that are wanted are read at once.

    Args:
        form: "tar", "gz" or "bz2".
        wanted: whether a file of this path and size will be read.
    Raises:
        Unreadable: it exceeds the caps.
        Exception: any of DAMAGES.
    """
    stream = _TarStream(data, form, caps)
    renamed, kept = "", 0
    for _ in range(caps.listed):
        block = stream.pull(BLOCK)
        if not block.strip(b"\0"):
            stream.finish()
            return
        header = tarfile.TarInfo.frombuf(block, "utf-8", "replace")
        if header.size < 0 or header.type == tarfile.GNUTYPE_SPARSE:
            raise Unreadable(DAMAGED)
        if header.type in ABOUT_THE_NEXT:
            renamed = _new_name(header, stream) or renamed
            continue
        path, renamed = renamed or header.name, ""
        if header.isreg() and wanted(path, header.size):
            kept += header.size
            if kept > caps.upload:
                raise Unreadable(BOMB)
            yield Member(path, header.size, partial(bytes, stream.pull_padded(header.size)))
        elif header.isreg():
            stream.skip_padded(header.size)
            yield Member(path, header.size, bytes)
        elif not header.isdir():
            yield Member(path, 0, bytes, special_fault(shown(path)))
    raise Unreadable(CROWDED.format(caps.listed))


class _TarStream:
    """The unpacked bytes of a tar, read in order and within the caps."""

    def __init__(self, data: bytes, form: str, caps: Caps) -> None:
        self._file: io.BufferedIOBase = io.BytesIO(data)
        if form == "gz":
            self._file = gzip.GzipFile(fileobj=self._file)
        elif form == "bz2":
            self._file = bz2.BZ2File(self._file)
        self._left = min(caps.unpacked, caps.free + caps.ratio * len(data))

    def pull(self, size: int) -> bytes:
        self._left -= size
        if self._left < 0:
            raise Unreadable(BOMB)
        data = self._file.read(size)
        if len(data) < size:
            raise Unreadable(DAMAGED)
        return data

    def pull_padded(self, size: int) -> bytes:
        return self.pull(size + -size % BLOCK)[:size]

    def skip_padded(self, size: int) -> None:
        left = size + -size % BLOCK
        while left:
            left -= len(self.pull(min(left, CHUNK)))

    def finish(self) -> None:
        """Read to the end, where the packed form keeps its checksum."""
        while chunk := self._file.read(CHUNK):
            self._left -= len(chunk)
            if self._left < 0:
                raise Unreadable(BOMB)


def _new_name(header: tarfile.TarInfo, stream: _TarStream) -> str:
    if header.size > MB:
        raise Unreadable(DAMAGED)
    data = stream.pull_padded(header.size)
    if header.type == tarfile.GNUTYPE_LONGNAME:
        return data.split(b"\0")[0].decode("utf-8", "replace")
    if header.type not in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE):
        return ""
    records = dict(_pax_records(data))
    if any(key == b"size" or key.startswith(b"GNU.sparse") for key in records):
        raise Unreadable(DAMAGED)  # these would change what follows
    return records.get(b"path", b"").decode("utf-8", "replace")


def _pax_records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Read records of the form "<length of all this> <key>=<value>\\n"."""
    start = 0
    while start < len(data):
        digits = data[start : start + 8].split(b" ")[0]
        length = int(digits)
        if length <= len(digits):
            raise Unreadable(DAMAGED)
        key, _, value = data[start + len(digits) + 1 : start + length - 1].partition(b"=")
        yield key, value
        start += length
