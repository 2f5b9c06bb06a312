"""From the members of archives and folders to a submission in memory."""

import hashlib
import io
import re
import tarfile
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

from graders.errors import Unreadable
from graders.text import is_hidden
from graders.uploads.archive import (
    CROWDED,
    DAMAGES,
    MB,
    Caps,
    Member,
    as_unreadable,
    open_zip,
    shown,
    zip_members,
)
from graders.uploads.kinds import ENDINGS, UNUSED, junk_in, kind_of, slashed, why_left_out
from graders.uploads.resubmissions import replaced
from graders.uploads.submission import Submission
from graders.uploads.tarball import BLOCK, tar_members

Opened = Literal["always", "alone", "never"]  # alone: if no source is beside the archive

FORMATS = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\x1f\x8b": "gz",
    b"BZh": "bz2",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"\xfd7zXZ": "an XZ archive",
    b"%PDF": "a PDF",
}
JUNK_REASON = "not part of the work"
LEAVE_OUT = "leave out data and trained weights."
INNER: Mapping[Opened, Opened] = {"always": "alone", "alone": "never", "never": "never"}


@dataclass(frozen=True)
class Holdings:
    """Content of a folder or archive: files to keep, archives still to open, and the rest."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    archives: Mapping[str, bytes] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """Return a single archive's own hash, otherwise one over all paths and contents."""
        if len(self.archives) == 1 and not self.files:
            return sha256(*self.archives.values())
        hashes = {path: "" for path in self.left_out}
        hashes |= {
            path: sha256(data) for path, data in (*self.files.items(), *self.archives.items())
        }
        return sha256("".join(f"{path}\0{hashes[path]}\n" for path in sorted(hashes)).encode())


