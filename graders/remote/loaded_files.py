"""State of a submission's files in a session: loaded, broken, and the loader's notes."""

from graders.remote.faults import Fault, NotFound, NotRead
from graders.uploads.submission import Submission

UNREAD = ("syntax error", "not read: ")  # in the loader's notes
NOTES_CAP, NOTE_CAP, ALL_NOTES_CAP = 50, 500, 1_000  # of a file, characters of one, of all files


class Loaded:
    """The files that are loaded or that ended a worker, and the loader's notes on each."""

    def __init__(self, submission: Submission) -> None:
        self.submission = submission
        self.notes: dict[str, list[str]] = {}
        self.files: set[str] = set()
        self.found: dict[tuple[str, str], str] = {}  # the loaded file, by part and name
        self.broken: dict[str, Fault] = {}

    def forget(self) -> None:
        """Reset for a new worker; files that ended a worker stay marked."""
        self.files.clear()
        self.found.clear()

    def named(self, name: str) -> list[bytes]:
        """Return the contents of the files of this name, whatever their case and folder."""
        files = self.submission.files
        found = [path for path in files if _base(path) == name.casefold()]
        return [files[path] for path in sorted(found, key=_depth)]

    def note(self, notes: dict[object, object]) -> None:
        """Keep the loader's notes on the submission's own files, within bounds."""
        for file, lines in notes.items():
            if isinstance(file, str) and file in self.submission.files and isinstance(lines, list):
                left = ALL_NOTES_CAP - sum(len(n) for f, n in self.notes.items() if f != file)
                kept = lines[: max(0, min(NOTES_CAP, left))]
                self.notes[file] = [str(line)[:NOTE_CAP] for line in kept]

    def missing(self, part: str, name: str, nearest: list[str]) -> NotFound:
        """Return why a name is missing: a file does not parse, or nothing has that name."""
        if unread := self.unread(part):
            return NotRead(f"`{name}` was not found because {unread}.")
        message = (
            f"`{name}` is not in the submission: neither {part}.py nor another file defines it."
        )
        close = " or ".join(f"`{other}`" for other in nearest)
        return NotFound(message + (f" Did you mean {close}?" if close else ""))

    def unread(self, part: str) -> str:
        """Return which file could not be read, and why: the part's own first; "" if all could."""
        own = (f"{part}.py", f"{part}.ipynb")
        for file in sorted(self.notes, key=lambda file: (_base(file) not in own, *_depth(file))):
            for line in self.notes[file]:
                if any(sign in line for sign in UNREAD):
                    return f"{file} could not be read: {line.rstrip('.')}"
        return ""


def _base(path: str) -> str:
    return path.rpartition("/")[2].casefold()


def _depth(path: str) -> tuple[int, str]:
    return path.count("/"), path
