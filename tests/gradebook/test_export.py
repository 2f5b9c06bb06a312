"""Points and reports on their way back to an LMS: nothing is lost, invented or run on the way."""

import csv
import io
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from graders.__main__ import main
from graders.errors import UsageError
from graders.gradebook.gradescope import gradescope_results
from graders.paths import ROOT
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
from graders.sandbox.locked import Locked
from graders.sheets.limits import Limits
from graders.sheets.sheet import read_sheet
from graders.uploads.lms.canvas import canvas_report
from graders.uploads.lms.moodle import moodle_report

ENVIRONMENT = Environment("3.11", "2", "none", 1, "")
BOM = "\ufeff"
GRADEBOOK = (
    BOM + "Student,ID,SIS User ID,SIS Login ID,Root Account,Section,Notes,"
    "Essay (70),3B: RNNs (71),3B: RNNs resit (72),Final Score\r\n"
    ",,,,,,,,Manual Posting,,\r\n"
    '"    Points Possible",,,,,,,10.00,10.00,10.00,(read only)\r\n'
    '"Doe, Jane",4711,s1,jane,uni.example,A,,5.00,,,50\r\n'
    '"Roe, Eve",12,s2,eve@uni.example,uni.example,A,,6.00,7.25,,60\r\n'
    '"=cmd|Poe, Joe",13,s3,4711,uni.example,A,,,3.00,,\r\n'
    '"Loe, Kim",14,s4,kim,uni.example,B,,,EX,,\r\n'
    '"Student, Test",15,,test,uni.example,B,,,,,\r\n'
)
WORKSHEET = (
    "Identifier,Full name,Email address,Status,Group,Grade,Maximum grade,Grade can be changed,"
    "Last modified (grade),Feedback comments\n"
    "Participant 12,Jane Doe,jane@uni.example,Submitted,,,10.00,Yes,-,\n"
    "Participant 13,Eve Roe,eve@uni.example,Submitted,,7.25,10.00,Yes,-,=see below\n"
    "Participant 14,=Joe Poe,joe@uni.example,Submitted,,3.00,10.00,Yes,-,\n"
)


def result(
    id: str,
    points: str,
    upload: str = "",
    name: str = "",
    pending: str = "",
    outcome: str = "passed",
    maximum: str = "10",
) -> Result:
    earned = Decimal(points)
    lost = Decimal(maximum) - earned - Decimal(pending or 0)
    one = CheckResult("test_a.py::test_a", "The one <b>holds</b>.", outcome)  # type: ignore[arg-type]
    other = CheckResult(
        "test_a.py::test_b", "The other holds.", "failed", "core", "Called: f()", "Mind f"
    )
    items = ItemResult("The <b>one</b>", earned, (one,)), ItemResult("The other", lost, (other,))
    manual = Manual(Decimal(pending)) if pending else None
    status = "needs_staff" if outcome == "grader_error" else "graded"
    question = QuestionResult("1", "One", items, manual)
    student = Student(id, name, upload=upload)
    return Result("vu-3b", student, status, (question,), ENVIRONMENT, seconds=1.5)  # type: ignore[arg-type]


def with_address(one: Result, email: str) -> Result:
    return replace(one, student=replace(one.student, email=email))


def out(tmp_path: Path, *results: Result) -> Path:
    for each in results:
        folder = tmp_path / "out" / "students" / each.student.id
        folder.mkdir(parents=True)
        (folder / "result.json").write_text(to_json(each))
        (folder / "report.html").write_text(f"report of {each.student.id}")
    return tmp_path / "out"


def ran(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[str]]:
    code = main(["export", *map(str, arguments)])
    printed = capsys.readouterr()
    return code, (printed.out + printed.err).splitlines()


def rows(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))


@pytest.fixture
def gradebook(tmp_path: Path) -> Path:
    (tmp_path / "gradebook.csv").write_bytes(GRADEBOOK.encode())
    return tmp_path / "gradebook.csv"


@pytest.fixture
def worksheet(tmp_path: Path) -> Path:
    (tmp_path / "worksheet.csv").write_bytes(WORKSHEET.encode())
    return tmp_path / "worksheet.csv"


JANE = result("4711", "7.239", "doejane_LATE_4711_99_3b.zip", "Doe, Jane")
EVE = result("12", "7.25", "roeeve_12_98_3b.zip", "Roe, Eve")


