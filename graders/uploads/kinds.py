"""What a file of an upload is, by its name: source, text, archive, or not the student's work."""

from collections.abc import Mapping
from typing import Literal

from graders.uploads.archive import MB, Caps

Kind = Literal["source", "text", "archive", "other"]

ENDINGS: Mapping[Kind, tuple[str, ...]] = {
    "source": (".py", ".ipynb"),
    "text": (".csv", ".tsv", ".txt", ".md", ".json", ".toml", ".yaml", ".yml", ".cfg"),
    "archive": (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".rar", ".7z"),
}
JUNK = (
    *("__macosx", ".ipynb_checkpoints", ".git", ".venv", "venv", "site-packages", "node_modules"),
    *("__pycache__", ".idea", ".vscode", ".tox"),
    *(".ds_store", "thumbs.db", "desktop.ini", "icon\r"),
)
UNUSED = "not a source or small text file"


def kind_of(path: str) -> Kind:
    """Return the kind of a file, by its name."""
    name = path.lower()
    return next((kind for kind, endings in ENDINGS.items() if name.endswith(endings)), "other")


def junk_in(path: str) -> str:
    """Return the part of a path that marks it as not the student's work, or ""."""
    for part in slashed(path).split("/"):
        if part.lower() in JUNK:
            return part.strip()
        if part.startswith("._"):
            return "._*"
    return ""


def is_junk(name: str) -> bool:
    """Return whether a file is not a student's work."""
    return bool(junk_in(name))


def why_left_out(path: str, size: int, caps: Caps) -> str:
    """Return a short reason why a file is left out, or ""."""
    limits = {"source": caps.file, "text": caps.text, "archive": caps.upload}
    limit = limits.get(kind_of(path))
    if junk_in(path) or limit is None:
        return UNUSED
    return f"larger than {limit // MB} MB" if size > limit else ""


def slashed(path: str) -> str:
    """Return a path with slashes between its parts."""
    return path.replace("\\", "/")  # some Windows programs store these