def sha256(data: bytes) -> str:
    """Return the hash in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def take(members: Iterable[Member], opened: Opened, caps: Caps) -> Holdings:
    """Read the sources, small text files and archives among `members`, by path without wrapper.

    Raises:
        Unreadable: a member is harmful, or the caps are exceeded.
    """
    junk: dict[str, str] = {}
    found = _unwrapped(_sound(members, junk, caps))
    reasons = {p: m.left_out or why_left_out(p, m.size, caps) for p, m in sorted(found.items())}
    sources = any(_is_source(path) for path, reason in reasons.items() if not reason)
    opening = opened == "always" or (opened == "alone" and not sources)
    archives = [p for p, reason in reasons.items() if kind_of(p) == "archive" and not reason]
    for path in archives if not opening else archives[caps.archives :]:
        reasons[path] = "an archive, not opened"
    kept = [path for path, reason in reasons.items() if not reason]
    packed = sum(found[path].size for path in kept if kind_of(path) == "archive")
    if packed > caps.upload:
        raise Unreadable(f"This upload is larger than {caps.upload // MB} MB; {LEAVE_OUT}")
    _refuse_too_much(sum(found[path].size for path in kept) - packed, caps)
    contents = {path: found[path].read() for path in kept}
    return Holdings(
        {path: data for path, data in contents.items() if kind_of(path) != "archive"},
        {path: data for path, data in contents.items() if kind_of(path) == "archive"},
        {path: reason for path, reason in reasons.items() if reason} | junk,
    )


def _refuse_too_much(size: int, caps: Caps) -> None:
    if size > caps.total:
        total = f"{caps.total // MB} MB of sources and text files"
        raise Unreadable(f"This upload contains more than {total}; {LEAVE_OUT}")


def _sound(members: Iterable[Member], junk: dict[str, str], caps: Caps) -> dict[str, Member]:
    """Return the members by clean path, ignored names in `junk`; raise Unreadable at a harmful one."""
    found: dict[str, Member] = {}
    spelt: dict[str, str] = {}
    for member in members:
        parts = _parts(member.path)
        if ignored := junk_in(member.path):
            junk[ignored] = JUNK_REASON
            continue
        if member.fault:
            raise Unreadable(member.fault)
        path = _checked(parts, caps)
        folded = unicodedata.normalize("NFC", path.casefold())
        if folded in spelt:
            raise Unreadable(_twice(spelt[folded], path))
        if len(found) == caps.entries:
            raise Unreadable(CROWDED.format(caps.entries))
        found[path], spelt[folded] = member, path
    return found


def _parts(path: str) -> list[str]:
    flat = slashed(path)
    if flat.startswith("/") or re.match("[A-Za-z]:", flat):
        raise Unreadable(f"{shown(path)} is an absolute path; zip your own folder again.")
    parts = [part for part in flat.split("/") if part not in ("", ".")]
    if not parts or not all(part.strip(" .") for part in parts):
        raise Unreadable(f"{shown(path)} leads out of the archive; zip your own folder again.")
    return parts


def _checked(parts: list[str], caps: Caps) -> str:
    path = unicodedata.normalize("NFC", "/".join(parts))
    if any(is_hidden(character) for character in path):
        raise Unreadable(f"{shown(path)} has a hidden character in its name; rename it.")
    if len(parts) > caps.depth:
        raise Unreadable(f"{shown(path)} is more than {caps.depth} folders deep; move it up.")
    if max(map(len, parts)) > caps.name:
        raise Unreadable(f"{shown(path)} has a name of over {caps.name} characters; rename it.")
    if len(path) > caps.path:
        raise Unreadable(f"{shown(path)} is a path of over {caps.path} characters; move it up.")
    return path


def _twice(path: str, other: str) -> str:
    if path == other:
        return f"{shown(path)} appears twice; make the archive again and hand it in."
    return f"{shown(path)} and {shown(other)} differ only in upper and lower case; rename one."


def _unwrapped(found: dict[str, Member]) -> dict[str, Member]:
    while wrapper := common_folder(found):
        found = {path.removeprefix(wrapper): member for path, member in found.items()}
    return found


def common_folder(paths: Iterable[str]) -> str:
    """Return "folder/" if all paths are in one folder, otherwise ""."""
    tops = {top + slash if slash else "" for top, slash, _ in (p.partition("/") for p in paths)}
    return tops.pop() if len(tops) == 1 else ""


def submission_of(held: Holdings, opened: Opened, caps: Caps) -> Submission:
    """Open the archives and return everything as one submission.

    Raises:
        Unreadable: it contains no source; the text names its content or the problem.
    """
    whole = _opened(held, opened, caps)
    if not any(map(_is_source, whole.files)):
        raise Unreadable(_no_source(whole))
    return whole


def _opened(held: Holdings, opened: Opened, caps: Caps) -> Submission:
    files, left_out, faults = dict(held.files), dict(held.left_out), dict[str, str]()
    pieces: dict[str, Submission] = {}
    share = replace(caps, unpacked=caps.unpacked // max(1, len(held.archives)))
    size = sum(map(len, files.values()))
    for path, data in held.archives.items():
        try:
            inside = take(_archive_members(data, share), INNER[opened], caps)
            pieces[path] = _opened(inside, INNER[opened], caps)
        except Unreadable as problem:
            faults[path] = str(problem)
            continue
        size += sum(map(len, pieces[path].files.values()))
        _refuse_too_much(size, caps)
    earlier = replaced({p: [*filter(_is_source, each.files)] for p, each in pieces.items()})
    for path, piece in pieces.items():
        if path in earlier:
            left_out[path] = f"an earlier attempt; {earlier[path]} counts"
            continue
        prefix = _prefix(path, piece, files, alone=len(held.archives) - len(earlier) == 1)
        files |= {prefix + name: content for name, content in piece.files.items()}
        left_out |= {prefix + name: reason for name, reason in piece.left_out.items()}
    if faults and not any(map(_is_source, files)):
        path, fault = next(iter(faults.items()))
        itself = opened == "always" and len(held.archives) == 1 and not held.files
        raise Unreadable(fault if itself else f"In {shown(path)}: {fault}")
    return Submission(files, left_out | faults)


def _archive_members(data: bytes, caps: Caps) -> list[Member]:
    form = archive_format(data)
    if form not in ("zip", "tar", "gz", "bz2"):
        raise Unreadable(f"This is {form}; hand in a .zip.")
    with as_unreadable():
        if form != "zip":
            return list(tar_members(data, form, caps, partial(_wanted, caps)))
        archive = open_zip(io.BytesIO(data), caps.listed)
        return zip_members(archive, archive.infolist(), caps)


def archive_format(data: bytes) -> str:
    """Return "zip", "gz", "bz2" or "tar" if it can be opened, otherwise words such as "a PDF"."""
    if not data:
        return "an empty file"
    for magic, name in FORMATS.items():
        if data.startswith(magic):
            return name
    try:
        tarfile.TarInfo.frombuf(data[:BLOCK], "utf-8", "replace")
    except DAMAGES:
        return "not an archive"
    return "tar"


def _wanted(caps: Caps, path: str, size: int) -> bool:
    return not why_left_out(path, size, caps)


def _prefix(path: str, piece: Submission, files: Mapping[str, bytes], alone: bool) -> str:
    """Return the folder for an archive's files: none for a single one, otherwise named after it."""
    ending = max((e for e in ENDINGS["archive"] if path.lower().endswith(e)), key=len)
    taken = {file.casefold() for file in files}
    for prefix in ("",) * alone + (f"{path[: -len(ending)]}/",):
        if taken.isdisjoint((prefix + name).casefold() for name in piece.files):
            return prefix
    return f"{path}/"


def _is_source(path: str) -> bool:
    return kind_of(path) == "source"


def _no_source(whole: Submission) -> str:
    reasons = {path: "" for path in whole.files}
    reasons |= {
        p: "" if why in (UNUSED, JUNK_REASON) else f" ({why})" for p, why in whole.left_out.items()
    }
    if not reasons:
        return "This upload is empty; hand in your .py or .ipynb files."
    names = [f"{shown(path)}{why}" for path, why in sorted(reasons.items())]
    rest = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"This upload contains no .py or .ipynb file; it contains: {', '.join(names[:5])}{rest}."
