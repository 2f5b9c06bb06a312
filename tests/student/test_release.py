"""The student's folder: complete, without answers, always the same; and its commands."""

import io
import json
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from graders.__main__ import main
from graders.errors import UsageError
from graders.files import packed
from graders.paths import ROOT
from graders.sheets.sheet import read_sheet, sheet_names
from graders.student.folder import own_files, read_submitted, upload_name
from graders.student.release import bundle, readme, release, requirements
from graders.validation.consistency.leaks import leaks


def unpack(data, folder):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("student")
    unpack(release("vu-3b"), place)
    return place / "vu-3b"


def run(folder, *arguments):
    """Run the student's command as tox does: the folder's own code, nothing of the project's."""
    return subprocess.run(
        [sys.executable, "-m", "graders.student", *arguments],
        cwd=folder, capture_output=True, text=True, encoding="utf-8",
        env={"PYTHONPATH": str(folder / ".unroll"), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
    )  # fmt: skip


# --- what is in it ---


@pytest.mark.parametrize("name", sheet_names())
def test_it_contains_what_the_sheet_needs_and_no_answers(name):
    sheet, files = read_sheet(name), bundle(read_sheet(name))
    assert {f"{part}.py" for part in sheet.parts} | {"data.py", "README.md", "tox.ini"} <= set(
        files
    )
    for part in sheet.parts:
        assert files[f"{part}.py"] == (ROOT / "student_template" / f"{part}.py").read_bytes()
        assert f".unroll/graders/checks/test_{part}.py" in files
    assert f".unroll/graders/assignments/{name}.toml" in files
    for path in files:
        assert not any(word in path for word in ("mistakes", "hidden", "reference", "variants"))
        assert not path.endswith(".safetensors") and "__pycache__" not in path
    assert sum(map(len, files.values())) < 2_000_000


@pytest.mark.parametrize("name", sheet_names())
def test_no_body_of_the_reference_is_in_it(name):
    assert list(leaks(bundle(read_sheet(name)))) == []


def test_the_search_for_answers_finds_one_in_another_layout():
    source = (ROOT / "reference" / "elman.py").read_text(encoding="utf-8")
    files = {"a/b.py": source.replace("    ", "\t").encode()}
    found = list(leaks(files))
    assert len(found) >= 4 and all(line.startswith("reference/elman.py:") for line in found)
    assert found[-1].endswith(
        "the body of forward is in the students' a/b.py; write it differently there"
    )


def test_it_is_the_same_every_time_whatever_the_clock(monkeypatch):
    first = release("epita-lab")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert release("epita-lab") == first


def test_its_readme_is_the_sheet():
    text = readme(read_sheet("vu-3b"))
    assert text.startswith("# Assignment 3B: recurrent neural networks\n\n10 points.")
    assert "### 3. Elman network (0.5 points)\n\nIn `elman.py`:\n\n- The outputs equal" in text
    assert "Name the upload `<vunetid>_<assignment number>.zip`." in text
    assert "Graded manually, 1 point:\n\nCurves (0.6):" in text
    assert "A call may take 10 seconds" in text and "\n\n\n" not in text
    for question in read_sheet("vu-3b").questions:
        assert f"### {question.number}. {question.title} (" in text


def test_what_it_installs_is_what_the_project_tests_with():
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8").lower()
    names = [name.partition(">")[0].lower() for name in requirements()]
    assert {"torch", "pytest", "rich", "watchfiles"} <= set(names)
    assert all(f"\n{name}==" in pinned for name in names)
    assert not {"mypy", "ruff", "hypothesis"} & set(names)


def test_an_unknown_sheet_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["release", "vu-4"]) == 2
    assert capsys.readouterr().err.startswith("There is no assignment `vu-4`; there are ")
    assert list(tmp_path.iterdir()) == []
    assert main(["release", "ovgu-rnn"]) == 0
    assert capsys.readouterr().out.startswith(f"Wrote {Path('dist', 'ovgu-rnn.zip')}, ")
    assert (tmp_path / "dist" / "ovgu-rnn.zip").read_bytes() == release("ovgu-rnn")


# --- its commands ---