class TestCanvas:
    def test_one_column_is_filled_and_no_other_is_there(
        self, tmp_path: Path, gradebook: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        place = out(tmp_path, JANE, EVE)
        column = ("--gradebook", gradebook, "--column", "3B: RNNs (71)")
        code, printed = ran(capsys, place, "--to", "canvas", *column)
        assert code == 0
        file = place / "canvas.csv"
        assert printed == [f"1 changed, 1 unchanged, 0 left out. Wrote {file}"]
        assert file.read_text(encoding="utf-8") == (
            "Student,ID,SIS User ID,SIS Login ID,Root Account,Section,3B: RNNs (71)\n"
            ",,,,,,Manual Posting\n"
            "    Points Possible,,,,,,10.00\n"
            '"Doe, Jane",4711,s1,jane,uni.example,A,7.239\n'
            '"Roe, Eve",12,s2,eve@uni.example,uni.example,A,7.25\n'
            '"\'=cmd|Poe, Joe",13,s3,4711,uni.example,A,3.00\n'
            '"Loe, Kim",14,s4,kim,uni.example,B,EX\n'
            '"Student, Test",15,,test,uni.example,B,\n'
        )

    def test_undecided_points_are_no_zero(
        self, tmp_path: Path, gradebook: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        unreadable = replace(result("13", "0", "poejoe_13_5_a.zip"), status="unreadable")
        place = out(
            tmp_path,
            result("4711", "7", "doejane_4711_1_a.zip", "Doe, Jane", pending="2"),
            result("12", "7", "roeeve_12_2_a.zip", "Roe, Eve", outcome="grader_error"),
            unreadable,
            result("14", "9", "loekim_14_3_a.zip", "Loe, Kim"),
            result("99", "9", "noel_99_4_a.zip", "Noel"),
        )
        column = ("--gradebook", gradebook, "--column", "71")
        code, printed = ran(capsys, place, "--to", "canvas", *column)
        assert code == 1
        assert printed == [
            f"0 changed, 0 unchanged, 5 left out. Wrote {place / 'canvas.csv'}",
            "Left out: Roe, Eve (12): needs staff: the grader failed, not the submission",
            "Left out: 13: could not be read; its points are not decided",
            "Left out: Loe, Kim (14): excused in Canvas",
            "Left out: Doe, Jane (4711): 2 manual points are not given yet",
            "Left out: Noel (99): not in this file",
        ]
        assert [row[-1] for row in rows(place / "canvas.csv")[3:]] == ["", "7.25", "3.00", "EX", ""]

    def test_a_dry_run_says_what_would_change(
        self, tmp_path: Path, gradebook: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        place = out(tmp_path, JANE, result("12", "8", "roeeve_12_98_3b.zip", "Roe, \u202eEve"))
        column = ("--gradebook", gradebook, "--column", "3b: rnns (")
        code, printed = ran(capsys, place, "--to", "canvas", *column, "--dry-run")
        assert code == 0
        assert printed == [
            "Roe, \\u202eEve (12): 7.25 → 8",
            "Doe, Jane (4711): nothing → 7.239",
            "2 changed, 0 unchanged, 0 left out. Nothing was written.",
        ]
        assert not (place / "canvas.csv").exists()

    def test_a_canvas_id_is_no_login(
        self, tmp_path: Path, gradebook: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Joe's login is Jane's Canvas id."""
        column = ("--gradebook", gradebook, "--column", "71", "--dry-run")
        place = out(tmp_path, JANE, result("4711x", "1", "4711x.zip"))
        assert (
            "Doe, Jane (4711): nothing → 7.239" in ran(capsys, place, "--to", "canvas", *column)[1]
        )
        place = out(tmp_path / "plain", result("4711", "1", "4711.zip"))
        message = "Left out: 4711: more than once in this file"
        assert ran(capsys, place, "--to", "canvas", *column) == (
            1,
            ["0 changed, 0 unchanged, 1 left out. Nothing was written.", message],
        )

    def test_other_ids_find_a_student_too(
        self, tmp_path: Path, gradebook: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        roster = tmp_path / "roster.csv"
        roster.write_text("vunetid,student number\nklo123,S4\n")
        place = out(
            tmp_path,
            result("S1", "1", "s1.zip"),
            result("eve-uni.example", "2", "x"),
            result("klo123", "3", "klo123_3.zip"),
            result("uni.example", "4", "y"),
        )
        text = gradebook.read_text().replace("EX", "")
        gradebook.write_text(text)
        column = ("--gradebook", gradebook, "--column", "71", "--roster", roster, "--dry-run")
        assert ran(capsys, place, "--to", "canvas", *column)[1] == [
            "S1, in the file Doe, Jane: nothing → 1",
            "eve-uni.example, in the file Roe, Eve: 7.25 → 2",
            "klo123, in the file Loe, Kim: nothing → 3",
            "3 changed, 0 unchanged, 1 left out. Nothing was written.",
            "Left out: uni.example: not in this file",
        ]

    def test_two_results_of_one_row_are_left_out(
        self, tmp_path: Path, gradebook: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        place = out(tmp_path, result("s1", "1", "s1.zip"), result("jane", "2", "jane.zip"))
        column = ("--gradebook", gradebook, "--column", "71", "--dry-run")
        assert ran(capsys, place, "--to", "canvas", *column)[1][1:] == [
            "Left out: jane: shares a row with another result",
            "Left out: s1: shares a row with another result",
        ]

    @pytest.mark.parametrize(
        ("id", "upload", "name", "printed"),
        [
            ("14", "Ann Loe_14_assignsubmission_file", "Ann Loe", "belongs to"),
            ("14", "Kim Loe_14_assignsubmission_file", "Kim Loe", "Kim Loe (14): nothing → 9"),
            ("14", "14.zip", "14", "belongs to"),
            ("14", "14.zip", "Loe, Kim", "Loe, Kim (14): nothing → 9"),
            (
                "s4",
                "Ann Loe_4_assignsubmission_file",
                "Ann Loe",
                "s4), in the file Loe, Kim: nothing",
            ),
        ],
    )
    def test_a_number_that_happens_to_be_equal_is_nobody_s_row(
        self,
        tmp_path: Path,
        gradebook: Path,
        capsys: pytest.CaptureFixture[str],
        id: str,
        upload: str,
        name: str,
        printed: str,
    ) -> None:
        """Canvas's own numbers mean nothing where the results come from elsewhere."""
        gradebook.write_text(gradebook.read_text().replace("EX", ""))
        place = out(tmp_path, result(id, "9", upload, name))
        column = ("--gradebook", gradebook, "--column", "71", "--dry-run")
        code, message = ran(capsys, place, "--to", "canvas", *column)
        assert any(printed in each for each in message), message
        assert code == (printed == "belongs to")

    def test_another_lms_s_number_is_no_student_number_either(
        self, tmp_path: Path, gradebook: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A stranger of that number takes no row from whose it is."""
        gradebook.write_text(gradebook.read_text().replace("s1", "77"))
        stranger = result("77", "1", "Ann Loe_77_assignsubmission_file", "Ann Loe")
        place = out(tmp_path, JANE, stranger)
        column = ("--gradebook", gradebook, "--column", "71", "--dry-run")
        assert ran(capsys, place, "--to", "canvas", *column)[1] == [
            "Doe, Jane (4711): nothing → 7.239",
            "1 changed, 0 unchanged, 1 left out. Nothing was written.",
            "Left out: Ann Loe (77): not in this file; that number belongs to Doe, Jane",
        ]

    def test_an_address_and_a_name_say_more_than_a_number(
        self, tmp_path: Path, worksheet: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Mira's student number is Bo's participant number."""
        worksheet.write_text(
            "Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade\n"
            "Participant 11,Mira A,12,m@x,,,100\nParticipant 12,Bo Kim,13,b@x,,,100\n"
            "Hidden,Cy Lo,14,c@x,,,100\n"
        )
        asked = ("--to", "moodle", "--worksheet", worksheet, "--dry-run")
        for number, (who, printed) in enumerate(
            [
                (result("12", "7", "submission_9", "Mira Anna"), "more than once in this file"),
                (result("12", "7", "submission_9", "A Mira"), "A Mira (12): nothing → 7"),
                (
                    with_address(result("12", "7", "s_9", "Mira Anna"), "M@x"),
                    "in the file Mira A: noth",
                ),
                (
                    with_address(result("99", "7", "s_9", "Cy"), "c@x"),
                    "Cy (99), in the file Cy Lo: no",
                ),
                (result("13", "7", "13.zip"), "13, in the file Bo Kim: nothing → 7"),
            ]
        ):
            place = out(tmp_path / str(number), who)
            assert printed in "\n".join(ran(capsys, place, *asked)[1])

    def test_a_fellow_s_middle_name_is_no_other_name(
        self, tmp_path: Path, gradebook: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The upload tells the number of the one who handed in for the group."""
        fellow = result("12", "9", "groupa_4711_9_3b.zip", "Eve M. Roe")
        column = ("--gradebook", gradebook, "--column", "71", "--dry-run")
        assert ran(capsys, out(tmp_path, fellow), "--to", "canvas", *column)[1][0] == (
            "Eve M. Roe (12): 7.25 → 9"
        )

    def test_a_roster_s_own_numbers_give_nobody_another_s_row(
        self, tmp_path: Path, worksheet: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A column called id may hold student numbers, and one of them may be a Canvas id."""
        roster = tmp_path / "roster.csv"
        roster.write_text(
            "id,name,email\n4711,Eve Roe,eve@uni.example\n9,Jane Doe,jane@uni.example\n"
        )
        place = out(tmp_path, replace(JANE, student=replace(JANE.student, name="Jane Doe")))
        asked = ("--to", "moodle", "--worksheet", worksheet, "--roster", roster, "--dry-run")
        assert ran(capsys, place, *asked)[1][-1] == "Left out: Jane Doe (4711): not in this file"

    def test_a_roster_tells_canvas_s_own_number(
        self, tmp_path: Path, gradebook: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        place = out(tmp_path, result("klo123", "3", "klo123_3.zip"))
        gradebook.write_text(gradebook.read_text().replace("EX", ""))
        roster = tmp_path / "roster.csv"
        column = ("--gradebook", gradebook, "--column", "71", "--roster", roster, "--dry-run")
        roster.write_text("vunetid,canvas id\nklo123,14\n")
        message = ran(capsys, place, "--to", "canvas", *column)[1]
        assert message[0] == "klo123, in the file Loe, Kim: nothing → 3"
        roster.write_text("vunetid,student number\nklo123,14\n")
        message = ran(capsys, place, "--to", "canvas", *column)[1]
        assert message[1].endswith("klo123: not in this file; that number belongs to Loe, Kim")

    def test_semicolons_and_decimal_commas_stay(
        self, tmp_path: Path, gradebook: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        gradebook.write_bytes(
            "Student;ID;SIS Login ID;Section;3B (71)\n  Points Possible;;;;12,00\n"
            "Doe, Jane;4711;jane;A;\nRoe, Eve;12;eve;A;7,250\n".encode("cp1252")
        )
        place = out(tmp_path, JANE, EVE)
        column = ("--gradebook", gradebook)  # there is one assignment only
        assert ran(capsys, place, "--to", "canvas", *column)[1] == [
            "Canvas has 12 points possible, and the assignment 10.",
            f"1 changed, 1 unchanged, 0 left out. Wrote {place / 'canvas.csv'}",
        ]
        assert (place / "canvas.csv").read_text().splitlines()[2:] == [
            "Doe, Jane;4711;jane;A;7,239",
            "Roe, Eve;12;eve;A;7,250",
        ]

    @pytest.mark.parametrize(
        ("wanted", "message"),
        [
            (None, "Name the assignment with `--column`; there are: {0}."),
            ("3B", "`3B` matches more than one assignment in {1}; there are: {2}."),
            ("Exam", "`Exam` is not an assignment column in {1}; there are: {0}."),
            ("Final Score", "`Final Score` is not an assignment column in {1}; there are: {0}."),
            ("Notes", "`Notes` is not an assignment column in {1}; there are: {0}."),
            ("Section", "`Section` is not an assignment column in {1}; there are: {0}."),
        ],
    )
    def test_a_column_must_be_the_only_one(
        self,
        tmp_path: Path,
        gradebook: Path,
        capsys: pytest.CaptureFixture[str],
        wanted: str | None,
        message: str,
    ) -> None:
        place = out(tmp_path, JANE)
        column = ["--gradebook", gradebook, *(["--column", wanted] if wanted else [])]
        both = "3B: RNNs (71), 3B: RNNs resit (72)"
        printed = message.format(f"Essay (70), {both}", gradebook, both)
        assert ran(capsys, place, "--to", "canvas", *column) == (2, [printed])
        assert list(place.glob("*.csv")) == []

    def test_last_and_first_names_may_be_separate_columns(
        self, tmp_path: Path, gradebook: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        gradebook.write_text(
            "LastName,FirstName,ID,SIS Login ID,Section,3B (71)\nDoe,Jane,4711,jane,A,\n"
        )
        place = out(tmp_path, JANE)
        column = ("--gradebook", gradebook, "--dry-run")
        assert ran(capsys, place, "--to", "canvas", *column)[1][0] == (
            "Doe, Jane (4711): nothing → 7.239"
        )

    def test_a_file_that_is_not_a_gradebook_is_refused(
        self, tmp_path: Path, gradebook: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        place = out(tmp_path, JANE)
        gradebook.write_text("name,points\na,1\n")
        assert ran(capsys, place, "--to", "canvas", "--gradebook", gradebook) == (
            2,
            [
                f"{gradebook} is not a Canvas gradebook: it needs the columns Student, ID and "
                "Section; export it under Grades."
            ],
        )


class TestMoodle:
    def test_the_grades_are_filled_in(
        self, tmp_path: Path, worksheet: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        place = out(
            tmp_path,
            result("12", "7.239", "Jane Doe_12_assignsubmission_file", "Jane Doe"),
            result("13", "8", "Eve Roe_13_assignsubmission_file", "Eve Roe", pending="1"),
        )
        code, printed = ran(capsys, place, "--to", "moodle", "--worksheet", worksheet)
        assert (code, printed) == (
            1,
            [
                "Left out, because a spreadsheet would run a cell in it: Feedback comments.",
                f"1 changed, 0 unchanged, 1 left out. Wrote {place / 'moodle.csv'}",
                "Left out: Eve Roe (13): 1 manual point is not given yet",
            ],
        )
        assert (place / "moodle.csv").read_text() == (
            "Identifier,Full name,Email address,Status,Group,Grade,Maximum grade,"
            "Grade can be changed,Last modified (grade)\n"
            "Participant 12,Jane Doe,jane@uni.example,Submitted,,7.239,10.00,Yes,-\n"
            "Participant 13,Eve Roe,eve@uni.example,Submitted,,7.25,10.00,Yes,-\n"
            "Participant 14,'=Joe Poe,joe@uni.example,Submitted,,3.00,10.00,Yes,-\n"
        )

    def test_columns_in_another_language_are_found_by_place(
        self, tmp_path: Path, worksheet: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        worksheet.write_text(
            "Kennung;Voller Name;E-Mail;Stand;Note;Bestnote;\u00c4nderbar\n"
            "Teilnehmer/in 12;Jane Doe;jane@uni.example;Abgegeben;;10,00;Ja\n"
            "Teilnehmer/in 13;Eve Roe;eve@uni.example;Abgegeben;7,25;10,00;Ja\n"
        )
        place = out(tmp_path, result("12", "7.2", "Jane Doe_12_assignsubmission_file"))
        assert ran(capsys, place, "--to", "moodle", "--worksheet", worksheet)[0] == 0
        assert (place / "moodle.csv").read_text().splitlines()[1] == (
            'Teilnehmer/in 12,Jane Doe,jane@uni.example,Abgegeben,"7,2","10,00",Ja'
        )

    def test_an_ambiguous_column_is_asked_for(
        self, tmp_path: Path, worksheet: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        worksheet.write_text("Wer,Name,A,B,C\nX 12,Jane,,1,1\nX 12,Eve,,1,1\n")
        place = out(tmp_path, result("12", "7", "Jane Doe_12_assignsubmission_file"))
        asked = ("--to", "moodle", "--worksheet", worksheet)
        names = "There are: Wer, Name, A, B, C."
        message = f"{worksheet} does not show which column is the identifier; name it with "
        assert ran(capsys, place, *asked) == (2, [f"{message}`--identifier-column`. {names}"])
        asked += ("--identifier-column", "wer")
        message = f"{worksheet} does not show which column is the grade; name it with `--column`."
        assert ran(capsys, place, *asked) == (2, [f"{message} {names}"])
        message = f"{worksheet} does not show which column is `Z`; name it with `--column`."
        assert ran(capsys, place, *asked, "--column", "Z") == (2, [f"{message} {names}"])
        assert ran(capsys, place, *asked, "--column", "A") == (
            1,
            [
                f"0 changed, 0 unchanged, 1 left out. Wrote {place / 'moodle.csv'}",
                "Left out: 12: more than once in this file",
            ],
        )

    def test_another_id_of_the_worksheet_finds_a_student(
        self, tmp_path: Path, worksheet: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        team = "Team_5_assignsubmission_file"
        place = out(
            tmp_path,
            result("eve-uni.example", "8", "x.zip"),
            result("12", "9", "12.zip"),  # a number that is no participant's
            result("14", "4", team, "=Joe Poe"),
            result("13", "5", team, "Somebody Else"),
        )
        asked = ("--to", "moodle", "--worksheet", worksheet, "--dry-run")
        assert ran(capsys, place, *asked)[1][1:] == [
            "=Joe Poe (14): 3.00 → 4",
            "eve-uni.example, in the file Eve Roe: 7.25 → 8",
            "2 changed, 0 unchanged, 2 left out. Nothing was written.",
            "Left out: 12: not in this file; that number belongs to Jane Doe",
            "Left out: Somebody Else (13): not in this file; that number belongs to Eve Roe",
        ]

    def test_more_than_the_maximum_is_reported(
        self, tmp_path: Path, worksheet: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        place = out(tmp_path, result("12", "11", "Jane Doe_12_assignsubmission_file", maximum="12"))
        asked = ("--to", "moodle", "--worksheet", worksheet)
        message = "Left out: 12: 11 points are above Moodle's maximum 10"
        assert ran(capsys, place, *asked)[1][-1] == message

    def test_a_locked_grade_is_reported(
        self, tmp_path: Path, worksheet: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        worksheet.write_text(worksheet.read_text().replace("7.25,10.00,Yes", "7.25,10.00,No"))
        place = out(tmp_path, result("13", "8", "Eve Roe_13_assignsubmission_file", "Eve Roe"))
        asked = ("--to", "moodle", "--worksheet", worksheet, "--dry-run")
        message = "Left out: Eve Roe (13): Moodle says that this grade cannot be changed"
        assert ran(capsys, place, *asked)[1][-1] == message

    @pytest.mark.parametrize("title", ["Scale", "Skala"])
    def test_a_scale_takes_no_points(
        self, tmp_path: Path, worksheet: Path, capsys: pytest.CaptureFixture[str], title: str
    ) -> None:
        text = worksheet.read_text().replace("Maximum grade", title)
        worksheet.write_text(text.replace("10.00", '"Poor, Good"'))
        place = out(tmp_path, result("13", "8", "Eve Roe_13_assignsubmission_file", "Eve Roe"))
        code, message = ran(capsys, place, "--to", "moodle", "--worksheet", worksheet)
        assert (code, message) == (
            2,
            [
                f"{worksheet}: this assignment is graded in words, `Poor, Good`, and takes no "
                "points; set its grade type to points in Moodle, and download the worksheet again."
            ],
        )
        assert not list(place.glob("*.csv"))


class TestFeedback:
    @pytest.mark.parametrize(
        ("upload", "name"),
        [
            ("doejane_LATE_4711_99_3b_v2.zip", "doejane_LATE_4711_99_report.html"),
            ("4711_99_3b.zip", "4711_99_report.html"),
            ("anon_x9_99_3b.zip", "anon_x9_99_report.html"),
            ("doejane_4711_text.html", None),
            ("doe.zip", None),
        ],
    )
    def test_canvas_s_names(self, upload: str, name: str | None) -> None:
        assert canvas_report(upload) == name

    @pytest.mark.parametrize(
        ("upload", "name"),
        [
            (
                "Jane_van_Doe_13_assignsubmission_file_",
                "Jane van Doe_13_assignsubmission_file_/report.html",
            ),
            ("Jane_13_assignsubmission_file", "Jane_13_assignsubmission_file/report.html"),
            (
                "Jane_13_assignsubmission_onlinetext",
                "Jane_13_assignsubmission_file/report.html",
            ),
            ("Jane_13_assignsubmission_file_a_1.zip", "Jane_13_assignsubmission_file_report.html"),
            ("jane.zip", None),
        ],
    )
    def test_moodle_s_names(self, upload: str, name: str | None) -> None:
        assert moodle_report(upload) == name

    def test_reports_are_zipped_once_for_an_upload(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        place = out(
            tmp_path,
            JANE,
            replace(JANE, student=replace(JANE.student, id="4712")),  # of the same group
            result("13", "1", "poe_13_1_a.zip", outcome="grader_error"),
            result("14", "1", "loe_14_text.html"),
        )
        code, printed = ran(capsys, place, "--to", "canvas-feedback")
        file = place / "canvas-feedback.zip"
        assert (code, printed) == (
            1,
            [
                f"1 report. Wrote {file}",
                "Left out: 13: needs staff: the grader failed, not the submission",
                "Left out: 14: the name of its upload contains no id: loe_14_text.html",
            ],
        )
        with zipfile.ZipFile(file) as archive:
            [name] = archive.namelist()
            assert (name, archive.read(name)) == (
                "doejane_LATE_4711_99_report.html",
                b"report of 4711",
            )

    def test_a_dry_run_tells_what_is_other_than_in_the_last_zip(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        place = out(tmp_path, JANE, EVE)
        asked = (place, "--to", "canvas-feedback")
        names = ["doejane_LATE_4711_99_report.html", "roeeve_12_98_report.html"]
        nothing = "2 reports. Nothing was written."
        assert ran(capsys, *asked, "--dry-run") == (0, [*(f"{n}: new" for n in names), nothing])
        assert ran(capsys, *asked)[0] == 0
        assert ran(capsys, *asked, "--dry-run") == (0, [nothing])
        (place / "students/12/report.html").write_text("new")
        assert ran(capsys, *asked, "--dry-run") == (0, [f"{names[1]}: changed", nothing])
        only = (*asked, "--dry-run", "--student", "4711")
        assert ran(capsys, *only)[1][0] == f"{names[1]}: no longer there"
        (place / "canvas-feedback.zip").write_text("no zip")
        message = f"{place / 'canvas-feedback.zip'} is not a zip and would be replaced."
        assert ran(capsys, *asked, "--dry-run") == (0, [message, nothing])
        (place / "students/12/report.html").unlink()
        message = f"{place / 'students/12/report.html'} is missing; run the same batch again."
        assert ran(capsys, *asked) == (2, [message])


class TestGradescope:
    def test_the_form(self) -> None:
        whole = replace(
            result("1", "7.25", pending="2"),
            notes=("The assignment asks for report.pdf.",),
            late=Late(1, "day", Decimal(1), "points", "It came a day late."),
        )
        assert json.loads(gradescope_results(whole)) == {
            "score": 6.25,
            "execution_time": 1.5,
            "output": "2 points are graded manually (pending).\nIt came a day late.\n"
            "Late penalty: 1 point.\nThe assignment asks for report.pdf.",
            "output_format": "text",
            "test_name_format": "text",
            "test_output_format": "text",
            "visibility": "visible",
            "stdout_visibility": "hidden",
            "tests": [
                {
                    "number": "1.1",
                    "name": "The <b>one</b>",
                    "score": 7.25,
                    "max_score": 7.25,
                    "status": "passed",
                    "output": "",
                    "tags": ["One"],
                },
                {
                    "number": "1.2",
                    "name": "The other",
                    "score": 0,
                    "max_score": 0.75,
                    "status": "failed",
                    "output": "a core check failed\n\nThe other holds.\n\nCalled: f()\n\nMind f",
                    "tags": ["One"],
                },
            ],
        }

    def test_there_is_a_test_for_each_item_and_it_says_what_failed(self) -> None:
        fault = RecognisedFault("mean for max", "major", "The mean stands in for the maximum.")
        checks = (
            CheckResult("t::a", "A holds.", "failed", "core", "Returned: 1", "Mind a", fault=fault),
            CheckResult("t::b", "B holds.", "passed", "major", "not shown"),
            CheckResult("t::c", "C holds.", "error", "detail", "It raised X.", output="seen\n"),
        )
        items = (
            ItemResult("Pooling", Decimal(2), checks),
            ItemResult("Details", Decimal("0.5"), checks[1:]),
            ItemResult("Right", Decimal(1), checks[1:2]),
        )
        one = replace(JANE, questions=(QuestionResult("2b", "Two", items),))
        tests = json.loads(gradescope_results(one))["tests"]
        assert [(t["number"], t["name"], t["tags"]) for t in tests] == [
            ("2b.1", "Pooling", ["Two"]),
            ("2b.2", "Details", ["Two"]),
            ("2b.3", "Right", ["Two"]),
        ]
        assert [(t["score"], t["max_score"], t["status"]) for t in tests] == [
            (0.6, 2, "failed"),
            (0.475, 0.5, "failed"),
            (1, 1, "passed"),
        ]
        detail = "C holds.\n\nIt raised X.\n\nseen"
        assert [test["output"] for test in tests] == [
            "recognised as “mean for max”, major\n\nA holds.\n\n"
            f"The mean stands in for the maximum.\n\nReturned: 1\n\nMind a\n\n{detail}",
            f"1 detail failed\n\n{detail}",
            "",
        ]
        assert json.loads(gradescope_results(one))["score"] == 2.075

    def test_all_students_or_one(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        failed = result("13", "1", outcome="grader_error")
        place = out(tmp_path, JANE, EVE, failed)
        asked = (place, "--to", "gradescope")
        message = "Left out: 13: needs staff: the grader failed, not the submission"
        nothing = "2 results. Nothing was written."
        new = ["Roe, Eve (12): new", "Doe, Jane (4711): new", nothing, message]
        assert ran(capsys, *asked, "--dry-run") == (1, new)
        wrote = f"2 results. Wrote {place / 'gradescope'}"
        assert ran(capsys, *asked) == (1, [wrote, message])
        assert json.loads((place / "gradescope/4711.json").read_text())["score"] == 7.239
        assert sorted(file.name for file in (place / "gradescope").iterdir()) == [
            "12.json",
            "4711.json",
        ]
        assert ran(capsys, *asked, "--dry-run") == (1, [nothing, message])
        file = tmp_path / "one.json"
        only = (*asked, "--student", "12", "--file", file)
        assert ran(capsys, *only) == (0, [f"1 result. Wrote {file}"])
        assert json.loads(file.read_text())["score"] == 7.25
        message = "`--file` is for one student; choose one with `--student ID`."
        assert ran(capsys, *asked, "--file", file) == (2, [message])


class TestUsage:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (
                ["{0}", "--to", "canvas"],
                "`--to canvas` needs `--gradebook FILE.csv`, the gradebook that Canvas exports "
                "under Grades.",
            ),
            (
                ["{0}", "--to", "moodle"],
                "`--to moodle` needs `--worksheet FILE.csv`, the grading worksheet that Moodle's "
                "assignment offers.",
            ),
            (["{0}", "--to", "gradescope", "--student", "5"], "There is no student `5` in {0}."),
            (
                ["{0}/none", "--to", "gradescope"],
                "{0}/none contains no results; give the folder that `batch --out` wrote.",
            ),
            (
                ["{0}", "--to", "canvas", "--gradebook", "{0}/none.csv"],
                "{0}/none.csv cannot be read: No such file or directory.",
            ),
            (
                ["{0}", "--to", "canvas", "--gradebook", "{0}/g.csv", "--file", "{0}/g.csv"],
                "{0}/g.csv is the gradebook itself; choose another `--file`.",
            ),
            (
                ["{0}/students/12/result.json", "--to", "canvas-feedback"],
                "Name the file to write with `--file`.",
            ),
            (
                ["{0}", "--to", "canvas-feedback", "--file", "{0}/students/12/result.json/a.zip"],
                "Cannot write {0}/students/12/result.json/a.zip: File exists.",
            ),
            (
                ["{0}/bad.json", "--to", "gradescope"],
                "{0}/bad.json is not a result; run the batch again.",
            ),
        ],
    )
    def test_what_is_wrong_is_one_sentence(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
    ) -> None:
        place = out(tmp_path, EVE)
        (place / "bad.json").write_text("{}")
        given = [each.format(place) for each in arguments]
        assert ran(capsys, *given) == (2, [message.format(place)])


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("zip") / "autograder.zip"
    words = ["gradescope-zip", "--assignment", "vu-3b", "--seed", "1", "--out", str(file)]
    assert main(words) == 0
    return file


class TestAutograder:
    def test_the_scripts_lie_at_its_root(self, archive: Path) -> None:
        with zipfile.ZipFile(archive) as opened:
            names = opened.namelist()
            for name in ("setup.sh", "run_autograder"):
                assert stat.S_IMODE(opened.getinfo(name).external_attr >> 16) == 0o755
                assert b"\r" not in opened.read(name)
            assert b'ASSIGNMENT, SEED = "vu-3b", "1"' in opened.read("run_autograder")
        assert {"unroll/pyproject.toml", "unroll/graders/oracles/elman.py"} <= set(names)
        message = (
            "reference/",
            "mistakes/",
            "tests/",
            "__pycache__",
            "fixtures/uploads/",
            "variants/",
        )
        assert not [name for name in names if any(each in name for each in message)]
        assert os.path.getsize(archive) < 2_000_000

    def test_an_unknown_sheet_is_reported(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "a.zip"
        assert main(["gradescope-zip", "--assignment", "x", "--out", str(file)]) == 2
        assert capsys.readouterr().err.startswith("There is no assignment `x`; there are ")
        assert not file.exists()

    @pytest.mark.parametrize("parts", [("padding", "mlp"), ()])
    def test_it_grades_as_in_gradescope_s_container(
        self, archive: Path, tmp_path: Path, parts: tuple[str, ...]
    ) -> None:
        for folder in ("source", "submission", "results"):
            (tmp_path / folder).mkdir()
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(tmp_path / "source")
        (tmp_path / "submission/notes.md").write_text("mine")
        for part in parts:
            shutil.copy(ROOT / "reference" / f"{part}.py", tmp_path / "submission")
        command = [sys.executable, tmp_path / "source/run_autograder", tmp_path]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("Sandbox auto:")
        results = json.loads((tmp_path / "results/results.json").read_text())
        if parts:
            sheet = read_sheet("vu-3b")
            asked = [item.title for q in sheet.questions for item in q.items]
            right = {check.id for check in sheet.checks.values() if check.part in parts}
            full = [i.title for q in sheet.questions for i in q.items if right.issuperset(i.checks)]
            tests = results["tests"]
            assert [test["name"] for test in tests] == asked
            assert [test["name"] for test in tests if test["status"] == "passed"] == full
            assert all(
                test["score"] == test["max_score"] * (test["name"] in full) for test in tests
            )
            assert results["score"] == pytest.approx(sum(t["score"] for t in results["tests"]))
        else:
            message = "This upload contains no .py or .ipynb file; it contains: notes.md."
            assert results == {"score": 0, "output": message}

    @pytest.mark.skipif(
        not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("setpriv"),
        reason="needs root, as in the container",
    )
    def test_without_namespaces_a_submission_is_another_user(self, archive: Path) -> None:
        """The set-up's own lines close the graders to everybody else, and the canary finds it so."""
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            place.chmod(0o755)
            with zipfile.ZipFile(archive) as opened:
                opened.extractall(place / "source")
            setup = (place / "source/setup.sh").read_text().replace("/autograder", folder)
            lines = [line for line in setup.splitlines() if line.startswith(("cd ", "chmod "))]
            shutil.copytree(ROOT / "reference", place / "submission")
            asked = ["check", str(place / "submission"), "--sandbox", "locked", "--part", "mlp"]
            command = [sys.executable, "-m", "graders", *asked, "--json"]
            inside = {"cwd": place / "source/unroll", "capture_output": True, "text": True}
            open_to_all = subprocess.run(command, **inside)
            assert open_to_all.returncode == 2
            assert "could read" in open_to_all.stderr and "graders/oracles" in open_to_all.stderr
            subprocess.run(["bash", "-ec", "\n".join(lines)], check=True)
            closed = subprocess.run(command, **inside)
            assert closed.returncode == 0, closed.stderr
            result = json.loads(closed.stdout)
            assert result["environment"]["sandbox"].startswith("locked")
            assert result["points"] == result["max_points"]

    @pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs a user's number")
    def test_only_root_can_be_another_user(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        with pytest.raises(UsageError) as caught:
            Locked().start(Limits())
        message = "The sandbox `locked` needs root, to run submissions as another user."
        assert str(caught.value) == message

    def test_our_own_failure_leaves_no_result(self, archive: Path, tmp_path: Path) -> None:
        (tmp_path / "results").mkdir()
        (tmp_path / "source/unroll/graders").mkdir(parents=True)
        with zipfile.ZipFile(archive) as opened:
            opened.extract("run_autograder", tmp_path)
        (tmp_path / "source/unroll/graders/__init__.py").touch()
        (tmp_path / "source/unroll/graders/__main__.py").write_text("1 / 0")
        command = [sys.executable, tmp_path / "run_autograder", tmp_path]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 1 and "ZeroDivisionError" in done.stderr
        assert list((tmp_path / "results").iterdir()) == []
