"""From what an LMS gives to uploads: every form, whose each is, and what an unreadable one carries."""

import hashlib
import os
import pickle
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from graders.errors import UsageError
from graders.results.result import Student
from graders.uploads.archive import Caps
from graders.uploads.intake import find_uploads
from graders.uploads.lms.canvas import canvas_owner
from graders.uploads.lms.moodle import moodle_owner
from graders.uploads.owner import Owner, newest_attempts, plain_owner, safe_id
from graders.uploads.upload import UnreadableUpload, read_folder
from tests.uploads.support import both, code, laid, read, zipped

UNUSED = "not a source or small text file"
DAMAGED = "This archive is damaged or cut short; make it again and hand it in."


def graded(path: Path) -> dict[str, dict[str, bytes] | str]:
    return {upload.student.id: read(upload) for upload in find_uploads(path)}


def students(path: Path) -> list[Student]:
    return [upload.student for upload in find_uploads(path)]


class TestPlainClasses:
    def test_archives(self, tmp_path: Path) -> None:
        files = {
            "zoe.zip": code("z"),
            "abc123_3.zip": code("a"),
            "doe.tar.gz": b"x",
            "eve.rar": b"Rar!",
        }
        for path in both(tmp_path, files | {"marks.csv": b"1", "__MACOSX/._zoe.zip": b"x"}):
            assert graded(path) == {
                "abc123": {"elman.py": b"a"},
                "doe": "This is not an archive; hand in a .zip.",
                "eve": "This is a RAR archive; hand in a .zip.",
                "zoe": {"elman.py": b"z"},
            }
            assert students(path)[0] == Student("abc123", "abc123", upload="abc123_3.zip")

    def test_archives_in_a_wrapper_folder(self, tmp_path: Path) -> None:
        files = {"hw/in/doe.zip": code("d"), "hw/in/eve.zip": code("e")}
        for path in both(tmp_path, files):
            assert graded(path) == {"doe": {"elman.py": b"d"}, "eve": {"elman.py": b"e"}}

    def test_folders(self, tmp_path: Path) -> None:
        files = {
            "Jane Doe/elman.py": b"d",
            "Jane Doe/old.zip": code("old"),
            "Jane Doe/.git/config": b"x",
            "eve/3b/src/elman.py": b"e",
            "joe/code.zip": code("j"),
            "noel/report.docx": b"n",
        }
        for path in both(tmp_path, files):
            assert graded(path) == {
                "Jane-Doe": {"elman.py": b"d"},
                "eve": {"elman.py": b"e"},
                "joe": {"elman.py": b"j"},
                "noel": "This upload contains no .py or .ipynb file; it contains: report.docx.",
            }
            jane = find_uploads(path)[0]
            assert jane.student == Student("Jane-Doe", "Jane Doe", upload="Jane Doe")
            assert jane.read()[1].left_out == {
                "old.zip": "an archive, not opened",
                ".git": "not part of the work",
            }

    def test_folders_and_archives(self, tmp_path: Path) -> None:
        for path in both(tmp_path, {"doe.zip": code("d"), "eve/elman.py": b"e"}):
            assert graded(path) == {"doe": {"elman.py": b"d"}, "eve": {"elman.py": b"e"}}

    def test_a_document_beside_archives_is_somebody_s_upload(self, tmp_path: Path) -> None:
        for path in both(tmp_path, {"doe.zip": code("d"), "eve.zip": code("e"), "joe.docx": b"x"}):
            assert graded(path)["joe.docx"] == (
                "This upload contains no .py or .ipynb file; it contains: joe.docx."
            )

    def test_a_folder_of_one(self, tmp_path: Path) -> None:
        assert graded(laid(tmp_path / "a", {"doe.zip": code("d")})) == {"doe": {"elman.py": b"d"}}
        assert graded(laid(tmp_path / "b", {"doe/elman.py": b"d"})) == {"doe": {"elman.py": b"d"}}
        assert graded(laid(tmp_path / "c", {"doe/src/a.py": b"a", "doe/tests/b.py": b"b"})) == {
            "doe": {"src/a.py": b"a", "tests/b.py": b"b"}
        }

    def test_one_student_s_harm_stays_with_that_student(self, tmp_path: Path) -> None:
        path = tmp_path / "class.zip"
        path.write_bytes(
            zipped(
                {
                    "doe/elman.py": b"d",
                    "eve/A.py": b"1",
                    "eve/a.py": b"2",
                    "joe/zeros.csv": bytes(3_000_000),
                    "../x.py": b"x",
                    "kim/a\u202e.py": b"x",
                }
            )
        )
        assert graded(path) == {
            "doe": {"elman.py": b"d"},
            "eve": "A.py and a.py differ only in upper and lower case; rename one.",
            "joe": "This archive unpacks to far more than its own size; hand in only your own files.",
            "kim": "a\\u202e.py has a hidden character in its name; rename it.",
            "student-" + hashlib.sha256(b"..").hexdigest()[:8]: {"x.py": b"x"},
        }


