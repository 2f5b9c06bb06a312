"""A new sheet: made, released, solved with the reference, graded."""

import shutil
import subprocess
import sys
import zipfile
from decimal import Decimal

import pytest

from graders.__main__ import main
from graders.errors import UsageError
from graders.paths import ROOT
from graders.sheets.new_sheet import new_sheet
from graders.sheets.sheet import parse_sheet


def run(folder, *arguments, path="."):
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder, capture_output=True, text=True, encoding="utf-8",
        env={"PYTHONPATH": str(folder / path), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
    )  # fmt: skip


def test_a_sheet_is_made_released_solved_and_graded(tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    for name in ("reports", "student_template", "fixtures", "pyproject.toml", "constraints.txt",
                 "toxfile.py"):  # fmt: skip
        (project / name).symlink_to(ROOT / name)
    unwanted = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "graders", project / "graders", ignore=unwanted)
    made = run(project, "graders", "new-sheet", "my-course", "--parts", "padding,vocabulary",
               "--title", "My course", "--points", "7.5")  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert "Now titles, points, manual points; then" in made.stdout
    made = run(project, "graders", "release", "my-course")
    assert made.returncode == 0, made.stderr
    with zipfile.ZipFile(project / "dist" / "my-course.zip") as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "my-course"
    for part in ("padding", "vocabulary"):
        (folder / f"{part}.py").write_bytes((ROOT / "reference" / f"{part}.py").read_bytes())
    graded = run(folder, "graders.student", "check", path=".unroll")
    assert graded.returncode == 0, graded.stdout + graded.stderr
    assert "7.5 of 7.5 points" in graded.stdout


def test_its_points_are_shared_out_exactly():
    for points in (Decimal(10), Decimal(1), Decimal("3.333")):
        sheet = parse_sheet("x", new_sheet("x", "X", ["elman", "mlp", "padding"], points))
        assert sum(q.max_points for q in sheet.questions) == sheet.points == points
        worths = {worth for q in sheet.questions for worth in q.checks.values()}
        assert min(worths) > 0


@pytest.mark.parametrize(
    ("name", "title", "parts", "points", "sentence"),
    [
        ("rnn", "X", ["mlp"], 10, "The assignment rnn already exists; choose another name."),
        (
            "My Course",
            "X",
            ["mlp"],
            10,
            "My Course is not a valid assignment name; use lower-case letters",
        ),
        ("../x", "X", ["mlp"], 10, "../x is no name for a sheet"),
        ("x", "X", ["mpl"], 10, "Unknown part mpl; known parts are autoregressive, elman,"),
        ("x", "X", ["mlp"], "0.001", "0.001 points are too few for"),
        ("x", "X", ["mlp"], "1.00001", "1.00001 points have more than three decimals"),
        ("x", "a\nb", ["mlp"], 10, "A title is one line of text."),
    ],
)
def test_what_makes_no_sheet_is_said(name, title, parts, points, sentence):
    with pytest.raises(UsageError) as caught:
        new_sheet(name, title, parts, Decimal(points))
    assert str(caught.value).startswith(sentence)


def test_a_title_may_hold_quotes():
    assert parse_sheet("x", new_sheet("x", 'The "best" \\ one', ["mlp"], Decimal(1))).title == (
        'The "best" \\ one'
    )


def test_the_command_refuses_what_is_no_number(capsys):
    with pytest.raises(SystemExit):
        main(["new-sheet", "x", "--parts", "mlp", "--points", "many"])
    assert "many is not a number" in capsys.readouterr().err
