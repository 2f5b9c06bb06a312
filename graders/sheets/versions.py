"""The published text of each sheet: a hash of its sentences and points, with its version."""

import hashlib
import json
from pathlib import Path

from graders.paths import ROOT
from graders.sheets.sheet import SHEETS, Sheet, read_sheet, sheet_names

FILE = ROOT / "fixtures" / "sentences.json"


def content_hash(sheet: Sheet) -> str:
    """Return the hash of all that students of this sheet read: questions, points, sentences."""
    lines = [sheet.title, str(sheet.points)]
    for question in sheet.questions:
        lines += [question.number, question.title, str(question.manual_points), question.criteria]
        for item in question.items:
            lines.append(f"{item.title} {item.points}")
            lines += [f"{sheet.checks[c].sentence} {role}" for c, role in item.checks.items()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def problem(sheet: Sheet, file: Path = FILE) -> str:
    """Return the problem if the sheet's text changed but not its version, or ""."""
    known = _known(file).get(sheet.name, {})
    if known.get("sha256") == content_hash(sheet) and known.get("version") == sheet.version:
        return ""
    if known.get("version") == sheet.version:
        return (
            f"graders/assignments/{sheet.name}.toml:{_version_line(sheet)}: the text for students "
            f"has changed since version {sheet.version}; raise `version`, then run "
            "`python -m graders fixtures`"
        )
    words = f"{sheet.name} has a new version; run `python -m graders fixtures`"
    return f"fixtures/{FILE.name}:1: {words}"


def _version_line(sheet: Sheet) -> int:
    lines = (SHEETS / f"{sheet.name}.toml").read_text(encoding="utf-8").splitlines()
    return next((i for i, line in enumerate(lines, 1) if line.startswith("version")), 1)


def updated() -> bytes:
    """Return the new content of the file; a sheet with an unchanged version keeps its entry."""
    known = _known(FILE)
    sheets = [read_sheet(name) for name in sheet_names()]
    entries = {
        sheet.name: kept
        if (kept := known.get(sheet.name)) and kept["version"] == sheet.version
        else {"version": sheet.version, "sha256": content_hash(sheet)}
        for sheet in sheets
    }
    return (json.dumps(entries, indent=1) + "\n").encode()


def _known(file: Path) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    if file.is_file():
        found = json.loads(file.read_text(encoding="utf-8"))
    return found
