"""The student's folder of one sheet: skeleton, checks, commands; no reference, no mistakes.

The zip is the same, byte for byte, for the same sources.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from graders.files import packed
from graders.grading.fingerprint import deciding_files, imported
from graders.paths import ROOT
from graders.sheets.check_index import known_checks
from graders.sheets.late_policy import LatePolicy
from graders.sheets.sheet import SHEETS, Question, Sheet, read_sheet
from graders.student.folder import OWN
from graders.student.notebook import notebook
from graders.text import counted

FORMS = Path(__file__).resolve().parent / "bundle"
TEMPLATE = ROOT / "student_template"
INNER = ".unroll"  # the checks and commands, hidden from the student's own files


def release(name: str) -> bytes:
    """Return the zip of a sheet's student folder.

    Raises:
        UsageError: there is no such sheet, or it is not consistent.
    """
    sheet = read_sheet(name)
    return packed({f"{sheet.name}/{path}": data for path, data in sorted(bundle(sheet).items())})


def bundle(sheet: Sheet) -> dict[str, bytes]:
    """Return the files of the folder by their path in it."""
    files = {f"{part}.py": (TEMPLATE / f"{part}.py").read_bytes() for part in sheet.parts}
    files |= {
        "data.py": (TEMPLATE / "data.py").read_bytes(),
        "README.md": readme(sheet).encode(),
        f"{sheet.name}.ipynb": notebook(sheet),
        "tox.ini": (FORMS / "tox.ini").read_bytes(),
        "toxfile.py": (ROOT / "toxfile.py").read_bytes(),
        f"{INNER}/{OWN}": json.dumps({"assignment": sheet.name, "version": sheet.version}).encode(),
        f"{INNER}/requirements.txt": "".join(f"{n}\n" for n in requirements()).encode(),
        f"{INNER}/constraints.txt": (ROOT / "constraints.txt").read_bytes(),
    }
    inner = {
        *deciding_files(sheet),
        *imported(["graders.student.__main__", "graders.student.inline"]),
        SHEETS / f"{sheet.name}.toml",
    }
    inner |= set((ROOT / "reports" / "templates").iterdir())
    return files | {
        f"{INNER}/{file.relative_to(ROOT).as_posix()}": file.read_bytes() for file in inner
    }


def requirements() -> list[str]:
    """List the packages for a student's folder, from the dependency groups of pyproject.toml."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return sorted(_group("student", document["dependency-groups"]))


def _group(name: str, groups: dict[str, Any]) -> Iterator[str]:
    for entry in groups[name]:
        if isinstance(entry, str):
            yield entry
        else:
            yield from _group(entry["include-group"], groups)


def readme(sheet: Sheet) -> str:
    """Return the text of the sheet: questions, points, checks, how to work and to submit."""
    forms = Environment(  # Markdown, only from our own texts
        loader=FileSystemLoader(FORMS),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        autoescape=False,  # no HTML
    )
    text = forms.get_template("README.md.j2").render(
        sheet=sheet,
        parts=sheet.parts,
        points=lambda number: counted(number, "point"),
        checked=_checked,
        limit=lambda name: f"{getattr(sheet.limits, name):g}",
        late=_late(sheet.late) if sheet.late else "",
    )
    return re.sub(r"\n{3,}", "\n\n", text)


def _checked(question: Question) -> list[tuple[str, list[str]]]:
    """List a question's sentences by part, in the sheet's order."""
    found: dict[str, list[str]] = {}
    for name in question.checks:
        check = known_checks()[name]
        found.setdefault(check.part, []).append(check.sentence)
    return list(found.items())


def _late(policy: LatePolicy) -> str:
    unit = " points" if policy.of == "points" else " %"
    if policy.unit != "step":
        most = f", at most {policy.most:f}{unit}" if policy.most is not None else ""
        return f"each started {policy.unit} costs {policy.steps[0].off:f}{unit}{most}."
    steps = (
        f"{step.off:f}{unit} {f'within {step.within}' if step.within else 'later'}"
        for step in policy.steps
    )
    return f"they lose {', '.join(steps)}."
