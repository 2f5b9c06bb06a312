"""Score changes between two batches: for whom, at which check, and why."""

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from graders.__main__ import main
from graders.files import write_whole
from graders.results.diff import CHANCE, Change, Comparison, Difference, Item, State, compare
from graders.results.result import (
    CheckResult,
    Environment,
    Late,
    Manual,
    QuestionResult,
    Result,
    Student,
)
from graders.results.result_json import to_json
from reports.staff.diff_page import lines, render_diff, table
from tests.reports import test_reports as pages

HERE = Environment("3.11", "2.6", "none", 1, "a" * 64)
LATE = Late(1, "day", Decimal("0.5"), "points", "Handed in late.")


def check(name, outcome="passed", points="1"):
    return CheckResult(f"test_elman.py::test_{name}", f"{name} holds", outcome, Decimal(points))


def result(*checks, id="1", name="Doe, Jane", manual=None, **more):
    questions = (QuestionResult("3", "Elman", checks or (check("a"), check("b")), manual),)
    student = Student(id, name, sha256=more.pop("sha256", "c" * 64))
    return Result("rnn", student, more.pop("status", "graded"), questions, HERE, **more)


@pytest.fixture
def folders(tmp_path):
    def write(old, new):
        for name, results in (("old", old), ("new", new)):
            for each in results:
                place = tmp_path / name / "students" / each.student.id
                place.mkdir(parents=True)
                write_whole(place / "result.json", to_json(each))
        return tmp_path / "old", tmp_path / "new"

    return write


def only(folders, old, new):
    (found,) = compare(*folders([old], [new])).differences
    return found


def said(found):
    text = io.StringIO()
    for each in lines(found):
        Console(file=text, width=40).print(each, soft_wrap=True)
    return text.getvalue().splitlines()


# --- what moved ---


def test_a_check_that_passes_now_moves_outcome_and_points(folders):
    new = result(check("a"), check("b"), seconds=9.0)
    new = replace(new, environment=replace(HERE, graders_sha256="b" * 64))
    found = only(folders, result(check("a"), check("b", "failed")), new)
    assert (found.before, found.after, found.gain) == (1, 2, 1)
    (change,) = found.changes
    assert (change.item.kind, change.item.name) == ("check", "test_elman.py::test_b")
    assert (change.before.word, change.after.word) == ("failed", "passed")
    assert found.why == ("the graders or the sheet's version aaaaaaaa → bbbbbbbb",)


def test_an_outcome_that_costs_the_same_moves_too(folders):
    found = only(folders, result(check("a", "timeout")), result(check("a", "failed")))
    assert found.gain == 0 and found.why == (CHANCE,)


def test_messages_seconds_and_order_of_questions_are_no_move(folders):
    one = result(replace(check("a"), seconds=1.0), replace(check("b", "failed"), message="x"))
    other = replace(
        one,
        questions=tuple(
            QuestionResult(str(place), "T", (each,))
            for place, each in enumerate(reversed(one.checks))
        ),
    )
    assert compare(*folders([one], [replace(other, seconds=7.0)])).is_empty


def test_points_by_hand_and_lateness_move_and_are_the_reason(folders):
    old = result(manual=Manual(Decimal(2)))
    new = result(manual=Manual(Decimal(2), Decimal(1)), late=LATE)
    found = only(folders, old, new)
    assert [change.item.kind for change in found.changes] == ["manual", "lateness"]
    assert found.gain == Decimal("0.5") and found.why == ("manual points", "lateness")


def test_a_check_that_only_one_sheet_has_is_named(folders):
    found = only(folders, result(check("a"), check("b")), result(check("a"), check("c")))
    changes = {change.item.name[-1]: (change.before, change.after) for change in found.changes}
    assert changes["b"][1] is None and changes["c"][0] is None
    assert found.why == ("the sheet has different questions, checks or points",)


