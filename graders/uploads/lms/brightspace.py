"""Brightspace's download of submissions: `<id>-<id> - <Name> - <date>`, a folder or a prefix.

It is not documented which of the two numbers is the student's, so the pair is the id. The date
has no offset from UTC and follows the site's language: it only orders two uploads.
"""

import re
from contextlib import suppress
from datetime import datetime

from graders.text import printable
from graders.uploads.lms.lms import Lms, mostly
from graders.uploads.owner import Owner

DATE = r"[^-/]{6,24}[0-9]{4}[^-/]{0,3} [0-9]{1,2} ?[0-9]{2}(?: ?[AaPp][Mm])?"
NAMED = re.compile(
    rf"(?P<id>[0-9]{{1,12}}-[0-9]{{1,12}}) ?- (?P<name>.+?) ?- (?P<date>{DATE})(?: - (?P<file>.+))?",
    re.DOTALL,
)
FORMS = ("%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y")
INDEX = "index.html"


def brightspace_owner(name: str) -> Owner | None:
    """Read `39786-640693 - Jane Doe - Oct 10, 2025 1022 AM[ - <file>]`."""
    match = NAMED.fullmatch(name)
    if match is None:
        return None
    sortable_time = _sortable(match["date"])
    return Owner(
        match["id"], printable(match["name"]), match["file"] or "", sortable_time=sortable_time
    )


def _sortable(date: str) -> str:
    words = date.replace(",", " ").split()
    half = words.pop().upper() if words[-1].upper() in ("AM", "PM") else ""
    if len(words) == 5:  # hour and minute apart
        words[3:] = ["".join(words[3:])]
    day, time = " ".join(words[:3]), words[-1].zfill(4)
    for form in FORMS:
        with suppress(ValueError):
            clock = f"{form} %I%M %p" if half else f"{form} %H%M"
            return datetime.strptime(f"{day} {time} {half}".strip(), clock).isoformat()
    return ""


BRIGHTSPACE = Lms("brightspace", owner=brightspace_owner, fits=mostly(brightspace_owner))
