"""A zip for Gradescope's programming assignments: its two scripts and the graders of one sheet.

Reference, mistakes and uploads are left out: they are not needed there, and a student could learn
from them.
"""

from collections.abc import Iterator
from pathlib import Path

from graders.files import packed
from graders.grading.fingerprint import data_files
from graders.paths import ROOT
from graders.sheets.sheet import read_sheet

SCRIPTS = Path(__file__).resolve().parent / "autograder"
SCRIPT_NAMES = ("setup.sh", "run_autograder")
FOLDERS = ("graders", "reports")
FILES = ("pyproject.toml", "constraints.txt")
LEFT_OUT = ("mistakes", "__pycache__", "hidden", "autograder")


def autograder_zip(assignment: str, seed: int) -> bytes:
    """Return the zip.

    Raises:
        UsageError: there is no such sheet, or it is not consistent.
    """
    sheet = read_sheet(assignment)
    files = {}
    for script in SCRIPT_NAMES:
        text = (SCRIPTS / script).read_text(encoding="utf-8")
        text = text.replace("{assignment}", sheet.name).replace("{seed}", str(seed))
        files[script] = text.encode()
    for path in _sources():
        files[f"unroll/{path.relative_to(ROOT).as_posix()}"] = path.read_bytes()
    return packed(files, programs=SCRIPT_NAMES)


def _sources() -> Iterator[Path]:
    yield from (ROOT / name for name in FILES)
    yield from data_files()
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and not set(path.relative_to(ROOT).parts) & set(LEFT_OUT):
                yield path
