"""Lateness of an upload, and the deduction by the sheet's policy."""

from datetime import datetime, timedelta
from decimal import Decimal

from graders.batch.extensions import Extension
from graders.results.late import Late, LateUnit, OffOf
from graders.results.result import Result, Student
from graders.results.result_json import number
from graders.sheets.deadline import moment_or_none
from graders.sheets.late_policy import LatePolicy, begun


def lateness(
    student: Student,
    deadline: datetime | None,
    policy: LatePolicy | None,
    extension: Extension | None = None,
) -> Late | None:
    """Return the lateness of `student`'s submission, or None if in time or unknown.

    A submission time from the LMS takes precedence over its late mark.
    """
    submitted_at = moment_or_none(student.submitted_at)
    due = extension.extended(deadline) if extension else deadline
    grace = policy.grace if policy else timedelta()
    if submitted_at is None or due is None:
        return _marked(policy, extension) if student.late else None
    over = submitted_at - due
    if over <= grace:
        if deadline is None or submitted_at - deadline <= grace:
            return None
        why = f"{_how_late(submitted_at, deadline)}; the deadline was extended until {_clock(due)}."
        return _late(policy, 0, Decimal(0), why, extension)
    facts = _how_late(submitted_at, due, "" if due == deadline else ", extended")
    if policy is None:
        why = f"{facts}; this assignment has no late penalty."
        return _late(policy, begun(over, "day"), Decimal(0), why, extension)
    steps, off = policy.cost(over)
    return _late(policy, steps, off, f"{facts}{_rule(policy, steps, off)}.", extension)


def cost_changed(result: Result, earlier: Result | None) -> str:
    """Return a remark if the late penalty of an unchanged upload changed, or ""."""
    if earlier is None or earlier.student != result.student or earlier.late == result.late:
        return ""
    was, now = (each.late_points for each in (earlier, result))
    if was == now:
        return ""
    return (
        f"{result.student.id}: the late penalty changed from {number(was)} to {number(now)} points; "
        "check deadline, late policy and extensions."
    )


def _marked(policy: LatePolicy | None, extension: Extension | None) -> Late:
    """Return the lateness of an upload that only the LMS's mark shows to be late."""
    facts = "The LMS marks this submission as late, without saying by how much"
    if extension:
        why = f"{facts}; there is an extension, so nothing is deducted."
        return _late(policy, 0, Decimal(0), why, extension)
    if policy is None:
        return _late(
            policy, 1, Decimal(0), f"{facts}; this assignment has no late penalty.", extension
        )
    steps, off = policy.cost(None)
    why = f"{facts}: it counts as one {policy.unit}, {deduction_text(off, policy.of)}."
    return _late(policy, steps, off, why, extension)


def _late(
    policy: LatePolicy | None, steps: int, off: Decimal, why: str, extension: Extension | None
) -> Late:
    unit: LateUnit = policy.unit if policy else "day"
    of: OffOf = policy.of if policy else "points"
    return Late(steps, unit, off, of, why, extension.reason if extension else "")


def _how_late(submitted_at: datetime, due: datetime, moved: str = "") -> str:
    there = submitted_at.astimezone(due.tzinfo)
    return (
        f"Submitted {_clock(there)}, {_span(submitted_at - due)} after the deadline "
        f"({_clock(due)}{moved})"
    )


def _rule(policy: LatePolicy, steps: int, off: Decimal) -> str:
    if policy.unit != "step":
        each = policy.steps[0].off
        cap = f", {deduction_text(off, policy.of)} at most" if off < steps * each else ""
        return f": {_counted(steps, policy.unit)} at {deduction_text(each, policy.of)}{cap}"
    within = policy.steps[steps - 1].within
    if within is None and steps == 1:
        return f": any lateness costs {deduction_text(off, policy.of)}"
    limit = within or policy.steps[steps - 2].within or timedelta()
    words = f"up to {_span(limit)}" if within else f"more than {_span(limit)}"
    return f": {words} costs {deduction_text(off, policy.of)}"


def deduction_text(off: Decimal, of: OffOf) -> str:
    """Return a deduction in words: 1 point, 10 % of the maximum."""
    words = format(off.normalize(), "f") if off else "0"
    if of == "points":
        return f"{words} point{'' if off == 1 else 's'}"
    return f"{words} % of the {'maximum' if of == 'maximum' else 'points earned'}"


def _clock(moment: datetime) -> str:
    return moment.isoformat(" ", "seconds" if moment.second else "minutes")


def _span(time: timedelta) -> str:
    """Return a time in its two largest units: 1 day 10 hours."""
    minutes, seconds = divmod(int(time.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = {"day": days, "hour": hours, "minute": minutes, "second": seconds}
    words = [_counted(number, unit) for unit, number in units.items() if number]
    return " ".join(words[:2]) or "less than a second"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