class TestOneUpload:
    @pytest.mark.parametrize(
        "files",
        [
            {"elman.py": b"x"},
            {"work.ipynb": b"{}", "data.zip": code("d")},
            {"3b/elman.py": b"x", "3b/mlp.py": b"y"},
            {"src/elman.py": b"x", "tests/test_elman.py": b"y"},
            {"code/a.py": b"x", "backup/a.py": b"y", "mine/b.py": b"z"},
            {"q1/a.py": b"x", "q2/a.py": b"y", "Question 3b/a.py": b"z"},
            {"elman/a.py": b"x", "lstm/b.py": b"y"},
            {"one/a.py": b"x", "two/b.py": b"y", "README.md": b"z"},
            {"one/a.py": b"x", "two/b.py": b"y", "main.py": b"z"},
            {"src/a.py": b"x", "figures/b.png": b"y", "model_2023_10.csv": b"z"},
            {"a_1_2_b.png": b"x", "main.py": b"y"},
        ],
    )
    def test_a_project_is_one(self, tmp_path: Path, files: Mapping[str, bytes]) -> None:
        archive = both(tmp_path, files)[1]
        [upload] = find_uploads(archive)
        assert upload.student == Student("uploads", "uploads", upload="uploads.zip")
        assert len(upload.read()[1].files) == sum(
            name.endswith((".py", ".ipynb", ".md", ".csv")) for name in files
        )

    @pytest.mark.parametrize(
        "files",
        [
            {"elman.py": b"x"},
            {"work.ipynb": b"{}", "data.zip": code("d")},
            {"src/elman.py": b"x", "tests/test_elman.py": b"y"},
            {"mine/elman.py": b"x", "README.md": b"y"},
            {"src/elman.py": b"x"},
            {"code.zip": code("x")},
        ],
    )
    def test_a_project_s_folder_is_one(self, tmp_path: Path, files: Mapping[str, bytes]) -> None:
        folder = laid(tmp_path / "abc123_3b", files)
        [upload] = find_uploads(folder)
        assert upload.student == Student("abc123", "abc123", upload="abc123_3b")
        assert any(name.endswith((".py", ".ipynb")) for name in upload.read()[1].files)

    def test_an_archive_in_an_archive(self, tmp_path: Path) -> None:
        path = tmp_path / "doe.zip"
        path.write_bytes(zipped({"3b.zip": code("x")}))
        assert graded(path) == {"doe": {"elman.py": b"x"}}

    def test_several_archives_of_one_project(self, tmp_path: Path) -> None:
        path = tmp_path / "doe.zip"
        path.write_bytes(zipped({"q1.zip": code("1"), "q2.zip": code("2")}))
        assert graded(path) == {"doe": {"q1/elman.py": b"1", "q2/elman.py": b"2"}}

    def test_a_source(self, tmp_path: Path) -> None:
        path = laid(tmp_path, {"doe.py": b"x"}) / "doe.py"
        assert graded(path) == {"doe": {"doe.py": b"x"}}

    def test_a_canvas_name(self, tmp_path: Path) -> None:
        path = (
            laid(tmp_path, {"doejane_LATE_4711_99_3b.zip": code("x")})
            / "doejane_LATE_4711_99_3b.zip"
        )
        assert students(path) == [
            Student("4711", "doejane", True, "doejane_LATE_4711_99_3b.zip", file="3b.zip")
        ]
        assert graded(path) == {"4711": {"elman.py": b"x"}}

    def test_a_deep_path_costs_no_time(self, tmp_path: Path) -> None:
        path = tmp_path / "doe.zip"
        path.write_bytes(zipped({"a/" * 30_000 + f"{i}.py": b"x" for i in range(20)}))
        [told] = graded(path).values()
        assert str(told).endswith(" is more than 16 folders deep; move it up.")

    def test_a_tar_is_one(self, tmp_path: Path) -> None:
        path = laid(tmp_path, {"doe.tar.gz": b"\x1f\x8bx"}) / "doe.tar.gz"
        assert graded(path) == {"doe": DAMAGED}

    def test_a_link_that_the_ta_gives_is_followed(self, tmp_path: Path) -> None:
        laid(tmp_path, {"real/doe.zip": code("x")})
        (tmp_path / "link.zip").symlink_to(tmp_path / "real" / "doe.zip")
        assert graded(tmp_path / "link.zip") == {"doe": {"elman.py": b"x"}}

    def test_links_in_a_class_are_not(self, tmp_path: Path) -> None:
        secret = laid(tmp_path / "secret", {"key.py": b"secret", "key.zip": code("secret")})
        folder = laid(tmp_path / "class", {"doe.zip": code("x")})
        (folder / "eve.zip").symlink_to(secret / "key.zip")
        (folder / "joe").symlink_to(secret, target_is_directory=True)
        holds = "This upload contains no .py or .ipynb file; it contains: {} (not a regular file)."
        assert graded(folder) == {
            "doe": {"elman.py": b"x"},
            "eve": holds.format("eve.zip"),
            "joe": holds.format("joe"),
        }


