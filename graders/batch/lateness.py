"""Lateness: how late an upload came, and what the sheet's policy takes for that."""

from datetime import datetime, timedelta
from decimal import Decimal

from graders.batch.extensions import Extension
from graders.results.result import Late, LateUnit, OffOf, Result, Student
from graders.results.result_json import number
from graders.sheets.deadline import moment_or_none
from graders.sheets.late_policy import LatePolicy, begun


def lateness(
    student: Student,
    deadline: datetime | None,
    policy: LatePolicy | None,
    waiver: Extension | None = None,
) -> Late | None:
    """Judge when `student` handed in; None is in time, or nothing that speaks of lateness.

    A time that the LMS gives counts for more than its mark.
    """
    handed_in = moment_or_none(student.submitted_at)
    due = waiver.extended(deadline) if waiver else deadline
    grace = policy.grace if policy else timedelta()
    if handed_in is None or due is None:
        return _marked(policy, waiver) if student.late else None
    over = handed_in - due
    if over <= grace:
        if deadline is None or handed_in - deadline <= grace:
            return None
        why = f"{_told(handed_in, deadline)}; more time was given, until {_clock(due)}."
        return _late(policy, 0, Decimal(0), why, waiver)
    told = _told(handed_in, due, "" if due == deadline else ", which was moved")
    if policy is None:
        why = f"{told}; this sheet takes nothing for that."
        return _late(policy, begun(over, "day"), Decimal(0), why, waiver)
    steps, off = policy.cost(over)
    return _late(policy, steps, off, f"{told}{_rule(policy, steps, off)}.", waiver)


def cost_changed(result: Result, earlier: Result | None) -> str:
    """Say that lateness costs another amount than before for a reason outside of the upload, or ""."""
    if earlier is None or earlier.student != result.student or earlier.late == result.late:
        return ""
    was, now = (each.late_points for each in (earlier, result))
    if was == now:
        return ""
    return (
        f"{result.student.id}: lateness took {number(was)} of the points before, and takes "
        f"{number(now)} now; look at deadline, policy and waivers."
    )


def _marked(policy: LatePolicy | None, waiver: Extension | None) -> Late:
    """Judge an upload of which only the LMS's mark tells that it is late."""
    told = "The LMS marks this upload as late, and by how much is not known"
    if waiver:
        why = f"{told}; more time was given, and that counts."
        return _late(policy, 0, Decimal(0), why, waiver)
    if policy is None:
        return _late(policy, 1, Decimal(0), f"{told}; this sheet takes nothing for that.", waiver)
    steps, off = policy.cost(None)
    why = f"{told}: the first {policy.unit} counts, {said(off, policy.of)}."
    return _late(policy, steps, off, why, waiver)


def _late(
    policy: LatePolicy | None, steps: int, off: Decimal, why: str, waiver: Extension | None
) -> Late:
    unit: LateUnit = policy.unit if policy else "day"
    of: OffOf = policy.of if policy else "points"
    return Late(steps, unit, off, of, why, waiver.reason if waiver else "")


def _told(handed_in: datetime, due: datetime, moved: str = "") -> str:
    there = handed_in.astimezone(due.tzinfo)
    return (
        f"Handed in {_clock(there)}, {_span(handed_in - due)} after the deadline "
        f"({_clock(due)}{moved})"
    )


def _rule(policy: LatePolicy, steps: int, off: Decimal) -> str:
    if policy.unit != "step":
        each = policy.steps[0].off
        cap = f", {said(off, policy.of)} at most" if off < steps * each else ""
        return f": {_counted(steps, policy.unit)} at {said(each, policy.of)}{cap}"
    within = policy.steps[steps - 1].within
    if within is None and steps == 1:
        return f": any lateness takes {said(off, policy.of)}"
    limit = within or policy.steps[steps - 2].within or timedelta()
    words = f"up to {_span(limit)}" if within else f"more than {_span(limit)}"
    return f": {words} takes {said(off, policy.of)}"


def said(off: Decimal, of: OffOf) -> str:
    """Return what is taken: 1 point, 10 % of the maximum."""
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
