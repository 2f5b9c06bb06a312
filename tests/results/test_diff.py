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
from graders.results.diff import CHANCE, Change, Comparison, Difference, Entry, State, compare
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
from graders.results.result_json import to_json
from graders.results.scoring import RecognisedFault
from reports.staff.diff_page import lines, render_diff, table
from tests.reports import test_reports as pages

HERE = Environment("3.11", "2.6", "none", 1, "a" * 64)
LATE = Late(1, "day", Decimal("0.5"), "points", "Handed in late.")


def check(name, outcome="passed", **fields):
    return CheckResult(f"test_elman.py::test_{name}", f"{name} holds", outcome, **fields)


def item(*checks, points="1", title=""):
    """Return an item of these checks, named after the first."""
    return ItemResult(title or f"Item {checks[0].id[-1]}", Decimal(points), checks)


def result(*found, id="1", name="Doe, Jane", manual=None, **more):
    """Return a result with one question; a check is an item of its own."""
    found = found or (check("a"), check("b"))
    items = tuple(each if isinstance(each, ItemResult) else item(each) for each in found)
    questions = (QuestionResult("3", "Elman", items, manual),)
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


def output(found):
    text = io.StringIO()
    for each in lines(found):
        Console(file=text, width=40).print(each, soft_wrap=True)
    return text.getvalue().splitlines()


# --- changes ---


def test_a_check_that_passes_now_changes_outcome_and_points(folders):
    new = result(check("a"), check("b"), seconds=9.0)
    new = replace(new, environment=replace(HERE, graders_sha256="b" * 64))
    found = only(folders, result(check("a"), check("b", "failed")), new)
    assert (found.before, found.after, found.gain) == (1, 2, 1)
    points, outcome = found.changes
    assert (points.entry.kind, points.entry.name) == ("item", "3: Item b")
    assert (points.before.word, points.after.word) == ("a core check failed", "passed")
    assert (points.before.points, points.after.points) == (0, 1)
    assert (outcome.entry.kind, outcome.entry.name) == ("check", "test_elman.py::test_b")
    assert (outcome.before.word, outcome.after.word) == ("failed", "passed")
    assert outcome.before.points is None and outcome.after.points is None
    assert found.why == ("the graders or the assignment's version aaaaaaaa → bbbbbbbb",)


def test_an_outcome_with_the_same_points_is_a_change_too(folders):
    found = only(folders, result(check("a", "timeout")), result(check("a", "failed")))
    assert found.gain == 0 and found.why == (CHANCE,)
    assert [change.entry.kind for change in found.changes] == ["check"]


def test_messages_seconds_and_order_are_no_change(folders):
    one = result(
        item(check("a", seconds=1.0), check("b", "failed", message="x", role="minor")), check("c")
    )
    second = QuestionResult("4", "More", (item(check("d"), points="0.5"),))
    (first,) = one.questions
    both, single = first.items
    turned = replace(both, checks=(replace(both.checks[1], message="y"), both.checks[0]))
    other = replace(one, questions=(second, replace(first, items=(single, turned))), seconds=7.0)
    one = replace(one, questions=(first, second))
    assert compare(*folders([one], [other])).is_empty


def test_an_item_moves_with_what_its_checks_cost(folders):
    def of(*outcomes):
        roles = zip("abc", ("core", "minor", "detail"), outcomes, strict=True)
        return result(item(*(check(n, o, role=role) for n, role, o in roles), points="2"))

    found = only(folders, of("passed", "failed", "failed"), of("passed", "passed", "failed"))
    points, outcome = found.changes
    assert (points.before.points, points.after.points) == (Decimal("1.4"), Decimal("1.9"))
    assert (points.after.word, outcome.entry.name) == ("1 detail failed", "test_elman.py::test_b")
    assert found.gain == Decimal("0.5")


def test_a_recognised_fault_moves_an_item_though_no_outcome_does(folders):
    fault = RecognisedFault("mean for max", "minor", "The outputs are those of a mean.")
    found = only(folders, result(check("a", "failed")), result(check("a", "failed", fault=fault)))
    (change,) = found.changes
    assert (change.entry.kind, change.after.points) == ("item", Decimal("0.7"))
    assert change.after.word == "recognised as “mean for max”, minor"


def test_two_items_of_the_same_title_are_told_apart_by_their_question(folders):
    def of(outcome):
        same = item(check("a"), title="Same"), item(check("b", outcome), title="Same")
        questions = (QuestionResult("1", "T", same[:1]), QuestionResult("2", "T", same[1:]))
        return replace(result(), questions=questions)

    found = only(folders, of("failed"), of("passed"))
    assert [change.entry.name for change in found.changes] == ["2: Same", "test_elman.py::test_b"]


def test_manual_points_and_lateness_change_and_are_the_reason(folders):
    old = result(manual=Manual(Decimal(2)))
    new = result(manual=Manual(Decimal(2), Decimal(1)), late=LATE)
    found = only(folders, old, new)
    assert [change.entry.kind for change in found.changes] == ["manual", "lateness"]
    assert found.gain == Decimal("0.5") and found.why == ("manual points", "lateness")