class TestCanvas:
    FILES: Mapping[str, bytes] = {
        "doejane_4711_99_3b.zip": code("jane"),
        "müllerjörg_LATE_12_100_elman-1.py": b"j",
        "müllerjörg_LATE_12_101_my report.pdf": b"r",
        "müllerjörg_LATE_12_102_rest of it.zip": zipped({"mlp.py": b"m"}),
        "eve_late_13_103_a_b.py": b"e",
        "14_104_a.py": b"n",
        "late_15_105_a.py": b"l",
        "anon_aB3dE_106_a.py": b"a",
        "LATE_anon_aB3de_107_a.py": b"b",
        "noel_16_text.html": b"<p>",
        "rar_17_108_a.rar": b"Rar!",
    }

    def test_every_student_is_one_upload(self, tmp_path: Path) -> None:
        for path in both(tmp_path, self.FILES | {"marks.csv": b"1"}):
            assert graded(path) == {
                "12": {"elman.py": b"j", "mlp.py": b"m"},
                "13": {"a_b.py": b"e"},
                "14": {"a.py": b"n"},
                "15": {"a.py": b"l"},
                "16": "This upload contains no .py or .ipynb file; it contains: text.html.",
                "17": "This is a RAR archive; hand in a .zip.",
                "4711": {"elman.py": b"jane"},
                "aB3dE": {"a.py": b"a"},
                "aB3de-2": {"a.py": b"b"},
            }
            assert students(path) == [
                Student(
                    "12",
                    "müllerjörg",
                    True,
                    "müllerjörg_LATE_12_102_rest of it.zip",
                    file="rest of it.zip",
                ),
                Student("13", "eve", True, "eve_late_13_103_a_b.py", file="a_b.py"),
                Student("14", "14", False, "14_104_a.py", file="a.py"),
                Student("15", "15", True, "late_15_105_a.py", file="a.py"),
                Student("16", "noel", False, "noel_16_text.html", file="text.html"),
                Student("17", "rar", False, "rar_17_108_a.rar", file="a.rar"),
                Student("4711", "doejane", False, "doejane_4711_99_3b.zip", file="3b.zip"),
                Student("aB3dE", "anon aB3dE", False, "anon_aB3dE_106_a.py", file="a.py"),
                Student("aB3de-2", "anon aB3de", True, "LATE_anon_aB3de_107_a.py", file="a.py"),
            ]
            assert find_uploads(path)[0].read()[1].left_out == {"my report.pdf": UNUSED}

    def test_the_newest_attempt_counts(self, tmp_path: Path) -> None:
        files = {
            "doe_1_10_3b.zip": code("1"),
            "doe_1_9_3b-1.zip": code("0"),
            "doe_1_11_3b-2.zip": code("2"),
        }
        for path in both(tmp_path, files):
            assert graded(path) == {"1": {"elman.py": b"2"}}
            student, submission = find_uploads(path)[0].read()
            why = "an earlier attempt; doe_1_11_3b-2.zip counts"
            assert submission.left_out == {"doe_1_10_3b.zip": why, "doe_1_9_3b-1.zip": why}
            assert student.upload == "doe_1_11_3b-2.zip"

    def test_numbered_sources_are_no_attempts(self) -> None:
        def attempts(*files: str) -> dict[str, str]:
            owners = [
                (Owner("1", "", file, attachment=n + 1), file) for n, file in enumerate(files)
            ]
            return newest_attempts(owners)[0]

        assert attempts("q-1.py", "q-2.py") == {"q-1.py": "q-1.py", "q-2.py": "q-2.py"}
        assert attempts("q.py", "q-2.py") == {"q-2.py": "q.py"}
        assert attempts("utils-1.py") == {"utils-1.py": "utils.py"}
        assert attempts("q.tar.gz", "q-1.tar.gz") == {"q-1.tar.gz": "q.tar.gz"}

    def test_numbered_archives_are_parts_or_attempts_as_their_sources_say(
        self, tmp_path: Path
    ) -> None:
        both_files = {"elman.py": b"new", "mlp.py": b"m", "notes.txt": b""}
        both_in = {f"q-1/{name}" for name in both_files}
        cases = {
            "parts": (code("1"), zipped({"mlp.py": b"2"}), {"q-1/elman.py", "q-2/mlp.py"}),
            "attempts": (code("old"), zipped(both_files), set(both_files)),
            "fewer": (zipped(both_files), code("1"), {*both_in, "q-2/elman.py"}),
        }
        for name, (one, two, expected) in cases.items():
            files = {f"{name}/doe_1_10_q-1.zip": one, f"{name}/doe_1_11_q-2.zip": two}
            (upload,) = find_uploads(laid(tmp_path, files) / name)
            submission = upload.read()[1]
            assert set(submission.files) == expected, name
            assert bool(submission.left_out) == (name == "attempts")

    def test_several_archives_lie_in_folders_of_their_names(self, tmp_path: Path) -> None:
        path = laid(tmp_path, {"doe_1_10_q1.zip": code("1"), "doe_1_11_q2.zip": code("2")})
        assert graded(path) == {"1": {"q1/elman.py": b"1", "q2/elman.py": b"2"}}

    def test_a_folder_of_the_ta_beside_it_is_ignored(self, tmp_path: Path) -> None:
        path = laid(tmp_path, {"doe_1_10_q.zip": code("1"), "out/index.html": b"x"})
        assert graded(path) == {"1": {"elman.py": b"1"}}

    @pytest.mark.parametrize(
        ("name", "owner"),
        [
            ("doe_1_2_a.py", Owner("1", "doe", "a.py", False, 2)),
            ("doe_LATE_1_2_a_3_4.py", Owner("1", "doe", "a_3_4.py", True, 2)),
            ("team_rocket_1_2_a.py", Owner("1", "team_rocket", "a.py", False, 2)),
            ("1_2_a.py", Owner("1", "1", "a.py", False, 2)),
            ("late_1_2_a.py", Owner("1", "1", "a.py", True, 2)),
            ("doe_1_link.html", Owner("1", "doe", "link.html")),
            ("anon_x9_2_a.py", Owner("x9", "anon x9", "a.py", False, 2)),
            ("anon_x9_text.html", Owner("x9", "anon x9", "text.html")),
            ("doe\u202e_1_2_a.py", Owner("1", "doe\\u202e", "a.py", False, 2)),
            ("doe_1_a.py", None),
            ("a3_2023.zip", None),
            ("_".join(["9" * 5000] * 2) + "_a.py", None),
            ("doe_\u0661_\u0662_a.py", None),
        ],
    )
    def test_names(self, name: str, owner: Owner | None) -> None:
        assert canvas_owner(name) == owner


