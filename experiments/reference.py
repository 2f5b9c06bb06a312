"""The reference's modules: plain files that import the given data.py by its name."""

import importlib
import sys
from pathlib import Path
from typing import Any

from graders.errors import UsageError

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = (ROOT / "reference", ROOT / "student_template")  # data.py is in the second alone


def module(name: str) -> Any:
    """Import one module of reference/, or data.py; raise UsageError if that fails."""
    for folder in reversed(FOLDERS):  # the first must be found first
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as problem:
        raise UsageError(f"reference/{name}.py cannot be imported: {problem}.") from problem
