"""Slots of a Dask cluster grade as this machine does; nothing is lost, graded twice, or mixed."""

import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from concurrent.futures import Future
from dataclasses import replace
from types import SimpleNamespace

import dask
import distributed
import psutil
import pytest
from rich.console import Console

from graders.__main__ import main
from graders.batch import cluster as clustering
from graders.batch.batch import run
from graders.batch.cluster import OWN, Cluster, grade_there
from graders.batch.progress import Events
from graders.batch.settings import Batch
from graders.batch.slots import GradingTask
from graders.errors import UsageError
from graders.grading.grade import environment, ungraded
from graders.paths import ROOT
from graders.results.result import Student
from graders.results.result_json import from_json
from graders.sheets.sheet import read_sheet
from graders.student.check_one import only_part
from graders.uploads.submission import Submission
from tests.changed import timeless

SHEET = only_part(read_sheet("rnn"), "mlp")
PATIENCE = 300  # seconds for what takes two on a calm machine
KILLER, STRANGE = "6", "7"
RUN = """
import sys
from dataclasses import replace
from pathlib import Path
from rich.console import Console
from graders.batch.settings import Batch
from graders.batch.batch import run
from graders.errors import UsageError
from graders.batch.progress import Events
from graders.sheets.sheet import read_sheet
from graders.student.check_one import only_part
uploads, out, scheduler = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
sheet = only_part(read_sheet("rnn"), "mlp")
(question,) = sheet.questions
item = question.items[0]  # the other trains: a slow model would wait for its time limit there
sheet = replace(sheet, questions=(replace(question, items=(item,)),), points=item.points)
try:
    run(Batch(uploads, out, sheet, 1, 2, scheduler=scheduler), Events(Console(), out / "run.jsonl"))
except UsageError as problem:
    print(problem)
    sys.exit(2)
assert scheduler or "distributed" not in sys.modules
"""
AT_ONCE = """
from concurrent.futures import Executor, Future
from graders.batch import slots
from graders.grading.grade import ungraded
class AtOnce(Executor):
    def submit(self, function, task):
        future = Future()
        future.set_result(ungraded(task.sheet, task.student, "", task.seed, task.sandbox))
        return future
slots.ProcessPoolExecutor = lambda *_, **__: AtOnce()
"""
IN_EACH_SLOT = f"""
import os
from graders.batch import cluster
from graders.grading.grade import grade
class Strange(Exception):
    def __init__(self, one, other):
        super().__init__("ours")
def deadly(submission, student, *others):
    if student.id == "{KILLER}":
        os.kill(os.getpid(), 9)
    if student.id == "{STRANGE}":
        raise Strange(1, 2)
    return grade(submission, student, *others)
cluster.grade = deadly
"""


def until(condition):
    """Wait for something to become true, and give it."""
    begun = time.monotonic()
    while not (found := condition()):
        assert time.monotonic() - begun < PATIENCE
        time.sleep(0.05)
    return found


def finished(out):
    """List the students whom the log calls freshly graded, one entry each time."""
    log = (out / "run.jsonl").read_text() if (out / "run.jsonl").exists() else ""
    events = [json.loads(text) for text in log.splitlines() if text.endswith("}")]
    return [e["id"] for e in events if e["event"] == "finished" and e["fresh"]]


def results(out):
    """Read all results, without the seconds that they took."""
    found = {}
    for file in out.glob("students/*/result.json"):
        found[file.parent.name] = timeless(from_json(file.read_text()))
    return found


