"""File names of a submission: the target of an import, and the best file for a part."""

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from .names import OLD_WORDS

_VERSION = re.compile(r"v(\d+)\W*$")
_RESUBMITTED = re.compile(r"(?:-\d+|\s*\(\d+\)|\s*-?\s*copy(?:\s*\(?\d+\)?)?)$", re.IGNORECASE)


def looks_old(file: str) -> bool:
    """Return whether a file looks like an old copy."""
    for part in PurePosixPath(file).parts:
        if part.startswith((".", "__MACOSX")) or _stem(part).endswith("-checkpoint"):
            return True  # hidden files, and Jupyter's checkpoints
        if re.search(r"\(\d+\)", part) or _VERSION.search(_stem(part).casefold()):
            return True
        words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", part)
        if any(word.casefold() in OLD_WORDS for word in words):
            return True
    return False


def looks_like_test(file: str) -> bool:
    """Return whether a file contains tests rather than answers."""
    parts = [part.casefold() for part in PurePosixPath(file).parts]
    name = parts[-1] if parts else ""
    return name.startswith(("test_", "conftest")) or name.endswith("_test.py") or "tests" in parts


def version(file: str) -> int:
    """Return the version in a name such as `model_v3.py`, otherwise 0."""
    found = _VERSION.search(_stem(PurePosixPath(file).name).casefold())
    return int(found[1][:9]) if found else 0


def closeness(file: str, part: str) -> int:
    """Return how well a file name fits a part: 0 best, 3 not at all."""
    path = PurePosixPath(file)
    if path.stem.casefold() == part.casefold():
        return 0 if path.suffix.lower() == ".py" else 1
    return 2 if _letters(part) in _letters(path.stem) else 3


def quality(file: str) -> tuple[bool, bool]:
    """Return the sort key of a file by marks in its name."""
    return looks_old(file), looks_like_test(file)


def order(file: str) -> tuple[int, int, bool, str]:
    """Return the sort key of equals: shallow, then late versions, scripts before notebooks, name."""
    path = PurePosixPath(file)
    return len(path.parts), -version(file), path.suffix.lower() != ".py", file


class Paths:
    """The importable files and folders of a submission."""

    def __init__(self, files: Iterable[str]) -> None:
        self._modules: dict[str, list[str]] = {}  # by last part of the module's name
        self._folders: dict[str, list[str]] = {}
        folders: dict[PurePosixPath, None] = {}
        for file in files:
            folders.update(dict.fromkeys(PurePosixPath(file).parents))
            self._modules.setdefault("".join(_module(file)[-1:]), []).append(file)
        for folder in folders:
            self._folders.setdefault(folder.name, []).append(str(folder))
        self._all_folders = {"/".join(folder.parts) for folder in folders}

    def find(self, name: Sequence[str], importer: str) -> list[str]:
        """Return candidates for an absolute import of `name`, best first; folders end in a slash."""
        found = [
            file
            for file in self._modules.get(name[-1], [])
            if _module(file)[-len(name) :] == tuple(name)
        ]
        packages = {str(PurePosixPath(file).parent) for file in found if _is_package(file)}
        found += [
            folder + "/"
            for folder in self._folders.get(name[-1], [])
            if folder not in packages and PurePosixPath(folder).parts[-len(name) :] == tuple(name)
        ]
        return sorted(found, key=lambda file: _nearness(file, importer))

    def find_partly(self, name: Sequence[str], importer: str) -> list[str]:
        """Return modules that share only the end of `name`: its outer folders were not submitted."""
        found = [file for file in self._modules.get(name[-1], []) if len(name) > 1]
        return sorted(found, key=lambda file: _nearness(file, importer))

    def relative(self, importer: str, level: int, name: Sequence[str]) -> str | None:
        """Return the target of a relative import, a folder with a slash at its end, or None."""
        folder = PurePosixPath(importer).parent
        for _ in range(level - 1):
            folder = folder.parent
        return self.child(folder, name)

    def child(self, folder: PurePosixPath, name: Sequence[str]) -> str | None:
        """Return the module or folder `name` below a folder, or None."""
        wanted = (*folder.parts, *name)
        last = wanted[-1] if wanted else ""
        found = [file for file in self._modules.get(last, []) if _module(file) == wanted]
        if found:
            return min(found, key=lambda file: (not _is_package(file), *order(file)))
        path = "/".join(wanted)
        return path + "/" if path in self._all_folders else None


def _module(file: str) -> tuple[str, ...]:
    path = PurePosixPath(file)
    if path.name == "__init__.py":
        return path.parent.parts
    return (*path.parent.parts, _RESUBMITTED.sub("", path.stem))


def _is_package(file: str) -> bool:
    return PurePosixPath(file).name == "__init__.py"


def _nearness(file: str, importer: str) -> tuple[object, ...]:
    here, there = PurePosixPath(importer).parent.parts, PurePosixPath(file).parent.parts
    if _is_package(file):
        there = there[:-1]
    shared = 0
    for one, other in zip(here, there, strict=False):
        if one != other:
            break
        shared += 1
    distance = len(here) + len(there) - 2 * shared
    exact = _RESUBMITTED.sub("", _stem(file)) == _stem(file)
    return file == importer, distance, not exact, file.endswith("/"), quality(file), order(file)


def _stem(name: str) -> str:
    return PurePosixPath(name).stem


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())
