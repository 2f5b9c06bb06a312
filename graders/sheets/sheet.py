"""A sheet: an assignment's questions, points, deadline and limits, read from TOML, numbers exact."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from graders.errors import UsageError
from graders.paths import ROOT
from graders.results.scoring import USUAL_COSTS, DetailCosts, Role
from graders.sheets.check_index import Check, known_checks
from graders.sheets.deadline import read_deadline
from graders.sheets.items import Item, item_problems, read_costs, read_items
from graders.sheets.late_policy import LatePolicy, read_policy
from graders.sheets.limits import Limits
from graders.sheets.required_files import RequiredFile, UploadName, read_file, read_name
from graders.sheets.toml_values import amount, required, table, tables, text, whole

SHEETS = ROOT / "graders" / "assignments"
FORMAT = 2
KEYS = (
    *("format", "title", "version", "points", "deadline", "late", "files", "upload_name"),
    *("limits", "details", "questions", "not_asked"),
)
QUESTION_KEYS = ("number", "title", "items", "manual")
MANUAL_KEYS = ("points", "criteria")


@dataclass(frozen=True)
class Question:
    """One question: its items with their checks, and its manual points."""

    number: str
    title: str
    items: tuple[Item, ...] = ()
    manual_points: Decimal | None = None
    criteria: str = ""

    @property
    def max_points(self) -> Decimal:
        return sum((item.points for item in self.items), self.manual_points or Decimal(0))

    @property
    def checks(self) -> dict[str, Role]:
        """Return the role of each check, in the order of the items."""
        return {check: role for item in self.items for check, role in item.checks.items()}


@dataclass(frozen=True)
class Sheet:
    """One assignment. `points` is declared, and equals the sum over the questions."""

    name: str
    title: str
    version: int
    points: Decimal
    questions: tuple[Question, ...]
    limits: Limits
    deadline: datetime | None = None
    late: LatePolicy | None = None
    files: tuple[RequiredFile, ...] = ()
    upload_name: UploadName | None = None
    details: DetailCosts = USUAL_COSTS

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for question in self.questions for item in question.items)

    @property
    def checks(self) -> dict[str, Check]:
        known = known_checks()
        return {check: known[check] for question in self.questions for check in question.checks}

    @property
    def parts(self) -> list[str]:
        return sorted({check.part for check in self.checks.values()})

    @property
    def manual_points(self) -> dict[str, Decimal]:
        """Return the manual points of each question that has any."""
        return {q.number: q.manual_points for q in self.questions if q.manual_points is not None}


def sheet_names() -> list[str]:
    return sorted(file.stem for file in SHEETS.glob("*.toml"))


def read_sheet(name: str) -> Sheet:
    """Return the sheet of this name.

    Raises:
        UsageError: there is none, or it is inconsistent; the text says where.
    """
    if name not in sheet_names():
        raise UsageError(f"There is no assignment `{name}`; there are {', '.join(sheet_names())}.")
    return read_sheet_file(SHEETS / f"{name}.toml")


def read_sheet_file(file: Path) -> Sheet:
    """Return the sheet in any file.

    Raises:
        UsageError: it cannot be read, or it is inconsistent.
    """
    try:
        content = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8"
        raise UsageError(f"The assignment file {file} cannot be read: {reason}.") from problem
    return parse_sheet(file.stem, content)


def parse_sheet(name: str, content: str) -> Sheet:
    """Return the sheet with this text.

    Raises:
        UsageError: a value, a check or a sum is wrong.
    """
    try:
        document = tomllib.loads(content, parse_float=Decimal)
        sheet = _sheet(name, document)
        not_asked = _not_asked(document.get("not_asked", {}))
    except (ValueError, ArithmeticError) as problem:
        raise UsageError(f"The assignment file {name}.toml cannot be read: {problem}.") from problem
    if problems := [*_problems(sheet), *_check_problems(sheet, not_asked)]:
        raise UsageError(f"The assignment file {name}.toml is inconsistent: {' '.join(problems)}")
    return sheet


def _sheet(name: str, document: dict[str, Any]) -> Sheet:
    table(document, "it", KEYS)
    if (form := required(document, "format", "it")) != FORMAT:
        words = "; a question has items now, see docs/assignments.md" if form == 1 else ""
        raise ValueError(f"its `format` is {form}, but this Unroll reads {FORMAT}{words}")
    questions = tables(required(document, "questions", "it"), "`questions`")
    return Sheet(
        name=name,
        title=text(required(document, "title", "it"), "`title`"),
        version=whole(required(document, "version", "it"), "`version`"),
        points=amount(required(document, "points", "it"), "`points`"),
        questions=tuple(_question(entry) for entry in questions),
        limits=_limits(document.get("limits", {})),
        deadline=read_deadline(document["deadline"]) if "deadline" in document else None,
        late=read_policy(document["late"]) if "late" in document else None,
        files=tuple(read_file(entry) for entry in tables(document.get("files", []), "`files`")),
        upload_name=read_name(document["upload_name"]) if "upload_name" in document else None,
        details=read_costs(document.get("details", {})),
    )


def _limits(document: Any) -> Limits:
    known: dict[str, Any] = {field.name: field.type for field in fields(Limits)}  # int or float
    limits = table(document, "`limits`", tuple(known))
    for key, value in limits.items():
        if not amount(value, f"`limits.{key}`"):
            raise ValueError(f"`limits.{key}` must be more than 0")
    numbers: dict[str, Any] = {key: known[key](value) for key, value in limits.items()}
    return Limits(**numbers)


def _question(document: Any) -> Question:
    entry = table(document, "a question", QUESTION_KEYS)
    number = required(entry, "number", "a question")
    number = str(number) if isinstance(number, int) else text(number, "a question's `number`")
    place = f"question {number}"
    manual = table(entry.get("manual", {}), f"`manual` of {place}", MANUAL_KEYS)
    return Question(
        number=number,
        title=text(required(entry, "title", place), f"the `title` of {place}"),
        items=read_items(entry.get("items", []), place),
        manual_points=_manual_points(manual, place) if "manual" in entry else None,
        criteria=text(manual["criteria"], f"the `criteria` of {place}") if manual else "",
    )


def _manual_points(manual: dict[str, Any], place: str) -> Decimal:
    required(manual, "criteria", f"`manual` of {place}")
    what = f"the manual points of {place}"
    points = amount(required(manual, "points", f"`manual` of {place}"), what)
    if not points:
        raise ValueError(f"{what} must be more than 0")
    return points


def _not_asked(document: Any) -> set[str]:
    for check, reason in table(document, "`not_asked`", document).items():
        text(reason, f"the reason why {check} is not asked")
    return set(document)


def _problems(sheet: Sheet) -> Iterator[str]:
    """Yield the contradictions between the sheet's own values."""
    if not sheet.questions:
        yield "It has no questions."
    numbers = [question.number for question in sheet.questions]
    for number in sorted({number for number in numbers if numbers.count(number) > 1}):
        yield f"It has question {number} twice."
    for question in sheet.questions:
        titles = [item.title for item in question.items]
        for title in sorted({title for title in titles if titles.count(title) > 1}):
            yield f"It has the item “{title}” of question {question.number} twice."
    total = sum((question.max_points for question in sheet.questions), Decimal(0))
    if total != sheet.points:
        yield f"Its questions add up to {total} points, but it declares {sheet.points}."
    for file in sheet.files:
        for number in file.questions:
            if number not in sheet.manual_points:
                yield f"It reads {file.name} for question {number}, which has no manual points."


def _check_problems(sheet: Sheet, not_asked: set[str]) -> Iterator[str]:
    """Yield the problems with checks: unknown, used twice, or forgotten."""
    known = known_checks()
    items = [(item, f"question {q.number}") for q in sheet.questions for item in q.items]
    for item, place in items:
        yield from item_problems(item, place, known)
    asked = [check for item, _ in items for check in item.checks]
    for check in [*asked, *sorted(not_asked)]:
        if check not in known:
            yield f"It names an unknown check {check}."
    for check in sorted({check for check in asked if asked.count(check) > 1}):
        yield f"It names {check} twice."
    for check in sorted(not_asked & set(asked)):
        yield f"It puts {check} into an item, but also lists it under [not_asked]."
    files = {known[check].file for check in asked if check in known}
    for check, found in known.items():
        if found.file in files and check not in asked and check not in not_asked:
            yield (
                f"It leaves {check} unused: put it into an item, or list it under [not_asked] with "
                "a reason."
            )
