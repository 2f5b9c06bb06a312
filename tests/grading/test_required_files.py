"""What a sheet asks of an upload beside its code: a note where it is missing, and what that costs."""

import io
from dataclasses import replace
from decimal import Decimal

import pytest
from rich.console import Console

from graders.grading.grade import grade
from graders.grading.required_files import with_notes
from graders.results.result import Environment, Manual, QuestionResult, Result, Student
from graders.results.result_json import from_json, to_json
from graders.sandbox.sandbox import NoSandbox
from graders.sheets.required_files import RequiredFile, UploadName
from graders.sheets.sheet import read_sheet
from graders.student.check_one import only_part
from graders.uploads.lms import own_name
from graders.uploads.submission import Submission
from reports.student.student_page import render_report, student_page
from reports.terminal import show

VU = read_sheet("vu-3b")
REPORT = RequiredFile("report.pdf", ("4", "7"))
UNUSED = "not a source or small text file"
ASKED = "The assignment asks for report.pdf, and it is not in this upload"
READ = "It is needed to grade questions 4 and 7 manually."
NAMED = (
    "The assignment asks for an upload named <vunetid>_<assignment number>.zip, and this one is "
)


def looked(files=(), upload="", left_out=(), required=(REPORT,), name=None):
    questions = (QuestionResult("4", "Four", (), Manual(Decimal(2))), QuestionResult("5", "F", ()))
    student = Student("1", "Jane", upload=upload, file=own_name(upload))
    result = Result(
        "vu-3b", student, "graded", questions, Environment("3.11", "2.6", "none", 1, "")
    )
    submission = Submission(dict.fromkeys(files, b""), dict.fromkeys(left_out, UNUSED))
    return with_notes(result, required, name, submission)


@pytest.mark.parametrize("path", ["report.pdf", "3b/Report.PDF", "a/b/report.pdf"])
def test_a_file_counts_wherever_it_lies_and_however_it_is_spelt(path):
    assert looked(["mlp.py"], left_out=[path]).notes == ()


def test_a_star_stands_for_anything():
    any_pdf = RequiredFile("*.pdf")
    assert looked(left_out=["3b_jane.pdf"], required=[any_pdf]).notes == ()
    assert looked(["mlp.py"], required=[any_pdf]).notes == (
        "The assignment asks for *.pdf, and it is not in this upload.",
    )


def test_a_missing_file_is_a_note_that_costs_nothing():
    found = looked(["mlp.py"], left_out=["__MACOSX/report.pdf"])
    assert found.notes == (f"{ASKED}. {READ}",)
    assert found.pending_points == 2 and found.status == "graded"
    assert found.questions[0].manual == Manual(Decimal(2))


def test_a_file_of_the_same_kind_is_named():
    assert looked(["mlp.py"], left_out=["x/jane\u202e.PDF", "b.pdf"]).notes == (
        f"{ASKED}; there is b.pdf, jane\\u202e.PDF. {READ}",
    )
    single = RequiredFile("results.csv", ("4",))
    assert looked(["other.csv"], required=[single]).notes == (
        "The assignment asks for results.csv, and it is not in this upload; there is other.csv. "
        "It is needed to grade question 4 manually.",
    )


def test_manual_points_are_0_only_where_the_sheet_says_so():
    zero = RequiredFile("report.pdf", ("4", "7"), zero=True)
    found = looked(["mlp.py"], required=[zero])
    comment = "report.pdf was not submitted."
    assert found.questions[0].manual == Manual(Decimal(2), Decimal(0), comment, automatic=True)
    assert found.questions[1].manual is None and found.pending_points == 0
    assert from_json(to_json(found)) == found
    assert looked(left_out=["report.pdf"], required=[zero]).pending_points == 2


@pytest.mark.parametrize(
    "upload",
    [
        "doejane_4711_99_abc123_3b.zip",
        "doejane_LATE_4711_99_abc123_3b-2.zip",
        "Jane Doe_4711_assignsubmission_file_ABC123_3B.ZIP",
        "abc123_3.zip",
        "doejane_4711_99_report.pdf",  # the code lies beside it, under a name that is not known
        "Jane Doe_4711_assignsubmission_file",
        "Jane Doe",
        "",
    ],
)
def test_a_name_that_fits_or_is_not_known_gets_no_note(upload):
    assert looked(upload=upload, required=[], name=VU.upload_name).notes == ()


@pytest.mark.parametrize(
    ("upload", "own"),
    [
        ("doejane_4711_99_rnn.zip", "rnn.zip"),
        ("doejane_4711_99_mlp.py", "mlp.py"),
        ("abc123_3b.tar.gz", "abc123_3b.tar.gz"),
        ("39786-640693 - Jane Doe - Oct 10, 2025 1022 AM - mine\u202e.zip", "mine\\u202e.zip"),
    ],
)
def test_an_upload_of_another_name_is_a_note(upload, own):
    assert looked(upload=upload, required=[], name=VU.upload_name).notes == (f"{NAMED}{own}.",)


def test_the_vu_sheet_asks_for_a_report_and_a_name():
    assert VU.files == (REPORT,)
    assert isinstance(VU.upload_name, UploadName)


def test_notes_are_in_the_result_on_the_terminal_and_in_the_report(tmp_path):
    student = Student("1", "Jane", upload="jane_1_2_rnn.zip")
    sheet = only_part(VU, "mlp")
    assert sheet.files == () and sheet.upload_name is None
    by_hand = [replace(q, items=()) for q in VU.questions if q.number == "4"]
    asked = replace(VU, questions=tuple(by_hand), upload_name=None)
    found = grade(Submission({"mlp.py": b""}), student, asked, 1, NoSandbox())
    assert found.notes == (f"{ASKED}. {READ}",) and found.pending_points == 2
    assert from_json(to_json(found)) == found
    text = io.StringIO()
    show(found, tmp_path / "report.html", Console(file=text, width=300))
    assert f"{ASKED}. {READ}" in text.getvalue()
    assert student_page(found).notes == (f"{ASKED}. {READ}",)
    assert f"<p><bdi>{ASKED}. {READ}</bdi></p>" in render_report(found)
