"""How the outcomes of an item's checks become points: what an item keeps, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

Role = Literal["core", "major", "minor", "detail"]
Severity = Literal["fatal", "major", "minor", "slip"]
ROLES: tuple[Role, ...] = get_args(Role)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

KEPT_WITH: dict[Severity, Decimal] = {
    "fatal": Decimal(0),
    "major": Decimal("0.3"),
    "minor": Decimal("0.7"),
    "slip": Decimal("0.9"),
}
"""The share of an item that is kept with a recognised fault of this severity."""

KEPT_WITHOUT: dict[Role, Decimal] = {
    "core": Decimal(0),
    "major": KEPT_WITH["major"],
    "minor": KEPT_WITH["minor"],
}
"""The share of an item that is kept at most when a check of this role fails."""


@dataclass(frozen=True)
class DetailCosts:
    """What failed details take from an item: a share each, up to a share together."""

    each: Decimal = Decimal("0.05")
    together: Decimal = Decimal("0.4")


USUAL_COSTS = DetailCosts()


@dataclass(frozen=True)
class RecognisedFault:
    """What is known to be wrong: a fault's name, its severity, and a sentence for the student."""

    name: str
    severity: Severity
    sentence: str


@dataclass(frozen=True)
class Score:
    """The share of an item that is kept, from 0 to 1, and the reason where it is not all of it."""

    share: Decimal
    reason: str = ""


def score(
    failed: Iterable[Role], fault: RecognisedFault | None = None, costs: DetailCosts = USUAL_COSTS
) -> Score:
    """Return what an item keeps, given the roles of its failed checks.

    A recognised fault decides where more than details fail. Otherwise the worst role does.

    Args:
        fault: what the answer's fault was recognised as, if it was.
        costs: what the sheet takes for details.
    """
    roles = list(failed)
    details = roles.count("detail")
    left = 1 - min(details * costs.each, costs.together)
    worst = min((role for role in roles if role != "detail"), key=ROLES.index, default=None)
    if worst is None:
        return Score(left, f"{_counted(details)} failed" if details else "")
    if fault is not None:
        share = KEPT_WITH[fault.severity]
        return Score(share, f"recognised as “{fault.name}”, {fault.severity}")
    if worst == "core":
        return Score(Decimal(0), "a core check failed")
    reason = f"a check of a {worst} point failed"
    kept = min(KEPT_WITHOUT[worst], left)
    return Score(kept, f"{reason}, and {_counted(details)}" if kept == left else reason)


def _counted(details: int) -> str:
    return "1 detail" if details == 1 else f"{details} details"
