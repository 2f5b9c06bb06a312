"""manual.csv: written for a person, read with care, merged without grading, and never overwritten."""

import csv
import io
import zipfile
from concurrent.futures import Executor, Future
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from rich.console import Console

from graders.__main__ import main
from graders.batch.batch import run
from graders.batch.extensions import Extension
from graders.batch.progress import Events
from graders.batch.settings import Batch
from graders.errors import UsageError
from graders.grading.grade import ungraded
from graders.results.late import Late
from graders.results.manual_csv import (
    ManualEntry,
    Mark,
    entries,
    extended,
    given_for_another_upload,
    merged,
)
from graders.results.manual_csv import read_marks as read
from graders.results.result import Environment, Manual, QuestionResult, Result, Student
from graders.results.result_json import from_json, to_json
from graders.sheets.late_policy import read_policy
from graders.sheets.sheet import read_sheet
from tests.changed import each_check

HEAD = "student,name,question,points,max_points,comment\n"
SHEET = read_sheet("vu-3b")
WORTH = {"4711": {"4": Decimal(2), "7": Decimal(1)}, "12": {"4": Decimal(2), "7": Decimal(1)}}
ENVIRONMENT = Environment("3.11", "2.6", "none", 1, "")


def result(id="4711", status="graded", sha256="ab", **by_hand):
    """Return a result; `q4=Manual(…)` is a question with manual points."""
    questions = tuple(QuestionResult(n[1:], "T", (), manual) for n, manual in by_hand.items())
    student = Student(id, "Doe, Jane", sha256=sha256)
    return Result("vu-3b", student, status, questions, ENVIRONMENT)


def marks(tmp_path, text):
    (tmp_path / "manual.csv").write_text(text)
    return read(tmp_path, WORTH)


# --- reading ---


def test_without_a_file_there_are_no_manual_points(tmp_path):
    assert read(tmp_path, WORTH) == {}


def test_rows_are_read_as_they_were_filled_in(tmp_path):
    found = marks(
        tmp_path,
        HEAD
        + '4711,"Doe, Jane",4,1.5,2,"Two lines,\nand ""quotes"""\n4711,,7,,1,not yet\n'
        + "12,Bob,4,0,2,=cmd|' /C calc'!A0\n",
    )
    assert found == {
        ("4711", "4"): Mark(Decimal("1.5"), 'Two lines,\nand "quotes"'),
        ("4711", "7"): Mark(None, "not yet"),
        ("12", "4"): Mark(Decimal(0), "=cmd|' /C calc'!A0"),
    }


def test_a_spreadsheet_of_another_country_is_read(tmp_path):
    text = "\ufeffStudent;Name;Question;Points;Max_points;Comment;mine\r\n4711;D;4;1,25;2;ok;x\r\n"
    assert marks(tmp_path, text) == {("4711", "4"): Mark(Decimal("1.25"), "ok")}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            "471,,4,1,2,",
            "student 471, question 4: there is no such student; ids are as in grades.csv.",
        ),
        (",,4,1,2,", "student (empty), question 4: there is no such student; ids are as in"),
        (
            "4711,,5,1,2,",
            "student 4711, question 5: there is no such question with manual points; there is 4, 7.",
        ),
        ("4711,,4,2.5,2,", "student 4711, question 4: 2.5 is more than the maximum 2."),
        ("4711,,4,2.5,3,", "student 4711, question 4: 2.5 is more than the maximum 2."),
        ("4711,,4,-1,2,", "student 4711, question 4: -1 is less than 0."),
        ("4711,,4,many,2,", "student 4711, question 4: `many` is not a number of points."),
        ("4711,,4,nan,2,", "student 4711, question 4: `nan` is not a number of points."),
        ("4711,,4,1e0,2,", "student 4711, question 4: `1e0` is not a number of points."),
        ("4711,,4,=1+1,2,", "student 4711, question 4: `'=1+1` is not a number of points."),
        ("4711,,4,1,2,\n4711,,4,1,2,", "student 4711, question 4: appears twice; keep one row."),
        ("4711,,4,1,2,\n4711,,4,,2,", "student 4711, question 4: appears twice; keep one row."),
    ],
)
def test_a_row_that_is_wrong_is_refused_with_a_sentence(tmp_path, row, words):
    with pytest.raises(UsageError) as caught:
        marks(tmp_path, f"{HEAD}{row}\n")
    output = str(caught.value)
    assert output.startswith(f"manual.csv: {words}") and len(output.splitlines()) == 1


