"""The reference's modules: plain files that import each other by name, so their folder is needed."""

import importlib
import sys
from pathlib import Path
from typing import Any

from graders.errors import UsageError

FOLDER = Path(__file__).resolve().parents[1] / "reference"


def module(name: str) -> Any:
    """Import one module of reference/; raise UsageError if that fails."""
    if str(FOLDER) not in sys.path:
        sys.path.insert(0, str(FOLDER))
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as problem:
        raise UsageError(f"reference/{name}.py cannot be imported: {problem}.") from problem
