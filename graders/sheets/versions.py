"""What students were told: the hash of each sheet's sentences and points, with the sheet's version."""

import hashlib
import json
from pathlib import Path

from graders.paths import ROOT
from graders.sheets.sheet import SHEETS, Sheet, read_sheet, sheet_names

FILE = ROOT / "fixtures" / "sentences.json"


def told(sheet: Sheet) -> str:
    """Hash all that a student of this sheet reads beforehand: questions, points, sentences."""
    lines = [sheet.title, str(sheet.points)]
    for question in sheet.questions:
        lines += [question.number, question.title, str(question.manual_points), question.criteria]
        lines += [f"{sheet.checks[c].sentence} {points}" for c, points in question.checks.items()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def problem(sheet: Sheet, file: Path = FILE) -> str:
    """Say that the sheet says something else under the same version; "" where all is well."""
    known = _known(file).get(sheet.name, {})
    if known.get("sha256") == told(sheet) and known.get("version") == sheet.version:
        return ""
    if known.get("version") == sheet.version:
        return (
            f"graders/assignments/{sheet.name}.toml:{_version_line(sheet)}: what students are told "
            f"has changed since version {sheet.version}; raise `version`, then run "
            "`python -m graders fixtures`"
        )
    words = f"{sheet.name} has a new version; run `python -m graders fixtures`"
    return f"fixtures/{FILE.name}:1: {words}"


def _version_line(sheet: Sheet) -> int:
    lines = (SHEETS / f"{sheet.name}.toml").read_text(encoding="utf-8").splitlines()
    return next((i for i, line in enumerate(lines, 1) if line.startswith("version")), 1)


def noted() -> bytes:
    """Make the file anew; a sheet whose version was not raised keeps its old entry."""
    known = _known(FILE)
    sheets = [read_sheet(name) for name in sheet_names()]
    entries = {
        sheet.name: kept
        if (kept := known.get(sheet.name)) and kept["version"] == sheet.version
        else {"version": sheet.version, "sha256": told(sheet)}
        for sheet in sheets
    }
    return (json.dumps(entries, indent=1) + "\n").encode()


def _known(file: Path) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    if file.is_file():
        found = json.loads(file.read_text(encoding="utf-8"))
    return found
