"""Whose an upload is: every LMS's form, recognised or asked for, and what a roster adds."""

import io
import json
from collections.abc import Mapping
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from graders.batch import batch as batching
from graders.batch.progress import Events
from graders.batch.settings import Batch
from graders.errors import UsageError
from graders.grading.grade import ungraded
from graders.results.result import Result, Student
from graders.results.result_json import from_json
from graders.results.table import read_table
from graders.sheets.sheet import read_sheet
from graders.student.check_one import only_part
from graders.uploads.intake import find_uploads, take_in
from graders.uploads.lms.brightspace import brightspace_owner
from graders.uploads.lms.gradescope import gradescope_owners
from graders.uploads.lms.moodle import moodle_owner, moodle_report
from graders.uploads.lms.roster import id_key, read_roster, squeezed
from graders.uploads.owner import Owner, Person
from graders.uploads.upload import Upload
from tests.uploads.support import both, code, laid, read, zipped

SHEET = only_part(read_sheet("rnn"), "mlp")


def graded(uploads: list[Upload]) -> dict[str, dict[str, bytes] | str]:
    return {upload.student.id: read(upload) for upload in uploads}


def refused(path: Path, lms: str) -> str:
    with pytest.raises(UsageError) as caught:
        take_in(path, lms)
    return str(caught.value)


METADATA = b"""---
submission_11:
  :submitters:
  - :name: Jane Doe
    :sid: '4711'
    :email: jane@uni.example
  :created_at: 2025-10-05 12:00:00.500000000 Z
  :score: 3.0
  :results:
    tests:
    - output: "submission_12:\\n  :submitters: []"
submission_12:
  :submitters:
  - :name: "J\\xF6rg M\\xFCller"
    :sid:
    :email: joerg@uni.example
  - :name: Eve
    :sid: '13'
  :created_at: 2025-10-05 14:30:00.000000000 +02:00
submission_13:
  :submitters:
  - :name: Nameless
"""
GRADESCOPE = {
    "assignment_5_export/submission_metadata.yml": METADATA,
    "assignment_5_export/submission_11/elman.py": b"j",
    "assignment_5_export/submission_12/src/elman.py": b"m",
    "assignment_5_export/submission_12/.DS_Store": b"x",
    "assignment_5_export/submission_13/a.zip": code("n"),
    "assignment_5_export/submission_14/a.py": b"of nobody",
    "__MACOSX/assignment_5_export/._submission_11": b"x",
}
EMPTY = zipped({"a.txt": b"x"})


