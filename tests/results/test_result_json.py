"""result.json: what is written is read again, also what releases before items wrote."""

import csv
import json
import zipfile
from dataclasses import replace
from decimal import Decimal

import pytest

from graders.__main__ import main
from graders.results.late import Late
from graders.results.result import (
    CheckResult,
    Environment,
    FileNotes,
    ItemResult,
    Manual,
    QuestionResult,
    Result,
    Student,
)
from graders.results.result_json import from_json, to_json
from graders.results.scoring import DetailCosts, RecognisedFault
from graders.results.summary import summarise
from reports.student.student_page import render_report
from tests.reports.test_reports import Page

FAULT = RecognisedFault("mean for max", "major", "The outputs are those of a mean.")
HERE = Environment("3.11", "2.6", "none", 1, "a" * 64)
JANE = Student(
    "4711", "Doe, Jane", True, "jane_4711_1_a.zip", "c" * 64, None, "j@uni", "B", "a.zip"
)

# A document of format 1, key for key: each check had points of its own, and there were no items.
OLD = """{
 "format": 1,
 "assignment": "rnn",
 "student": {
  "id": "4711", "name": "Doe, Jane", "late": true, "upload": "jane_4711_1_a.zip",
  "sha256": "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
  "submitted_at": null, "email": "j@uni", "group": "B", "file": "a.zip"
 },
 "points": 1.85,
 "max_points": 3.45,
 "pending_points": 0.5,
 "status": "graded",
 "message": null,
 "notes": ["Two uploads; the later one counts."],
 "own_check": "",
 "late": {
  "steps": 1, "unit": "day", "off": 0.1, "of": "points", "why": "Handed in late.", "waived": "",
  "points": 0.1
 },
 "questions": [
  {
   "number": "1",
   "title": "Padding",
   "points": 0.95,
   "max_points": 1.45,
   "manual": null,
   "checks": [
    {
     "id": "test_padding.py::test_a", "sentence": "A holds.", "outcome": "passed",
     "points": 0.2, "max_points": 0.2, "message": "", "hint": "", "output": "epoch 1\\n",
     "seconds": 0.125, "figures": []
    },
    {
     "id": "test_padding.py::test_b", "sentence": "B holds.", "outcome": "failed",
     "points": 0, "max_points": 0.5, "message": "It is wrong.\\nReturned: 1", "hint": "Stack.",
     "output": "", "seconds": 0.5,
     "figures": [{"kind": "texts", "title": "Written", "rows": [["(()", 3.5, "one stays open"]]}]
    },
    {
     "id": "test_padding.py::test_c", "sentence": "The same holds.", "outcome": "passed",
     "points": 0.3, "max_points": 0.3, "message": "", "hint": "", "output": "", "seconds": 0.0,
     "figures": []
    },
    {
     "id": "test_mlp.py::test_c", "sentence": "The same holds.", "outcome": "passed",
     "points": 0.45, "max_points": 0.45, "message": "", "hint": "", "output": "", "seconds": 0.0,
     "figures": []
    },
    {
     "id": "test_padding.py::test_d", "sentence": "It costs nothing.", "outcome": "timeout",
     "points": 0, "max_points": 0, "message": "", "hint": "", "output": "", "seconds": 10.0,
     "figures": []
    }
   ]
  },
  {
   "number": "2",
   "title": "Curves",
   "points": 1,
   "max_points": 1.5,
   "manual": {"max_points": 1.5, "points": 1, "comment": "Clear.", "automatic": false},
   "checks": []
  },
  {
   "number": "3",
   "title": "Why",
   "points": 0,
   "max_points": 0.5,
   "manual": {"max_points": 0.5, "points": null, "comment": "", "automatic": false},
   "checks": []
  }
 ],
 "files": [{"name": "padding.py", "notes": ["line 4: training loop skipped"]}],
 "environment": {
  "python": "3.11", "torch": "2.6", "sandbox": "none", "seed": 1,
  "graders_sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
 },
 "seconds": 3.25
}
"""


