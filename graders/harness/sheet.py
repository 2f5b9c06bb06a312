"""A sheet: an assignment's questions, points and limits, read from TOML with exact decimals."""

import tomllib
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from graders.harness.checks import GRADERS, Check, known_checks
from graders.harness.errors import UsageError
from graders.harness.sandbox import Limits

SHEETS = GRADERS / "assignments"
KEYS = {"format", "title", "version", "points", "limits", "questions", "not_asked"}


@dataclass(frozen=True)
class Question:
    """One question: its checks with their points, and points that a person gives."""

    number: str
    title: str
    checks: dict[str, Decimal]
    manual_points: Decimal | None = None
    criteria: str = ""

    @property
    def max_points(self) -> Decimal:
        return sum(self.checks.values(), self.manual_points or Decimal(0))


@dataclass(frozen=True)
class Sheet:
    """One assignment. `points` is declared, and is what the questions add up to."""

    name: str
    title: str
    version: int
    points: Decimal
    questions: tuple[Question, ...]
    limits: Limits

    @property
    def checks(self) -> dict[str, Check]:
        known = known_checks()
        return {check: known[check] for question in self.questions for check in question.checks}

    @property
    def parts(self) -> list[str]:
        return sorted({check.part for check in self.checks.values()})


def sheet_names() -> list[str]:
    return sorted(file.stem for file in SHEETS.glob("*.toml"))


def read_sheet(name: str) -> Sheet:
    """Read the sheet of this name.

    Raises:
        UsageError: there is none, or it does not hold together; the text says where.
    """
    file = SHEETS / f"{name}.toml"
    if name not in sheet_names():
        raise UsageError(f"There is no assignment `{name}`; there are {', '.join(sheet_names())}.")
    return parse_sheet(name, file.read_text(encoding="utf-8"))


def parse_sheet(name: str, text: str) -> Sheet:
    """Read a sheet's text.

    Raises:
        UsageError: a key, a check or a sum is wrong.
    """
    try:
        document = tomllib.loads(text, parse_float=Decimal)
        sheet = _sheet(name, document)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as problem:
        raise UsageError(f"The sheet {name}.toml cannot be read: {problem}.") from problem
    problems = _problems(sheet, document.get("not_asked", {}))
    if problems:
        raise UsageError(f"The sheet {name}.toml does not hold together: {' '.join(problems)}")
    return sheet


def _sheet(name: str, document: dict[str, Any]) -> Sheet:
    if unknown := set(document) - KEYS:
        raise ValueError(f"unknown key {', '.join(sorted(unknown))}")
    known: dict[str, Any] = {field.name: field.type for field in fields(Limits)}
    limits = document.get("limits", {})
    if unknown := set(limits) - set(known):
        raise ValueError(f"unknown limit {', '.join(sorted(unknown))}")
    numbers: dict[str, Any] = {k: known[k](v) for k, v in limits.items()}  # int or float
    return Sheet(
        name=name,
        title=document["title"],
        version=document["version"],
        points=Decimal(document["points"]),
        questions=tuple(_question(entry) for entry in document["questions"]),
        limits=Limits(**numbers),
    )


def _question(entry: dict[str, Any]) -> Question:
    manual = entry.get("manual")
    return Question(
        number=str(entry["number"]),
        title=entry["title"],
        checks={check: Decimal(points) for check, points in entry.get("checks", {}).items()},
        manual_points=Decimal(manual["points"]) if manual else None,
        criteria=manual["criteria"] if manual else "",
    )


def _problems(sheet: Sheet, not_asked: dict[str, str]) -> list[str]:
    known = known_checks()
    asked = [check for question in sheet.questions for check in question.checks]
    problems = [f"It names an unknown check {c}." for c in [*asked, *not_asked] if c not in known]
    problems += [f"It names {c} twice." for c in sorted(set(asked)) if asked.count(c) > 1]
    numbers = [question.number for question in sheet.questions]
    problems += [
        f"It has question {n} twice." for n in sorted(set(numbers)) if numbers.count(n) > 1
    ]
    total = sum((question.max_points for question in sheet.questions), Decimal(0))
    if total != sheet.points:
        problems.append(f"Its questions add up to {total} points, and it declares {sheet.points}.")
    files = {known[check].file for check in asked if check in known}
    problems += [
        f"It leaves {check.id} unused: give it points, or name it under [not_asked] with a reason."
        for check in known.values()
        if check.file in files and check.id not in asked and check.id not in not_asked
    ]
    if any(points < 0 for question in sheet.questions for points in question.checks.values()):
        problems.append("A check has negative points.")
    return problems
