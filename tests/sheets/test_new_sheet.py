"""A new sheet: made, released, solved with the reference, graded."""

import shutil
import subprocess
import sys
import tomllib
import zipfile
from decimal import Decimal

import pytest

from graders.__main__ import main
from graders.errors import UsageError
from graders.paths import ROOT
from graders.sheets.check_index import known_checks, of_part
from graders.sheets.new_sheet import new_sheet
from graders.sheets.sheet import parse_sheet, read_sheet


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
    made = run(project, "graders", "new-assignment", "my-course", "--parts", "padding,vocabulary",
               "--title", "My course", "--points", "7.5")  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert "Next, edit titles, points and manual points, then" in made.stdout
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
        assert min(item.points for q in sheet.questions for item in q.items) > 0
        shares = [question.max_points for question in sheet.questions]
        assert max(shares) - min(shares) <= Decimal("0.002")  # questions are worth the same


def test_a_part_has_the_items_of_the_sheet_that_asks_most_of_it():
    (question,) = parse_sheet("x", new_sheet("x", "X", ["mlp"], Decimal(1))).questions
    (model,) = (q for q in read_sheet("rnn").questions if "mlp" in next(iter(q.checks)))
    assert [(item.title, item.checks) for item in question.items] == [
        (item.title, item.checks) for item in model.items
    ]
    weights = {item.points / question.max_points for item in question.items}
    assert weights == {item.points / model.max_points for item in model.items}


@pytest.mark.parametrize("part", sorted({check.part for check in known_checks().values()}))
def test_each_part_makes_a_sheet_and_no_check_is_forgotten(part):
    text = new_sheet("x", "X", [part], Decimal(5))
    found = parse_sheet("x", text)
    assert found.parts == [part] and found.points == 5
    not_asked = tomllib.loads(text).get("not_asked", {})
    assert {*found.checks, *not_asked} == {check.id for check in of_part(part)}
    assert set(not_asked.values()) <= {"put it into an item, or say why it is not asked"}


def test_a_part_that_no_sheet_asks_for_is_one_item_with_one_core_check(monkeypatch):
    monkeypatch.setattr("graders.sheets.new_sheet.sheet_names", lambda: [])
    (question,) = parse_sheet("x", new_sheet("x", "X", ["mlp"], Decimal(1))).questions
    (item,) = question.items
    assert item.points == 1 and list(item.checks) == [check.id for check in of_part("mlp")]
    first, *rest = item.checks.values()
    assert first == "core" and set(rest) == {"detail"}


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
        ("../x", "X", ["mlp"], 10, "../x is not a valid assignment name"),
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
        main(["new-assignment", "x", "--parts", "mlp", "--points", "many"])
    assert "many is not a number" in capsys.readouterr().err
