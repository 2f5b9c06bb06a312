"""Export of points and reports to an LMS."""

from graders.uploads.lms import LMS

FEEDBACK = {f"{lms.name}-feedback": lms.report for lms in LMS if lms.report}
TARGETS = ("canvas", "moodle", "gradescope", *FEEDBACK)  # of `export --to`
