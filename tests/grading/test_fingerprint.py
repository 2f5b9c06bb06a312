"""What decides whether a kept result is stale: what grades, and nothing that only shows or sends it."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from graders.grading.fingerprint import deciding_files
from graders.paths import ROOT
from graders.sheets.sheet import read_sheet, sheet_names

APART = (
    *("reports", "graders/batch", "graders/gradebook", "graders/manual", "graders/similarity"),
    *(
        "graders/student",
        "graders/uploads/lms",
        "graders/validation",
        "graders/mistakes",
        "reference",
    ),
)
KEPT = (  # a file of each kind that decides nothing
    *("reports/staff/class_page.py", "reports/student/student_page.py", "reports/charts.py"),
    *("graders/gradebook/canvas.py", "graders/manual/desk.py", "graders/student/release.py"),
    *("graders/batch/batch.py", "graders/uploads/lms/moodle.py", "graders/results/manual_csv.py"),
    *("graders/checks/test_step_rnn.py", "fixtures/seeds.json"),
)
STALE = (  # and of each that does
    *("graders/checks/test_mlp.py", "graders/oracles/formulas.py", "graders/worker/serve.py"),
    *("graders/worker/loading/select.py", "graders/grading/run_check.py", "fixtures/reviews.json"),
    *("graders/remote/session.py", "graders/uploads/unpack.py", "graders/assertions/compare.py"),
)
ASK = """
import json, sys
from graders.grading import fingerprint
from graders.paths import ROOT
from graders.sheets.sheet import read_sheet
from graders.student.check_one import only_part

sheet = only_part(read_sheet("rnn"), "mlp")
found = {}
for name in ["", *sys.argv[1:]]:
    file = ROOT / name
    before = file.read_bytes() if name else b""
    if name:
        file.write_bytes(before + (b" " if name.endswith(".json") else b"# a comment\\n"))
    for kept in (fingerprint._contents, fingerprint._imports, fingerprint._hash):
        kept.cache_clear()
    found[name] = fingerprint.sha256_of(sheet)
    if name:
        file.write_bytes(before)
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def hashes(tmp_path_factory):
    """The hash of a sheet as it is (""), and after a change of each of these files."""
    project = tmp_path_factory.mktemp("fingerprint")
    for name in ("graders", "reports", "fixtures", "student_template"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-c", ASK, *KEPT, *STALE]
    environment = {"PATH": os.environ["PATH"], "HOME": str(project), "PYTHONPATH": str(project)}
    done = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", sheet_names())
def test_no_file_decides_that_only_shows_sends_or_sorts(name):
    files = [file.relative_to(ROOT).as_posix() for file in deciding_files(read_sheet(name))]
    assert [file for file in files if file.startswith(tuple(f"{place}/" for place in APART))] == []


@pytest.mark.parametrize("name", KEPT)
def test_a_change_elsewhere_regrades_nobody(hashes, name):
    assert hashes[name] == hashes[""]


@pytest.mark.parametrize("name", STALE)
def test_a_change_of_what_grades_makes_results_stale(hashes, name):
    assert hashes[name] != hashes[""]