class TestRecognising:
    @pytest.mark.parametrize(
        ("names", "lms"),
        [
            (["doe_1_10_a.py", "eve_2_11_b.py"], "canvas"),
            (["doe_1_10_a.zip"], "canvas"),
            (["doe_LATE_1_10_a.py"], "canvas"),
            (["doe_1_10_a.py", "doe_1_text.html"], "canvas"),
            (["anon_x9_10_a.py"], "canvas"),
            (["Jane Doe_1_assignsubmission_file/a.py"], "moodle"),
            (["1-2 - Jane Doe - Oct 10, 2025 1022 AM/a.py", "index.html"], "brightspace"),
            (["1-2 - Jane Doe - Oct 10, 2025 1022 AM - a.py", "index.html"], "brightspace"),
            (["doe.zip", "eve.zip"], "plain"),
            # one name, and a project's own numbers, are no evidence
            (["model_2023_10_final.py"], "plain"),
            (["vraag_1_2_mlp.py", "vraag_3_4_rnn.py"], "plain"),
            (["mlp_1_2_a.py", "rnn_3_2_b.py"], "plain"),
            (["notes_1_2_a.py", "main.py"], "plain"),
            (["q_1_2_a.py", "q_1_2_b.py"], "plain"),
        ],
    )
    def test_by_content(self, tmp_path: Path, names: list[str], lms: str) -> None:
        for path in both(tmp_path, dict.fromkeys(names, EMPTY)):
            assert take_in(path).lms == lms

    def test_a_lone_source_is_its_name_s(self, tmp_path: Path) -> None:
        path = laid(tmp_path, {"model_2023_10_final.py": b"x"}) / "model_2023_10_final.py"
        assert find_uploads(path)[0].student.id == "model_2023_10_final"
        assert take_in(path, "canvas").uploads[0].student.id == "2023"

    def test_a_form_can_be_forced(self, tmp_path: Path) -> None:
        for path in both(tmp_path, {"vraag_1_2_mlp.py": b"x", "vraag_3_4_rnn.py": b"y"}):
            assert [u.student.id for u in take_in(path, "canvas").uploads] == ["1", "3"]
        for path in both(tmp_path / "zips", {"doe_1_2_a.zip": code("x"), "eve_2_3_a.zip": EMPTY}):
            uploads = take_in(path, "plain").uploads
            assert [u.student.id for u in uploads] == ["doe_1_2_a", "eve_2_3_a"]

    @pytest.mark.parametrize("lms", ["canvas", "moodle", "gradescope", "brightspace"])
    def test_a_forced_form_must_fit(self, tmp_path: Path, lms: str) -> None:
        for path in both(tmp_path, {"doe.zip": code("d"), "eve.zip": code("e")}):
            assert refused(path, lms) == (
                f"{path} is not a {lms.title()} export; leave out `--lms` to detect the format."
            )
        path = laid(tmp_path, {"doe.py": b"x"}) / "doe.py"
        assert refused(path, lms).startswith(f"{path} is not a {lms.title()} export;")

    def test_attachments_of_one_number_are_not_canvas_s(self, tmp_path: Path) -> None:
        for path in both(tmp_path, {"a_1_2_x.zip": EMPTY, "b_2_2_y.zip": EMPTY}):
            assert refused(path, "canvas").startswith(f"{path} is not a Canvas export;")


class TestGradescope:
    def test_folders_are_their_submitters(self, tmp_path: Path) -> None:
        for path in both(tmp_path, GRADESCOPE):
            found = take_in(path)
            assert (found.lms, found.remarks) == (
                "gradescope",
                ["Detected a Gradescope export: 4 submissions."],
            )
            assert graded(found.uploads) == {
                "4711": {"elman.py": b"j"},
                "joerg-uni.example": {"elman.py": b"m"},
                "submission_13": {"elman.py": b"n"},
                "submission_14": {"a.py": b"of nobody"},
            }
            jane, joerg = (upload.student for upload in found.uploads[:2])
            assert jane == Student(
                id="4711",
                name="Jane Doe",
                upload="submission_11",
                submitted_at="2025-10-05T12:00:00+00:00",
                email="jane@uni.example",
            )
            assert joerg.submitted_at == "2025-10-05T14:30:00+02:00"
            eve = found.uploads[1].group_members[0]
            assert (eve.id, eve.name, eve.upload) == ("13", "Eve", "submission_12")

    def test_the_newest_of_a_student_s_submissions_counts(self, tmp_path: Path) -> None:
        later = METADATA.replace(b":sid: '13'", b":sid: '4711'")
        files = GRADESCOPE | {"assignment_5_export/submission_metadata.yml": later}
        for path in both(tmp_path, files):
            first, *_ = find_uploads(path)
            assert [student.id for student in (first.student, *first.group_members)] == [
                "joerg-uni.example",
                "4711",
            ]
            told = "another upload of the same student; submission_12 counts"
            assert first.read()[1].left_out["submission_11"] == told

    @pytest.mark.parametrize(
        "text",
        [
            b"x: !!python/object/apply:os.system ['true']",
            b"submission_11: 3",
            b"submission_11: {':submitters': []}",
            b"- a list",
            b"[" * 100_000,
            b"a: &a [x, *b]",
            b"\xff\xfe\x00",
            b"",
        ],
    )
    def test_what_is_not_gradescope_s_is_told(self, tmp_path: Path, text: bytes) -> None:
        files = {"submission_metadata.yml": text, "submission_11/a.py": b"x"}
        for path in both(tmp_path, files):
            assert refused(path, "auto") == (
                "submission_metadata.yml is not a readable Gradescope file; export the submissions "
                "again, or use `--lms plain` to take the owners from the folder names."
            )

    def test_a_student_without_an_id_is_the_submission_s(self) -> None:
        text = b"submission_1: {':submitters': [{':name': A}, {':name': B}]}"
        owner = gradescope_owners(text, "")["submission_1"]
        assert owner.people == (Person("submission_1", "A"), Person("submission_1-2", "B"))

    def test_a_submitter_named_twice_is_one(self, tmp_path: Path) -> None:
        text = b"submission_1: {':submitters': [{':sid': a}, {':sid': b}, {':sid': a}]}"
        files = {"submission_metadata.yml": text, "submission_1/a.py": b"x"}
        for path in both(tmp_path, files):
            [upload] = find_uploads(path)
            assert [student.id for student in upload.students] == ["a", "b"]
            assert upload.left_out == {}

    def test_a_metadata_file_that_lies_about_its_size_is_told(self, tmp_path: Path) -> None:
        data = bytearray(zipped(GRADESCOPE))
        place = data.rindex(b"PK\x01\x02", 0, data.index(b"PK\x01\x02") + 4)
        data[place + 24] ^= 1  # the declared length of the first entry
        path = tmp_path / "class.zip"
        path.write_bytes(data)
        assert refused(path, "auto") == (
            f"assignment_5_export/submission_metadata.yml in {path} cannot be read; "
            "download it again."
        )