def test_other_points_for_a_check_that_failed_are_a_move(folders):
    found = only(folders, result(check("a", "failed")), result(check("a", "failed", "0.5")))
    assert len(found.changes) == 1 and found.gain == 0


def test_all_that_can_be_why_is_told(folders):
    other = Environment("3.12", "2.7", "bwrap", 2, "a" * 64)
    new = result(check("a", "error"), check("b"), sha256="d" * 64)
    found = only(folders, result(), replace(new, environment=other, assignment="vu-3b"))
    assert found.why == (
        "sheet rnn → vu-3b",
        "another upload cccccccc → dddddddd",
        "seed 1 → 2",
        "sandbox none → bwrap",
        "python 3.11 → 3.12",
        "torch 2.6 → 2.7",
    )


def test_what_nobody_decided_yet_is_no_number(folders):
    found = only(folders, result(), result(check("a", "grader_error"), status="needs_staff"))
    assert found.after is None and found.gain is None
    assert "2 → undecided" in " ".join(said(Comparison("old", "new", 1, (found,), (), (), ())))


# --- who ---


def test_students_in_one_folder_and_damaged_files_are_listed(folders):
    old, new = folders([result(id=i) for i in "1234"], [result(id=i) for i in "345"])
    (old / "students" / "3" / "result.json").write_text("{")
    (new / "students" / "4" / "result.json").write_bytes(b"\xff\x00")
    found = compare(old, new)
    assert [student.id for student in found.only_old] == ["1", "2"]
    assert [student.id for student in found.only_new] == ["5"]
    assert [file.parts[-4:-1] for file in found.damaged] == [
        ("old", "students", "3"),
        ("new", "students", "4"),
    ]
    text = said(found)
    assert f"Only in {old}: 1 Doe, Jane, 2 Doe, Jane" in text
    assert f"Left out, not a result: {old / 'students' / '3' / 'result.json'}" in text
    assert text[-1] == (
        "0 of 0 students changed: 0 with more points, 0 with fewer; 2 files could not be compared."
    )


def test_the_class_is_counted_by_check(folders):
    old = {"1": "failed", "2": "failed", "3": "failed", "4": "passed"}
    new = {"1": "passed", "2": "passed", "3": "error", "4": "failed"}
    both = [[result(check("a", each[id]), id=id) for id in each] for each in (old, new)]
    (tally,) = compare(*folders(*both)).tallies
    assert (tally.gained, tally.lost, tally.other) == (2, 1, 1)


# --- as text, table and page ---


def test_lines_say_who_what_and_why_and_are_not_cut(folders):
    manual = Manual(Decimal(2), Decimal("1.5"))
    old = result(check("a", "failed"), check("b"), manual=Manual(Decimal(2)))
    new = result(check("a"), check("b"), manual=manual, late=LATE)
    assert said(compare(*folders([old, result(id="2")], [new, result(id="2")]))) == [
        "1 Doe, Jane: 1 → 3 of 4 points (+2)",
        "    Q3 test_elman.py::test_a: Wrong result, 0 of 1 → Passed, 1 of 1",
        "    Q3 Manual grading: pending → 1.5 of 2",
        "    Lateness: on time, 0 deducted → late, 0.5 deducted",
        f"    Why: {CHANCE}; manual points; lateness",
        "By check",
        "    Q3 test_elman.py::test_a: 1 now pass, 0 no longer pass, 0 other",
        "1 of 2 students changed: 1 with more points, 0 with fewer.",
    ]


def test_an_upload_that_became_readable_is_told(folders):
    old = result(check("a", "not_run"), status="unreadable", message="No zip.")
    text = said(compare(*folders([old], [result(check("a"), sha256="d" * 64)])))
    assert "    Status: unreadable → graded" in text
    assert "    Why: another upload cccccccc → dddddddd" in text


def test_nothing_moved_is_said_and_exits_with_0(folders, capsys):
    old, new = folders([result()], [result()])
    assert main(["diff", str(old), str(new)]) == 0
    assert capsys.readouterr().out == "No changes: 1 student compared.\n"


