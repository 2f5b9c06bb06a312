"""grades.csv: its whole content."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from graders.results.result import (
    CheckResult,
    Environment,
    ItemResult,
    Manual,
    Outcome,
    QuestionResult,
    Result,
    Status,
    Student,
)
from graders.results.summary import ResultSummary, summarise
from reports.staff.grades_csv import write_grades

ENVIRONMENT = Environment("3.11", "2.6", "none", 1, "")
HEADER = "id,name,late,status,points,max_points,pending_points,late_points,q1,q4b,upload,sha256\n"


def summary(student: Student, *outcomes: Outcome, status: Status = "graded") -> ResultSummary:
    checks = (CheckResult(str(i), "s", outcome) for i, outcome in enumerate(outcomes))
    items = tuple(ItemResult(check.id, Decimal("0.1"), (check,)) for check in checks)
    questions = (
        QuestionResult("1", "One", items),
        QuestionResult("4b", "Four", (), Manual(Decimal("2.50"))),
    )
    return summarise(Result("vu-3b", student, status, questions, ENVIRONMENT))


def written(folder: Path, *summaries: ResultSummary) -> str:
    path = folder / "grades.csv"
    write_grades(summaries, path)
    assert [each.name for each in folder.iterdir()] == ["grades.csv"]
    return path.read_bytes().decode("utf-8")


def test_the_gradebook_has_one_line_per_student_by_id_with_exact_decimals(tmp_path: Path) -> None:
    jane = Student("20", "Doe, Jane", True, "jane.zip", "ab")
    anna = Student("10", 'Anna "A" Şahin', False, "anna.zip", "cd")
    text = written(
        tmp_path,
        summary(jane, "passed", "passed", "passed"),
        summary(anna, "passed", "timeout", "failed"),
        summary(Student("30", "Cy"), "grader_error", "passed", "failed", status="needs_staff"),
        summary(Student("40", "Di"), *["not_run"] * 3, status="unreadable"),
    )
    assert text == HEADER + (
        '10,"Anna ""A"" Şahin",false,graded,0.1,2.8,2.5,0,0.1,0,anna.zip,cd\n'
        '20,"Doe, Jane",true,graded,0.3,2.8,2.5,0,0.3,0,jane.zip,ab\n'
        "30,Cy,false,needs_staff,,2.8,2.5,0,,0,,\n"
        "40,Di,false,unreadable,0,2.8,2.5,0,0,0,,\n"
    )


def test_an_empty_class_has_a_header_only(tmp_path: Path) -> None:
    text = "id,name,late,status,points,max_points,pending_points,late_points,upload,sha256\n"
    assert written(tmp_path) == text


def test_the_file_does_not_depend_on_the_order_of_results(tmp_path: Path) -> None:
    summaries = [summary(Student(id, "x", upload=u), "passed") for id in "213" for u in "ba"]
    assert written(tmp_path, *summaries) == written(tmp_path, *summaries[::-1])


def test_a_second_write_replaces_the_first(tmp_path: Path) -> None:
    written(tmp_path, summary(Student("1", "a"), "passed"))
    text = written(tmp_path, summary(Student("2", "b"), "failed"))
    assert text == HEADER + "2,b,false,graded,0,2.6,2.5,0,0,0,,\n"


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\uff1d1", "'\uff1d1"),
        ("\uff0b1", "'\uff0b1"),
        ("\uff0d1", "'\uff0d1"),
        ("\uff20x", "'\uff20x"),
        ("\t=1", "'\\t=1"),
        ("\r=1", "'\\r=1"),
        ("\nx", "'\\nx"),
        (" \u00a0=1", "' \u00a0=1"),
        ("x;=1", "x;'=1"),
        ("\u200b=1", "\\u200b=1"),
        ("a\x00\x1b[2J\u202eb\ud800", "a\\x00\\x1b[2J\\u202eb\\ud800"),
        ("a\r\nb,c", "a\\nb,c"),
        ('"quoted", name', '"quoted", name'),
        ("Anne-Marie O'Neill = X", "Anne-Marie O'Neill = X"),
        ("x" * 1_200, "x" * 1_000 + "… (200 more characters)"),
    ],
    ids=ascii,
)
def test_no_cell_is_a_formula_or_more_than_one_line(tmp_path: Path, name: str, cell: str) -> None:
    text = written(tmp_path, summary(Student(name, name, False, name, name), "passed"))
    assert text.count("\n") == 2
    (row,) = csv.DictReader(text.splitlines())
    assert (row["id"], row["name"], row["upload"], row["sha256"]) == (cell, cell, cell, cell)
    assert (row["points"], row["q1"]) == ("0.1", "0.1")
