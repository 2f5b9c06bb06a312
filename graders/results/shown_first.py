"""Which failed check a reader sees first: the most specific cause, of what was begun.

A file that cannot be read hides everything in it, so it comes first. What was not begun is no fault
and comes last.
"""

from dataclasses import replace

from graders.results.result import CheckResult, QuestionResult, Result
from graders.results.scoring import ROLES

OURS = ("passed", "grader_error")
SPECIFIC = ("error", "crash", "memory", "timeout")  # they name a line, or at least a call


def first_of(question: QuestionResult) -> CheckResult | None:
    """Return the check of a question that is shown first; None if there is nothing to fix."""
    failed = [
        (_begun(check), *_rank(check, place), number, check)
        for place, item in enumerate(question.items)
        for number, check in enumerate(item.checks)
        if check.outcome not in OURS
    ]
    return min(failed, default=(None,), key=lambda row: row[:-1])[-1]


def first_to_fix(result: Result) -> CheckResult | None:
    """Return the check of a whole result that is shown first.

    An earlier question comes first, unless it was not begun and a later one was.
    """
    if result.status == "unreadable":
        return None
    found = [check for question in result.questions if (check := first_of(question))]
    return min(found, key=_begun, default=None)


def without_other_code(question: QuestionResult) -> QuestionResult:
    """Return the question with code of the student only in the check that is shown first."""
    shown = first_of(question)

    def kept(check: CheckResult) -> CheckResult:
        if check is shown or check.place is None:
            return check
        return replace(check, place=replace(check.place, code=()))

    items = (replace(item, checks=tuple(map(kept, item.checks))) for item in question.items)
    return replace(question, items=tuple(items))


def _begun(check: CheckResult) -> int:
    """Return 0 for what could not be read, 1 for what is wrong, 2 for what was not begun."""
    return {"not_run": 0, "not_begun": 2}.get(check.outcome, 1)


def _rank(check: CheckResult, place: int) -> tuple[bool, bool, int, int, bool]:
    """Return the sort key of a failure in the item at `place`, the most specific cause first.

    Details come last. A recognised fault is the surest cause; otherwise the earliest item counts,
    its core first, and in one role an exception, which names a line.
    """
    role = ROLES.index(check.role)
    return check.role == "detail", not check.fault, place, role, check.outcome not in SPECIFIC
