"""A sheet's late policy: what is taken of an upload by how late it comes."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from graders.results.result import LateUnit, OffOf
from graders.sheets.toml_values import amount, one_of, table, tables, whole

KEYS = ("grace_minutes", "per", "percent", "points", "most", "of", "steps")
STEP_KEYS = ("days", "hours", "percent", "points")
SPANS = {"day": timedelta(days=1), "hour": timedelta(hours=1)}
PERCENT = Decimal(100)


@dataclass(frozen=True)
class LateStep:
    """What is taken of an upload that is late by this long at most; None is for all later ones."""

    within: timedelta | None
    off: Decimal


@dataclass(frozen=True)
class LatePolicy:
    """What lateness costs: an amount for each day or hour begun, or an amount by steps.

    Args:
        of: what `off` counts: points, or percent of the maximum or of the points earned.
        most: the cap, in the same unit.
        grace: how late an upload may be at no cost; beyond it all lateness counts.
    """

    unit: LateUnit
    of: OffOf
    steps: tuple[LateStep, ...]
    most: Decimal | None = None
    grace: timedelta = timedelta()

    def cost(self, late: timedelta | None) -> tuple[int, Decimal]:
        """Return how many days, hours or steps count, and what they take; None is the least of all."""
        if self.unit == "step":
            holds = (late is None or s.within is None or late <= s.within for s in self.steps)
            number = next(i for i, held in enumerate(holds, 1) if held)
            return number, self.steps[number - 1].off
        number = 1 if late is None else begun(late, self.unit)
        off = number * self.steps[0].off
        return number, off if self.most is None else min(off, self.most)


def begun(late: timedelta, unit: LateUnit) -> int:
    return -(-late // SPANS[unit])


def read_policy(document: Any) -> LatePolicy:
    """Read a sheet's `[late]`; ValueError is half a sentence."""
    late = table(document, "`late`", KEYS)
    grace = timedelta(minutes=whole(late.get("grace_minutes", 0), "`late.grace_minutes`"))
    if "steps" in late:
        if beside := {"per", "percent", "points", "most"} & set(late):
            raise ValueError(f"`late` has steps, and beside them {min(beside)}; give one of both")
        entries = tables(late["steps"], "`late.steps`")
        steps, units = zip(*map(_step, entries), strict=True) if entries else ((), ())
        _refuse_disorder(steps, units)
        return LatePolicy("step", _of(late, units[0]), steps, None, grace)
    unit: LateUnit = "hour" if one_of(late.get("per"), "`late.per`", SPANS) == "hour" else "day"
    off, kind = _off(late, "`late`")
    whole_of_it = PERCENT if kind == "percent" else None
    most = amount(late["most"], "`late.most`", whole_of_it) if "most" in late else whole_of_it
    if most is not None and most < off:
        raise ValueError(f"`late.most` ({most}) is less than one {unit} takes ({off})")
    return LatePolicy(unit, _of(late, kind), (LateStep(None, off),), most, grace)


def _step(document: Any) -> tuple[LateStep, str]:
    step = table(document, "a step of `late.steps`", STEP_KEYS)
    spans = [key for key in ("days", "hours") if key in step]
    if len(spans) > 1:
        raise ValueError("a step of `late.steps` has days and hours; give one of both")
    within = None
    for key in spans:
        within = whole(step[key], f"a step's `{key}`", 1) * SPANS[key.removesuffix("s")]
    off, kind = _off(step, "a step of `late.steps`")
    return LateStep(within, off), kind


def _refuse_disorder(steps: tuple[LateStep, ...], units: tuple[str, ...]) -> None:
    if not steps or steps[-1].within is not None:
        raise ValueError("`late.steps` must end with a step without days, for all that is later")
    spans = [step.within for step in steps[:-1]]
    if None in spans:
        raise ValueError("only the last of `late.steps` may be without days or hours")
    if len(set(units)) > 1:
        raise ValueError("`late.steps` must all take percent, or all points")
    for before, after in pairwise(steps):
        longer = after.within is None or (
            before.within is not None and before.within < after.within
        )
        if not longer or before.off > after.off:
            raise ValueError("`late.steps` must grow: each lasts longer and takes no less")


def _off(document: dict[str, Any], place: str) -> tuple[Decimal, str]:
    kinds = [kind for kind in ("percent", "points") if kind in document]
    if len(kinds) != 1:
        raise ValueError(f"{place} must take either percent or points")
    most = PERCENT if kinds[0] == "percent" else None
    return amount(document[kinds[0]], f"the {kinds[0]} of {place}", most), kinds[0]


def _of(late: dict[str, Any], kind: str) -> OffOf:
    if kind == "points":
        if "of" in late:
            raise ValueError("`late.of` is for percent, and this policy takes points")
        return "points"
    word = one_of(late.get("of", "maximum"), "`late.of`", ("maximum", "earned"))
    return "earned" if word == "earned" else "maximum"
