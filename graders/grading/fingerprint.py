"""The files that decide on a sheet's points: its checks, and everything they and the harness import."""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from graders.paths import ROOT, WORKER
from graders.sheets.sheet import Sheet

OURS = ("graders", "reports")
RECORDS = ("seeds.json", "sentences.json")  # of the project itself; no check reads them
GIVEN = [ROOT / "student_template" / name for name in ("data.py", "vocabulary.py")]


def deciding_files(sheet: Sheet) -> list[Path]:
    """List the files that decide on this sheet's points; the student's folder has copies."""
    return _files_behind(_check_files(sheet))


def sha256_of(sheet: Sheet) -> str:
    """Return the hash of everything that decides on the points of this sheet."""
    settings = f"{sheet.name} {sheet.version} {sheet.points} {sheet.questions} {sheet.limits}"
    settings += f" {sheet.details} {sheet.files}"
    settings += f" {sheet.upload_name}"  # not lateness: it needs no grading
    return hashlib.sha256(settings.encode() + _contents(_check_files(sheet))).hexdigest()


def imported(modules: Iterable[str]) -> set[Path]:
    """List the files of these modules and of all our modules that they import, directly or not."""
    found: set[Path] = set()
    waiting = list(modules)
    while waiting:
        for file in _files_of(waiting.pop()):
            if file not in found:
                found.add(file)
                waiting += _imports(file)
    return found


def data_files() -> list[Path]:
    """List the data that checks read, and the modules that the course provides."""
    found = sorted((ROOT / "fixtures").glob("*.json"))
    return [*(file for file in found if file.name not in RECORDS), *GIVEN]


def worker_files() -> list[Path]:
    """List the worker's code; it is found by folder, not by imports."""
    return sorted(WORKER.rglob("*.py"))


def _check_files(sheet: Sheet) -> tuple[str, ...]:
    files = {check.file.relative_to(ROOT / "graders" / "checks") for check in sheet.checks.values()}
    return tuple(sorted(".".join(file.with_suffix("").parts) for file in files))


def _files_behind(checks: tuple[str, ...]) -> list[Path]:
    modules = ["graders.grading.grade", "graders.uploads.upload"]
    modules += [f"graders.checks.{file}" for file in checks]
    return sorted({*imported(modules), *data_files(), *worker_files()})


@cache
def _contents(checks: tuple[str, ...]) -> bytes:
    """Return names and hashes of the files behind these checks; every result needs them."""
    return b"".join(
        file.relative_to(ROOT).as_posix().encode() + b"\0" + _hash(file)
        for file in _files_behind(checks)
    )


def _files_of(module: str) -> Iterator[Path]:
    """Yield a module's file and those of the packages around it; nothing for a name in a module."""
    parts = module.split(".")
    for count in range(1, len(parts) + 1):
        place = ROOT.joinpath(*parts[:count])
        for file in (place / "__init__.py", place.with_suffix(".py")):
            if file.is_file():
                yield file


@cache
def _imports(file: Path) -> tuple[str, ...]:
    names: list[str] = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), str(file))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(name for name in names if name.partition(".")[0] in OURS)


@cache
def _hash(file: Path) -> bytes:
    return hashlib.sha256(file.read_bytes()).digest()
