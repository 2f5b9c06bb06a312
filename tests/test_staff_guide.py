"""The staff guide, followed to the letter in a copy of the project: its recipes end with grades."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile

import pytest

from graders.paths import ROOT

GUIDE = (ROOT / "docs" / "staff.md").read_text(encoding="utf-8")
STEP = re.compile(
    r"(?P<words>[^\n]*)`(?P<file>[\w./-]+)`:\n\n```(?P<kind>\w+)\n(?P<block>.*?)```\n"
    r"|^    pipx run tox -e (?P<command>[^\n]+)$",
    re.MULTILINE | re.DOTALL,
)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of what staff change; the rest is the project's own."""
    folder = tmp_path_factory.mktemp("staff") / "project"
    unwanted = shutil.ignore_patterns("__pycache__")
    for name in ("graders", "reference", "student_template", "fixtures", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
    for name in ("reports", "pyproject.toml", "constraints.txt", "toxfile.py"):
        (folder / name).symlink_to(ROOT / name)
    return folder


def run(project, *command):
    return subprocess.run(
        [sys.executable, *command], cwd=project, capture_output=True, text=True, encoding="utf-8",
        env={"PATH": os.environ["PATH"], "HOME": str(project)},
    )  # fmt: skip


COMMANDS = """
import json, sys
from graders.__main__ import main

for words in json.loads(sys.argv[1]):
    if code := main(words):
        sys.exit(f"{words} ended with {code}")
"""


def commands(project, *several):
    """Run one command after the other in one process, which imports torch once; all succeed."""
    done = run(project, "-c", COMMANDS, json.dumps(several))
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return done.stdout


def follow(project, title):
    """Do what a section of the guide says, step by step; give all that was printed."""
    section = re.search(rf"^## {title}\n(.*?)(?=^## )", GUIDE, re.MULTILINE | re.DOTALL)[1]
    waiting = []
    for step in STEP.finditer(section):
        if step["command"]:
            role, *words = shlex.split(step["command"].replace(" -- ", " "))
            waiting.append([*([] if role == "run" else [role]), *words])
        else:
            assert not waiting, "what a command has imported may not change"
            write(project / step["file"], step["words"], step["kind"], step["block"])
    return commands(project, *waiting)


def write(file, words, kind, block):
    """Write a file as a whole, put lines at its end, or change those that a diff shows."""
    if kind == "diff":
        before, after = (
            "".join(line[1:] for line in block.splitlines(True) if line[0] in f" {sign}")
            for sign in "-+"
        )
        text = file.read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{file.name} no longer holds\n{before}"
        file.write_text(text.replace(before, after), encoding="utf-8")
    elif "At the end of" in words:
        text = file.read_text(encoding="utf-8")
        file.write_text(f"{text}\n\n{block}", encoding="utf-8")
    else:
        assert not file.exists(), file
        file.parent.mkdir(exist_ok=True)
        file.write_text(block, encoding="utf-8")


def test_a_new_sheet_from_the_guide_is_released(project):
    said = follow(project, "Add an assignment")
    assert "my-course: My course, 10 points, " in said
    assert "rebuilt sentences.json" in said
    with zipfile.ZipFile(project / "dist" / "my-course.zip") as archive:
        assert "my-course/elman.py" in archive.namelist()


def test_a_new_check_from_the_guide_holds_and_catches_its_mistake(project):
    said = follow(project, "Add a check")
    assert "No problems found." in said
    assert re.search(r"^ *vocabulary( +\d+){5} *$", said, re.MULTILINE)


def test_a_check_without_a_mistake_is_named_and_fails_the_projects_tests(project):
    file = project / "graders" / "mistakes" / "vocabulary.py"
    kept = file.read_text(encoding="utf-8")
    file.write_text(kept.replace('("test_upper_case_is_kept",)', "(FIRST,)"), encoding="utf-8")
    try:
        said = run(project, "-m", "graders", "template", "vocabulary")
        assert said.returncode == 1
        assert (
            "no mistake must fail test_upper_case_is_kept; add one to graders/mist" in said.stdout
        )
        test = "tests/validation/test_soundness.py::test_every_check_is_named_by_a_mistake"
        said = run(project, "-m", "pytest", "-q", f"{test}[vocabulary]")
        assert said.returncode == 1 and "test_upper_case_is_kept" in said.stdout
    finally:
        file.write_text(kept, encoding="utf-8")


def test_a_new_part_from_the_guide_is_graded(project):
    said = follow(project, "Add a part")
    assert "No problems found." in said
    assert "1. pooling: 2 of 2 points\n" in said
    skeleton = project / "handed-in"
    with zipfile.ZipFile(project / "dist" / "pooling-exercise.zip") as archive:
        archive.extractall(skeleton)
    folder = str(skeleton / "pooling-exercise")
    done = run(project, "-m", "graders", "check", folder, "--assignment", "pooling-exercise")
    assert done.returncode == 1
    assert "`mean_pool` in pooling.py is not implemented yet." in done.stdout
    assert "0 of 2 points" in done.stdout


def test_a_new_lms_from_the_guide_is_detected_and_gets_its_reports_back(project, tmp_path):
    follow(project, "Add an LMS")
    for owner in ("Doe, Jane [4711]", "Müller, Jörg [4712]"):
        (tmp_path / "download" / owner).mkdir(parents=True)
        shutil.copy(ROOT / "reference" / "padding.py", tmp_path / "download" / owner)
    out = str(tmp_path / "out")
    batch = ["batch", str(tmp_path / "download"), "--out", out, "--assignment", "vu-3b"]
    batch += ["--sandbox", "none", "--jobs", "1"]
    said = commands(project, batch, ["export", out, "--to", "campus-feedback"])
    assert "Campus" in said and "4711 Jane Doe" in said, said
    assert run(project, "-m", "graders", *batch, "--lms", "moodle").returncode == 2
    with zipfile.ZipFile(tmp_path / "out" / "campus-feedback.zip") as archive:
        assert archive.namelist() == [
            "Doe, Jane [4711]/feedback.html",
            "Müller, Jörg [4712]/feedback.html",
        ]


def test_what_the_guide_adds_is_in_the_projects_style(project):
    new = [f for f in re.findall(r"`([\w/]+\.py)`:\n", GUIDE) if "variants" not in f]
    assert len(new) >= 7
    for command in (["format", "--check"], ["check"]):
        done = run(project, "-m", "ruff", *command, "--config", str(ROOT / "pyproject.toml"), *new)
        assert done.returncode == 0, done.stdout + done.stderr
