"""Group failures by cause: each cause is shown once, to students and to staff."""

import re
from collections.abc import Iterable
from typing import Protocol

from graders.results.result import CheckResult, Outcome

NUMBER = re.compile(r"[-+]?\d[\d.,]*(e[-+]?\d+)?")
LABELS = ("Called", "Returned", "Expected")


class Failure(Protocol):
    """A check's result or its summary."""

    @property
    def id(self) -> str: ...
    @property
    def outcome(self) -> Outcome: ...
    @property
    def message(self) -> str: ...


def signature(check: Failure) -> tuple[str, str, str]:
    """Return the key of a failure's cause: part, outcome, and the problem without numbers."""
    problem = NUMBER.sub("#", check.message.partition("\n")[0][:400])
    return check.id.partition("::")[0], check.outcome, problem


def similar_failures(check: CheckResult, checks: Iterable[CheckResult]) -> int:
    """Count the other checks that failed in the same way."""
    own = signature(check)
    same = [each for each in checks if each.outcome not in ("passed", "grader_error")]
    return sum(each is not check and signature(each) == own for each in same)