class TestBrightspace:
    FILES: Mapping[str, bytes] = {
        "3B/index.html": b"<p>",
        "3B/10-7 - Jane Doe - Oct 9, 2025 1155 PM/elman.py": b"old",
        "3B/10-7 - Jane Doe - Oct 10, 2025 1205 AM/elman.py": b"new",
        "3B/11-7 - van der Eve-Marie - 10 October, 2025 10 09 PM/a.zip": code("e"),
        "3B/12-7 - Jörg - 3 jan. 2026 1022/a.py": b"m",
    }

    def test_the_newest_of_a_student_s_folders_counts(self, tmp_path: Path) -> None:
        for path in both(tmp_path, self.FILES):
            uploads = find_uploads(path)
            assert graded(uploads) == {
                "10-7": {"elman.py": b"new"},
                "11-7": {"elman.py": b"e"},
                "12-7": {"a.py": b"m"},
            }
            upload = "10-7 - Jane Doe - Oct 10, 2025 1205 AM"
            assert uploads[0].student == Student("10-7", "Jane Doe", upload=upload)
            assert uploads[0].read()[1].left_out == {
                "10-7 - Jane Doe - Oct 9, 2025 1155 PM": (
                    f"another upload of the same student; {upload} counts"
                )
            }

    @pytest.mark.parametrize(
        ("name", "owner"),
        [
            (
                "1-2 - A B - Oct 9, 2025 1155 PM",
                Owner("1-2", "A B", sortable_time="2025-10-09T23:55:00"),
            ),
            (
                "1-2 - A - 9 October, 2025 9 05 AM - my - file.py",
                Owner("1-2", "A", "my - file.py", sortable_time="2025-10-09T09:05:00"),
            ),
            (
                "1-2- A - Sep 30, 2023 905 AM",
                Owner("1-2", "A", sortable_time="2023-09-30T09:05:00"),
            ),
            ("1-2 - A - 9 okt. 2025 1155", Owner("1-2", "A")),
            ("1-2 - A", None),
            ("1 - 2 - chapter", None),
        ],
    )
    def test_names(self, name: str, owner: Owner | None) -> None:
        assert brightspace_owner(name) == owner


