"""The file that a student's own check adds to the upload: the versions it was checked with.

It comes from a student, so it is only data: it affects one sentence of the report.
"""

import json
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from graders.results.result import Environment

FILE = "unroll.json"
LARGEST = 2_000  # bytes
WORD = re.compile(r"[\w.+-]{1,64}", re.ASCII)
SAME = "the same versions and seed"


def marker(environment: Environment, assignment: str, version: int) -> bytes:
    """Return the file with the sheet version and environment of a student's own check."""
    document = {
        "assignment": assignment,
        "version": version,
        "graders_sha256": environment.graders_sha256,
        "python": environment.python,
        "torch": environment.torch,
        "seed": str(environment.seed),
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def differences(files: Mapping[str, bytes], environment: Environment) -> str:
    """Return how the student's own environment differs from this one; "" if it is unknown."""
    known = _read(files)
    if known is None:
        return ""
    here = (
        ("Python", "python", environment.python),
        ("PyTorch", "torch", environment.torch),
        ("seed", "seed", str(environment.seed)),
    )
    parts = [f"{name} {known[key]}" for name, key, value in here if known[key] != value]
    if known["graders_sha256"] != environment.graders_sha256:
        parts.append(f"other graders ({known['graders_sha256'][:12]})")
    return f"{', '.join(parts)}: sentences and points may differ" if parts else SAME


def _read(files: Mapping[str, bytes]) -> dict[str, str] | None:
    """Read the marker nearest to the top; None if it does not have our format."""
    paths = [path for path in files if PurePosixPath(path).name == FILE]
    content = files[min(paths, key=lambda path: (path.count("/"), path))] if paths else b""
    if not content or len(content) > LARGEST:
        return None
    try:
        document: Any = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    keys = ("graders_sha256", "python", "torch", "seed")
    if not isinstance(document, dict) or not all(_word(document.get(key)) for key in keys):
        return None
    return {key: document[key] for key in keys}


def _word(value: Any) -> bool:
    return isinstance(value, str) and WORD.fullmatch(value) is not None
