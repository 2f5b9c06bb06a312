"""Results with something changed in every check."""

from collections.abc import Callable
from dataclasses import replace

from graders.results.result import CheckResult, ItemResult, Result


def each_check(result: Result, change: Callable[[CheckResult], CheckResult]) -> Result:
    """Return the result with `change` made to every check."""

    def changed(item: ItemResult) -> ItemResult:
        return replace(item, checks=tuple(change(check) for check in item.checks))

    questions = tuple(
        replace(question, items=tuple(changed(item) for item in question.items))
        for question in result.questions
    )
    return replace(result, questions=questions)


def timeless(result: Result) -> Result:
    """Return the result without the seconds that it took."""
    return each_check(replace(result, seconds=0.0), lambda check: replace(check, seconds=0.0))
