"""The owner of an upload by the name of its file or folder, and a safe id."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from graders.text import printable
from graders.uploads.kinds import ENDINGS
from graders.uploads.resubmissions import without_attempt
from graders.uploads.unpack import sha256

ID_LENGTH = 80
NUMBERED = re.compile(  # <vunetid>_<assignment>, maybe handed in again
    r"(?P<id>[A-Za-z]{2,}[0-9]{2,})_[0-9]{1,2}[A-Za-z]?(?:-[0-9]{1,3}| ?\([0-9]{1,3}\))?"
)
DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Person:
    """One student, as an LMS or a roster names them; the id is not yet fit for a file name.

    Args:
        entry: the roster's first id, if the student is in the roster.
    """

    id: str
    name: str
    email: str = ""
    group: str = ""
    entry: str = ""

    @property
    def key(self) -> tuple[bool, str]:
        """Return a unique key: LMS ids and roster ids are of different kinds."""
        return bool(self.entry), self.entry or self.id


@dataclass(frozen=True)
class Owner:
    """The LMS's data about one submitted file or folder.

    Args:
        id: as in the LMS; not yet fit for a file name.
        file: the student's own name for the file; "" for a folder.
        attachment: Canvas's number, which grows from attempt to attempt.
        sortable_time: the LMS's own time in a form that sorts; "" where unknown.
        submitted_at: the same in ISO 8601, where its offset from UTC is known.
        people: all owners, if the LMS names more than one.
    """

    id: str
    name: str
    file: str = ""
    late: bool = False
    attachment: int = 0
    sortable_time: str = ""
    submitted_at: str | None = None
    people: tuple[Person, ...] = ()


def plain_owner(name: str) -> Owner:
    """Read `<vunetid>_<assignment number>[-1].zip`; for other names, all but the ending."""
    endings = [e for e in (*ENDINGS["archive"], *ENDINGS["source"]) if name.lower().endswith(e)]
    stem = name[: -len(max(endings, key=len))] if endings else name
    match = NUMBERED.fullmatch(stem)
    student = match["id"] if match else stem
    return Owner(student, printable(student), name)


def safe_id(text: str, taken: Collection[str] = ()) -> str:
    """Return an id that is a valid file name on every system and not in `taken` (casefolded)."""
    decomposed = unicodedata.normalize("NFKD", text)
    ascii_only = decomposed.encode("ascii", "ignore").decode()
    slug = re.sub("[^A-Za-z0-9._-]+", "-", ascii_only)[:ID_LENGTH].strip("-._")
    lost = any(c.isalnum() and not c.isascii() for c in decomposed)
    if lost or not slug:  # distinct by itself, so that later students change no id
        mark = sha256(unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass"))[:8]
        slug = f"{slug[: ID_LENGTH - 9] or 'student'}-{mark}"
    slug = f"student-{slug}" if DEVICE.fullmatch(slug) else slug
    candidate, number = slug[:ID_LENGTH], 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{slug[: ID_LENGTH - 1 - len(str(number))]}-{number}"
    return candidate


def newest_attempts(attachments: list[tuple[Owner, str]]) -> tuple[dict[str, str], dict[str, str]]:
    """Return which of one student's attachments count.

    "q-1.py" and "q-2.py" without a "q.py" are two files and not two attempts; for archives, the
    content decides.

    Args:
        attachments: owner and stored name of each.
    Returns:
        The student's own file name by stored name, and why the others are left out.
    """
    by_name: dict[str, list[tuple[Owner, str]]] = {}
    for owner, stored in sorted(attachments, key=lambda pair: (pair[0].attachment, pair[1])):
        name = without_attempt(owner.file) if owner.attachment else owner.file
        by_name.setdefault(name.casefold(), []).append((owner, stored))
    counting: dict[str, str] = {}
    earlier: dict[str, str] = {}
    for base, several in by_name.items():
        names = {owner.file.casefold() for owner, _ in several}
        if len(several) > 1 and base not in names:
            counting |= {stored: owner.file for owner, stored in several}
            continue
        *others, (newest, stored) = several
        counting[stored] = without_attempt(newest.file) if newest.attachment else newest.file
        reason = f"an earlier attempt; {printable(stored)} counts"
        earlier |= {printable(other): reason for _, other in others}
    return counting, earlier
