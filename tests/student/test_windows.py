"""Windows, as far as it can be simulated: missing features are removed, then the checks run."""

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from graders.paths import ROOT
from graders.sheets.sheet import read_sheet, sheet_names
from graders.student.folder import own_files
from graders.student.release import bundle, release

SITE = ROOT / "tests" / "windows"
RESERVED = {"con", "prn", "aux", "nul", *(f"{n}{i}" for n in ("com", "lpt") for i in range(10))}


@pytest.fixture(scope="module")
def handout():
    return release("epita-lab")


@pytest.fixture
def folder(handout, tmp_path):
    """The students' folder of a sheet, below a folder whose name is as people have them."""
    place = tmp_path / "Zoë's Übung RNN"
    with zipfile.ZipFile(io.BytesIO(handout)) as archive:
        archive.extractall(place)
    return place / "epita-lab"


def run(folder, *arguments, encoding="cp1252"):
    """Run the student's command under Windows' conditions, on a console of that encoding."""
    return subprocess.run(
        [sys.executable, str(SITE / "student.py"), *arguments],
        cwd=folder, capture_output=True, text=True, encoding=encoding,
        env={
            "PYTHONPATH": os.pathsep.join([str(SITE), str(folder / ".unroll")]),
            "SITE": str(SITE), "PATH": os.environ["PATH"], "HOME": str(folder),
            "SYSTEMROOT": "C:\\Windows", "LC_ALL": "C.UTF-8",
            "PYTHONUTF8": "0", "PYTHONIOENCODING": encoding,
        },
    )  # fmt: skip


def test_right_answers_earn_all_points_whatever_their_line_ends(folder):
    for part in ("vocabulary", "padding", "step_rnn"):
        source = (ROOT / "reference" / f"{part}.py").read_text(encoding="utf-8")
        (folder / f"{part}.py").write_bytes(source.replace("\n", "\r\n").encode())
    output = run(folder, "check")
    assert output.returncode == 0, output.stdout + output.stderr
    assert "9 of 10 points" in output.stdout
    assert (folder / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


SAYS = """
def vectorize_text(text, vocabulary, tokenizer):
    print("Привет, 世界 ✓ é")
    raise ValueError("не то: 世界 é")
"""
HANGS = """
def data_generator(X, y, pad_id, batch_size=32):
    while True:
        pass
"""


def test_other_letters_are_shown_as_far_as_the_console_has_them(folder):
    source = (ROOT / "reference" / "vocabulary.py").read_text(encoding="utf-8")
    (folder / "vocabulary.py").write_text(source + SAYS, encoding="utf-8")
    output = run(folder, "quick", "vocabulary")
    assert output.returncode == 1, output.stderr
    assert "It raised ValueError: ?? ??: ?? é" in output.stdout
    assert "? Raised an error" in output.stdout
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert "It raised ValueError: не то: 世界 é" in report and "Привет, 世界 ✓ é" in report


def test_what_hangs_is_ended_and_the_next_check_runs(folder):
    with (folder / ".unroll/graders/assignments/epita-lab.toml").open(
        "a", encoding="utf-8"
    ) as file:
        file.write("[limits]\ncall_seconds = 1\n")
    (folder / "padding.py").write_text(HANGS, encoding="utf-8")
    output = run(folder, "quick", "padding")
    assert output.returncode == 1, output.stderr
    assert "It was not finished after 1 seconds and was stopped." in output.stdout
    assert "2 more checks of this part fail in the same way." in output.stdout  # not called again


def test_the_upload_is_packed_with_slashes(folder):
    (folder / "src").mkdir()
    (folder / "src" / "helper.py").write_text("x = 1\n", encoding="utf-8")
    output = run(folder, "submit", encoding="cp850")
    assert output.returncode == 1, output.stderr
    with zipfile.ZipFile(folder / "dist" / "epita-lab.zip") as archive:
        assert "src/helper.py" in archive.namelist()


@pytest.mark.parametrize("name", sheet_names())
def test_the_folder_can_be_unpacked_there(name):
    paths = [PurePosixPath(path) for path in bundle(read_sheet(name))]
    assert len({str(path).casefold() for path in paths}) == len(paths)
    for path in paths:
        assert str(path).isascii() and len(str(path)) < 100
        for part in path.parts:
            assert part.split(".")[0].casefold() not in RESERVED
            assert not set('<>:"|?*\\') & set(part) and not part.endswith((".", " "))


def test_names_in_capitals_are_handed_in_too(tmp_path):
    (tmp_path / "ELMAN.PY").write_text("x = 1\n", encoding="utf-8")
    assert list(own_files(tmp_path)) == ["ELMAN.PY"]
    assert isinstance(tmp_path, Path)
