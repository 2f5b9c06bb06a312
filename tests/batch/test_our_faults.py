"""A grader error costs no student a point: the check is run again, then left to staff."""

import io
import os
import subprocess
import sys
import time
from concurrent.futures import Executor, Future

import psutil
import pytest
from rich.console import Console

from graders.batch.batch import run
from graders.batch.progress import Events
from graders.batch.settings import Batch
from graders.errors import UsageError
from graders.grading.grade import TRIES, grade, ungraded
from graders.paths import ROOT
from graders.results.result import Student
from graders.results.result_json import from_json
from graders.sandbox.sandbox import NoSandbox
from graders.sheets.sheet import read_sheet
from graders.student.check_one import only_part
from graders.uploads.submission import Submission

SHEET = only_part(read_sheet("rnn"), "mlp")
WHO = Student("1", "Doe, Jane")
MLP = {"mlp.py": (ROOT / "reference" / "mlp.py").read_bytes()}


class Broken(NoSandbox):
    """Starts no worker the first times that it is asked to."""

    def __init__(self, times: int) -> None:
        self.times, self.asked = times, 0

    def start(self, limits, canary=None):
        self.asked += 1
        if self.asked <= self.times:
            raise RuntimeError("the sandbox lost its kernel")
        return super().start(limits, canary)


def test_a_sandbox_that_never_starts_leaves_all_to_staff():
    sandbox = Broken(10**6)
    result = grade(Submission(MLP), WHO, SHEET, 1, sandbox)
    assert result.status == "needs_staff" and "the sandbox lost its kernel" in result.message
    assert {check.outcome for check in result.checks} == {"grader_error"}
    assert result.max_points == SHEET.points
    assert sandbox.asked == TRIES * len(SHEET.checks)


def test_a_sandbox_that_starts_again_costs_nothing():
    result = grade(Submission(MLP), WHO, SHEET, 1, Broken(3))
    assert result.status == "graded" and result.all_checks_passed


class AtOnce(Executor):
    """Gives each student a result without grading."""

    def submit(self, function, task, /, *arguments, **named):
        future = Future()
        future.set_result(ungraded(SHEET, task.student, "", task.seed, task.sandbox))
        return future


def a_class(folder, names="abc"):
    folder.mkdir()
    for number, name in enumerate(names, 1):
        (folder / f"{name}_{number}_{number}_mlp.py").write_bytes(MLP["mlp.py"])
    return folder


def run_at_once(monkeypatch, uploads, out):
    monkeypatch.setattr("graders.batch.slots.ProcessPoolExecutor", lambda *_, **__: AtOnce())
    events = Events(Console(file=io.StringIO()), out / "run.jsonl")
    return run(Batch(uploads, out, SHEET, 1, 1, "none"), events)


def test_a_disk_that_fills_up_stops_the_run_and_loses_nothing(monkeypatch, tmp_path):
    uploads, out = a_class(tmp_path / "uploads"), tmp_path / "out"
    synced, sync = [], os.fsync

    def full(handle):
        synced.append(handle)
        if len(synced) > 3:  # of the second student: the report is there, the result is not
            raise OSError(28, "No space left on device")
        sync(handle)

    with monkeypatch.context() as patch, pytest.raises(UsageError) as caught:
        patch.setattr(os, "fsync", full)
        run_at_once(patch, uploads, out)
    assert "No space left on device. Finished results are kept" in str(caught.value)
    (kept,) = out.rglob("result.json")  # of whoever was first
    assert not [path for path in out.rglob(".*")]
    first = kept.read_text()
    assert len(run_at_once(monkeypatch, uploads, out)) == 3
    assert kept.read_text() == first
    for who in "123":
        assert from_json((out / "students" / who / "result.json").read_text()).student.id == who


ENDLESS = b"""
import ctypes

class MLPClassifier:
    def __init__(self, *more):
        ctypes.CDLL(None).prctl(15, b"spinning")  # PR_SET_NAME: the name of the process
        while True: pass
"""


def test_a_run_that_is_killed_leaves_no_process_behind(tmp_path):
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    (uploads / "a_1_1_mlp.py").write_bytes(ENDLESS)
    batch = [sys.executable, "-m", "graders", "batch", str(uploads), "--out", str(tmp_path / "out")]
    with subprocess.Popen([*batch, "--jobs", "1"], cwd=ROOT) as started:
        run, family, ends = psutil.Process(started.pid), [], time.monotonic() + 90
        while not any(map(_spins, family)) and time.monotonic() < ends:
            time.sleep(0.1)
            family = run.children(recursive=True)
        started.kill()
    assert len(family) > 2
    _, alive = psutil.wait_procs(family, timeout=60)
    assert not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]


def _spins(process):
    """Return whether this is a worker in its endless loop."""
    try:
        return process.name() == "spinning" and "bwrap" in [one.name() for one in process.parents()]
    except psutil.Error:
        return False


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_small_disk_is_told_in_a_sentence(tmp_path):
    uploads, out = tmp_path / "uploads", tmp_path / "out"
    uploads.mkdir()
    out.mkdir()
    for number in range(9):
        (uploads / f"name_{number}_{number}_work.zip").write_bytes(b"no zip")
    batch = [sys.executable, "-m", "graders", "batch", str(uploads), "--out", str(out)]
    script = 'mount -t tmpfs -o size=300k small "$1" && shift && exec "$@"'
    private = ["unshare", "--mount", "--propagation", "private"]  # nobody else sees the mount
    said = subprocess.run(
        [*private, "sh", "-c", script, "sh", str(out), *batch, "--jobs", "1", "--sandbox", "none"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert said.returncode == 2, said.stdout + said.stderr
    assert "No space left on device. Finished results are kept" in said.stderr
    assert "Traceback" not in said.stderr