def test_all_problems_are_reported_at_once(tmp_path):
    with pytest.raises(UsageError) as caught:
        marks(tmp_path, HEAD + "4711,,4,9,2,\n4711,,7,9,1,\n")
    assert [line.partition(":")[2][:26] for line in str(caught.value).splitlines()] == [
        " student 4711, question 4:",
        " student 4711, question 7:",
    ]
    with pytest.raises(UsageError) as caught:
        marks(tmp_path, HEAD + "".join(f"x{n},,4,1,2,\n" for n in range(15)))
    assert len(str(caught.value).splitlines()) == 11
    assert str(caught.value).endswith("\nmanual.csv: 5 more rows are wrong.")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff\xfe4\x00", "manual.csv is not UTF-8; save it again as `CSV UTF-8`."),
        (
            b"student,question,points\n1,2,3\n",
            "manual.csv: the column `name` is missing; the first",
        ),
        (b"a\0b", "manual.csv is not UTF-8; save it again as `CSV UTF-8`."),
        (HEAD.encode("utf-16-le"), "manual.csv is not UTF-8; save it again as `CSV UTF-8`."),
        (b"sep=;\n", "manual.csv is not a CSV file; export it again, or save it as `CSV UTF-8`."),
        (HEAD.encode() + b'4711,,4,1,2,"open\n', "manual.csv is not a CSV file"),
        (
            HEAD.encode() + b"4711,,4,1,2,a, b\n",
            "manual.csv: line 2 has 7 cells, and the header has 6",
        ),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(tmp_path, data, words):
    (tmp_path / "manual.csv").write_bytes(data)
    with pytest.raises(UsageError) as caught:
        read(tmp_path, WORTH)
    assert words in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf\r\n"])
def test_an_empty_file_is_as_none(tmp_path, data):
    (tmp_path / "manual.csv").write_bytes(data)
    assert read(tmp_path, WORTH) == {}
    entry = ManualEntry(0, "4711", "Jane", "4", GIVEN)
    assert extended(tmp_path, []) is None
    assert extended(tmp_path, [entry]) == f"\ufeff{HEAD}4711,Jane,4,1.5,2,fine\n"


# --- merging ---

PENDING = Manual(Decimal(2))
GIVEN = Manual(Decimal(2), Decimal("1.5"), "fine")
ZERO = Manual(Decimal(2), Decimal(0), "report.pdf was not submitted.", automatic=True)


@pytest.mark.parametrize(
    ("base", "mark", "earlier", "expected"),
    [
        (PENDING, None, None, PENDING),
        (PENDING, Mark(Decimal("1.5"), "fine"), None, GIVEN),
        (PENDING, Mark(None, "not yet"), None, PENDING),
        (PENDING, Mark(None, ""), GIVEN, PENDING),  # a person took them back
        (PENDING, None, GIVEN, GIVEN),  # the row is lost, and the points are not
        (GIVEN, None, GIVEN, GIVEN),
        (GIVEN, Mark(None, ""), GIVEN, PENDING),
        (PENDING, None, ZERO, PENDING),  # the file was handed in after all
        (ZERO, None, ZERO, ZERO),
        (ZERO, Mark(None, ""), GIVEN, ZERO),
        (ZERO, Mark(Decimal("1.5"), "fine"), None, GIVEN),  # a person knows better than a rule
        (Manual(Decimal(1)), None, GIVEN, Manual(Decimal(1))),  # worth less now: look again
        (Manual(Decimal(3)), None, GIVEN, replace(GIVEN, max_points=Decimal(3))),
    ],
)
def test_points_come_from_the_row_else_from_what_was_given_before(base, mark, earlier, expected):
    found = merged(
        result(q4=base, q5=None),
        {("4711", "4"): mark} if mark else {},
        result(q4=earlier) if earlier else None,
    )
    assert found == result(q4=expected, q5=None)
    assert from_json(to_json(found)) == found


