"""A zip for Gradescope's programming assignments: its two scripts and the graders of one sheet.

Left out is what nobody needs there and a student could learn from: reference, mistakes, uploads.
"""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from graders.harness.deciding import data_files
from graders.harness.sandbox import ROOT
from graders.harness.sheet import read_sheet

SCRIPTS = Path(__file__).resolve().parent / "autograder"
FOLDERS = ("graders", "reports")
FILES = ("pyproject.toml", "constraints.txt")
LEFT_OUT = ("mistakes", "__pycache__", "hidden", "autograder")
EPOCH = (1980, 1, 1, 0, 0, 0)


def autograder_zip(assignment: str, seed: int) -> bytes:
    """Make the zip.

    Raises:
        UsageError: there is no such sheet, or it does not hold together.
    """
    sheet = read_sheet(assignment)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for script in ("setup.sh", "run_autograder"):
            text = (SCRIPTS / script).read_text(encoding="utf-8")
            text = text.replace("{assignment}", sheet.name).replace("{seed}", str(seed))
            _add(archive, script, text.encode(), 0o755)
        for path in _sources():
            _add(archive, f"unroll/{path.relative_to(ROOT).as_posix()}", path.read_bytes(), 0o644)
    return buffer.getvalue()


def _sources() -> Iterator[Path]:
    yield from (ROOT / name for name in FILES)
    yield from data_files()
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and not set(path.relative_to(ROOT).parts) & set(LEFT_OUT):
                yield path


def _add(archive: zipfile.ZipFile, name: str, data: bytes, mode: int) -> None:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.create_system = 3  # Unix: keeps the mode
    entry.external_attr = (0o100000 | mode) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)