class TestRosters:
    CLASS: Mapping[str, bytes] = {
        "s100.zip": code("a"),
        "eve.zip": code("e"),
        "Team Rocket.zip": code("r"),
        "stranger.zip": code("s"),
    }
    ROSTER = (
        "\ufeffStudent-Number;LOGIN;Last name;First Name;E-Mail Address;Team\r\n"
        "s100;ann;Ánn;Doe;ann@uni.example;\r\n"
        "s101;eve;Eve;Roe;;solo\r\n"
        "s102;joe;Joe;Poe;;Team Rocket\r\n"
        "s103;kim;Kim;Loe;;team_rocket\r\n"
        "s104;lee;Lee;Moe;;\r\n"
    ).encode()

    def test_joins_ids_names_and_groups(self, tmp_path: Path) -> None:
        for path in both(tmp_path, {**self.CLASS, "roster.csv": self.ROSTER}):
            found = take_in(path)
            assert {u.student.id: (u.student.name, u.student.group) for u in found.uploads} == {
                "eve": ("Roe Eve", "solo"),
                "s100": ("Doe Ánn", ""),
                "s102": ("Poe Joe", "Team Rocket"),
                "stranger": ("stranger", ""),
            }
            assert found.uploads[1].student.email == "ann@uni.example"
            [kim] = found.uploads[2].group_members
            assert (kim.id, kim.name, kim.upload) == ("s103", "Loe Kim", "Team Rocket.zip")
            assert found.remarks == [
                "Not in the roster: stranger.",
                "In the roster, without a submission: Moe Lee.",
            ]

    def test_the_one_that_is_given_counts(self, tmp_path: Path) -> None:
        given = tmp_path / "r.csv"
        given.write_text("login,name\neve,Eve Given\n")
        path = both(tmp_path, {**self.CLASS, "roster.csv": self.ROSTER})[1]
        names = [u.student.name for u in take_in(path, roster=read_roster(given)).uploads]
        assert names == ["Team Rocket", "Eve Given", "s100", "stranger"]

    def test_names_files_too(self, tmp_path: Path) -> None:
        roster = b"id,name,file\n7,Jane,hand in.zip\n8,Eve,b\n9,Joe,b\n"
        files = {"hand in.zip": code("j"), "b/elman.py": b"e", "roster.csv": roster}
        for path in both(tmp_path, files):
            [jane, eve] = find_uploads(path)
            assert (jane.student.id, jane.student.name) == ("7", "Jane")
            assert [eve.student.id, *(fellow.id for fellow in eve.group_members)] == ["8", "9"]

    def test_makes_a_class_of_one_folder(self, tmp_path: Path) -> None:
        for path in both(tmp_path, {"doe/src/a.py": b"x", "roster.csv": b"login\ndoe\n"}):
            assert graded(find_uploads(path)) == {"doe": {"a.py": b"x"}}

    def test_two_uploads_of_one_student(self, tmp_path: Path) -> None:
        roster = b"number,login,name\n7,jane,Jane\n8,eve,Eve\n"
        roster = roster.replace(b"number", b"student number")
        files = {"jane.zip": code("1"), "7-2.zip": EMPTY, "eve.zip": code("e")}
        files |= {"roster.csv": roster.replace(b"7,", b"7-2,")}
        for path in both(tmp_path, files):
            jane = find_uploads(path)[0]
            assert jane.student.upload == "7-2.zip"
            told = "another upload of the same student; 7-2.zip counts"
            assert jane.left_out == {"jane.zip": told}

    def test_an_own_upload_counts_before_the_group_s(self, tmp_path: Path) -> None:
        files = {**self.CLASS, "kim.zip": code("k"), "roster.csv": self.ROSTER}
        for path in both(tmp_path, files):
            uploads = {upload.student.id: upload for upload in find_uploads(path)}
            assert read(uploads["kim"]) == {"elman.py": b"k"}
            assert uploads["s102"].group_members == ()
            told = "another upload of the same student; kim.zip counts"
            assert uploads["kim"].left_out == {"Team Rocket.zip": told}

    def test_canvas_s_groups(self, tmp_path: Path) -> None:
        roster = tmp_path / "roster.csv"
        roster.write_text(
            "Student,ID,SIS Login ID,Group Name\n"
            "    Points Possible,,,\n"
            '"Doe, Jane",1,jane,Team Rocket 2\n"Roe, Eve",2,eve,Team Rocket 2\n"Poe, Joe",3,joe,x\n'
        )
        files = {"teamrocket2_2_10_a.zip": code("t"), "poejoe_LATE_3_11_a.py": b"p"}
        files |= {"teamrocket2_9_12_a.zip": code("s")}
        for path in both(tmp_path, files):
            [team, joe, stranger] = take_in(path, roster=read_roster(roster)).uploads
            told = [[student.id, student.name] for student in (team.student, *team.group_members)]
            assert told == [["2", "Roe, Eve"], ["1", "Doe, Jane"]]
            told = [joe.student.name, joe.student.group]
            assert (told, joe.student.late) == (["Poe, Joe", "x"], True)
            assert (stranger.student.id, stranger.group_members) == (
                "9",
                (),
            )  # a name is no evidence

    def test_a_number_of_another_kind_is_no_id(self, tmp_path: Path) -> None:
        """Jane's Canvas id is Eve's student number."""
        roster = b"student number,name,email\n4711,Eve Roe,eve@uni.example\n12,Jane Doe,\n"
        files = {"doejane_4711_1_a.py": b"j", "roeeve_12_2_a.py": b"e", "roster.csv": roster}
        for path in both(tmp_path, files):
            found = take_in(path)
            told = [(u.student.id, u.student.name, u.student.email) for u in found.uploads]
            assert told == [("12", "roeeve", ""), ("4711", "doejane", "")]
            assert found.remarks[1:] == [
                "Not in the roster: doejane, roeeve.",
                "In the roster, without a submission: Eve Roe, Jane Doe.",
            ]
        files |= {"roster.csv": b"login,name,email\n4711,Jane Doe,jane@uni.example\n"}
        for path in both(tmp_path / "agreeing", files):
            assert find_uploads(path)[1].student.email == "jane@uni.example"
        files |= {"roster.csv": b"id,sis user id,name\n12,4711,Eve Roe\n4711,7,Jane Doe\n"}
        for path in both(tmp_path / "several", files):
            assert [u.student.name for u in find_uploads(path)] == ["Eve Roe", "Jane Doe"]

    def test_a_group_s_member_is_not_the_group(self, tmp_path: Path) -> None:
        """In an individual assignment a tutorial group's other members get nothing."""
        roster = b"id,name,group\n1,Jane Doe,Tutorial 1\n2,Eve Roe,Tutorial 1\n3,Doe Jane,doejane\n"
        files = {"doejane_1_10_a.zip": code("j"), "eveline_2_11_a.zip": code("e")}
        files |= {"doejane_3_12_a.zip": code("d"), "roster.csv": roster}
        for path in both(tmp_path, files):
            uploads = find_uploads(path)
            assert [u.student.id for u in uploads] == ["1", "2", "3"]
            assert all(u.group_members == () for u in uploads)

    def test_anonymous_ids_are_not_looked_up(self, tmp_path: Path) -> None:
        roster = b"id,name\nx9,Jane\n"
        for path in both(tmp_path, {"anon_x9_1_a.py": b"x", "roster.csv": roster}):
            assert find_uploads(path)[0].student.name == "anon x9"

    def test_moodle_s_worksheet_is_a_roster(self, tmp_path: Path) -> None:
        roster = tmp_path / "Grades.csv"
        roster.write_text(
            "Identifier,Full name,ID number,Email address,Status,Group,Grade\n"
            "Participant 12,Jane Doe,s1,jane@uni.example,Submitted,,\n"
            "Participant 13,Eve Roe,s2,,Submitted,Team Rocket,\n"
            "Participant 14,Joe Poe,s3,,Submitted,Team Rocket,\n"
        )
        files = {
            "Jane D_12_assignsubmission_file/a.py": b"j",
            "Jane D_12_assignsubmission_onlinetext/onlinetext.html": b"x",
            "Team Rocket_5_assignsubmission_file/a.py": b"t",
        }
        for path in both(tmp_path, files):
            jane, team = take_in(path, roster=read_roster(roster)).uploads
            assert (jane.student.name, jane.student.email) == ("Jane Doe", "jane@uni.example")
            assert [team.student.id, *(fellow.id for fellow in team.group_members)] == ["13", "14"]

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            (b"", "{} is not a CSV file; export it again, or save it as `CSV UTF-8`."),
            (b"a\0b", "{} is not a CSV file; export it again, or save it as `CSV UTF-8`."),
            (b"sep=;\r\n", "{} is not a CSV file; export it again, or save it as `CSV UTF-8`."),
            (b'id,name\n1,"x\n', "{} is not a CSV file: unexpected end of data."),
            (
                b"name,grade\nJane,1\n",
                "{} has no id column; add one with one of these headers: id, user id, login, "
                "student number, e-mail.",
            ),
            (b"id,name\n", "{}: it has no students; export it again."),
            (
                b"id,name\n1,x,y\n",
                "{}: line 2 has 3 cells, and the header has 2; export it again as CSV.",
            ),
            (
                b"id,login,name\n1,a,x\n,,Eve\n2,A,y\n1,b,z\n",
                "{0}: Eve has no id; add one.\n"
                "{0}: a belongs to two students; keep it for one.\n"
                "{0}: 1 belongs to two students; keep it for one.",
            ),
        ],
    )
    def test_problems_are_sentences(self, tmp_path: Path, text: bytes, told: str) -> None:
        path = tmp_path / "r.csv"
        path.write_bytes(text)
        with pytest.raises(UsageError) as caught:
            read_roster(path)
        assert str(caught.value) == told.format(path)

    def test_a_missing_one_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError) as caught:
            read_roster(tmp_path / "r.csv")
        assert (
            str(caught.value) == f"{tmp_path / 'r.csv'} cannot be read: No such file or directory."
        )


