"""A small class for each of the other sheets: right answers earn all, a mistake only what it leaves."""

import json
import subprocess
import sys

import pytest

from graders.fixtures.sheet_samples import CLASSES, KINDS
from graders.paths import ROOT
from graders.results.result_json import from_json
from graders.sheets.sheet import read_sheet


@pytest.mark.parametrize("one", CLASSES, ids=lambda one: one.sheet)
def test_a_class_gets_what_it_deserves(one, tmp_path):
    uploads = ROOT / "fixtures" / "uploads" / one.sheet
    command = [sys.executable, "-m", "graders", "batch", str(uploads), "--out", str(tmp_path)]
    done = subprocess.run(
        [*command, "--assignment", one.sheet], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr + done.stdout
    files = sorted((tmp_path / "students").glob("*/result.json"))
    results = dict(zip(KINDS, (from_json(file.read_text()) for file in files), strict=True))
    sheet = read_sheet(one.sheet)
    assert all(result.max_points == sheet.points for result in results.values())
    assert all(result.status == "graded" for result in results.values())
    for kind in ("right", "different"):
        assert [(c.id, c.message) for c in results[kind].checks if c.outcome != "passed"] == []
        assert results[kind].points == sheet.points - results[kind].pending_points
    assert results["skeleton"].points == 0
    for kind, (part, _) in zip(("mistake", "other-mistake"), one.mistakes, strict=True):
        lost = {c.id.partition("::")[0] for c in results[kind].checks if c.outcome != "passed"}
        assert lost == {f"test_{part}.py"}, json.dumps(sorted(lost))
        assert 0 < results[kind].points < results["right"].points
