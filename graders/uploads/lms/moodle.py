"""Moodle's download of submissions: a folder (or, flat, a prefix) for each student."""

import re

from graders.text import printable
from graders.uploads.lms.lms import Lms, mostly
from graders.uploads.owner import Owner

NAMED = re.compile(
    r"(?P<name>.*?)_(?P<id>[0-9]{1,19})_assignsubmission_"
    r"(?P<plugin>file|onlinetext)(?:_(?P<file>.+)|(?P<end>_))?",
    re.DOTALL,
)


def moodle_owner(name: str) -> Owner | None:
    """Read `<Full Name>_<participant id>_assignsubmission_file[_<file>]`; "_" in it is a space.

    The first id counts: what follows it is a file's name, which its student chose.
    """
    match = NAMED.fullmatch(name)
    if match is None:
        return None
    student = printable(match["name"].replace("_", " "))
    student = f"{student} {match['id']}" if student == "Participant" else student
    return Owner(match["id"], student, match["file"] or "")


def moodle_report(upload: str) -> str | None:
    """Return the path in a zip under which Moodle accepts a report, or None.

    Moodle reads the id from the second part between underscores, so the name must have none.
    """
    match = NAMED.fullmatch(upload)
    if match is None:
        return None
    name = match["name"].replace("_", " ").replace("/", " ")
    folder = f"{name}_{match['id']}_assignsubmission_file"
    if match["file"]:
        return f"{folder}_report.html"
    return f"{folder}{match['end'] or ''}/report.html"


MOODLE = Lms(
    "moodle",
    owner=moodle_owner,
    fits=mostly(moodle_owner),
    opens_archives=True,
    joins_files=True,
    names_groups=True,
    report=moodle_report,
)