class TestMoodle:
    FILES: Mapping[str, bytes] = {
        "Jörg Müller_12_assignsubmission_file/elman.py": b"j",
        "Jörg Müller_12_assignsubmission_file/rest.zip": zipped({"mlp.py": b"m"}),
        "Jörg Müller_12_assignsubmission_onlinetext/onlinetext.html": b"<p>",
        "Jane_Van_Doe_13_assignsubmission_file_/3b.zip": code("jane"),
        "Participant_14_assignsubmission_file/sub/a.py": b"p",
    }

    def test_every_student_is_one_upload(self, tmp_path: Path) -> None:
        for path in both(tmp_path, self.FILES):
            assert graded(path) == {
                "12": {"elman.py": b"j", "mlp.py": b"m"},
                "13": {"elman.py": b"jane"},
                "14": {"a.py": b"p"},
            }
            names = [student.name for student in students(path)]
            assert names == ["Jörg Müller", "Jane Van Doe", "Participant 14"]
            assert students(path)[1].upload == "Jane_Van_Doe_13_assignsubmission_file_"
            assert find_uploads(path)[0].read()[1].left_out == {"onlinetext.html": UNUSED}

    def test_a_class_of_one_is_a_class(self, tmp_path: Path) -> None:
        for path in both(tmp_path, {"course/Jane Doe_13_assignsubmission_file/a.py": b"x"}):
            assert students(path)[0].id == "13"
            assert graded(path) == {"13": {"a.py": b"x"}}

    def test_the_flat_form(self, tmp_path: Path) -> None:
        files = {
            "Jane Doe_13_assignsubmission_file_q-1.py": b"1",
            "Jane Doe_13_assignsubmission_file_q.py": b"2",
            "Jörg_14_assignsubmission_file_3b.zip": code("x"),
        }
        for path in both(tmp_path, files):
            assert graded(path) == {"13": {"q-1.py": b"1", "q.py": b"2"}, "14": {"elman.py": b"x"}}

    def test_names(self) -> None:
        assert moodle_owner("A_B_1_assignsubmission_file_") == Owner("1", "A B")
        assert moodle_owner("A_B_1_assignsubmission_file_c_d.py") == Owner("1", "A B", "c_d.py")
        assert moodle_owner("A B_assignsubmission_file") is None


