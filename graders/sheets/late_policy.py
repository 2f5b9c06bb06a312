"""A sheet's late policy: the deduction for each amount of lateness."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from graders.results.late import LateUnit, OffOf
from graders.sheets.toml_values import amount, one_of, table, tables, whole

KEYS = ("grace_minutes", "per", "percent", "points", "most", "of", "steps")
STEP_KEYS = ("days", "hours", "percent", "points")
SPANS = {"day": timedelta(days=1), "hour": timedelta(hours=1)}
PERCENT = Decimal(100)


@dataclass(frozen=True)
class LateStep:
    """The deduction for a submission at most this late; None is for all later ones."""

    within: timedelta | None
    off: Decimal


@dataclass(frozen=True)
class LatePolicy:
    """The late penalty: an amount for each day or hour begun, or an amount by steps.

    Args:
        of: unit of `off`: points, or percent of the maximum or of the points earned.
        most: the cap, in the same unit.
        grace: lateness without a penalty; beyond it all lateness counts.
    """

    unit: LateUnit
    of: OffOf
    steps: tuple[LateStep, ...]
    most: Decimal | None = None
    grace: timedelta = timedelta()

    def cost(self, late: timedelta | None) -> tuple[int, Decimal]:
        """Return the days, hours or steps that count and the deduction; None: unknown, the least."""
        if self.unit == "step":
            fits = (late is None or s.within is None or late <= s.within for s in self.steps)
            number = next(i for i, fit in enumerate(fits, 1) if fit)
            return number, self.steps[number - 1].off
        number = 1 if late is None else begun(late, self.unit)
        off = number * self.steps[0].off
        return number, off if self.most is None else min(off, self.most)


def begun(late: timedelta, unit: LateUnit) -> int:
    return -(-late // SPANS[unit])


def read_policy(document: Any) -> LatePolicy:
    """Return a sheet's `[late]` policy; raise ValueError with the reason if it is invalid."""
    late = table(document, "`late`", KEYS)
    grace = timedelta(minutes=whole(late.get("grace_minutes", 0), "`late.grace_minutes`"))
    if "steps" in late:
        if beside := {"per", "percent", "points", "most"} & set(late):
            raise ValueError(f"`late` has both steps and {min(beside)}; give only one of them")
        entries = tables(late["steps"], "`late.steps`")
        steps, units = zip(*map(_step, entries), strict=True) if entries else ((), ())
        _refuse_disorder(steps, units)
        return LatePolicy("step", _of(late, units[0]), steps, None, grace)
    unit: LateUnit = "hour" if one_of(late.get("per"), "`late.per`", SPANS) == "hour" else "day"
    off, kind = _off(late, "`late`")
    whole_of_it = PERCENT if kind == "percent" else None
    most = amount(late["most"], "`late.most`", whole_of_it) if "most" in late else whole_of_it
    if most is not None and most < off:
        raise ValueError(f"`late.most` ({most}) is less than one {unit} deducts ({off})")
    return LatePolicy(unit, _of(late, kind), (LateStep(None, off),), most, grace)


def _step(document: Any) -> tuple[LateStep, str]:
    step = table(document, "a step of `late.steps`", STEP_KEYS)
    spans = [key for key in ("days", "hours") if key in step]
    if len(spans) > 1:
        raise ValueError("a step of `late.steps` has both days and hours; give only one of them")
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
        raise ValueError("`late.steps` must all deduct percent or all deduct points")
    for before, after in pairwise(steps):
        longer = after.within is None or (
            before.within is not None and before.within < after.within
        )
        if not longer or before.off > after.off:
            raise ValueError(
                "each of `late.steps` must last longer and deduct no less than the one before"
            )


def _off(document: dict[str, Any], place: str) -> tuple[Decimal, str]:
    kinds = [kind for kind in ("percent", "points") if kind in document]
    if len(kinds) != 1:
        raise ValueError(f"{place} must deduct either percent or points")
    most = PERCENT if kinds[0] == "percent" else None
    return amount(document[kinds[0]], f"the {kinds[0]} of {place}", most), kinds[0]


def _of(late: dict[str, Any], kind: str) -> OffOf:
    if kind == "points":
        if "of" in late:
            raise ValueError("`late.of` is for percent, but this policy deducts points")
        return "points"
    word = one_of(late.get("of", "maximum"), "`late.of`", ("maximum", "earned"))
    return "earned" if word == "earned" else "maximum"
