"""Canvas's download of submissions: a flat zip with the owner in each file name."""

import re
from collections.abc import Sequence

from graders.text import printable
from graders.uploads.kinds import kind_of
from graders.uploads.lms.lms import Lms, Names
from graders.uploads.owner import Owner
from graders.uploads.resubmissions import without_attempt

ID = "[0-9]{1,19}"
NAMED = re.compile(  # Canvas names the attachment after the user id, but not of a text or link
    rf"(?:(?P<name>.*?)_)??(?:(?P<late>late)_)?(?P<id>{ID})_"
    rf"(?:(?P<attachment>{ID})_(?P<file>.+)|(?P<entry>(?:text|link)\.html))",
    re.IGNORECASE | re.DOTALL,
)
ANONYMOUS = re.compile(
    r"(?:(?P<late>late)_)?(?P<name>anon)_(?P<id>[A-Za-z0-9]{1,32})_"
    rf"(?:(?P<attachment>{ID})_(?P<file>.+)|(?P<entry>(?:text|link)\.html))",
    re.IGNORECASE | re.DOTALL,
)


def canvas_owner(name: str) -> Owner | None:
    """Read `<name>[_LATE]_<user id>_<attachment id>_<file>`, or the form of anonymous grading."""
    match = _match(name)
    if match is None:
        return None
    user, entry, late = match["id"], match["entry"], match["late"] is not None
    student = f"anon {user}" if match.re is ANONYMOUS else printable(match["name"] or user)
    return Owner(user, student, entry or match["file"], late, int(match["attachment"] or 0))


def canvas_fits(names: Sequence[str]) -> bool:
    """Return whether these names can be a Canvas export: an attachment has one user."""
    owners = [owner for owner in map(canvas_owner, names) if owner]
    attached = {(owner.attachment, owner.id) for owner in owners if owner.attachment}
    work = [name for name in names if kind_of(name) in ("source", "archive")]
    return (
        bool(owners)
        and all(map(canvas_owner, work))
        and (bool(work) or len(owners) == len(names))
        and len(attached) == len({number for number, _ in attached})
    )


def canvas_sure(names: Sequence[str]) -> bool:
    """Return whether these are surely Canvas's names: `model_2023_10_final.py` alone is not.

    Several users of several names, archives, and Canvas's own marks are enough.
    """
    if not canvas_fits(names):
        return False
    owners = {name: owner for name in names if (owner := canvas_owner(name))}
    marked = any(o.late or o.name.startswith("anon ") or not o.attachment for o in owners.values())
    users = {owner.id for owner in owners.values()}
    several = len(users) > 1 and len({owner.name for owner in owners.values()}) > 1
    return marked or several or any(kind_of(name) == "archive" for name in owners)


def canvas_report(upload: str) -> str | None:
    """Return the name under which Canvas accepts a report; None without an attachment's id."""
    match = _match(upload)
    if match is None or match["attachment"] is None:
        return None
    return f"{upload[: match.end('attachment')]}_report.html"


def _match(name: str) -> re.Match[str] | None:
    return ANONYMOUS.fullmatch(name) or NAMED.fullmatch(name)


def _fits(names: Names) -> bool:
    return canvas_fits(names.loose)


def _sure(names: Names) -> bool:
    return canvas_sure(names.loose)


CANVAS = Lms(
    "canvas",
    owner=canvas_owner,
    fits=_fits,
    recognises=_sure,
    makes_folders=False,
    joins_files=True,
    own_name=without_attempt,
    report=canvas_report,
)