class TestOneOrMany:
    """What is read as one student's upload is said, and a class is not read as one."""

    def test_one_upload_is_said_to_be_one(self, tmp_path: Path) -> None:
        for path in both(tmp_path, {"elman.py": b"x", "ann.zip": code("a"), "bo.zip": code("b")}):
            told = f"Read as one submission, of {path.stem}; for a class, give the LMS's zip, or a "
            assert take_in(path).remarks == [
                f"{told}folder with an archive or folder for each student."
            ]

    def test_two_are_said_nothing_of(self, tmp_path: Path) -> None:
        for path in both(tmp_path, {"ann.zip": code("a"), "bo.zip": code("b")}):
            assert take_in(path).remarks == []

    @pytest.mark.parametrize(
        ("names", "lms"),
        [
            (["doe_1_10_a.py", "roe_2_11_b.py"], "Canvas"),
            ([f"{n} Roe_1{n}_assignsubmission_file/a.py" for n in range(2)], "Moodle"),
            ([f"1-{n} - A B - Oct 1, 2025 1022 AM/a.py" for n in range(2)], "Brightspace"),
            (["e/submission_metadata.yml", "e/submission_1/a.py"], "Gradescope"),
        ],
    )
    @pytest.mark.parametrize("beside", [{}, {"roster.csv": b"id\n1\n"}])
    def test_a_class_in_a_class_s_place_is_refused(
        self, tmp_path: Path, names: list[str], lms: str, beside: dict[str, bytes]
    ) -> None:
        inner = zipped(dict.fromkeys(names, b"x = 1"))
        for path in both(tmp_path, {"3b/submissions.zip": inner, "3b/.DS_Store": b"", **beside}):
            assert refused(path, "auto") == (
                f"{path} contains a class export of {lms}, 3b/submissions.zip; give that zip itself, "
                "and a roster with `--roster`. If it belongs to one student, use `--lms plain`."
            )
            assert len(take_in(path, "plain").uploads) == len(find_uploads(path)) == 1

    def test_no_student_can_make_a_class_one_that_is_refused(self, tmp_path: Path) -> None:
        """The others handed in no work that can be graded."""
        inner = zipped({"a_1_2_x.py": b"x", "b_3_4_y.py": b"y"})
        moodle = "Eve_7_assignsubmission_file_/rnn.zip"
        for name, files in {
            "canvas": {"eve_7_99_rnn.zip": inner, "doe_5_text.html": b"", "roe_6_text.html": b""},
            "moodle": {moodle: inner, "Bo_8_assignsubmission_file_/a.pdf": b""},
            "plain": {"eve.zip": inner, "bo.pdf": b"", "cy.docx": b""},
        }.items():
            for path in both(tmp_path / name, files):
                assert take_in(path).lms == name

    @pytest.mark.parametrize(
        "files",
        [
            {"roe_1_91_a.zip": "canvas", "doe_2_92_a.zip": "canvas"},
            {
                "Jane Roe_1_assignsubmission_file_a.zip": "moodle",
                "Bo_2_assignsubmission_file_b.py": "",
            },
            {"39786-1 - Jane - Oct 10, 2025 1022 AM - a.zip": "brightspace"},
            {"ann.zip": "plain", "bo.zip": "plain"},
        ],
    )
    @pytest.mark.parametrize(
        "own",
        ["x_5101_assignsubmission_file_y", "x_1_2_y", "1-2 - Jane - Oct 10, 2025 1022 AM - y"],
    )
    def test_no_student_can_make_a_class_another_lms_s(
        self, tmp_path: Path, files: dict[str, str], own: str
    ) -> None:
        form = next(iter(files.values()))
        prefix = {
            "canvas": "eve_5_95_",
            "moodle": "Eve_5_assignsubmission_file_",
            "brightspace": "39786-5 - Eve - Oct 10, 2025 1022 AM - ",
            "plain": "",
        }
        inner = code("x")
        for path in both(tmp_path, dict.fromkeys([*files, f"{prefix[form]}{own}.zip"], inner)):
            assert take_in(path).lms == form

    def test_a_roster_alone_is_no_class(self, tmp_path: Path) -> None:
        for path in both(tmp_path, {"roster.csv": b"id\n1\n", "marks.csv": b"a\n"}):
            told = f"{path} contains no uploads; give the LMS's zip or a folder of archives."
            assert refused(path, "auto") == told

    def test_one_student_s_nested_archive_is_none(self, tmp_path: Path) -> None:
        inner = zipped({"Jane_13_assignsubmission_file/a.py": b"x", "b/c_d.py": b"y"})
        for path in both(tmp_path, {"abc123_3b.zip": inner}):
            assert [upload.read()[1] for upload in find_uploads(path)]

    def test_files_that_a_roster_names_are_students_however_they_are_called(
        self, tmp_path: Path
    ) -> None:
        roster = tmp_path / "r.csv"
        roster.write_text("id,name,file\n1,Ann,rnn\n2,Bo,lstm\n")
        for path in both(tmp_path, {"rnn/elman.py": b"a", "lstm/elman.py": b"b"}):
            assert len(take_in(path).uploads) == 1
            found = take_in(path, roster=read_roster(roster)).uploads
            assert [(each.student.id, each.student.name) for each in found] == [
                ("1", "Ann"),
                ("2", "Bo"),
            ]

    def test_of_a_student_s_two_archives_the_newest_counts(self, tmp_path: Path) -> None:
        files = {
            "abc123_3b.zip": code("1"),
            "abc123_3b-1.zip": code("2"),
            "bcd12_3b.zip": code("3"),
        }
        for path in both(tmp_path, files):
            found = take_in(path)
            assert graded(found.uploads) == {
                "abc123": {"elman.py": b"2"},
                "bcd12": {"elman.py": b"3"},
            }
            assert found.remarks == ["Submitted more than once (the newest counts): abc123."]
            assert found.uploads[0].read()[1].left_out == {
                "abc123_3b.zip": "another upload of the same student; abc123_3b-1.zip counts"
            }


