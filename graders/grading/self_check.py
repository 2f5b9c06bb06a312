"""What a student's own checking leaves in the upload: with which versions it was checked.

It comes from a student, so it is data and no more: it decides on nothing but one sentence.
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
    """Write down what a check of this version of a sheet, in this environment, depends on."""
    document = {
        "assignment": assignment,
        "version": version,
        "graders_sha256": environment.graders_sha256,
        "python": environment.python,
        "torch": environment.torch,
        "seed": str(environment.seed),
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def remark(files: Mapping[str, bytes], environment: Environment) -> str:
    """Return how what the student checked with differs from `environment`; "" where it is not known."""
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
    """Read the marker nearest to the top; None where it is not as we write it."""
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