def test_points_given_for_another_upload_are_pointed_out():
    before, now = result(q4=PENDING), result(q4=GIVEN, sha256="cd")
    assert given_for_another_upload(now, before) == (
        "4711 submitted a new version after manual points were given for question 4; check "
        "whether they still apply."
    )
    assert given_for_another_upload(result(q4=GIVEN), before) == ""
    assert given_for_another_upload(result(q4=PENDING, sha256="cd"), before) == ""
    assert given_for_another_upload(result(q4=ZERO, sha256="cd"), before) == ""
    assert given_for_another_upload(now, None) == ""


# --- writing ---


def test_a_new_file_has_a_row_for_each_pending_grade(tmp_path):
    found = [
        *entries(result("4711", q4=PENDING, q5=None)),
        *entries(result("12", q4=ZERO)),
        *entries(result("13", status="unreadable", q4=PENDING)),
        *entries(result("14", status="needs_staff", q4=PENDING)),
        *entries(replace(result(q7=GIVEN), student=Student("15", "=1+1"))),
    ]
    assert extended(tmp_path, found) == "".join(
        (
            f"\ufeff{HEAD}",
            '14,"Doe, Jane",4,,2,\n',
            "15,'=1+1,7,1.5,2,fine\n",
            '4711,"Doe, Jane",4,,2,\n',
        )
    )


def test_rows_that_are_there_stay_byte_for_byte(tmp_path):
    there = (
        "\ufeffquestion;student;name;mine;comment;points;max_points\r\n"
        '4;4711;D;x;"two\nlines ""q""";1,5;2\r\n4;12;B;;=cmd|calc;;2'
    )
    (tmp_path / "manual.csv").write_bytes(there.encode())
    found = [e for id in ("4711", "12") for e in entries(result(id, q4=PENDING))]
    assert extended(tmp_path, found) is None
    found += entries(result("13", q4=Manual(Decimal("0.5"))))
    assert extended(tmp_path, found) == f"{there}\r\n4;13;Doe, Jane;;;;0,5\r\n"


@pytest.mark.parametrize("comment", ["a\nb", 'say "a"', "=cmd", "a;b,c\t", "\u00fc\u2014", "'x"])
def test_a_restored_comment_is_the_same_when_it_is_read(tmp_path, comment):
    found = entries(result(q4=replace(GIVEN, comment=comment)))
    (tmp_path / "manual.csv").write_text(extended(tmp_path, found), newline="")
    assert read(tmp_path, WORTH) == {("4711", "4"): Mark(Decimal("1.5"), comment.strip())}


# --- a class, from the first run to the last ---


class AllPassed(Executor):
    """Grades nothing: every check is passed."""

    tasks = 0

    def submit(self, function, task, /, *arguments, **named):
        AllPassed.tasks += 1
        found = ungraded(SHEET, task.student, "", task.seed, task.sandbox)
        found = each_check(found, lambda check: replace(check, outcome="passed"))
        future = Future()
        future.set_result(replace(found, status="graded", message=None))
        return future


@pytest.fixture
def grade(monkeypatch, tmp_path):
    """Return a function that runs a batch over two students; it returns what was printed."""
    monkeypatch.setattr("graders.batch.slots.ProcessPoolExecutor", lambda *_, **__: AllPassed())
    AllPassed.tasks = 0
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    for who in ("ann_1_11_abc12_3.zip", "bob_LATE_2_12_abc13_3.zip"):
        upload(uploads / who, f"# {who}")

    def run_it(sheet=SHEET, extensions=None):
        text = io.StringIO()
        batch = Batch(uploads, tmp_path / "out", sheet, 1, 2, "none", extensions=extensions or {})
        run(batch, Events(Console(file=text, width=200), tmp_path / "out" / "run.jsonl"))
        return text.getvalue()

    return run_it


