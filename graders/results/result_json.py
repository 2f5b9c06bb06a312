"""The stable JSON form of a result: `result.json`."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any, TypeVar

from graders.results.late import LATE_UNITS, OFF_OF, Late
from graders.results.result import (
    OUTCOMES,
    STATUSES,
    CheckResult,
    CodePlace,
    Environment,
    FileNotes,
    Flag,
    ItemResult,
    Manual,
    QuestionResult,
    Result,
    Student,
)
from graders.results.scoring import ROLES, SEVERITIES, DetailCosts, RecognisedFault
from graders.results.shown_first import first_of

FORMAT = 2
OLD = 1  # each check had points of its own, and questions had no items


def to_json(result: Result) -> str:
    """Return `result` in the format of design.md, with keys in a fixed order and points as numbers."""
    document = {
        "format": FORMAT,
        "assignment": result.assignment,
        "student": asdict(result.student),
        "points": number(result.points),
        "max_points": number(result.max_points),
        "pending_points": number(result.pending_points),
        "status": result.status,
        "message": result.message,
        "notes": list(result.notes),
        "late": result.late and _late(result.late, result.late_points),
        "flags": [asdict(flag) for flag in result.flags],
        "questions": [_question(question) for question in result.questions],
        "files": [{"name": file.name, "notes": list(file.notes)} for file in result.files],
        "environment": asdict(result.environment),
        "seconds": result.seconds,
    }
    return json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def number(points: Decimal) -> float | int:
    """Return the JSON number of an exact decimal: 1 for 1.00, 0.25 for 0.25."""
    return int(points) if points == points.to_integral_value() else float(points)


_LATE_KEYS = {"extension": "waived"}  # keys that differ from the names of fields


def _late(late: Late, points: Decimal) -> dict[str, Any]:
    fields = {_LATE_KEYS.get(name, name): value for name, value in asdict(late).items()}
    return fields | {"off": number(late.off), "points": number(points)}


def _question(question: QuestionResult) -> dict[str, Any]:
    return {
        "number": question.number,
        "title": question.title,
        "points": number(question.points),
        "max_points": number(question.max_points),
        "manual": question.manual and _manual(question.manual),
        "review": question.review and _manual(question.review),
        "shown_first": _shown_first(question),
        "items": [_item(item) for item in question.items],
    }


def _shown_first(question: QuestionResult) -> dict[str, Any] | None:
    """Return the check that a reader sees first, with its recognised fault and its place."""
    check = first_of(question)
    if check is None:
        return None
    return {
        "check": check.id,
        "fault": check.fault.name if check.fault else None,
        "file": check.place.file if check.place else None,
        "line": check.place.line if check.place else None,
    }


def _manual(manual: Manual) -> dict[str, Any]:
    return {
        "max_points": number(manual.max_points),
        "points": None if manual.points is None else number(manual.points),
        "comment": manual.comment,
        "automatic": manual.automatic,
    }


def _item(item: ItemResult) -> dict[str, Any]:
    costs = item.costs
    return {
        "title": item.title,
        "points": number(item.points),
        "max_points": number(item.max_points),
        "held": item.held,
        "reason": item.reason,
        "fault": item.fault.name if item.fault else None,
        "details": {"each": number(costs.each), "together": number(costs.together)},
        "checks": [_check(check) for check in item.checks],
    }


def _check(check: CheckResult) -> dict[str, Any]:
    return {
        "id": check.id,
        "sentence": check.sentence,
        "role": check.role,
        "outcome": check.outcome,
        "fault": check.fault and asdict(check.fault),
        "place": check.place and asdict(check.place),
        "message": check.message,
        "hint": check.hint,
        "output": check.output,
        "seconds": check.seconds,
        "figures": list(check.figures),
    }


def from_json(text: str) -> Result:
    """Read what `to_json` wrote, now or in format 1.

    Raises:
        ValueError: the text is not a result of these formats.
    """
    try:
        document = json.loads(text, parse_float=Decimal)
        if (form := document["format"]) not in (FORMAT, OLD):
            raise ValueError(f"result format {form!r} is neither {FORMAT} nor {OLD}")
        return Result(
            assignment=document["assignment"],
            student=Student(**document["student"]),
            status=_one_of(STATUSES, document["status"]),
            questions=tuple(_read_question(q) for q in document["questions"]),
            environment=Environment(**document["environment"]),
            files=tuple(FileNotes(f["name"], tuple(f["notes"])) for f in document["files"]),
            message=document["message"],
            seconds=float(document["seconds"]),
            notes=tuple(
                document.get("notes", ())
            ),  # older results lack this and the following keys
            late=_read_late(document["late"]) if document.get("late") else None,
            flags=tuple(Flag(**flag) for flag in document.get("flags", ())),
        )
    except (KeyError, TypeError, AttributeError, ArithmeticError, RecursionError) as problem:
        raise ValueError(f"not a result: {problem!r}") from problem


def _read_late(document: dict[str, Any]) -> Late:
    return Late(
        document["steps"],
        _one_of(LATE_UNITS, document["unit"]),
        Decimal(document["off"]),
        _one_of(OFF_OF, document["of"]),
        document["why"],
        document["waived"],
    )


def _read_question(document: dict[str, Any]) -> QuestionResult:
    return QuestionResult(
        document["number"],
        document["title"],
        tuple(_read_items(document)),
        _read_manual(document["manual"]),
        _read_manual(document.get("review")),
    )


def _read_manual(manual: dict[str, Any] | None) -> Manual | None:
    if manual is None:
        return None
    return Manual(
        Decimal(manual["max_points"]),
        None if manual["points"] is None else Decimal(manual["points"]),
        manual["comment"],
        manual.get("automatic", False),
    )


def _read_items(question: dict[str, Any]) -> Iterator[ItemResult]:
    """Yield a question's items; in format 1 each check is an item of its own."""
    checks = question.get("checks", ())
    sentences = [check["sentence"] for check in checks]
    for check in checks:
        title = check["sentence"]
        if sentences.count(title) > 1:
            title += f" ({check['id']})"
        points = Decimal(check["max_points"])
        yield ItemResult(title, points, (_read_check(check | {"role": "core"}),))
    for item in question.get("items", ()):
        costs = item["details"]
        yield ItemResult(
            item["title"],
            Decimal(item["max_points"]),
            tuple(_read_check(check) for check in item["checks"]),
            DetailCosts(Decimal(costs["each"]), Decimal(costs["together"])),
            item.get("held", False),
        )


def _read_fault(fault: dict[str, Any] | None) -> RecognisedFault | None:
    if fault is None:
        return None
    return RecognisedFault(fault["name"], _one_of(SEVERITIES, fault["severity"]), fault["sentence"])


def _read_check(document: dict[str, Any]) -> CheckResult:
    return CheckResult(
        id=document["id"],
        sentence=document["sentence"],
        outcome=_one_of(OUTCOMES, document["outcome"]),
        role=_one_of(ROLES, document["role"]),
        message=document["message"],
        hint=document["hint"],
        output=document["output"],
        seconds=float(document["seconds"]),
        figures=tuple(json.loads(json.dumps(document["figures"], default=float))),
        fault=_read_fault(document.get("fault")),
        place=_read_place(document.get("place")),
    )


def _read_place(place: dict[str, Any] | None) -> CodePlace | None:
    if place is None:
        return None
    return CodePlace(**place | {"code": tuple((number, text) for number, text in place["code"])})


Choice = TypeVar("Choice")


def _one_of(choices: Sequence[Choice], value: Any) -> Choice:
    if value not in choices:
        raise ValueError(f"{value!r} is not one of {', '.join(map(str, choices))}")
    return choices[choices.index(value)]
