"""A submission: a student's files, as bytes in memory. Nothing of it is ever written to disk.

Unpacked uploads never touch the file system: there is no path to traverse, no link to follow, nothing
to clean up, and no planted file (conftest.py, torch.py) has a name that Python or pytest could find.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Submission:
    """The files of one submission.

    Args:
        files: content by relative POSIX path ("src/elman.py"), sources and small text files only.
        left_out: skipped files by path, with a short reason.
    """

    files: Mapping[str, bytes]
    left_out: Mapping[str, str] = field(default_factory=dict)