def upload(path, text):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mlp.py", text)


def rows(out):
    with (out / "manual.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fill(out, **points):
    """Fill rows in as a person would: `s1q4="1.5"`."""
    found = rows(out)
    for row in found:
        row["points"] = points.get(f"s{row['student']}q{row['question']}", row["points"])
        row["comment"] = '=cmd "a"\nb' if row["points"] else ""
    with (out / "manual.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, found[0])
        writer.writeheader()
        writer.writerows(found)
    return (out / "manual.csv").read_bytes()


def grades(out):
    found = csv.DictReader((out / "grades.csv").read_text().splitlines())
    return {row["id"]: (row["points"], row["pending_points"], row["late_points"]) for row in found}


def test_a_batch_asks_for_points_and_the_next_one_merges_them_without_grading(grade, tmp_path):
    out = tmp_path / "out"
    grade()
    assert [(r["student"], r["question"], r["points"], r["max_points"]) for r in rows(out)] == [
        ("1", "4", "", "2"),
        ("2", "4", "", "2"),
        ("1", "7", "", "1"),
        ("2", "7", "", "1"),
    ]
    assert grades(out) == {"1": ("7", "3", "0"), "2": ("7", "3", "0")}
    filled = fill(out, s1q4="1.5", s2q7="1")
    assert "(cached)" in grade() and AllPassed.tasks == 2
    assert (out / "manual.csv").read_bytes() == filled
    assert grades(out) == {"1": ("8.5", "1", "0"), "2": ("8", "2", "0")}
    found = from_json((out / "students" / "1" / "result.json").read_text())
    assert found.questions[3].manual == Manual(Decimal(2), Decimal("1.5"), '=cmd "a"\nb')
    assert "=cmd &#34;a&#34;\nb" in (out / "students" / "1" / "report.html").read_text()
    assert "8.5" in (out / "index.html").read_text()


def test_the_command_merges_without_uploads_and_grades_nothing(grade, tmp_path, capsys):
    out = tmp_path / "out"
    grade()
    filled = fill(out, s1q4="2", s1q7="1")
    assert main(["manual", str(out)]) == 0
    output = capsys.readouterr().out
    where = (out / "manual.csv").resolve()
    assert output == f"1 of 2 results have new manual grades; 2 still pending in {where}.\n"
    assert grades(out) == {"1": ("10", "0", "0"), "2": ("7", "3", "0")}
    assert (out / "manual.csv").read_bytes() == filled and AllPassed.tasks == 2
    assert main(["manual", str(out)]) == 0
    assert capsys.readouterr().out.startswith("0 of 2 results have new manual grades; 2 still")
    fill(out, s2q4="2", s2q7="1")
    assert main(["manual", str(out)]) == 0
    assert capsys.readouterr().out == "1 of 2 results have new manual grades.\n"


def test_a_wrong_row_stops_before_anything_is_merged(grade, tmp_path, capsys):
    out = tmp_path / "out"
    grade()
    fill(out, s1q4="1", s2q4="5")
    before = {file: file.read_bytes() for file in out.rglob("*") if file.is_file()}
    assert main(["manual", str(out)]) == 2
    wanted_text = "manual.csv: student 2, question 4: 5 is more than the maximum 2."
    assert capsys.readouterr().err == f"{wanted_text}\n"
    with pytest.raises(UsageError) as caught:
        grade()
    assert str(caught.value) == wanted_text
    assert {file: file.read_bytes() for file in out.rglob("*") if file.is_file()} == before


def test_new_uploads_add_rows_and_a_new_attempt_is_pointed_out(grade, tmp_path):
    out, uploads = tmp_path / "out", tmp_path / "uploads"
    grade()
    filled = fill(out, s1q4="1")
    upload(uploads / "ann_1_14_abc12_3-1.zip", "# better")
    upload(uploads / "cid_3_13_abc14_3.zip", "# cid")
    output = grade()
    assert (out / "manual.csv").read_bytes().startswith(filled)
    assert [(r["student"], r["question"]) for r in rows(out)[4:]] == [("3", "4"), ("3", "7")]
    assert "1 submitted a new version after manual points were given for question 4" in output
    assert grades(out)["1"] == ("8", "1", "0")


def test_points_outlive_a_lost_file(grade, tmp_path):
    out = tmp_path / "out"
    grade()
    fill(out, s1q4="1")
    grade()
    (out / "manual.csv").unlink()
    grade()
    assert [r["points"] for r in rows(out)] == ["1", "", "", ""]
    assert rows(out)[0]["comment"] == '=cmd "a"\nb' and grades(out)["1"] == ("8", "1", "0")


def test_deadline_and_extensions_count_at_once_and_without_grading(grade, tmp_path):
    out = tmp_path / "out"
    policy = read_policy({"per": "day", "percent": 10})
    sheet = replace(SHEET, late=policy, deadline=datetime.fromisoformat("2026-12-01T23:59+01:00"))
    grade(sheet)
    assert grades(out) == {"1": ("7", "3", "0"), "2": ("6", "3", "1")}
    output = grade(sheet, {"2": Extension("ill", days=Decimal(1)), "22": Extension("ill")})
    assert "There is an extension for 22, but no submission with that id." in output
    assert "2: the late penalty changed from 1 to 0 points; check deadline" in output
    assert grades(out)["2"] == ("7", "3", "0") and AllPassed.tasks == 2
    found = from_json((out / "students" / "2" / "result.json").read_text())
    assert found.late.extension == "ill"
    assert "(extension: ill)" in (out / "students" / "2" / "report.html").read_text()
    grade(sheet)
    fill(out, s2q4="2")
    assert main(["manual", str(out)]) == 0
    assert grades(out)["2"] == ("8", "1", "1")
    assert isinstance(from_json((out / "students/2/result.json").read_text()).late, Late)


# --- the command line ---


def test_a_batch_takes_deadline_and_extensions_and_says_how_many_rows_wait(grade, tmp_path, capsys):
    out, extensions = tmp_path / "out", tmp_path / "extensions.csv"
    extensions.write_text("student,reason,until,days\n2,ill,,1\n3,ill,,1\n")
    command = ["batch", str(tmp_path / "uploads"), "--out", str(out), "--assignment", "vu-3b"]
    command += ["--sandbox", "none", "--waivers", str(extensions)]
    assert main([*command, "--deadline", "2026-12-01T23:59+01:00"]) == 0
    output = capsys.readouterr().out.splitlines()
    assert (
        output[0]
        == "The assignment vu-3b has no [late] policy: lateness is shown without a penalty."
    )
    assert "There is an extension for 3, but no submission with that id." in output
    where = (out / "manual.csv").resolve()
    assert output[-2] == f"4 manual grades pending in {where}."
    found = from_json((out / "students" / "2" / "result.json").read_text())
    assert found.late.extension == "ill"
    fill(out, s1q4="1", s1q7="1", s2q4="1", s2q7="1")
    assert main(command) == 0
    assert "pending in" not in capsys.readouterr().out


def test_the_users_fault_is_a_sentence_and_exit_code_2(tmp_path, capsys):
    assert main(["manual", str(tmp_path)]) == 2
    wanted_text = f"{tmp_path} contains no results; give the folder that `batch --out` wrote.\n"
    assert capsys.readouterr().err == wanted_text
    file = tmp_path / "students" / "1" / "result.json"
    file.parent.mkdir(parents=True)
    file.write_text("{}")
    assert main(["manual", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"{file} is not a result; run the batch again.\n"
    batch = ["batch", str(tmp_path), "--out", str(tmp_path / "out")]
    assert main([*batch, "--deadline", "tomorrow"]) == 2
    assert capsys.readouterr().err.startswith("`tomorrow` is not a deadline; give date, time and")
    assert main([*batch, "--extensions", str(tmp_path / "none.csv")]) == 2
    assert "none.csv cannot be read: No such file or directory." in capsys.readouterr().err