def whole():
    """Return a result with every role, a recognised fault, other costs, and all else that can be."""
    checks = (
        CheckResult(
            "t::a", "A holds.", "failed", "core", "m", "h", "o", 0.5, ({"x": [1.5]},), FAULT
        ),
        CheckResult("t::b", "B holds.", "passed", "major"),
        CheckResult("t::c", "C holds.", "timeout", "minor", fault=replace(FAULT, severity="slip")),
        CheckResult("t::d", "D holds.", "grader_error", "detail"),
    )
    items = (
        ItemResult("Pooling", Decimal("1.5"), checks),
        ItemResult("Other", Decimal("0.35"), checks[3:], DetailCosts(Decimal("0.1"), Decimal(1))),
    )
    questions = (
        QuestionResult("1", "One", items),
        QuestionResult("2", "Two", items[1:], Manual(Decimal(2), Decimal("0.5"), "c", True)),
        QuestionResult("3", "Three", (), Manual(Decimal(1))),
    )
    late = Late(2, "hour", Decimal("0.25"), "earned", "Late.", "ill")
    files = (FileNotes("a.py", ("skipped",)),)
    return Result("rnn", JANE, "graded", questions, HERE, files, "m", 1.5, ("n",), late)


# --- as it is written now ---


def test_what_is_written_is_read_again():
    assert from_json(to_json(whole())) == whole()
    assert to_json(from_json(to_json(whole()))) == to_json(whole())


def test_a_key_that_is_no_longer_written_is_ignored():
    older = {**json.loads(to_json(whole())), "own_check": "seed 4: sentences may differ"}
    assert from_json(json.dumps(older)) == whole()


def test_an_item_says_its_points_why_and_its_checks():
    document = json.loads(to_json(whole()))
    assert document["format"] == 2
    first, other = document["questions"][0]["items"]
    checks = first.pop("checks")
    assert first == {
        "title": "Pooling",
        "points": 0.45,
        "max_points": 1.5,
        "held": False,
        "reason": "recognised as “mean for max”, major",
        "fault": "mean for max",
        "details": {"each": 0.05, "together": 0.4},
    }
    assert [check["role"] for check in checks] == ["core", "major", "minor", "detail"]
    assert checks[0]["fault"] == {
        "name": "mean for max",
        "severity": "major",
        "sentence": "The outputs are those of a mean.",
    }
    assert checks[1]["fault"] is None
    assert not {"points", "max_points"} & set(checks[0])
    assert (other["points"], other["reason"], other["fault"]) == (0.315, "1 detail failed", None)
    assert other["details"] == {"each": 0.1, "together": 1}
    assert "checks" not in document["questions"][0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"format": 2', '"format": 3'),
        ('"format": 2', '"format": "2"'),
        ('"role": "core"', '"role": "bonus"'),
        ('"severity": "major"', '"severity": "mild"'),
        ('"outcome": "timeout"', '"outcome": "late"'),
        ('"max_points": 1.5', '"max_points": "many"'),
        ('"together": 0.4', '"most": 0.4'),
        ('"role": "minor",', ""),
    ],
)
def test_what_is_no_result_is_refused(old, new):
    text = to_json(whole())
    assert old in text
    with pytest.raises(ValueError, match=r"not a result|is not one of|is neither 2 nor 1"):
        from_json(text.replace(old, new))


# --- as it was before items ---


def test_a_document_of_format_1_keeps_its_points():
    found, document = from_json(OLD), json.loads(OLD, parse_float=Decimal)
    for name in ("points", "max_points", "pending_points"):
        assert getattr(found, name) == document[name]
    for question, before in zip(found.questions, document["questions"], strict=True):
        assert (question.number, question.points) == (before["number"], before["points"])
        assert question.max_points == before["max_points"]
        for item, check in zip(question.items, before["checks"], strict=True):
            assert (item.points, item.max_points) == (check["points"], check["max_points"])


