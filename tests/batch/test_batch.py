"""A run over a class: every upload ends as a result, also when a slot dies or the user stops it."""

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool

import pytest
from rich.console import Console

from graders.batch.batch import run
from graders.batch.progress import Events
from graders.batch.settings import Batch
from graders.batch.slots import GradingTask
from graders.errors import UsageError
from graders.files import write_whole
from graders.grading.grade import ungraded
from graders.paths import ROOT
from graders.results.result_json import from_json
from graders.sheets.sheet import read_sheet
from graders.student.check_one import only_part

SHEET = only_part(read_sheet("rnn"), "mlp")


def zipped(path, **files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.py", text)


@pytest.fixture
def uploads(tmp_path):
    folder = tmp_path / "uploads"
    folder.mkdir()
    for who in ("ann_1_11_a", "bob_2_12_a", "cid_3_13_a", "dee_4_14_a"):
        zipped(folder / f"{who}.zip", mlp=f"# {who}")
    return folder


class Scripted(Executor):
    """Runs each task at once: what `script` says of its student, or a result without points."""

    def __init__(self, script, seen):
        self.script, self.seen = script, seen

    def submit(self, function, task, /, *arguments, **named):
        self.seen.append(task.student.id)
        future = Future()
        problem = self.script(task)
        if problem is None:
            future.set_result(ungraded(SHEET, task.student, "", task.seed, task.sandbox))
        else:
            future.set_exception(problem)
        return future


def run_scripted(monkeypatch, uploads, out, script):
    seen = []
    monkeypatch.setattr(
        "graders.batch.slots.ProcessPoolExecutor", lambda *_, **__: Scripted(script, seen)
    )
    text = io.StringIO()
    batch = Batch(uploads, out, SHEET, 1, 2, "none")
    summaries = run(batch, Events(Console(file=text, width=200), out / "run.jsonl"))
    return {s.student.id: s for s in summaries}, seen, text.getvalue()


def test_every_upload_becomes_a_result_and_a_line(monkeypatch, uploads, tmp_path):
    (uploads / "eve_5_15_a.zip").write_bytes(b"no zip")
    found, seen, text = run_scripted(monkeypatch, uploads, tmp_path / "out", lambda task: None)
    assert sorted(found) == ["1", "2", "3", "4", "5"] and sorted(seen) == ["1", "2", "3", "4"]
    assert found["5"].status == "unreadable"
    assert "[5/5]" in text and "5 eve" in text
    for who in found:
        folder = tmp_path / "out" / "students" / who
        assert sorted(p.name for p in folder.iterdir()) == ["report.html", "result.json"]
        assert from_json((folder / "result.json").read_text()).student.id == who
    assert (tmp_path / "out" / "index.html").is_file()
    assert len((tmp_path / "out" / "grades.csv").read_text().splitlines()) == 6
    log = (tmp_path / "out" / "run.jsonl").read_text()
    events = [json.loads(line) for line in log.splitlines()]
    assert [e["event"] for e in events].count("finished") == 5


def test_a_slot_that_dies_costs_only_the_submission_that_kills_it(monkeypatch, uploads, tmp_path):
    def script(task: GradingTask):
        return BrokenProcessPool("died") if task.student.id == "2" else None

    found, seen, _ = run_scripted(monkeypatch, uploads, tmp_path / "out", script)
    assert found["2"].status == "needs_staff" and seen.count("2") == 3
    assert "failed 3 times" in found["2"].message
    assert all(found[who].status != "needs_staff" for who in "134")


def test_a_bug_of_ours_in_one_task_is_tried_three_times(monkeypatch, uploads, tmp_path):
    def script(task: GradingTask):
        return ZeroDivisionError("ours") if task.student.id == "3" else None

    found, seen, _ = run_scripted(monkeypatch, uploads, tmp_path / "out", script)
    assert found["3"].status == "needs_staff" and seen.count("3") == 3
    assert "ZeroDivisionError ours" in found["3"].message


def test_a_folder_that_cannot_be_written_is_the_users_fault(monkeypatch, uploads, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="Cannot write to"):
        run_scripted(monkeypatch, uploads, tmp_path / "file" / "out", lambda task: None)


@pytest.mark.parametrize("inside", [".", "out"])
def test_results_do_not_go_among_the_uploads(monkeypatch, uploads, inside):
    with pytest.raises(UsageError, match="choose another folder for --out"):
        run_scripted(monkeypatch, uploads, uploads / inside, lambda task: None)
    assert not (uploads / "out").exists()


def test_results_of_another_assignment_are_not_added_to(monkeypatch, uploads, tmp_path):
    out = tmp_path / "out"
    run_scripted(monkeypatch, uploads, out, lambda task: None)
    before = sorted(file.read_bytes() for file in out.rglob("*.json"))
    other = Batch(uploads, out, read_sheet("vu-3b"), 1, 2, "none")
    with pytest.raises(UsageError, match="contains results of the assignment rnn"):
        run(other, Events(Console(file=io.StringIO()), out / "run.jsonl"))
    assert sorted(file.read_bytes() for file in out.rglob("*.json")) == before


def test_a_file_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    write_whole(tmp_path / "a", "old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "a", "new")
    assert [p.name for p in tmp_path.iterdir()] == ["a"] and (tmp_path / "a").read_text() == "old"


def _with_ctrl_c():
    """Take Ctrl-C as a terminal's foreground process does; a background job ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_keeps_what_is_finished_and_the_next_run_goes_on(tmp_path):
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    source = (ROOT / "reference" / "mlp.py").read_text()
    zipped(uploads / "ann_1_11_a.zip", mlp=source)
    slow = source.replace("embedded = ", "import time; time.sleep(3)\n        embedded = ")
    for place, who in enumerate(("bob", "cid", "dee"), 2):
        zipped(uploads / f"{who}_{place}_1{place}_a.zip", mlp=slow)
    command = [
        sys.executable,
        "-m",
        "graders",
        "batch",
        str(uploads),
        "--out",
        str(tmp_path / "out"),
    ]
    started = subprocess.Popen(
        [*command, "--jobs", "1"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_with_ctrl_c,
    )
    done = tmp_path / "out" / "students" / "1" / "result.json"
    waited = time.monotonic()
    while not done.exists() and time.monotonic() - waited < 90:
        time.sleep(0.1)
    first = done.read_bytes()
    started.send_signal(signal.SIGINT)
    _, problem = started.communicate(timeout=120)
    assert started.returncode == 1 and "Finished results are kept" in problem, problem
    assert "Traceback" not in problem
    assert (tmp_path / "out" / "index.html").is_file()
    for name in ("bob_2_12_a", "cid_3_13_a", "dee_4_14_a"):
        (uploads / f"{name}.zip").unlink()
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert "(cached)" in again.stdout
    assert done.read_bytes() == first