class TestIds:
    def test_are_derived_from_names(self) -> None:
        assert plain_owner("abc123_3b.zip").id == "abc123"
        for again in ("abc123_3b-1.zip", "abc123_3b (1).zip", "abc123_3b(12).tar.gz", "abc123_3-2"):
            assert plain_owner(again).id == "abc123"
        assert plain_owner("team-1.zip").id == "team-1"  # a student of its own
        assert plain_owner("student_3.zip").id == "student_3"
        assert plain_owner("Doe, Jane.tar.gz") == Owner(
            "Doe, Jane", "Doe, Jane", "Doe, Jane.tar.gz"
        )
        assert plain_owner("doe\x1b[0m.ipynb").name == "doe\\u001b[0m"

    @pytest.mark.parametrize(
        ("text", "id"),
        [
            ("Müller, Jörg", "Muller-Jorg"),
            ("../../etc/passwd", "etc-passwd"),
            (".hidden", "hidden"),
            ("=cmd|' /C calc'!A0", "cmd-C-calc-A0"),
            ("CON", "student-CON"),
            ("nul.txt", "student-nul.txt"),
            ("com1", "student-com1"),
            ("console", "console"),
            ("a" * 300, "a" * 80),
            ("a" * 79 + "-b", "a" * 79),
            ("王小明", "student-" + hashlib.sha256("王小明".encode()).hexdigest()[:8]),
            ("", "student-e3b0c442"),
            ("\udc80", "student-" + hashlib.sha256(b"\xed\xb2\x80").hexdigest()[:8]),
        ],
    )
    def test_are_safe_file_names(self, text: str, id: str) -> None:
        assert safe_id(text, set()) == id
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", id)

    def test_are_unique_in_any_case(self) -> None:
        assert safe_id("Doe", {"doe"}) == "Doe-2"
        one, other = safe_id("Мария 3B"), safe_id("Иван 3B")
        assert one.startswith("3B-") and other.startswith("3B-") and one != other
        assert safe_id("doe", {"doe", "doe-2"}) == "doe-3"
        assert safe_id("CON", {"student-con"}) == "student-CON-2"
        assert safe_id("a" * 90, {"a" * 80}) == "a" * 78 + "-2"

    def test_names_are_cut(self, tmp_path: Path) -> None:
        path = tmp_path / "class.zip"
        path.write_bytes(zipped({f"{c * 9_000}/a.py": b"x" for c in "de"}))
        student = students(path)[0]
        assert student == Student("d" * 80, "d" * 255, upload="d" * 255)

    def test_of_a_class_do_not_collide(self, tmp_path: Path) -> None:
        files = {f"{name}.zip": code(name) for name in ("doe", "Doe", "doe-2", "DOE", "dœ", "d ö")}
        path = laid(tmp_path / "class", files)
        uploads = find_uploads(path)
        ids = [upload.student.id for upload in uploads]
        assert ids == sorted(ids)
        assert len({id.casefold() for id in ids}) == 6
        assert {u.student.upload: u.student.id for u in uploads} == {
            "DOE.zip": "DOE",
            "Doe.zip": "Doe-2",
            "doe.zip": "doe-3",
            "doe-2.zip": "doe-2-2",
            "dœ.zip": "d-abe59ae3",  # what is lost is told apart, whoever else is there
            "d ö.zip": "d-o",
        }
        assert find_uploads(path) == uploads


