"""Description of one LMS."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from graders.uploads.owner import Owner


@dataclass(frozen=True)
class Names:
    """The names in a download, without the folder around everything.

    Args:
        every: files and folders.
        loose: the files.
        work: files and folders with sources or archives.
    """

    every: Sequence[str]
    loose: Sequence[str]
    work: Sequence[str]


@dataclass(frozen=True)
class Lms:
    """One LMS: the format of its downloads.

    Args:
        name: as in `--lms`.
        owner: reads the name of a file or folder; None if it is not this LMS's.
        fits: whether these names can be this LMS's, if the user chose it.
        recognises: whether they are only this LMS's; None: if they fit.
        metadata: file in the download with the owner of each folder, or "".
        owners: reads that file: its bytes and its name.
        makes_folders: whether a student's files are in a folder.
        opens_archives: whether an archive beside other files of a student is opened, too.
        joins_files: whether all files or folders of one student are one upload.
        names_groups: whether a name may be a group's, without a member's id.
        own_name: removes the LMS's additions from a student's file name.
        report: returns the name under which the LMS accepts a report, by that of the upload.
    """

    name: str
    owner: Callable[[str], Owner | None]
    fits: Callable[[Names], bool]
    recognises: Callable[[Names], bool] | None = None
    metadata: str = ""
    owners: Callable[[bytes, str], Mapping[str, Owner]] | None = None
    makes_folders: bool = True
    opens_archives: bool = False
    joins_files: bool = False
    names_groups: bool = False
    own_name: Callable[[str], str] = str
    report: Callable[[str], str | None] | None = None

    @property
    def title(self) -> str:
        return self.name.title()

    def made(self, names: Names) -> bool:
        """Return whether this LMS wrote these names, judging by them alone."""
        return (self.recognises or self.fits)(names)


def mostly(owner: Callable[[str], Owner | None]) -> Callable[[Names], bool]:
    """Return a test of whether an LMS wrote these names; a few staff files are allowed."""

    def fits(names: Names) -> bool:
        fitting = {name for name in names.every if owner(name)}
        return 2 * len(fitting) > len(fitting.union(names.work))

    return fits


def nobody(_: str) -> None:
    """Read no owner from a name."""
    return None
