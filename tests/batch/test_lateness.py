"""Lateness: what is known of it, what a policy takes for it, who extends it, and where it is told."""

import csv
import json
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders.batch.extensions import Extension, read_extensions, unmatched
from graders.batch.lateness import cost_changed, lateness
from graders.errors import UsageError
from graders.results.late import Late
from graders.results.result import (
    CheckResult,
    Environment,
    ItemResult,
    Manual,
    QuestionResult,
    Result,
    Student,
)
from graders.results.result_json import from_json, to_json
from graders.results.summary import summarise
from graders.sheets.deadline import given_deadline, moment_or_none
from graders.sheets.late_policy import read_policy
from reports.staff.class_page import render_class
from reports.staff.grades_csv import write_grades
from reports.student.student_page import render_report, student_page

DEADLINE = datetime.fromisoformat("2026-12-01T23:59:00+01:00")
DAILY = read_policy({"per": "day", "percent": 10, "most": 50, "grace_minutes": 15})
HOURLY = read_policy({"per": "hour", "points": Decimal("0.5")})
STEPS = read_policy(
    {"steps": [{"hours": 6, "percent": 5}, {"days": 3, "percent": 30}, {"percent": 100}]}
)
ENVIRONMENT = Environment("3.11", "2.6", "none", 1, "")


def submitted(late=False, **after):
    """Return a student who handed in so long after the deadline."""
    moment = (DEADLINE + timedelta(**after)).isoformat() if after else None
    return Student("4711", "Doe, Jane", late, submitted_at=moment)


def result(late=None, passed=4, manual=None, student=None):
    """Return a result of 5 points for items, some of them earned, and perhaps manual points."""
    outcomes = ["passed"] * passed + ["failed"] * (5 - passed)
    checks = (CheckResult(str(i), "s", o) for i, o in enumerate(outcomes))
    items = tuple(ItemResult(check.id, Decimal(1), (check,)) for check in checks)
    questions = (QuestionResult("1", "One", items, manual),)
    return Result("vu-3b", student or submitted(True), "graded", questions, ENVIRONMENT, late=late)


# --- what is known ---


@pytest.mark.parametrize("policy", [None, DAILY, HOURLY, STEPS])
@pytest.mark.parametrize(
    "student",
    [
        submitted(),
        submitted(hours=-1),
        submitted(True, seconds=0),
        replace(submitted(), submitted_at="yesterday"),
        replace(submitted(), submitted_at="2027-01-01T00:00"),  # of which time zone?
    ],
)
def test_nothing_is_taken_where_nothing_speaks_of_lateness(student, policy):
    assert lateness(student, DEADLINE, policy) is None


def test_the_last_second_is_in_time_and_the_next_is_late():
    assert lateness(submitted(seconds=0), DEADLINE, HOURLY) is None
    assert lateness(submitted(seconds=1), DEADLINE, HOURLY).steps == 1


def test_a_grace_period_costs_nothing_and_beyond_it_all_lateness_counts():
    assert lateness(submitted(minutes=15), DEADLINE, DAILY) is None
    late = lateness(submitted(hours=24, minutes=1), DEADLINE, DAILY)
    assert (late.steps, late.unit, late.off, late.of) == (2, "day", 20, "maximum")


def test_a_time_of_another_zone_is_the_same_moment():
    late = Student("1", "", submitted_at="2026-12-02T00:59:01.5+02:00")
    in_time = Student("1", "", submitted_at="2026-12-01T22:58:59Z")
    assert lateness(in_time, DEADLINE, HOURLY) is None
    assert lateness(late, DEADLINE, HOURLY).why == (
        "Submitted 2026-12-01 23:59:01+01:00, 1 second after the deadline "
        "(2026-12-01 23:59+01:00): 1 hour at 0.5 points."
    )


def test_a_mark_alone_takes_the_first_step_and_says_so():
    told = "The LMS marks this submission as late, without saying by how much"
    for deadline in (None, DEADLINE):
        late = lateness(submitted(True), deadline, DAILY)
        why = f"{told}: it counts as one day, 10 % of the maximum."
        assert late == Late(1, "day", Decimal(10), "maximum", why)
    assert lateness(submitted(True), None, STEPS).why == (
        f"{told}: it counts as one step, 5 % of the maximum."
    )
    nothing = lateness(submitted(True), None, None)
    assert nothing.why == f"{told}; this assignment has no late penalty." and not nothing.off