class TestTables:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_encodings_and_delimiters(self, tmp_path: Path, encoding: str, delimiter: str) -> None:
        path = tmp_path / "t.csv"
        path.write_bytes(f'id{delimiter}"näme, x"\r\n1{delimiter}"a\nb"\r\n\r\n'.encode(encoding))
        table = read_table(path)
        assert (table.header, table.rows) == (("id", "näme, x"), (("1", "a\nb"),))
        assert table.delimiter == delimiter
        assert not table.text().startswith("\ufeff")

    def test_excel_s_own_first_line_is_no_header(self, tmp_path: Path) -> None:
        path = tmp_path / "t.csv"
        path.write_text("sep=;\r\nid;a,b,c\r\n1;2\r\n")
        table = read_table(path)
        assert (table.header, table.rows) == (("id", "a,b,c"), (("1", "2"),))
        path.write_text("sep=;\r\nid;name\r\n1;2;3\r\n")
        with pytest.raises(UsageError, match="line 3 has 3 cells"):
            read_table(path)

    def test_what_is_written_is_read_and_runs_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "t.csv"
        row = ["=1+2", "-1.5", "-", "@x", "a;=b", "+cmd", "\uff1d1", "7,25", " =x"]
        path.write_text(
            ";".join(f"h{n}" for n in range(9)) + "\n" + ";".join(f'"{c}"' for c in row)
        )
        table = read_table(path)
        path.write_text(table.text())
        assert read_table(path).rows == (
            ("'=1+2", "-1.5", "-", "'@x", "a;'=b", "'+cmd", "'\uff1d1", "7,25", "' =x"),
        )


