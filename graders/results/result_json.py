"""The stable JSON form of a result: `result.json`."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any, TypeVar

from graders.results.result import (
    LATE_UNITS,
    OFF_OF,
    OUTCOMES,
    STATUSES,
    CheckResult,
    Environment,
    FileNotes,
    Late,
    Manual,
    QuestionResult,
    Result,
    Student,
)

FORMAT = 1


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
        "own_check": result.own_check,
        "late": result.late and _late(result.late, result.late_points),
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
    manual = question.manual
    return {
        "number": question.number,
        "title": question.title,
        "points": number(question.points),
        "max_points": number(question.max_points),
        "manual": manual
        and {
            "max_points": number(manual.max_points),
            "points": None if manual.points is None else number(manual.points),
            "comment": manual.comment,
            "automatic": manual.automatic,
        },
        "checks": [_check(check) for check in question.checks],
    }


def _check(check: CheckResult) -> dict[str, Any]:
    return {
        "id": check.id,
        "sentence": check.sentence,
        "outcome": check.outcome,
        "points": number(check.points),
        "max_points": number(check.max_points),
        "message": check.message,
        "hint": check.hint,
        "output": check.output,
        "seconds": check.seconds,
        "figures": list(check.figures),
    }


def from_json(text: str) -> Result:
    """Read what `to_json` wrote.

    Raises:
        ValueError: the text is not a result of this format.
    """
    try:
        document = json.loads(text, parse_float=Decimal)
        if document["format"] != FORMAT:
            raise ValueError(f"result format {document['format']!r} is not {FORMAT}")
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
            own_check=str(document.get("own_check", "")),
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
    manual = document["manual"]
    return QuestionResult(
        document["number"],
        document["title"],
        tuple(_read_check(check) for check in document["checks"]),
        manual
        and Manual(
            Decimal(manual["max_points"]),
            None if manual["points"] is None else Decimal(manual["points"]),
            manual["comment"],
            manual.get("automatic", False),
        ),
    )


def _read_check(document: dict[str, Any]) -> CheckResult:
    return CheckResult(
        id=document["id"],
        sentence=document["sentence"],
        outcome=_one_of(OUTCOMES, document["outcome"]),
        max_points=Decimal(document["max_points"]),
        message=document["message"],
        hint=document["hint"],
        output=document["output"],
        seconds=float(document["seconds"]),
        figures=tuple(json.loads(json.dumps(document["figures"], default=float))),
    )


Choice = TypeVar("Choice")


def _one_of(choices: Sequence[Choice], value: Any) -> Choice:
    if value not in choices:
        raise ValueError(f"{value!r} is not one of {', '.join(map(str, choices))}")
    return choices[choices.index(value)]
