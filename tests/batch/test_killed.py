"""A run that is killed, or whose disk is full, loses nothing that is finished, and goes on."""

import contextlib
import errno
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from concurrent.futures import Executor, Future
from subprocess import STDOUT

import psutil
import pytest
from rich.console import Console

from graders.__main__ import main
from graders.batch import batch as batching
from graders.batch.batch import run
from graders.batch.progress import Events
from graders.batch.settings import Batch
from graders.errors import UsageError
from graders.grading.grade import ungraded
from graders.paths import ROOT
from graders.results import store
from graders.results.result_json import from_json
from graders.sheets.sheet import read_sheet
from graders.student.check_one import only_part
from tests.changed import timeless

RUN = """
import sys
from dataclasses import replace
from pathlib import Path
from rich.console import Console
from graders.batch.settings import Batch
from graders.batch.batch import run
from graders.batch.progress import Events
from graders.sheets.sheet import read_sheet
from graders.student.check_one import only_part
uploads, out = map(Path, sys.argv[1:])
sheet = only_part(read_sheet("rnn"), "mlp")
(question,) = sheet.questions
item = question.items[0]  # the other trains: a slow model would wait for its time limit there
sheet = replace(sheet, questions=(replace(question, items=(item,)),), points=item.points)
run(Batch(uploads, out, sheet, 1, 2, "none"), Events(Console(), out / "run.jsonl"))
"""
WHO = [str(number) for number in range(1, 7)]
PATIENCE = 300


def interrupted(*_):
    """Stand in for grading that is stopped before the first result."""
    raise KeyboardInterrupt
    yield


@pytest.fixture
def uploads(tmp_path):
    """Lay out six uploads: the reference, and some that are wrong or slow."""
    place = tmp_path / "uploads"
    place.mkdir()
    source = (ROOT / "reference" / "mlp.py").read_text()
    wrong = source.replace("amax(dim=1)", "mean(dim=1)")
    slow = source.replace("embedded = ", "import time; time.sleep(0.1)\n        embedded = ")
    assert source not in (wrong, slow)
    for number, text in zip(WHO, [source, wrong, slow] * 2, strict=True):
        with zipfile.ZipFile(place / f"s_{number}_1{number}_a.zip", "w") as archive:
            archive.writestr("mlp.py", f"{text}# {number}\n")
    return place


@pytest.fixture
def start(uploads, tmp_path):
    """Yield a function that starts a run in a process of its own; none outlives the test.

    It runs a copy of the graders: who edits them meanwhile has everything graded anew.
    """
    house = tmp_path / "house"
    for name in ("graders", "reports", "fixtures", "student_template"):
        shutil.copytree(ROOT / name, house / name)
    with contextlib.ExitStack() as started:

        def start(out):
            command = [sys.executable, "-c", RUN, str(uploads), str(out)]
            process = subprocess.Popen(command, cwd=house, stdout=subprocess.PIPE, stderr=STDOUT)
            started.enter_context(process)
            started.callback(process.kill)
            return process

        yield start


def finished(out):
    """List the students whom the log calls freshly graded, one entry each time."""
    log = (out / "run.jsonl").read_text() if (out / "run.jsonl").exists() else ""
    events = [json.loads(line) for line in log.splitlines()]
    return [e["id"] for e in events if e["event"] == "finished" and e["fresh"]]


def results(out):
    """Read all results; a file that is there is whole."""
    for page in out.rglob("*.html"):
        assert page.read_text().endswith("</html>\n"), page
    files = out.glob("students/*/result.json")
    return {file.parent.name: timeless(from_json(file.read_text())) for file in files}


def test_a_killed_run_goes_on_and_ends_as_if_it_had_not_been(start, tmp_path):
    calm, killed = tmp_path / "calm", tmp_path / "killed"
    process = start(calm)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    moments = random.Random(20)
    kept = {}
    for count in (0, 1, 3):  # so many are finished already, and then a little later
        process = start(killed)
        waited = time.monotonic()
        while len(finished(killed)) <= count and time.monotonic() - waited < PATIENCE:
            time.sleep(0.01)
        time.sleep(moments.uniform(0, 0.4))
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert psutil.wait_procs(family, timeout=20)[1] == []
        found = results(killed)
        assert len(found) > count
        assert found.items() >= kept.items()
        kept = found
    process = start(killed)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    assert results(killed).items() >= kept.items()
    assert sorted(results(killed)) == WHO
    assert results(killed) == results(calm)
    assert (killed / "grades.csv").read_bytes() == (calm / "grades.csv").read_bytes()
    once = finished(killed)
    assert len(set(once)) == len(once) and len(once) >= len(WHO) - 3  # killed before it was told
    assert not [path for path in killed.rglob("*") if path.name.startswith(".")]


