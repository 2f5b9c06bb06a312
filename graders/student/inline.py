"""Check from inside a notebook or a script, with the same harness and worker."""

import json
from pathlib import Path
from typing import Any

from rich.console import Console

from graders.console import say
from graders.errors import Unreadable, UsageError
from graders.files import packed
from graders.paths import ROOT
from graders.sheets.sheet import read_sheet
from graders.student.check_one import only_part, write_report
from graders.student.folder import OWN, grade_submitted, own_files
from reports.terminal import show

NOTEBOOK = "notebook.ipynb"


def check(part: str | None, assignment: str | None, seed: int) -> None:
    """Check the cells run so far, or the files beside a script, and show the result."""
    console = Console(highlight=False)
    try:
        sheet = read_sheet(assignment or _assignment())
        sheet = only_part(sheet, part) if part else sheet
        result = grade_submitted(packed(_files(Path())), "", sheet, seed)
    except (UsageError, Unreadable) as problem:
        say(console, str(problem))
        return
    show(result, write_report(result, sheet, Path("report.html")), console)


def _assignment() -> str:
    file = ROOT / OWN
    return (
        str(json.loads(file.read_text(encoding="utf-8"))["assignment"]) if file.exists() else "rnn"
    )


def _files(folder: Path) -> dict[str, bytes]:
    """Return the folder's files; in a notebook, the cells run so far replace the notebooks."""
    cells = _cells()
    if cells is None:
        return own_files(folder)
    try:
        files = own_files(folder)
    except UsageError:  # there is only the notebook
        files = {}
    kept = {name: content for name, content in files.items() if not name.endswith(".ipynb")}
    return dict(sorted({**kept, NOTEBOOK: as_notebook(cells)}.items()))


def as_notebook(cells: list[str]) -> bytes:
    """Return code cells as a notebook; a cell that does not parse affects only itself."""
    written = [
        {"cell_type": "code", "source": text, "metadata": {}, "outputs": []} for text in cells
    ]
    document = {"cells": written, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document).encode()


def _cells() -> list[str] | None:
    """Return the source of the cells run so far; None outside a notebook."""
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return None
    shell: Any = get_ipython()
    return None if shell is None else list(shell.history_manager.input_hist_raw)