class TestHashes:
    def test_an_archive_s_is_that_of_its_bytes(self, tmp_path: Path) -> None:
        data = code("x")
        expected = hashlib.sha256(data).hexdigest()
        for path in both(tmp_path, {"doe.zip": data, "eve.zip": code("y")}):
            student, _ = find_uploads(path)[0].read()
            assert student == Student("doe", "doe", upload="doe.zip", sha256=expected)

    def test_a_folder_s_is_that_of_its_content(self, tmp_path: Path) -> None:
        paths = both(
            tmp_path, {"doe/a.py": b"1", "doe/b.py": b"2", "eve/a.py": b"1", "eve/b.py": b"3"}
        )
        hashes = [[upload.read()[0].sha256 for upload in find_uploads(path)] for path in paths]
        assert hashes[0] == hashes[1]
        assert len(set(hashes[0])) == 2
        assert all(len(sha256) == 64 for sha256 in hashes[0])

    def test_an_unreadable_upload_has_one_too(self, tmp_path: Path) -> None:
        path = laid(tmp_path / "class", {"doe.zip": b"PK\x03\x04broken", "eve.zip": code("x")})
        with pytest.raises(UnreadableUpload) as caught:
            find_uploads(path)[0].read()
        sha256 = hashlib.sha256(b"PK\x03\x04broken").hexdigest()
        assert str(caught.value) == DAMAGED
        assert caught.value.student == Student("doe", "doe", upload="doe.zip", sha256=sha256)
        again = pickle.loads(pickle.dumps(caught.value))
        assert (str(again), again.student) == (DAMAGED, caught.value.student)

    def test_what_could_not_be_read_has_that_of_the_sentence(self, tmp_path: Path) -> None:
        path = laid(tmp_path / "class", {"doe.zip": code("x"), "eve.zip": code("y")})
        uploads = find_uploads(path)
        (path / "doe.zip").unlink()
        with pytest.raises(UnreadableUpload) as caught:
            uploads[0].read()
        sentence = "This upload cannot be opened; hand it in again."
        assert str(caught.value) == sentence
        assert caught.value.student.sha256 == hashlib.sha256(sentence.encode()).hexdigest()

    def test_a_damaged_entry_of_a_class_s_zip_costs_one_student(self, tmp_path: Path) -> None:
        data = zipped({"doe/a.py": os.urandom(5_000), "eve/a.py": b"x"})
        path = tmp_path / "class.zip"
        path.write_bytes(data[:2_500] + bytes([data[2_500] ^ 1]) + data[2_501:])
        assert graded(path) == {"doe": DAMAGED, "eve": {"a.py": b"x"}}