def test_what_a_killed_run_had_begun_to_write_is_swept_and_nothing_else(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    place = tmp_path / "students" / "1"
    place.mkdir(parents=True)
    (tmp_path / "checks").mkdir()
    other = os.getppid()
    begun = [
        place / f".result.json.{ended.pid}.abcd_123",
        place / f".report.html.{os.getpid()}.abcd_123",  # of an earlier process of this number
        tmp_path / "checks" / f".a.html.{ended.pid}.abcd_123",
        tmp_path / f".manual.csv.{ended.pid}.abcd_123",
    ]
    others = [
        tmp_path / f".manual.csv.{other}.abcd_123",
        tmp_path / ".hidden",
        place / "result.json",
    ]
    for file in begun + others:
        file.write_text("{")
    store.sweep(tmp_path)
    assert not any(file.exists() for file in begun) and all(file.exists() for file in others)


def test_a_write_that_is_killed_leaves_what_is_swept(tmp_path):
    program = (
        "import os, sys; from pathlib import Path; from graders.files import write_whole;"
        "os.fsync = lambda _: os.kill(os.getpid(), 9);"
        "write_whole(Path(sys.argv[1]), 'new')"
    )
    file = tmp_path / "index.html"
    file.write_text("old")
    subprocess.run([sys.executable, "-c", program, str(file)], cwd=ROOT)
    assert len(list(tmp_path.iterdir())) == 2 and file.read_text() == "old"
    store.sweep(tmp_path)
    assert list(tmp_path.iterdir()) == [file]


# --- a full disk ---

SHEET = only_part(read_sheet("rnn"), "mlp")


class Instant(Executor):
    def submit(self, function, task, /, *arguments, **named):
        future = Future()
        future.set_result(ungraded(SHEET, task.student, "", task.seed, task.sandbox))
        return future


@pytest.fixture
def disk(monkeypatch):
    """Return a disk that is full after so many writes of whole files; None is never."""
    room = {"left": None}
    fsync = os.fsync

    def full(handle):
        if room["left"] is not None:
            room["left"] -= 1
            if room["left"] < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", full)
    monkeypatch.setattr("graders.batch.slots.ProcessPoolExecutor", lambda *_, **__: Instant())
    return room


def graded(uploads, out):
    run(
        Batch(uploads, out, SHEET, 1, 2, "none"),
        Events(Console(file=io.StringIO()), out / "run.jsonl"),
    )


@pytest.mark.parametrize("room", [0, 1, 2, 5, 11])
def test_a_full_disk_stops_the_run_and_keeps_what_is_finished(uploads, tmp_path, disk, room):
    out = tmp_path / "out"
    disk["left"] = room
    with pytest.raises(UsageError) as caught:
        graded(uploads, out)
    assert str(caught.value).endswith(
        "No space left on device. Finished results are kept; fix that and run the same "
        "command again."
    )
    kept = results(out)
    assert len(kept) == len(finished(out)) == max(0, room - 1) // 2  # class.json comes first
    assert not [path for path in out.rglob("*") if path.name.startswith(".")]
    before = {id: (out / "students" / id / "result.json").stat().st_mtime_ns for id in kept}
    disk["left"] = None
    graded(uploads, out)
    assert sorted(results(out)) == sorted(finished(out)) == WHO
    assert before == {
        id: (out / "students" / id / "result.json").stat().st_mtime_ns for id in before
    }


def test_a_full_disk_is_one_sentence_and_exit_code_2(uploads, tmp_path, disk, capsys):
    disk["left"] = 3
    where = ["batch", str(uploads), "--out", str(tmp_path / "out"), "--sandbox", "none"]
    assert main(where) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("Cannot write to ") and "Finished results are kept" in said


def test_a_run_that_is_stopped_early_keeps_earlier_results_on_its_pages(
    uploads, tmp_path, disk, monkeypatch
):
    out = tmp_path / "out"
    graded(uploads, out)
    grades = (out / "grades.csv").read_bytes()
    monkeypatch.setattr(batching, "grade_class", interrupted)
    with pytest.raises(KeyboardInterrupt):
        graded(uploads, out)
    assert (out / "grades.csv").read_bytes() == grades
    last = json.loads((out / "run.jsonl").read_text().splitlines()[-1])
    assert (last["event"], last["finished"]) == ("stopped", 0)


def test_a_log_that_cannot_be_written_is_the_users_fault_too(uploads, tmp_path, disk):
    out = tmp_path / "out"
    (out / "run.jsonl").mkdir(parents=True)
    with pytest.raises(UsageError, match=r"Cannot write to .*run\.jsonl"):
        graded(uploads, out)


def test_a_log_that_a_full_disk_cut_goes_on_with_a_new_line(uploads, tmp_path, disk):
    out = tmp_path / "out"
    out.mkdir()
    (out / "run.jsonl").write_text('{"time": 1, "eve')
    graded(uploads, out)
    cut, *lines = (out / "run.jsonl").read_text().splitlines()
    assert cut == '{"time": 1, "eve' and json.loads(lines[0])["event"] == "started"