def test_each_check_of_format_1_becomes_an_item():
    found = from_json(OLD)
    items = found.questions[0].items
    assert [item.title for item in items] == [
        "A holds.",
        "B holds.",
        "The same holds. (test_padding.py::test_c)",
        "The same holds. (test_mlp.py::test_c)",
        "It costs nothing.",
    ]
    assert all(len(item.checks) == 1 for item in items)
    assert {(check.role, check.fault) for check in found.checks} == {("core", None)}
    assert [check.sentence for check in found.checks][2:4] == ["The same holds."] * 2
    assert found.checks[0].output == "epoch 1\n" and found.checks[1].hint == "Stack."
    assert found.checks[1].figures[0]["rows"] == [["(()", 3.5, "one stays open"]]
    assert found.student == JANE and found.environment == HERE
    assert found.late_points == Decimal("0.1") and found.notes and found.files


def test_a_document_of_format_1_is_written_in_format_2_and_stays_the_same():
    found = from_json(OLD)
    assert json.loads(to_json(found))["format"] == 2
    assert from_json(to_json(found)) == found


def test_pages_and_summaries_are_made_of_a_document_of_format_1():
    found = from_json(OLD)
    assert summarise(found).points == found.points
    page = Page(render_report(found)).text
    assert "1.85 of 3.45 points" in page and "The same holds. (test_mlp.py::test_c)" in page


@pytest.fixture
def out(tmp_path):
    """A folder that a release before items has left."""
    folder = tmp_path / "out" / "students" / "4711"
    folder.mkdir(parents=True)
    (folder / "result.json").write_text(OLD, encoding="utf-8")
    (folder / "report.html").write_text("<!doctype html>", encoding="utf-8")
    return tmp_path / "out"


def test_reports_reads_format_1(out, tmp_path, capsys):
    zipped = tmp_path / "reports.zip"
    assert main(["reports", str(out), "--render", "--markdown", "--zip", str(zipped)]) == 0
    assert capsys.readouterr().err == ""
    report = (out / "students/4711/report.html").read_text(encoding="utf-8")
    assert "1.85 of 3.45 points" in Page(report).text
    comment = (out / "students/4711/comment.md").read_text(encoding="utf-8")
    assert "- Question 1: Padding: 0.95 of 1.45, 4 of 5 items in full" in comment
    assert "Q1 A holds. 0.20 of 0.2 1 0 —" in Page((out / "index.html").read_text()).all("tr")
    (row,) = csv.DictReader((out / "grades.csv").read_text(encoding="utf-8").splitlines())
    assert (row["points"], row["q1"], row["q2"]) == ("1.85", "0.95", "1")
    assert zipfile.ZipFile(zipped).namelist() == ["4711.html"]


def test_export_reads_format_1(out, capsys):
    assert main(["export", str(out), "--to", "gradescope"]) == 0, capsys.readouterr().err
    document = json.loads((out / "gradescope" / "4711.json").read_text())
    assert document["score"] == 1.85
    assert [test["score"] for test in document["tests"]] == [0.2, 0, 0.3, 0.45, 0]


def test_manual_reads_format_1_and_keeps_its_checks_points(out, capsys):
    head = "student,name,question,points,max_points,comment\n"
    rows = '4711,"Doe, Jane",2,1,1.5,Clear.\n4711,"Doe, Jane",3,0.25,0.5,short\n'
    (out / "manual.csv").write_text(head + rows, encoding="utf-8")
    assert main(["manual", str(out)]) == 0, capsys.readouterr().err
    written = (out / "students/4711/result.json").read_text()
    assert json.loads(written)["format"] == 2
    found = from_json(written)
    assert found.points == Decimal("2.1") and found.pending_points == 0
    assert found.questions[0] == from_json(OLD).questions[0]


def test_diff_reads_format_1_and_finds_no_change(out, tmp_path, capsys):
    new = tmp_path / "new" / "students" / "4711"
    new.mkdir(parents=True)
    (new / "result.json").write_text(to_json(from_json(OLD)))
    assert main(["diff", str(out), str(tmp_path / "new")]) == 0
    assert capsys.readouterr().out == "No changes: 1 student compared.\n"
    (new / "result.json").write_text(OLD.replace('"outcome": "failed"', '"outcome": "passed"'))
    assert main(["diff", str(out), str(tmp_path / "new")]) == 0
    assert "1.85 → 2.35 of 3.45 points (+0.5)" in capsys.readouterr().out