def test_a_check_that_only_one_sheet_has_is_named(folders):
    found = only(folders, result(check("a"), check("b")), result(check("a"), check("c")))
    changes = {change.entry.name: (change.before, change.after) for change in found.changes}
    for name in ("3: Item ", "test_elman.py::test_"):
        assert changes[f"{name}b"][1] is None and changes[f"{name}c"][0] is None
    assert found.why == ("the assignment has different questions, checks or points",)


def test_other_points_for_an_item_that_lost_all_are_a_change(folders):
    lost = check("a", "failed")
    found = only(folders, result(item(lost)), result(item(lost, points="0.5")))
    assert [change.entry.kind for change in found.changes] == ["item"] and found.gain == 0
    assert found.why == ("the assignment has different questions, checks or points",)


def test_another_role_of_a_check_is_another_sheet(folders):
    core, detail = (check("b", "failed", role=role) for role in ("core", "detail"))
    found = only(folders, result(item(check("a"), core)), result(item(check("a"), detail)))
    assert [change.entry.kind for change in found.changes] == ["item"]
    assert found.gain == Decimal("0.95")
    assert found.why == ("the assignment has different questions, checks or points",)


def test_all_possible_reasons_are_reported(folders):
    other = Environment("3.12", "2.7", "bwrap", 2, "a" * 64)
    new = result(check("a", "error"), check("b"), sha256="d" * 64)
    found = only(folders, result(), replace(new, environment=other, assignment="vu-3b"))
    assert found.why == (
        "assignment rnn → vu-3b",
        "another upload cccccccc → dddddddd",
        "seed 1 → 2",
        "sandbox none → bwrap",
        "python 3.11 → 3.12",
        "torch 2.6 → 2.7",
    )


def test_what_nobody_decided_yet_is_no_number(folders):
    found = only(folders, result(), result(check("a", "grader_error"), status="needs_staff"))
    assert found.after is None and found.gain is None
    assert "2 → undecided" in " ".join(output(Comparison("old", "new", 1, (found,), (), (), ())))


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
    text = output(found)
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
    assert output(compare(*folders([old, result(id="2")], [new, result(id="2")]))) == [
        "1 Doe, Jane: 1 → 3 of 4 points (+2)",
        "    Q3 Item a: 0 of 1 (a core check failed) → 1 of 1 (passed)",
        "    Q3 test_elman.py::test_a: Wrong result → Passed",
        "    Q3 Manual grading: pending → 1.5 of 2",
        "    Lateness: on time, 0 deducted → late, 0.5 deducted",
        f"    Why: {CHANCE}; manual points; lateness",
        "By check",
        "    Q3 test_elman.py::test_a: 1 now pass, 0 no longer pass, 0 other",
        "1 of 2 students changed: 1 with more points, 0 with fewer.",
    ]


def test_an_upload_that_became_readable_is_reported(folders):
    old = result(check("a", "not_run"), status="unreadable", message="No zip.")
    text = output(compare(*folders([old], [result(check("a"), sha256="d" * 64)])))
    assert "    Status: unreadable → graded" in text
    assert "    Why: another upload cccccccc → dddddddd" in text


def test_no_changes_are_reported_with_exit_code_0(folders, capsys):
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


def test_the_table_has_a_row_per_change_and_no_formula(folders, tmp_path, capsys):
    bad = {"id": "1", "name": "=HYPERLINK(1)"}
    old = result(check("a", "grader_error"), check("b"), status="needs_staff", **bad)
    new = result(check("a", "failed"), check("b"), **bad)
    places = folders([old, result(id="+2", name="@b")], [new])
    file, page = tmp_path / "deep" / "moved.csv", tmp_path / "moved.html"
    assert main(["diff", *map(str, places), "--csv", str(file), "--html", str(page)]) == 0
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert [(row["moved"], row["points_before"], row["points_after"]) for row in rows[:4]] == [
        ("total", "", "1"),
        ("status", "", ""),
        ("item", "", "0"),
        ("check", "", ""),
    ]
    assert [(row["item"], row["check"]) for row in rows[2:4]] == [
        ("Item a", ""),
        ("", "test_elman.py::test_a"),
    ]
    assert [row["before"] for row in rows[2:4]] == ["not decided", "grader_error"]
    assert rows[4]["id"] == "'+2" and rows[4]["moved"].startswith("only in ")
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
    fault = RecognisedFault(hostile, "major", hostile)
    bad = replace(check("a", "failed", fault=fault), sentence=hostile)
    old = result(item(bad, title=hostile), name=hostile)
    new = result(item(replace(bad, outcome="passed"), title=hostile), name=hostile)
    html = render_diff(compare(*folders([old], [new])))
    pages.test_a_page_loads_nothing_and_runs_nothing(html)
    assert "\x1b" not in html and "\u202e" not in html and "&lt;script&gt;" in html


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_no_name_breaks_lines_table_or_page(name, sentence):
    state = State("failed", Decimal(0), Decimal(1), name, sentence)
    after = replace(state, word="passed", points=Decimal(1))
    changes = Change(Entry("item", name), state, after), Change(Entry("check", name), state, after)
    student = Student("1", name)
    one = Difference(student, Decimal(0), Decimal(1), Decimal(1), changes, ("seed 1 → 2",))
    found = Comparison("a", "b", 1, (one,), (student,), (), ())
    assert len(output(found)) == 8
    assert len(list(csv.reader(io.StringIO(table(found))))) == 5
    pages.test_a_page_loads_nothing_and_runs_nothing(render_diff(found))