def test_the_time_counts_for_more_than_the_mark():
    assert lateness(submitted(True, hours=-2), DEADLINE, DAILY) is None
    assert lateness(submitted(False, hours=2), DEADLINE, DAILY).off == 10
    assert lateness(submitted(True, hours=2), None, DAILY).steps == 1  # no deadline to compare


# --- what is taken ---


@pytest.mark.parametrize(
    ("policy", "after", "steps", "off", "rule"),
    [
        (DAILY, {"hours": 1}, 1, 10, ": 1 day at 10 % of the maximum."),
        (DAILY, {"days": 1}, 1, 10, ": 1 day at 10 % of the maximum."),
        (DAILY, {"days": 4}, 4, 40, ": 4 days at 10 % of the maximum."),
        (DAILY, {"days": 30}, 30, 50, ": 30 days at 10 % of the maximum, 50 % of the maximum at m"),
        (HOURLY, {"minutes": 61}, 2, 1, ": 2 hours at 0.5 points."),
        (STEPS, {"hours": 6}, 1, 5, ": up to 6 hours costs 5 % of the maximum."),
        (STEPS, {"hours": 7}, 2, 30, ": up to 3 days costs 30 % of the maximum."),
        (STEPS, {"days": 4}, 3, 100, ": more than 3 days costs 100 % of the maximum."),
        (
            read_policy({"steps": [{"points": 1}]}),
            {"days": 4},
            1,
            1,
            ": any lateness costs 1 point.",
        ),
        (
            read_policy({"per": "day", "percent": Decimal("2.5"), "of": "earned"}),
            {"days": 50},
            50,
            100,
            ": 50 days at 2.5 % of the points earned, 100 % of the points earned at most.",
        ),
        (None, {"hours": 49}, 3, 0, "; this assignment has no late penalty."),
    ],
)
def test_a_policy_takes_what_it_says_and_tells_its_rule(policy, after, steps, off, rule):
    late = lateness(submitted(**after), DEADLINE, policy)
    assert (late.steps, late.off) == (steps, off)
    assert rule in late.why and late.why.startswith("Submitted 202") and late.why.endswith(".")


@pytest.mark.parametrize(
    ("of", "off", "taken"),
    [
        ("points", "1.5", "1.5"),
        ("points", "9", "4"),
        ("maximum", "10", "0.5"),
        ("maximum", "100", "4"),
        ("earned", "10", "0.4"),
        ("earned", "33.33", "1.33"),  # in the student's favour
        ("earned", "100", "4"),
        ("points", "0", "0"),
    ],
)
def test_points_are_taken_from_what_was_earned_and_never_fall_below_zero(of, off, taken):
    found = result(Late(1, "day", Decimal(off), of, "why"))
    assert found.late_points == Decimal(taken)
    assert found.points == 4 - Decimal(taken) >= 0
    assert found.earned_points == 4 and found.max_points == 5
    assert summarise(found).points == found.points


@settings(deadline=None)
@given(
    of=st.sampled_from(["points", "maximum", "earned"]),
    off=st.decimals(0, 100, places=2),
    passed=st.integers(0, 5),
)
def test_whatever_is_taken_points_stay_between_zero_and_what_was_earned(of, off, passed):
    found = result(Late(1, "day", off, of, "why"), passed)
    assert 0 <= found.points <= found.earned_points == passed
    assert from_json(to_json(found)) == found


def test_points_by_hand_that_come_later_are_counted_before_lateness_is_taken():
    late = Late(5, "day", Decimal(50), "maximum", "why")
    pending = result(late, passed=1, manual=Manual(Decimal(5)))
    given = result(late, passed=1, manual=Manual(Decimal(5), Decimal(5)))
    assert (pending.points, pending.late_points) == (0, 1)
    assert (given.points, given.late_points) == (1, 5)


# --- extensions ---


