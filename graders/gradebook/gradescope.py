"""results.json in Gradescope's form: one test for each item, every text as plain text."""

import json
from collections.abc import Iterator
from typing import Any

from graders.results.result import CheckResult, ItemResult, Result
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
            _test(item, f"{question.number}.{place}", question.title)
            for question in result.questions
            for place, item in enumerate(question.items, 1)
        ],
    }
    return json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def _test(item: ItemResult, place: str, question: str) -> dict[str, Any]:
    texts = [text for check in item.failed for text in _failure(check)]
    return {
        "number": place,
        "name": sentence(item.title),
        "score": number(item.points),
        "max_score": number(item.max_points),
        "status": "failed" if item.failed else "passed",
        "output": "\n\n".join([sentence(item.reason), *texts] if texts else []),
        "tags": [sentence(question)],
    }


def _failure(check: CheckResult) -> Iterator[str]:
    yield sentence(check.sentence)
    if check.fault:
        yield sentence(check.fault.sentence)
    yield from (block(text) for text in (check.message, check.hint, check.output) if text.strip())


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