class TestUsage:
    @pytest.mark.parametrize("name", ["missing", "missing.zip"])
    def test_what_is_missing_is_told(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(UsageError) as caught:
            find_uploads(tmp_path / name)
        told = f"{tmp_path / name} does not exist; give the LMS's zip or a folder of uploads."
        assert str(caught.value) == told

    @pytest.mark.parametrize(
        ("name", "data", "told"),
        [
            ("x.zip", b"PK\x03\x04", "is damaged or cut short; download it again."),
            ("x.zip", b"", "is an empty file; give a .zip, a .tar.gz or a folder."),
            ("x.zip", b"Rar!\x1a", "is a RAR archive; give a .zip, a .tar.gz or a folder."),
            ("x.csv", b"1,2", "is not an archive; give a .zip, a .tar.gz or a folder."),
            (
                "x.zip",
                zipped({}),
                "contains no uploads; give the LMS's zip or a folder of archives.",
            ),
        ],
    )
    def test_what_is_no_archive_is_told(
        self, tmp_path: Path, name: str, data: bytes, told: str
    ) -> None:
        path = laid(tmp_path, {name: data}) / name
        with pytest.raises(UsageError) as caught:
            find_uploads(path)
        assert str(caught.value) == f"{path} {told}"

    def test_a_folder_without_uploads_is_told(self, tmp_path: Path) -> None:
        told = f"{tmp_path} contains no uploads; give the LMS's zip or a folder of archives."
        for files in ({}, {"report.docx": b"x", ".git/a.py": b"x"}):
            with pytest.raises(UsageError) as caught:
                find_uploads(laid(tmp_path, files))
            assert str(caught.value) == told

    def test_only_a_folder_can_be_checked(self, tmp_path: Path) -> None:
        path = laid(tmp_path, {"a.zip": code("x")}) / "a.zip"
        with pytest.raises(UsageError) as caught:
            read_folder(path)
        assert str(caught.value) == (
            f"{path} is not a folder; give the folder of your .py or .ipynb files."
        )


class TestScale:
    def test_a_class_of_a_thousand_is_light(self, tmp_path: Path) -> None:
        path = tmp_path / "class.zip"
        path.write_bytes(zipped({f"doe{i}_{i}_{i}_3b.zip": code(str(i)) for i in range(1_000)}))
        uploads = find_uploads(path)
        assert len(uploads) == 1_000
        assert len(pickle.dumps(uploads)) < 1_000_000
        by_id = {upload.student.id: upload for upload in uploads}
        assert read(pickle.loads(pickle.dumps(by_id["721"]))) == {"elman.py": b"721"}

    def test_caps_are_handed_on(self, tmp_path: Path) -> None:
        path = laid(tmp_path / "class", {"doe/a.py": b"1", "doe/b.py": b"2"})
        [upload] = find_uploads(path, Caps(entries=1))
        assert read(upload) == (
            "This upload contains more than 1 files; hand in only your own, no data or environments."
        )
