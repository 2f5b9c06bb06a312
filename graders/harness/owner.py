"""Whose an upload is, as the name of its file or folder tells, and a safe id for that."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from graders.harness.archive import printable
from graders.harness.unpack import ENDINGS, kind_of, sha256

ID_LENGTH = 80
ID = "[0-9]{1,19}"
CANVAS = re.compile(  # Canvas names the attachment after the user id, but not of a text or link
    rf"(?:(?P<name>.*?)_)??(?:(?P<late>late)_)?(?P<id>{ID})_"
    rf"(?:(?P<attachment>{ID})_(?P<file>.+)|(?P<entry>(?:text|link)\.html))",
    re.IGNORECASE | re.DOTALL,
)
CANVAS_ANONYMOUS = re.compile(
    r"(?:(?P<late>late)_)?(?P<name>anon)_(?P<id>[A-Za-z0-9]{1,32})_"
    rf"(?:(?P<attachment>{ID})_(?P<file>.+)|(?P<entry>(?:text|link)\.html))",
    re.IGNORECASE | re.DOTALL,
)
MOODLE = re.compile(
    rf"(?P<name>.*)_(?P<id>{ID})_assignsubmission_(?:file|onlinetext)(?:_(?P<file>.+)|_)?",
    re.DOTALL,
)
NUMBERED = re.compile(
    r"(?P<id>[A-Za-z]{2,}[0-9]{2,})_[0-9]{1,2}[A-Za-z]?"
)  # <vunetid>_<assignment>
DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Owner:
    """What a name tells.

    Args:
        id: as in the LMS; not yet fit for a file name.
        file: the student's own name for the file; "" for a folder.
        attachment: Canvas's number, which grows from attempt to attempt.
    """

    id: str
    name: str
    file: str = ""
    late: bool = False
    attachment: int = 0


def canvas_owner(name: str) -> Owner | None:
    """Read `<name>[_LATE]_<user id>_<attachment id>_<file>`, or the form of anonymous grading."""
    match = CANVAS_ANONYMOUS.fullmatch(name) or CANVAS.fullmatch(name)
    if match is None:
        return None
    user, entry, late = match["id"], match["entry"], match["late"] is not None
    student = f"anon {user}" if match.re is CANVAS_ANONYMOUS else printable(match["name"] or user)
    return Owner(user, student, entry or match["file"], late, int(match["attachment"] or 0))


def moodle_owner(name: str) -> Owner | None:
    """Read `<Full Name>_<participant id>_assignsubmission_file[_<file>]`; "_" in it is a space."""
    match = MOODLE.fullmatch(name)
    if match is None:
        return None
    student = printable(match["name"].replace("_", " "))
    student = f"{student} {match['id']}" if student == "Participant" else student
    return Owner(match["id"], student, match["file"] or "")


def plain_owner(name: str) -> Owner:
    """Read `<vunetid>_<assignment number>.zip`; of any other name, take all but the ending."""
    endings = [e for e in (*ENDINGS["archive"], *ENDINGS["source"]) if name.lower().endswith(e)]
    stem = name[: -len(max(endings, key=len))] if endings else name
    match = NUMBERED.fullmatch(stem)
    student = match["id"] if match else stem
    return Owner(student, printable(student), name)


def safe_id(text: str, taken: Collection[str]) -> str:
    """Make an id that can be a file name on every system and is none of `taken` (casefolded)."""
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    slug = re.sub("[^A-Za-z0-9._-]+", "-", ascii_only)[:ID_LENGTH].strip("-._")
    if not slug:
        slug = "student-" + sha256(text.encode("utf-8", "surrogatepass"))[:8]
    slug = f"student-{slug}" if DEVICE.fullmatch(slug) else slug
    candidate, number = slug[:ID_LENGTH], 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{slug[: ID_LENGTH - 1 - len(str(number))]}-{number}"
    return candidate


def without_attempt(file: str) -> str:
    """Drop the "-1" that Canvas puts before the ending of a file that is handed in again."""
    return re.sub(r"-[0-9]{1,3}((?:\.tar)?\.[A-Za-z0-9]+)$", r"\1", file)


def newest_attempts(attachments: list[tuple[Owner, str]]) -> tuple[dict[str, str], dict[str, str]]:
    """Tell of one student's attachments which count.

    Sources "q-1.py" and "q-2.py" without a "q.py" are two files and not two attempts.

    Args:
        attachments: owner and stored name of each.
    Returns:
        The student's own file name by stored name, and why the others are left out.
    """
    alike: dict[str, list[tuple[Owner, str]]] = {}
    for owner, stored in sorted(attachments, key=lambda pair: (pair[0].attachment, pair[1])):
        name = without_attempt(owner.file) if owner.attachment else owner.file
        alike.setdefault(name.casefold(), []).append((owner, stored))
    counting: dict[str, str] = {}
    earlier: dict[str, str] = {}
    for base, several in alike.items():
        names = {owner.file.casefold() for owner, _ in several}
        if len(several) > 1 and base not in names and kind_of(base) != "archive":
            counting |= {stored: owner.file for owner, stored in several}
            continue
        *others, (newest, stored) = several
        counting[stored] = without_attempt(newest.file) if newest.attachment else newest.file
        reason = f"an earlier attempt; {printable(stored)} counts"
        earlier |= {printable(other): reason for _, other in others}
    return counting, earlier
