"""Resubmitted files: the "-1" before a name's ending, and its meaning."""

import re
from collections.abc import Collection, Mapping

ENDING = r"(?:\.tar)?\.[A-Za-z0-9]+"
ATTEMPT = re.compile(rf"-([0-9]{{1,3}})({ENDING})$")
COPY = re.compile(rf" ?\(([0-9]{{1,3}})\){ENDING}$")  # as a browser names a second download


def without_attempt(file: str) -> str:
    """Return a name without the "-1" that Canvas puts before the ending of a resubmitted file."""
    return ATTEMPT.sub(r"\2", file)


def attempt(file: str) -> int:
    """Return the number of an attempt "a-1.zip" or a copy "a (1).zip", or 0."""
    match = ATTEMPT.search(file) or COPY.search(file)
    return int(match[1]) if match else 0


def replaced(archives: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Return the replaced archives: "a-2.zip" replaces "a-1.zip" if it has all its sources.

    Args:
        archives: by name, the sources in each.
    Returns:
        By name of an archive that does not count, the one that counts instead.
    """
    found: dict[str, str] = {}
    for path, files in archives.items():
        later = [
            other
            for other in archives
            if without_attempt(other).casefold() == without_attempt(path).casefold()
            and attempt(other) > attempt(path)
            and set(files) <= set(archives[other])
        ]
        if files and later:
            found[path] = max(later, key=attempt)
    return found
