"""The notebook edition: in step with the modules, runs from top to bottom, gives the same result."""

import ast
import io
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from graders import student
from graders.grading.grade import grade
from graders.paths import ROOT
from graders.results.result import Student
from graders.sandbox.sandbox import NoSandbox
from graders.sheets.sheet import read_sheet, sheet_names
from graders.student import inline
from graders.student.notebook import notebook
from graders.student.release import release
from graders.uploads.submission import Submission


def code_of(data):
    cells = nbformat.reads(data.decode(), 4).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


@pytest.mark.parametrize("name", sheet_names())
def test_each_function_of_the_skeleton_is_a_cell_of_its_own_and_each_part_has_its_check(name):
    sheet = read_sheet(name)
    cells = code_of(notebook(sheet))
    trees = [ast.parse(cell) for cell in cells]
    defined = [
        n.name
        for tree in trees
        for n in tree.body
        if isinstance(n, (ast.FunctionDef, ast.ClassDef))
    ]
    assert len(defined) == len(set(defined))
    expected = 0
    for part in sheet.parts:
        tree = ast.parse((ROOT / "student_template" / f"{part}.py").read_bytes())
        expected += sum(isinstance(n, (ast.FunctionDef, ast.ClassDef)) for n in tree.body)
        assert cells.count(f'check("{part}")') == 1
    assert len(defined) == expected
    assert all(sum(isinstance(n, ast.FunctionDef) for n in tree.body) <= 1 for tree in trees)


def test_it_is_the_same_every_time():
    assert notebook(read_sheet("vu-3b")) == notebook(read_sheet("vu-3b"))


@pytest.mark.parametrize("name", ["vu-3b", "ovgu-rnn", "lxmls-day3"])
def test_the_notebook_of_the_reference_earns_what_its_modules_earn(name):
    """The modules earn all: tests/fixtures/test_sheet_samples.py grades them."""
    sheet = read_sheet(name)
    table = (ROOT / "reference" / "results.csv").read_bytes()
    files = {"work.ipynb": notebook(sheet, ROOT / "reference"), "results.csv": table}
    result = grade(Submission(files), Student("1", ""), sheet, 1, NoSandbox())
    assert [(c.id, c.message) for c in result.checks if c.outcome != "passed"] == []
    assert result.points == sheet.points - result.pending_points


def test_it_runs_from_top_to_bottom_in_the_folder_and_shows_the_results(tmp_path):
    with zipfile.ZipFile(io.BytesIO(release("ovgu-rnn"))) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "ovgu-rnn"
    skeleton = nbformat.read(folder / "ovgu-rnn.ipynb", 4)
    right = nbformat.reads(notebook(read_sheet("ovgu-rnn"), ROOT / "reference").decode(), 4)
    right.cells = [cell for cell in right.cells if cell.source != 'check("gated")']  # time
    output = [_run(made, folder) for made in (skeleton, right)]
    assert "`RNNCell.__init__` in " in output[0]
    assert "is not implemented yet" in output[0]
    assert "1. The cell: " in output[1] and "1 of 1 point" in output[1]
    assert "not implemented" not in output[1] and "✗" not in output[1]


def _run(made, folder):
    NotebookClient(made, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    outputs = [out for cell in made.cells if cell.cell_type == "code" for out in cell.outputs]
    assert not [out for out in outputs if out.output_type == "error"]
    texts = (out.get("text") or out.get("data", {}).get("text/plain", "") for out in outputs)
    return "".join(texts)


def test_in_a_script_the_files_beside_it_are_checked(tmp_path, monkeypatch, capsys):
    (tmp_path / "padding.py").write_bytes((ROOT / "reference" / "padding.py").read_bytes())
    monkeypatch.chdir(tmp_path)
    student.check("padding", assignment="vu-3b")
    assert "0.55 of 0.55 points" in capsys.readouterr().out
    assert (tmp_path / "report.html").is_file()
    student.check("paddin", assignment="vu-3b")
    assert "vu-3b has no part `paddin`; its parts are autoregressive" in capsys.readouterr().out


def test_a_cell_that_does_not_parse_costs_only_itself(tmp_path, monkeypatch, capsys):
    source = (ROOT / "reference" / "padding.py").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(inline, "_cells", lambda: ["%matplotlib inline", "def f(:", source, "!ls"])
    student.check("padding", assignment="vu-3b")
    assert "0.55 of 0.55 points" in capsys.readouterr().out
    assert [p.name for p in Path(tmp_path).iterdir()] == ["report.html"]
