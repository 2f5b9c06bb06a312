"""results.json for Gradescope: one test for each check, every text as plain text."""

import json
from typing import Any

from graders.results.result import CheckResult, Result
from graders.results.result_json import number
from graders.text import block, counted, sentence

PLAIN = "text"


def gradescope_results(result: Result) -> str:
    """Return a result for Gradescope. `score` is the points after the late penalty."""
    document = {
        "score": number(result.points),
        "execution_time": result.seconds,
        "output": _output(result),
        "output_format": PLAIN,
        "test_name_format": PLAIN,
        "test_output_format": PLAIN,
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [
            _test(check, f"{question.number}.{place}", question.title)
            for question in result.questions
            for place, check in enumerate(question.checks, 1)
        ],
    }
    return json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def _test(check: CheckResult, place: str, question: str) -> dict[str, Any]:
    passed = check.outcome == "passed"
    texts = [block(text) for text in (check.message, check.hint, check.output) if text.strip()]
    return {
        "number": place,
        "name": sentence(check.sentence),
        "score": number(check.points),
        "max_score": number(check.max_points),
        "status": "passed" if passed else "failed",
        "output": "\n\n".join(texts if not passed else []),
        "tags": [sentence(question)],
    }


def _output(result: Result) -> str:
    """Return the text about the whole result."""
    texts = [sentence(result.message)] if result.message else []
    if result.pending_points:
        verb = "is" if result.pending_points == 1 else "are"
        pending = counted(result.pending_points, "point")
        texts.append(f"{pending} {verb} graded manually (pending).")
    if result.late:
        texts.append(sentence(result.late.why))
    if result.late_points:
        texts.append(f"Late penalty: {counted(result.late_points, 'point')}.")
    texts += map(sentence, result.notes)
    return "\n".join(texts)