def test_an_extension_moves_one_students_deadline():
    days = Extension("ill", days=Decimal(2))
    until = Extension("ill", datetime.fromisoformat("2026-12-03T23:59+01:00"))
    for extension in (days, until):
        assert lateness(submitted(minutes=5), DEADLINE, DAILY, extension) is None
        extended = lateness(submitted(days=1), DEADLINE, DAILY, extension)
        assert (extended.steps, extended.off, extended.extension) == (0, 0, "ill")
        assert extended.why == (
            "Submitted 2026-12-02 23:59+01:00, 1 day after the deadline (2026-12-01 23:59+01:00); "
            "the deadline was extended until 2026-12-03 23:59+01:00."
        )
        late = lateness(submitted(days=3), DEADLINE, DAILY, extension)
        assert (late.steps, late.off, late.extension) == (1, 10, "ill")
        assert late.why == (
            "Submitted 2026-12-04 23:59+01:00, 1 day after the deadline (2026-12-03 23:59+01:00, "
            "extended): 1 day at 10 % of the maximum."
        )


def test_an_extension_never_takes_time_away():
    early = Extension("error", datetime.fromisoformat("2026-11-01T00:00+01:00"))
    assert lateness(submitted(hours=1), DEADLINE, DAILY, early).off == 10
    assert lateness(submitted(hours=-1), DEADLINE, DAILY, early) is None


def test_an_extension_holds_where_only_a_mark_is_known():
    late = lateness(submitted(True), None, DAILY, Extension("ill", days=Decimal(1)))
    assert (late.steps, late.off, late.extension) == (0, 0, "ill")
    assert late.why == (
        "The LMS marks this submission as late, without saying by how much; there is an extension, so "
        "nothing is deducted."
    )


def test_an_extension_until_a_moment_is_a_deadline_where_there_is_no_other():
    extension = Extension("ill", DEADLINE)
    assert lateness(submitted(hours=-1), None, DAILY, extension) is None
    assert lateness(submitted(hours=1), None, DAILY, extension).off == 10


def test_extensions_are_read_from_a_table(tmp_path):
    file = tmp_path / "extensions.csv"
    file.write_text(
        "\ufeffStudent;Reason;Until;Days\r\n"
        '4711;"ill; seen the note";2026-12-03 23:59+01:00;\r\n;;;\r\n4712;sport;;1,5\r\n'
    )
    assert read_extensions(file) == {
        "4711": Extension("ill; seen the note", datetime.fromisoformat("2026-12-03T23:59+01:00")),
        "4712": Extension("sport", days=Decimal("1.5")),
    }


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("4711,,,2", "extensions.csv, 4711: it gives no reason."),
        (",ill,,2", "extensions.csv, a row: it names no student."),
        ("4711,ill,,", "extensions.csv, 4711: it must give either `until` or `days`."),
        (
            "4711,ill,2026-12-03T23:59Z,2",
            "extensions.csv, 4711: it must give either `until` or `days`.",
        ),
        (
            "4711,ill,2026-12-03,",
            "extensions.csv, 4711: `2026-12-03` is not a date with time and time zone, as in "
            "2026-12-01T23:59+01:00.",
        ),
        ("4711,ill,,many", "extensions.csv, 4711: `many` is not a number of days above zero."),
        ("4711,ill,,0", "extensions.csv, 4711: `0` is not a number of days above zero."),
        ("4711,ill,,-1", "extensions.csv, 4711: `-1` is not a number of days above zero."),
        ("4711,ill,,1\n4711,ill,,2", "extensions.csv, 4711: there is another extension; keep one."),
        (
            "1,,,2\n2,ill,,x",
            "1: it gives no reason.\nextensions.csv, 2: `x` is not a number of days ab",
        ),
    ],
)
def test_an_extension_that_makes_no_sense_is_refused_with_a_sentence(tmp_path, rows, words):
    file = tmp_path / "extensions.csv"
    file.write_text(f"student,reason,until,days\n{rows}\n")
    with pytest.raises(UsageError) as caught:
        read_extensions(file)
    assert words in str(caught.value)


def test_a_table_of_other_columns_is_refused(tmp_path):
    file = tmp_path / "extensions.csv"
    told = "the first line must be student,reason,until,days."
    for head, words in (
        ("student,reason,until", f"extensions.csv: the column `days` is missing; {told}"),
        (
            "student,days,reason,until,days",
            f"extensions.csv: the column `days` appears twice; {told}",
        ),
    ):
        file.write_text(f"{head}\n4711,ill\n")
        with pytest.raises(UsageError) as caught:
            read_extensions(file)
        assert str(caught.value) == words


def test_an_extension_for_nobody_is_told():
    assert unmatched({"4711": Extension("ill"), "5": Extension("ill")}, {"4711"}) == [
        "There is an extension for 5, but no submission with that id."
    ]


