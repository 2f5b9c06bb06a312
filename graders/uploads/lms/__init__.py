"""How each LMS names the owners of uploads: one file for each, listed here."""

from graders.uploads.lms.brightspace import BRIGHTSPACE
from graders.uploads.lms.canvas import CANVAS
from graders.uploads.lms.gradescope import GRADESCOPE
from graders.uploads.lms.lms import Lms
from graders.uploads.lms.moodle import MOODLE
from graders.uploads.lms.plain import PLAIN

# In order of detection; formats that others also match come last.
LMS: tuple[Lms, ...] = (
    GRADESCOPE,
    MOODLE,
    BRIGHTSPACE,
    CANVAS,
)
BY_NAME = {lms.name: lms for lms in (*LMS, PLAIN)}


def own_name(upload: str) -> str:
    """Return the student's own name for a file, without what an LMS puts around it."""
    for lms in LMS:
        if owner := lms.owner(upload):
            return lms.own_name(owner.file)
    return upload