def test_the_skeleton_earns_nothing_and_says_what_to_do_first(folder):
    printed = run(folder, "quick", "padding")
    assert printed.returncode == 1, printed.stderr
    assert "`pad_batch` in padding.py is not implemented yet." in printed.stdout
    assert (folder / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_right_part_is_full_points_and_exit_code_0(folder):
    ours = (folder / "elman.py").read_bytes()
    source = (ROOT / "reference" / "elman.py").read_text(encoding="utf-8")
    (folder / "elman.py").write_bytes(source.replace("\n", "\r\n").encode())  # as on Windows
    try:
        printed = run(folder, "quick", "elman", "--seed", "5")
    finally:
        (folder / "elman.py").write_bytes(ours)
    assert (printed.returncode, printed.stderr) == (0, "")
    assert "0.5 of 0.5 points" in printed.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["quick"], "Choose a part: autoregressive, elman, mlp, padding, torch_rnn, training."),
        (["quick", "elmann"], "vu-3b has no part `elmann`; its parts are autoregressive, elman,"),
        (
            ["submit"],
            "The assignment asks for an upload named <vunetid>_<assignment number>.zip; give",
        ),
        (
            ["submit", "a b.zip"],
            "a b.zip is not a valid file name; use letters, digits, dots, - and _.",
        ),
        (
            ["--folder", ".unroll/fixtures", "check"],
            "fixtures contains no .py or .ipynb file; run this",
        ),
    ],
)
def test_a_wrong_call_is_one_sentence_and_exit_code_2(folder, arguments, sentence):
    printed = run(folder, *arguments)
    assert printed.returncode == 2 and sentence in printed.stderr
    assert printed.stderr.count("\n") == 1


def test_submit_packs_checks_and_lists_the_upload(tmp_path):
    unpack(release("ovgu-rnn"), tmp_path)
    folder = tmp_path / "ovgu-rnn"
    (folder / "data").mkdir()
    (folder / "data" / "model.pt").write_bytes(b"x" * 1000)
    printed = run(folder, "submit")
    assert printed.returncode == 1, printed.stderr
    listed = printed.stdout[printed.stdout.index("ovgu-rnn.zip contains") :].splitlines()[1:]
    assert "\nReady to submit: " in printed.stdout
    names = [line.split()[0] for line in listed]
    assert names == ["data.py", "gated.py", "ovgu-rnn.ipynb", "rnn_cell.py"]
    with zipfile.ZipFile(folder / "dist" / "ovgu-rnn.zip") as archive:
        assert archive.namelist() == names


# --- the student's own files ---


def test_what_is_handed_in_leaves_out_what_the_course_gave(tmp_path):
    for name in ("elman.py", "q3.ipynb", "results.csv", "report.pdf", "README.md", "tox.ini",
                 ".unroll/graders/a.py", ".tox/b.py", "dist/c.zip", "weights.pt", "src/helper.py",
                 "__pycache__/d.py", ".ipynb_checkpoints/q3-checkpoint.ipynb"):  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text("x = 1")
    assert list(own_files(tmp_path)) == [
        "elman.py", "q3.ipynb", "report.pdf", "results.csv", "src/helper.py"
    ]  # fmt: skip


def test_a_folder_that_is_too_large_names_the_largest_file(tmp_path, monkeypatch):
    monkeypatch.setattr("graders.student.folder.LARGEST", 1000)
    (tmp_path / "a.py").write_text("x = 1")
    (tmp_path / "big.csv").write_text("1\n" * 1000)
    with pytest.raises(UsageError, match=r"the largest is big\.csv\. Move data out of this folder"):
        own_files(tmp_path)


def test_an_upload_is_read_as_a_classs_uploads_are():
    student, submission = read_submitted(packed({"a.py": b"x = 1", "conftest.py": b""}), "u.zip")
    assert set(submission.files) == {"a.py", "conftest.py"}
    assert len(student.sha256) == 64


@pytest.mark.parametrize(
    ("given", "name"), [("abc123_3b.zip", "abc123_3b.zip"), ("abc123_3b", "abc123_3b.zip")]
)
def test_the_uploads_name_is_the_sheets(given, name):
    assert upload_name(read_sheet("vu-3b"), given) == name


def test_without_a_wish_the_upload_has_the_sheets_name():
    assert upload_name(read_sheet("rnn"), None) == "rnn.zip"


def test_the_folder_says_which_sheet_it_is():
    files = bundle(read_sheet("rnn"))
    assert json.loads(files[".unroll/sheet.json"]) == {
        "assignment": "rnn", "version": read_sheet("rnn").version
    }  # fmt: skip


def test_watch_checks_again_after_each_save(tmp_path):
    unpack(release("vu-3b"), tmp_path)
    folder = tmp_path / "vu-3b"
    environment = {"PYTHONPATH": str(folder / ".unroll"), "PATH": "/usr/bin:/bin"}
    watching = subprocess.Popen(
        [sys.executable, "-u", "-m", "graders.student", "quick", "padding", "--watch"],
        cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    try:
        assert "is not implemented yet" in _until_waiting(watching.stdout)
        (folder / "padding.py").write_bytes((ROOT / "reference" / "padding.py").read_bytes())
        assert "0.55 of 0.55 points" in _until_waiting(watching.stdout)
    finally:
        watching.send_signal(signal.SIGINT)
        watching.communicate(timeout=30)
    assert watching.returncode == 1


def _until_waiting(stream):
    printed = ""
    for line in stream:
        printed += line
        if "Waiting for the next save" in line:
            break
    return printed
