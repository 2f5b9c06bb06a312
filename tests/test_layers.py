"""The layers of the tree: import-linter keeps them, and fails where an import runs back up."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from graders.paths import ROOT

LINT = Path(sys.executable).with_name("lint-imports")


@pytest.fixture
def project(tmp_path):
    unwanted = shutil.ignore_patterns("__pycache__")
    for name in ("graders", "reports"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=unwanted)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(project):
    environment = {"PATH": os.environ["PATH"], "HOME": str(project), "PYTHONPATH": str(project)}
    command = [str(LINT), "--no-cache"]
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)


def test_imports_run_down(project):
    done = lint(project)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "imported"),
    [
        ("graders/results/result.py", "graders.uploads.upload"),
        ("graders/remote/session.py", "graders.checks.test_mlp"),
        ("graders/grading/grade.py", "graders.batch.batch"),
        ("reports/page.py", "graders.manual.apply"),
        ("graders/text.py", "reports.page"),
        ("graders/sheets/limits.py", "graders.sheets.sheet"),  # a circle in one package
    ],
)
def test_an_import_that_runs_back_up_fails(project, file, imported):
    with (project / file).open("a", encoding="utf-8") as source:
        source.write(f"\nimport {imported}  # noqa: E402\n")
    done = lint(project)
    assert done.returncode == 1 and "BROKEN" in done.stdout


def test_no_folder_has_more_than_fifteen_files_or_a_sixth_of_the_code():
    files = [file for name in ("graders", "reports") for file in (ROOT / name).rglob("*.py")]
    sizes = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    for folder in {file.parent for file in files}:
        inside = [file for file in files if file.parent == folder]
        share = sum(sizes[file] for file in inside) / sum(sizes.values())
        assert len(inside) <= 15, f"{folder} has {len(inside)} files"
        assert share <= 0.16, f"{folder} has {share:.0%} of the code"


SPLIT_ELSEWHERE = ("graders/checks", "graders/deviations")  # a check's id contains its file


def test_no_file_has_more_than_300_lines_and_no_function_more_than_40():
    for file in (file for name in ("graders", "reports") for file in (ROOT / name).rglob("*.py")):
        text, place = file.read_text(encoding="utf-8"), file.relative_to(ROOT).as_posix()
        assert len(text.splitlines()) <= 300 or place.startswith(SPLIT_ELSEWHERE), place
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 40, f"{place}: {node.name}"
