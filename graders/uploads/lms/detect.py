"""Detection of the LMS format of a class's files, and of the owners.

A format is detected by its names: by one that nothing else writes, or by several that agree.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from graders.uploads.archive import Caps
from graders.uploads.kinds import is_junk, kind_of
from graders.uploads.lms import BY_NAME, LMS
from graders.uploads.lms.lms import Lms, Names
from graders.uploads.lms.plain import PLAIN
from graders.uploads.owner import Owner, plain_owner
from graders.uploads.unpack import common_folder

CAPS = Caps()
WORK = ("source", "archive")
ROSTER = "roster.csv"
STRAYS = (".html", ".htm", ".xlsx", ".xls", ".ods", ".log")  # staff files beside uploads
PROJECT_FILE = re.compile(r"(readme|requirements|pyproject|environment|licen[cs]e)\b.*", re.I)
PROJECT_FOLDER = re.compile(
    r"(src|sources?|code|lib|tests?|utils?|helpers?|modules?|layers?|models?|notebooks?|scripts?"
    r"|data|datasets?|docs?|reports?|results?|figures?|images?|plots?|outputs?|logs?|configs?"
    r"|checkpoints?|weights|old|new|bak|backups?|models_backup|archive|final|drafts?|copy"
    r"|mlp|elman|rnns?|lstms?|grus?|autoregressive|ndfa|brackets|imdb|sentiment|toy"
    r"|(q|questions?|parts?|tasks?|ex|exercises?|assignments?|weeks?|labs?|vraag|opdracht)"
    r"[ _-]?[0-9]{0,2}[a-z]?)",
    re.I,
)
Tops = Mapping[str, list[str]]  # submitted files or folders, with the paths in them


@dataclass(frozen=True)
class ClassDownload:
    """A class's files.

    Args:
        owners: by submitted file or folder; staff files beside them are left out.
        roster: the path of the roster beside them, or "".
    """

    lms: Lms
    tops: Tops
    owners: Mapping[str, Owner] = field(default_factory=dict)
    roster: str = ""


def class_of(
    stored: Sequence[str],
    zipped: bool,
    lms: str,
    content: Callable[[str], bytes],
    listed: Collection[str] = (),
) -> ClassDownload | None:
    """Return the class in a folder or zip with these paths, or None if all is one upload.

    Args:
        lms: the required LMS format, or "auto".
        content: returns the bytes of a path.
        listed: files and folders that a roster assigns to students.
    Raises:
        UsageError: the LMS's metadata file cannot be read.
    """
    wrapper, tops = _unwrapped(stored, zipped, lms)
    names = {top.removeprefix(wrapper): top for top in tops}
    roster = next((top for name, top in names.items() if _is_roster(name, tops[top])), "")
    form = _form(tops, wrapper, lms)
    has_roster = roster or not names.keys().isdisjoint(listed)
    if form is None and not (has_roster or _is_class(tops, wrapper, zipped)):
        return None
    everything = _tops(stored, wrapper)
    tops = {top: everything[top] for top in tops if top != roster}
    form = form or PLAIN
    metadata = content(wrapper + form.metadata) if form.metadata else b""
    return ClassDownload(form, tops, _owners(tops, wrapper, form, metadata), roster)


def lms_of_several(stored: Sequence[str]) -> Lms | None:
    """Return the LMS that made a zip of these paths, if it contains uploads of several."""
    wrapper, tops = _unwrapped(stored, True, "auto")
    form = _form(tops, wrapper, "auto")
    if form is None or form.metadata:
        return form
    owners = (form.owner(top.removeprefix(wrapper)) for top in tops)
    return form if len({owner.id for owner in owners if owner}) > 1 else None


def one_owner(name: str, lms: str) -> tuple[Lms, Owner | None]:
    """Return the LMS and the owner of a single file or folder, by its name."""
    names = Names([name], [name], [name])
    for form in LMS:
        owner = form.owner(name)
        if owner and (form.fits(names) if lms == form.name else lms == "auto" and form.made(names)):
            return form, owner
    return PLAIN, plain_owner(name) if lms in ("auto", PLAIN.name) else None


def _unwrapped(stored: Sequence[str], zipped: bool, lms: str) -> tuple[str, Tops]:
    """Return the folder around everything, and its content."""
    paths = [path for path in stored if not is_junk(path)]
    wrapper, inside = "", paths
    for _ in range(CAPS.depth):
        folder = common_folder(inside)
        if any(form.makes_folders and form.owner(folder.rstrip("/")) for form in LMS):
            break
        wrapper, inside = wrapper + folder, [path.removeprefix(folder) for path in inside]
    tops = _tops(paths, wrapper)
    several = len(tops) > 1 and _is_class(tops, wrapper, zipped)
    if zipped or several or _form(tops, wrapper, lms):
        return wrapper, tops
    return "", _tops(paths, "")  # on disk, a folder in a folder is a student's, not a wrapper


def _tops(paths: Sequence[str], wrapper: str) -> dict[str, list[str]]:
    tops: dict[str, list[str]] = {}
    for path in paths:
        if path.startswith(wrapper):
            top = path.removeprefix(wrapper).partition("/")[0]
            tops.setdefault(wrapper + top, []).append(path)
    return tops


def _form(tops: Tops, wrapper: str, lms: str) -> Lms | None:
    """Return the LMS that wrote these names, or None."""
    names = Names(
        [top.removeprefix(wrapper) for top in tops],
        [top.removeprefix(wrapper) for top, paths in tops.items() if paths == [top]],
        [top.removeprefix(wrapper) for top, paths in tops.items() if _holds_work(paths)],
    )
    if lms != "auto":
        form = BY_NAME[lms]
        return form if form is not PLAIN and form.fits(names) else None
    return next((form for form in LMS if form.made(names)), None)


def _is_class(tops: Tops, wrapper: str, zipped: bool) -> bool:
    """Return whether these are uploads of several students, not one student's project."""
    names = {top.removeprefix(wrapper): top for top in tops}
    loose = [name for name, top in names.items() if tops[top] == [top]]
    work = [name for name in loose if kind_of(name) in WORK]
    if any(kind_of(name) == "source" for name in work):
        return False
    if not work and any(map(PROJECT_FILE.fullmatch, loose)):
        return False
    folders = [n for n in names if n not in loose and _holds_work(tops[names[n]])]
    units = [plain_owner(name).id for name in work] + folders
    of_a_project = [unit for unit in units if PROJECT_FOLDER.fullmatch(unit)]
    return len(units) > zipped and 2 * len(of_a_project) < len(units)


def _holds_work(paths: Sequence[str]) -> bool:
    return any(kind_of(path) in WORK and not is_junk(path) for path in paths)


def _owners(tops: Tops, wrapper: str, form: Lms, metadata: bytes) -> dict[str, Owner]:
    """Return the owners, by file or folder name where the LMS gives none."""
    listed = form.owners(metadata, form.metadata) if form.owners else {}
    owners: dict[str, Owner] = {}
    for top, paths in tops.items():
        name = top.removeprefix(wrapper)
        owner = listed.get(name) or form.owner(name)
        stray = _is_stray(name) if paths == [top] else not form.makes_folders
        if owner or not stray:
            owners[top] = owner or plain_owner(name)
    return owners


def _is_stray(name: str) -> bool:
    """Return whether this is a staff file beside uploads (marks.csv)."""
    return kind_of(name) == "text" or name.lower().endswith(STRAYS)


def _is_roster(name: str, paths: Sequence[str]) -> bool:
    return name.lower() == ROSTER and len(paths) == 1