class Household:
    """Processes of a copy of the graders: who edits them meanwhile disturbs no test."""

    def __init__(self, place):
        self.place, self.processes, self.family = place, [], []
        self.scheduler = None
        for name in ("graders", "reports", "fixtures", "student_template"):
            shutil.copytree(ROOT / name, place / "house" / name)
        (place / "slot.py").write_text(IN_EACH_SLOT)

    def start(self, *words, house="house"):
        """Start a Python program in the house."""
        environment = os.environ | {
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
            "DASK_DISTRIBUTED__WORKER__PRELOAD": f'["{self.place / "slot.py"}"]',
        }
        self.processes.append(
            subprocess.Popen(
                [sys.executable, *words],
                cwd=self.place / house,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if words[0] == "-c" else subprocess.DEVNULL,
                text=True,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
        )
        return self.processes[-1]

    def grade(self, uploads, out, house="house"):
        """Start a run in the cluster."""
        return self.start("-c", RUN, str(uploads), str(out), self.address, house=house)

    def begin(self):
        """Start a scheduler and a worker with two slots, unless they are there."""
        if self.scheduler is None or self.scheduler.poll() is not None:
            file = self.place / f"scheduler-{time.monotonic_ns()}.json"
            words = ["--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file)]
            dask = ["-m", "distributed.cli.dask_scheduler", "--no-dashboard"]
            self.scheduler = self.start(*dask, *words, house=".")  # where there are no graders
            self.address = until(lambda: file.exists() and _json(file.read_text()))["address"]
            self.worker = self.start("-m", "graders", "worker", self.address, "--slots", "2")
            with distributed.Client(self.address, set_as_default=False) as client:
                client.wait_for_workers(2, PATIENCE)

    def slots(self):
        """List the processes of the slots, and remember all that the worker ever started."""
        children = psutil.Process(self.worker.pid).children()
        self.family += _family(self.worker.pid)
        return [child for child in children if "spawn_main" in " ".join(child.cmdline())]

    def end(self):
        """End all; nothing that was started may be left."""
        for process in reversed(self.processes):
            self.family += _family(process.pid)
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        for process in self.processes:
            with process:
                try:
                    process.wait(PATIENCE)
                finally:
                    process.kill()
        assert psutil.wait_procs(self.family, timeout=PATIENCE)[1] == []


def _family(process):
    try:
        return psutil.Process(process).children(recursive=True)
    except psutil.Error:
        return []


def _json(text):
    return json.loads(text) if text.rstrip().endswith("}") else None


@pytest.fixture(scope="module")
def household(tmp_path_factory):
    household = Household(tmp_path_factory.mktemp("cluster"))
    try:
        yield household
    finally:
        household.end()


@pytest.fixture
def cluster(household):
    household.begin()
    return household


@pytest.fixture(scope="module")
def uploads(household):
    """Lay out a right answer, a wrong one, slow ones, and what cannot be read."""
    source = (ROOT / "reference" / "mlp.py").read_text()
    wrong = source.replace("amax(dim=1)", "mean(dim=1)")
    slow = source.replace("embedded = ", "import time; time.sleep(0.05)\n        embedded = ")
    assert source not in (wrong, slow)
    place = household.place / "uploads"
    place.mkdir()
    for number, text in enumerate([source, wrong, slow, slow], 1):
        with zipfile.ZipFile(place / f"s_{number}_1{number}_a.zip", "w") as archive:
            archive.writestr("mlp.py", f"{text}# {number}\n")
    (place / "s_5_15_a.zip").write_bytes(b"no zip")
    return place


@pytest.fixture(scope="module")
def local(household, uploads):
    """Return the results of a run on this machine."""
    out = household.place / "local"
    process = household.start("-c", RUN, str(uploads), str(out), "")
    household.begin()  # meanwhile
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    return results(out)


def test_a_slot_that_dies_loses_nothing_and_one_who_kills_it_is_left_to_staff(
    local, cluster, uploads, tmp_path
):
    class_ = shutil.copytree(uploads, tmp_path / "uploads")
    for id in (KILLER, STRANGE):
        with zipfile.ZipFile(class_ / f"s_{id}_1{id}_a.zip", "w") as archive:
            archive.writestr("mlp.py", "")
    process = cluster.grade(class_, tmp_path / "out")
    until(lambda: len(finished(tmp_path / "out")) > 1 or process.poll() is not None)
    cluster.slots()[0].kill()
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    assert f"Grading on 2 workers of {cluster.address}." in said
    found = results(tmp_path / "out")
    failed = "The grader failed 3 times on this submission: "
    killer, strange = found.pop(KILLER), found.pop(STRANGE)
    assert killer.status == strange.status == "needs_staff"
    assert killer.message.startswith(f"{failed}KilledWorker Attempted to run task")
    assert strange.message == f"{failed}RuntimeError Strange ours"
    assert found.pop("5").environment.sandbox == OWN and local["5"].status == "unreadable"
    assert found == {id: result for id, result in local.items() if id != "5"}
    assert sorted(finished(tmp_path / "out")) == ["1", "2", "3", "4", "5", KILLER, STRANGE]


def test_ctrl_c_keeps_what_is_finished_and_the_next_run_goes_on(local, cluster, uploads, tmp_path):
    out = tmp_path / "out"
    process = cluster.grade(uploads, out)
    until(lambda: len(finished(out)) > 1 or process.poll() is not None)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == -signal.SIGINT and "KeyboardInterrupt" in said, said
    kept = results(out)
    assert 1 < len(kept) < 5 and (out / "index.html").is_file()
    process = cluster.grade(uploads, out)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0 and "(cached)" in said, said
    assert results(out).items() >= kept.items() and sorted(results(out)) == sorted(local)
    assert sorted(finished(out)) == sorted(local)


def test_slots_with_other_graders_grade_nothing(cluster, uploads, tmp_path):
    other = shutil.copytree(cluster.place / "house", cluster.place / "other")
    with (other / "graders" / "checks" / "test_mlp.py").open("a") as file:
        file.write("# changed\n")
    process = cluster.grade(uploads, tmp_path / "out", "other")
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    head, first, second = said.splitlines()
    assert head == f"Nothing was graded: 2 of 2 workers of {cluster.address} cannot grade this."
    for text in (first, second):
        assert text.startswith("Worker tcp://127.0.0.1:")
        assert "rejected: its hash of the graders is " in text and "this run's is" in text
    assert not (tmp_path / "out").exists()


def test_a_lost_scheduler_ends_run_and_workers_and_the_results_serve_this_machine(
    local, cluster, uploads, tmp_path
):
    out = tmp_path / "out"
    process = cluster.grade(uploads, out)
    until(lambda: len(finished(out)) > 1 or process.poll() is not None)
    family = cluster.slots()
    cluster.scheduler.kill()
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert said.splitlines()[-1] == (
        f"The scheduler {cluster.address} was lost. Finished results are kept; when it is back, "
        "run the same command to continue."
    )
    assert "Traceback" not in said
    kept = {id: result for id, result in results(out).items() if result.status == "graded"}
    assert 1 <= len(kept) < 4
    process = cluster.start("-c", AT_ONCE + RUN, str(uploads), str(out), "")
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0 and said.count("(cached)") == len(kept), said
    assert results(out).items() >= kept.items() and sorted(results(out)) == sorted(local)
    cluster.worker.wait(PATIENCE)
    assert psutil.wait_procs(family, timeout=PATIENCE)[1] == []


# --- without a cluster ---


@pytest.fixture
def expected(monkeypatch):
    """Return what a run expects of slots, and be a slot with a sandbox."""
    worker = SimpleNamespace(address="tcp://n1:5", state=SimpleNamespace(nthreads=1))
    monkeypatch.setattr(clustering, "get_worker", lambda: worker)
    monkeypatch.setattr(clustering, "_chosen", lambda hidden: SimpleNamespace(name="bwrap"))
    monkeypatch.setattr(clustering, "grade", lambda *arguments: arguments[-1].name)
    return environment(OWN, 1, SHEET)


TASK = GradingTask(Student("1", ""), Submission({}), SHEET, 1, OWN, ())


def test_a_slot_that_is_as_the_run_grades_in_its_own_sandbox(expected):
    assert grade_there(TASK, expected) == "bwrap"


@pytest.mark.parametrize(
    "field, reason",
    [
        ("python", "its Python is {here.python}, but this run's is other."),
        ("torch", "its torch is {here.torch}, but this run's is other."),
        (
            "graders_sha256",
            "its hash of the graders is {here.graders_sha256:.16}, but this run's is other.",
        ),
    ],
)
def test_a_slot_that_comes_later_and_differs_refuses(expected, field, reason):
    with pytest.raises(UsageError) as caught:
        grade_there(TASK, replace(expected, **{field: "other"}))
    assert str(caught.value) == (
        f"Worker tcp://n1:5 rejected: {reason.format(here=expected)} Finished results are "
        "kept; fix that and run the same command again."
    )


def test_a_slot_has_one_thread(expected):
    clustering.get_worker().state.nthreads = 4
    with pytest.raises(UsageError, match=r"rejected: 4 threads, must be 1\."):
        grade_there(TASK, expected)


def test_a_slot_without_a_sandbox_refuses(expected, monkeypatch):
    def chosen(hidden):
        raise UsageError("bubblewrap does not work here.")

    monkeypatch.setattr(clustering, "_chosen", chosen)
    with pytest.raises(UsageError, match=r"rejected: bubblewrap does not work here\."):
        grade_there(TASK, expected)


def test_a_slot_never_grades_without_a_sandbox_whatever_it_is_told(monkeypatch):
    clustering._chosen.cache_clear()
    with dask.config.set({"unroll.sandbox": "none"}), pytest.raises(UsageError) as caught:
        clustering._chosen(())
    assert (
        str(caught.value) == "A worker cannot use the sandbox `none`; choose auto, zygote, bwrap."
    )


class Client:
    """Stands for a connection to a scheduler: how many slots it has, one time after the other."""

    def __init__(self, *counts):
        self.counts = list(counts)

    def nthreads(self):
        count = self.counts.pop(0)
        if isinstance(count, Exception):
            raise count
        return dict.fromkeys(range(count), 1)

    def get_executor(self, pure):
        return None


def test_slots_come_and_go_and_a_run_waits_for_one():
    told = []
    slots = Cluster(Client(2, 4, 0, 0, 1, OSError()), "tcp://n1:1", None, told.append)
    assert slots.remark == "Grading on 2 workers of tcp://n1:1."
    assert [slots.count for _ in range(4)] == [4, 1, 1, 1]
    assert told == ["tcp://n1:1 has no workers now; the run continues when there are some."]
    with pytest.raises(UsageError, match="The scheduler tcp://n1:1 was lost"):
        print(slots.count)


def test_results_of_any_sandbox_are_kept_and_of_none_are_not():
    slots = Cluster(Client(0), "tcp://n1:1", None, print)
    assert slots.remark == "tcp://n1:1 has no workers now; the run continues when there are some."
    assert [slots.admits(name) for name in ("zygote", "bwrap without Landlock", OWN)] == [True] * 3
    assert not any(slots.admits(name) for name in ("none", "locked", ""))


class Refusing:
    """Slots that are rejected at the second task."""

    sandbox, remark, count = "zygote", "", 1

    def __init__(self):
        self.left = 1

    def submit(self, task):
        future = Future()
        if self.left:
            future.set_result(ungraded(SHEET, task.student, "", task.seed, "zygote"))
        else:
            future.set_exception(UsageError("This slot must not."))
        self.left -= 1
        return future

    def admits(self, sandbox):
        return True


def test_a_refusal_ends_the_run_and_finished_results_are_kept(uploads, tmp_path, monkeypatch):
    made = contextlib.nullcontext(Refusing())
    monkeypatch.setattr(clustering, "cluster_slots", lambda *_: made)
    batch = Batch(uploads, tmp_path / "out", SHEET, 1, 1, scheduler="tcp://n1:1")
    with pytest.raises(UsageError, match=r"This slot must not\."):
        run(batch, Events(Console(file=io.StringIO()), tmp_path / "out" / "run.jsonl"))
    assert sorted(results(tmp_path / "out")) == ["1"]


def test_a_scheduler_that_is_not_there_is_one_sentence(uploads, tmp_path, capsys):
    words = ["batch", str(uploads), "--out", str(tmp_path / "out"), "--scheduler"]
    with dask.config.set({"distributed.comm.timeouts.connect": "0.5s"}):
        for address in ("tcp://127.0.0.1:1", "carrier://pigeon:1", "tls://127.0.0.1:1"):
            assert main([*words, address]) == 2
            said = capsys.readouterr().err
            assert said.startswith(f"No scheduler answers at {address} (") and said.endswith(
                "). Start one there with `dask scheduler`, or correct its address; "
                "see docs/cluster.md.\n"
            )
            assert said.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("more", [["--jobs", "2"], ["--sandbox", "bwrap"]])
def test_what_is_set_where_a_slot_starts_cannot_be_set_by_the_run(tmp_path, capsys, more):
    words = ["batch", str(tmp_path), "--out", str(tmp_path / "out"), "--scheduler", "tcp://n1:1"]
    assert main([*words, *more]) == 2
    assert capsys.readouterr().err == (
        "`--jobs` and `--sandbox` set the workers on this machine; set those of a cluster where you "
        "start them: `python -m graders worker ADDRESS --slots 4 --sandbox bwrap`.\n"
    )


def test_a_machine_without_a_sandbox_offers_no_slot(monkeypatch, capsys):
    def choose(name):
        raise UsageError(f"{name} does not work here.")

    monkeypatch.setattr(clustering, "choose", choose)
    assert main(["worker", "tcp://127.0.0.1:1"]) == 2
    assert capsys.readouterr().err == "auto does not work here.\n"


@pytest.mark.parametrize("remark", ["", "Only bwrap works here."])
def test_a_worker_without_a_scheduler_ends_with_one_sentence(monkeypatch, capsys, remark):
    asked = []

    def start(arguments, standalone_mode):
        asked.append(" ".join(arguments))
        raise SystemExit(1)

    sandbox = SimpleNamespace(name="zygote", remark=remark)
    monkeypatch.setattr(clustering, "choose", lambda name: sandbox)
    monkeypatch.setattr(clustering.dask_worker, "main", start)
    with dask.config.set({}):
        assert main(["worker", "tcp://n1:1", "--slots", "3"]) == 2
    said = capsys.readouterr()
    assert said.out == (f"{remark}\n" if remark else "Starting 3 workers, sandbox zygote.\n")
    assert said.err.startswith("No scheduler answers at tcp://n1:1 (for 60s). Start one there")
    assert asked == [
        "tcp://n1:1 --nworkers 3 --nthreads 1 --memory-limit 0 --no-dashboard --death-timeout 60s"
    ]


def test_without_dask_a_cluster_is_one_sentence(monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "graders.batch.cluster")
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["worker", "tcp://n1:1"]) == 2
    assert capsys.readouterr().err == (
        "A cluster needs Dask's package `distributed`, which is not installed here; it is in the "
        "dependency group `cluster`.\n"
    )