class AtOnce(Executor):
    """Grades at once, without looking."""

    def submit(self, function: Any, task: Any, /, *_: Any, **__: Any) -> Any:
        future: Future[Result] = Future()
        future.set_result(ungraded(SHEET, task.student, "", task.seed, task.sandbox))
        return future


class TestBatches:
    def test_every_member_of_a_group_gets_the_result(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("graders.batch.slots.ProcessPoolExecutor", lambda *_, **__: AtOnce())
        uploads = both(tmp_path, {"eve.zip": code("e"), "rocket.zip": code("r")})[1]
        roster = tmp_path / "roster.csv"
        roster.write_text("id,name,group\neve,Eve,\njoe,Joe,Rocket\nkim,Kim,Rocket\n")
        out = tmp_path / "out"

        def graded(roster: Path) -> str:
            said = io.StringIO()
            batch = Batch(uploads, out, SHEET, 1, 1, "none", roster=roster)
            batching.run(batch, Events(Console(file=said, width=200), out / "run.jsonl"))
            return said.getvalue()

        assert "[3/3]" in graded(roster)
        results = {path.parent.name: from_json(path.read_text()) for path in out.glob("*/*/*.json")}
        assert sorted(results) == ["eve", "joe", "kim"]
        joe, kim = results["joe"], results["kim"]
        assert kim.student == replace(joe.student, id="kim", name="Kim")
        assert len((out / "grades.csv").read_text().splitlines()) == 4
        assert len(list(out.glob("students/*/report.html"))) == 3
        roster.write_text(roster.read_text() + "lee,Lee,Rocket\nmoe,Moe,\n")
        said = graded(roster)
        assert "In the roster, without a submission: Moe." in said
        events = [json.loads(line) for line in (out / "run.jsonl").read_text().splitlines()]
        ended = [(event["id"], event["fresh"]) for event in events if event["event"] == "finished"]
        assert ended[3:] == [("eve", False), ("joe", False), ("kim", False), ("lee", True)]
        assert from_json((out / "students/lee/result.json").read_text()).student.name == "Lee"


def test_moodles_id_is_not_taken_from_a_files_own_name():
    mine = "Zed E_12346_assignsubmission_file_x_12345_assignsubmission_file_padding.py"
    found = moodle_owner(mine)
    assert found is not None and (found.id, found.name) == ("12346", "Zed E")
    report = moodle_report(mine)
    assert report is not None and report.startswith("Zed E_12346_")


def test_names_and_ids_are_compared_whatever_their_unicode_form():
    composed, decomposed = "Zo\u00e9", "Zoe\u0301"
    assert squeezed(composed) == squeezed(decomposed) and id_key(composed) == id_key(decomposed)