@pytest.mark.parametrize("missing", ["old", "new"])
def test_a_folder_without_results_is_the_users_fault(folders, capsys, missing):
    old, new = folders([result()] * (missing != "old"), [result()] * (missing != "new"))
    assert main(["diff", str(old), str(new)]) == 2
    assert (
        "contains no results; give the folder that `batch --out` wrote." in capsys.readouterr().err
    )


def test_the_table_has_a_row_per_move_and_no_formula(folders, tmp_path, capsys):
    bad = {"id": "1", "name": "=HYPERLINK(1)"}
    old = result(check("a", "grader_error"), check("b"), status="needs_staff", **bad)
    new = result(check("a", "failed"), check("b"), **bad)
    places = folders([old, result(id="+2", name="@b")], [new])
    file, page = tmp_path / "deep" / "moved.csv", tmp_path / "moved.html"
    assert main(["diff", *map(str, places), "--csv", str(file), "--html", str(page)]) == 0
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert [(row["moved"], row["points_before"], row["points_after"]) for row in rows[:3]] == [
        ("total", "", "1"),
        ("status", "", ""),
        ("check", "", "0"),
    ]
    assert rows[2]["check"] == "test_elman.py::test_a" and rows[2]["before"] == "grader_error"
    assert rows[3]["id"] == "'+2" and rows[3]["moved"].startswith("only in ")
    assert all(row["name"] in ("'=HYPERLINK(1)", "'@b") for row in rows)
    assert "<h1>Score changes</h1>" in page.read_text()


def test_a_file_that_cannot_be_written_is_the_users_fault(folders, tmp_path, capsys):
    places = folders([result()], [result()])
    (tmp_path / "file").write_text("")
    assert main(["diff", *map(str, places), "--html", str(tmp_path / "file" / "x.html")]) == 2
    assert "Cannot write" in capsys.readouterr().err


@pytest.mark.parametrize(
    "holds",
    [
        pages.test_a_page_loads_nothing_and_runs_nothing,
        pages.test_a_page_allows_its_one_style_sheet_by_hash_and_nothing_else,
        pages.test_a_page_is_complete_html_with_its_outline_in_order,
        pages.test_ids_are_unique_and_every_inner_link_and_label_finds_one,
        pages.test_header_cells_say_what_they_head,
    ],
)
def test_the_page_is_as_all_pages_are(folders, holds):
    old = [result(check("a", "failed")), result(id="2"), result(id="4")]
    old, new = folders(old, [result(check("a")), result(id="3"), result(id="4")])
    (old / "students" / "4" / "result.json").write_text("{")
    html = render_diff(compare(old, new))
    holds(html)
    for heading in ("By student", "By check", "Only in", "Files left out: not a result"):
        assert heading in html


def test_hostile_text_is_shown_and_changes_nothing_on_the_page(folders):
    hostile = '<script>alert(1)</script>"\x1b[31m\u202e'
    old = result(replace(check("a", "failed"), sentence=hostile), name=hostile)
    new = result(replace(check("a"), sentence=hostile), name=hostile)
    html = render_diff(compare(*folders([old], [new])))
    pages.test_a_page_loads_nothing_and_runs_nothing(html)
    assert "\x1b" not in html and "\u202e" not in html and "&lt;script&gt;" in html


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_no_name_breaks_lines_table_or_page(name, sentence):
    state = State("failed", Decimal(0), Decimal(1), name, sentence)
    change = Change(Item("check", name), state, replace(state, word="passed", points=Decimal(1)))
    student = Student("1", name)
    one = Difference(student, Decimal(0), Decimal(1), Decimal(1), (change,), ("seed 1 → 2",))
    found = Comparison("a", "b", 1, (one,), (student,), (), ())
    assert len(said(found)) == 7
    assert len(list(csv.reader(io.StringIO(table(found))))) == 4
    pages.test_a_page_loads_nothing_and_runs_nothing(render_diff(found))