# --- moments ---


def test_a_deadline_on_the_command_line_has_date_time_and_zone():
    assert given_deadline("2026-12-01T23:59+01:00") == DEADLINE
    assert given_deadline("2026-12-01 22:59Z") == DEADLINE
    for text in ("2026-12-01", "2026-12-01T23:59", "tomorrow", "0001-01-01T00:00+14:00", ""):
        assert moment_or_none(text) is None
        with pytest.raises(UsageError) as caught:
            given_deadline(text)
        assert str(caught.value) == (
            f"`{text}` is not a deadline; give date, time and time zone, as in 2026-12-01T23:59+01:00."
        )


# --- where it is told ---

LATE = lateness(submitted(days=1, hours=10), DEADLINE, DAILY)


def test_a_result_says_what_lateness_took_and_is_read_back():
    text = to_json(result(LATE))
    assert json.loads(text)["late"] == {
        "steps": 2,
        "unit": "day",
        "off": 20,
        "of": "maximum",
        "why": "Submitted 2026-12-03 09:59+01:00, 1 day 10 hours after the deadline "
        "(2026-12-01 23:59+01:00): 2 days at 10 % of the maximum.",
        "waived": "",
        "points": 1,
    }
    assert json.loads(text)["points"] == 3
    assert from_json(text) == result(LATE)
    assert to_json(from_json(text)) == text


def test_a_result_from_before_there_was_lateness_can_be_read():
    document = json.loads(to_json(result()))
    assert document["late"] is None and document["notes"] == []
    del document["late"], document["notes"], document["student"]["submitted_at"]
    assert from_json(json.dumps(document)) == result()


@pytest.mark.parametrize("broken", [{"unit": "year"}, {"of": "all"}, {"off": "x"}])
def test_a_late_object_that_is_none_is_refused(broken):
    document = json.loads(to_json(result(LATE)))
    document["late"] |= broken
    with pytest.raises(ValueError, match=r"is not one of|not a result"):
        from_json(json.dumps(document))


def test_the_report_has_a_line_for_it_under_the_points():
    page = student_page(result(LATE))
    assert page.late and page.score == "3" and page.remarks == ("1 point deducted for lateness.",)
    assert (page.late_row.points, page.late_row.why) == ("\u22121", LATE.why)
    html = render_report(result(LATE))
    assert '<p class="remark">1 point deducted for lateness.</p>' in html
    assert f"Handed in late <span>{LATE.why}</span></th>" in html
    assert '<td class="number">\u22121</td></tr>' in html


def test_the_report_says_where_nothing_is_taken_and_who_said_so():
    extended = Late(0, "day", Decimal(0), "maximum", "More time was given.", "<ill>")
    page = student_page(result(extended))
    assert (page.late_row.points, page.late_row.why, page.score) == ("0", extended.why, "4")
    assert page.remarks == ("Nothing is deducted for lateness (extension: <ill>).",)
    assert "(extension: &lt;ill&gt;)" in render_report(result(extended))
    in_time = student_page(result(None, student=submitted()))
    assert in_time.remarks == () and in_time.late_row is None


def test_the_gradebook_has_a_column_for_it(tmp_path):
    write_grades([summarise(result(LATE))], tmp_path / "grades.csv")
    (row,) = csv.DictReader((tmp_path / "grades.csv").read_text().splitlines())
    assert (row["late"], row["late_points"], row["points"], row["q1"]) == ("true", "1", "3", "4")


def test_the_class_page_says_it_beside_the_points():
    pending = result(LATE, manual=Manual(Decimal(5)))
    late = replace(pending, late=replace(LATE, off=Decimal(5)))
    html = render_class([summarise(result(LATE)), summarise(late)])
    assert "3 <small>1 off, late</small>" in html
    assert "3.5 <small>0.5 off, late, + 5 pending</small>" in html


def test_another_cost_than_before_is_told_where_the_upload_is_the_same():
    before, now = result(LATE), result(replace(LATE, off=Decimal(10)))
    assert cost_changed(now, before) == (
        "4711: the late penalty changed from 1 to 0.5 points; check deadline, late policy and "
        "extensions."
    )
    assert cost_changed(now, now) == cost_changed(now, None) == ""
    assert cost_changed(replace(now, student=submitted(days=2)), before) == ""
    assert cost_changed(result(replace(LATE, why="other")), before) == ""
