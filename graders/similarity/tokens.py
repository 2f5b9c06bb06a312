"""A submission's code as a sequence of tokens, independent of names and layout.

copydetect reads it: comments and spaces are dropped, every name becomes a letter for its kind and
every string another, and each k-gram of `KGRAM` tokens makes one hash. Nothing is parsed or run,
and reading always ends: text and time are bounded.
"""

import json
import signal
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from copydetect.utils import filter_code, hashed_kgrams  # type: ignore[import-untyped]
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

KGRAM = 25  # tokens of a k-gram
LONGEST = 200_000  # characters of a submission's code that are compared; no sheet needs half of it
WIDEST = 400  # characters of a line
SECONDS = 10.0  # of processor time for one submission; a typical one takes 0.05 s
AGAIN = 0.1  # s until the signal is repeated: an exception in a Python callback is swallowed


@dataclass(frozen=True)
class Code:
    """The code of one submission.

    Args:
        text: its lines without the empty ones.
        files: in the text's order, first line (from 0) and name of each file or cell.
        numbers: the line number of each line of the text in its file or cell.
        hashes: of the k-grams that are compared, each once.
        places: the first position of each of these k-grams, in tokens.
        shifts: places, and how many characters more than tokens precede them; the value at
            the next of these places applies at any other.
        whole: whether all of the code is here.
    """

    text: str
    files: tuple[tuple[int, str], ...]
    numbers: Numbers
    hashes: Numbers
    places: Numbers
    shifts: tuple[Numbers, Numbers]
    whole: bool

    def without(self, hashes: Numbers) -> "Code":
        """Return the code without these hashes."""
        kept = ~np.isin(self.hashes, hashes)
        return replace(self, hashes=self.hashes[kept], places=self.places[kept])

    def lines_at(self, places: Numbers) -> Numbers:
        """Return the lines of the text, from 0, with the tokens at these places."""
        at, shift = self.shifts
        characters = places + shift[np.clip(np.searchsorted(at, places), 0, len(at) - 1)]
        ends = np.cumsum([len(line) + 1 for line in self.text.split("\n")])
        return np.searchsorted(ends, characters, "right").clip(0, len(ends) - 1)


def code_of(files: Mapping[str, bytes]) -> Code:
    """Return the code of a submission; files other than sources are ignored."""
    text, origins, numbers, whole = _text(files)
    try:
        with _within(SECONDS):
            symbols, shifts = filter_code(text, "", "python")
    except _TooLong:
        symbols, shifts, whole = "", np.zeros((1, 2), np.int64), False
    found = np.asarray(hashed_kgrams(symbols, KGRAM), np.int64)
    places = np.sort(np.unique(found, return_index=True)[1])  # four similar gates count once
    # For a class's name, copydetect enters only its own length; the sum never decreases.
    shift = np.maximum.accumulate(shifts[:, 1])
    return Code(text, origins, numbers, found[places], places, (shifts[:, 0], shift), whole)


def _text(files: Mapping[str, bytes]) -> tuple[str, tuple[tuple[int, str], ...], Numbers, bool]:
    """Return all sources as one text, up to the bound, with the origin of each line."""
    lines: list[str] = []
    numbers: list[int] = []
    origins: list[tuple[int, str]] = []
    left = LONGEST
    for name, source in _sources(files):
        origins.append((len(lines), name))
        for number, line in enumerate(source.splitlines(), 1):
            kept = line.replace("\0", "").rstrip()[:WIDEST]
            left -= len(kept) + 1 if kept else 0
            if left < 0:
                return "\n".join(lines), tuple(origins), np.array(numbers, np.int64), False
            if kept:
                lines.append(kept)
                numbers.append(number)
    return "\n".join(lines), tuple(origins), np.array(numbers, np.int64), True


def _sources(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    for name, content in sorted(files.items()):
        if name.lower().endswith(".py"):
            yield name, content.decode("utf-8-sig", "replace")
        elif name.lower().endswith(".ipynb"):
            for number, source in enumerate(_cells(content), 1):
                yield f"{name}, cell {number}", source


def _cells(content: bytes) -> Iterator[str]:
    """Yield the code cells of a notebook, also in the oldest format; nothing for other files."""
    try:
        document = json.loads(content.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return
    for cell in _listed(document, "cells") or (
        cell for sheet in _listed(document, "worksheets") for cell in _listed(sheet, "cells")
    ):
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = cell.get("source", cell.get("input", ""))
            yield source if isinstance(source, str) else "".join(_texts(source))


def _listed(document: Any, key: str) -> list[Any]:
    found = document.get(key) if isinstance(document, dict) else None
    return found if isinstance(found, list) else []


def _texts(lines: Any) -> Iterable[str]:
    return (line for line in lines if isinstance(line, str)) if isinstance(lines, list) else ()


class _TooLong(BaseException):
    """Reading takes too long; a BaseException, so that no library catches it."""


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Raise _TooLong in the body after `seconds` of processor time."""

    def end(*_: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
