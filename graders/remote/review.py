"""What the source of a submission says, as its worker read it before any of it ran."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from graders.paths import ROOT
from graders.remote.faults import NO_ANSWER, Crash
from graders.remote.replies import fields, only
from graders.results.result import Flag
from graders.text import printable

OURS = ("graders", "reports", "toxfile.py")  # what students get beside the files to write
CAP = 200  # characters of a part of a flag


@dataclass(frozen=True)
class Review:
    """The review of a submission's sources.

    Args:
        tampering: code that could tamper with the worker.
        built_in: by file and top-level name, where recurrent modules of torch are used.
    """

    tampering: tuple[Flag, ...] = ()
    built_in: Mapping[str, Mapping[str, list[Flag]]] = field(default_factory=dict)

    def doubts(self, file: str, name: str) -> list[Flag]:
        """List where a definition comes to torch's recurrent modules, though its calls hide it."""
        found = self.built_in.get(file, {}).get(name, [])
        hidden = "{} uses {}, which its calls do not show"
        return [replace(flag, what=hidden.format(name, flag.what)) for flag in found]


def review_from(answer: Any, files: Mapping[str, bytes]) -> Review:
    """Read a worker's answer. Files of Unroll itself, which students may hand in, are left out.

    Raises:
        Crash: the answer is not a review.
    """
    found = fields(answer, built_in=dict, tampering=list)
    flags = [_flag(row) for row in found["tampering"]]
    ours = {flag.file for flag in flags if _is_ours(flag.file, files.get(flag.file, b""))}
    built_in = {
        file: {name: [_flag(row) for row in rows] for name, rows in only(names, list).items()}
        for file, names in only(found["built_in"], dict).items()
    }
    return Review(tuple(flag for flag in flags if flag.file not in ours), built_in)


def _flag(row: Any) -> Flag:
    match row:
        case [str(file), str(place), str(what)]:
            return Flag(*(printable(text)[:CAP] for text in (file, place, what)))
    raise Crash(NO_ANSWER)


def _is_ours(name: str, content: bytes) -> bool:
    """Return whether a file is one of Unroll's own, byte for byte, in whatever folder."""
    parts = PurePosixPath(name).parts
    for start, part in enumerate(parts):
        if part in OURS and ".." not in parts:
            own = ROOT.joinpath(*parts[start:])
            return own.is_file() and own.read_bytes() == content
    return False
