"""Hostile submissions among good ones: each gets what it deserves, and nobody else notices.

Each folder of tests/hostile/ is one upload: its files, or what its make.py packs, and in expect.toml
what it tries, the outcome, a sentence that its report must hold, and the longest time. All are graded
as one class by the real batch, in random order, two at a time, twice.
"""

import csv
import gc
import importlib.util
import json
import os
import random
import re
import tempfile
import time
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from graders.batch.batch import run
from graders.batch.progress import Events
from graders.batch.settings import Batch
from graders.paths import ROOT, WORKER
from graders.results.result import Result
from graders.results.result_json import from_json
from graders.sheets.items import Item
from graders.sheets.limits import Limits
from graders.sheets.sheet import Question, Sheet
from tests.hostile.making import ANSWER, notebook, zipped

pytestmark = pytest.mark.alone
HOSTILE = ROOT / "tests" / "hostile"
CASES = sorted(path.parent.name for path in HOSTILE.glob("*/expect.toml"))
FIRST, SECOND = (
    "test_padding.py::test_pads_on_the_right",
    "test_padding.py::test_mask_is_true_on_tokens",
)
ITEMS = (Item("Rows", Decimal(1), {FIRST: "core"}), Item("Mask", Decimal(1), {SECOND: "core"}))
LIMITS = Limits(call_seconds=1, check_seconds=3, load_seconds=3, memory_mb=700, output_kb=16)
SHEET = Sheet(
    "hostile",
    "Hostile",
    1,
    Decimal(2),
    (Question("1", "Padding", ITEMS),),
    LIMITS,
)
CANARY = "UNROLL_CANARY_9b1d"  # in places that no submission may read
REACHED = "unroll-canary-reached"  # said by a submission that got somewhere
GOOD = {
    "good_zip.zip": zipped(("padding.py", ANSWER)),
    "good_script.py": ANSWER.encode(),
    "good_notebook.ipynb": notebook(ANSWER).encode(),
    "good_nested.zip": zipped(("work/work.zip", zipped(("src/padding.py", ANSWER)))),
}


@dataclass(frozen=True)
class Expected:
    """What one folder's expect.toml says."""

    attack: str
    seconds: float
    outcome: tuple[str, ...]
    after: tuple[str, ...]
    status: str
    message: str
    note: str
    needs: tuple[str, ...]
    upload: str


def expected(name: str) -> Expected:
    found = tomllib.loads((HOSTILE / name / "expect.toml").read_text(encoding="utf-8"))
    unreadable = found.get("status") == "unreadable"
    return Expected(
        found["attack"],
        found["seconds"],
        _several(found.get("outcome", "not_run")),
        _several(found.get("after", "not_run" if unreadable else "passed")),
        found.get("status", "graded"),
        found.get("message", ""),
        found.get("note", ""),
        tuple(found.get("needs", ())),
        found.get("upload", "work.zip"),
    )


def _several(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def upload_of(name: str) -> bytes:
    """Return the bytes that a case hands in."""
    folder = HOSTILE / name
    if (folder / "make.py").is_file():
        spec = importlib.util.spec_from_file_location(f"make_{name}", folder / "make.py")
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.make()
    own = [path for path in sorted(folder.iterdir()) if path.suffix == ".py"]
    others = [HOSTILE / needed for needed in ("honest.py", *expected(name).needs)]
    files = [*own, *others]
    return zipped(*((path.name, path.read_text(encoding="utf-8")) for path in files))


@dataclass(frozen=True)
class Graded:
    """What a run left behind."""

    results: dict[str, Result]
    out: Path
    left: list[str]
    progress: str
    slowness: float  # how many programs want each core, at least the two slots and what they start


def grade_class(folder: Path, seed: int) -> Graded:
    """Grade all cases and good ones as one class, in an order that the seed decides."""
    uploads, out = folder / "uploads", folder / "out"
    uploads.mkdir(parents=True)
    (uploads / "canary.txt").write_text(CANARY)
    contents = GOOD | {f"{name}/{expected(name).upload}": upload_of(name) for name in CASES}
    names = sorted(contents)
    random.Random(seed).shuffle(names)
    numbers = {str(1000 + place): name for place, name in enumerate(names)}
    for number, name in numbers.items():
        file = name.rpartition("/")[2]
        (uploads / f"=1+1<script>_{number}_{number}_{file}").write_bytes(contents[name])
    places = tempfile.gettempdir(), "/dev/shm"
    before = _everything(places)
    with open(folder / "progress.txt", "w", encoding="utf-8") as progress:
        events = Events(Console(file=progress), out / "run.jsonl")
        run(Batch(uploads, out, SHEET, seed=7, jobs=2, sandbox="auto"), events)
    left, deadline = _everything(places) - before, time.monotonic() + 20
    while left and time.monotonic() < deadline:
        time.sleep(0.1)
        gc.collect()  # of the executor's own
        left &= _everything(places) - before
    results = {
        numbers[path.name]: from_json((path / "result.json").read_text(encoding="utf-8"))
        for path in (out / "students").iterdir()
    }
    progress_text = (folder / "progress.txt").read_text(encoding="utf-8")
    own = {name.partition("/")[0]: result for name, result in results.items()}
    slowness = max(2, 2 * os.getloadavg()[0] / (os.cpu_count() or 1))
    return Graded(own, out, sorted(left), progress_text, slowness)


def _everything(places: tuple[str, ...]) -> set[str]:
    """List what a run might leave: workers, mounts, files in places for temporary ones."""
    files = {entry.path for place in places for entry in os.scandir(place)}
    found = {f"file {path}" for path in files if "/sem.mp-" not in path}  # of other programs
    own = {process.pid for process in psutil.Process().children(recursive=True)}
    for process in psutil.process_iter(["cmdline", "ppid"]):
        ours = any(str(WORKER) in word for word in process.info["cmdline"] or ())
        if ours and (process.pid in own or process.info["ppid"] == 1):
            found.add(f"process {process.pid}")
    mounts = Path("/proc/self/mountinfo")
    return found | {f"mount {line}" for line in mounts.read_text().splitlines()}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Grade the class twice, with canaries where a submission must not look."""
    with pytest.MonkeyPatch.context() as patch:
        home, temporary = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("temporary")
        (home / "canary.txt").write_text(CANARY)
        patch.setenv("HOME", str(home))
        patch.setenv("SECRET_OF_THE_GRADER", CANARY)
        patch.setenv("TMPDIR", str(temporary))
        patch.setattr(tempfile, "tempdir", None)
        yield [grade_class(tmp_path_factory.mktemp("class"), seed) for seed in (1, 2)]


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_submission_gets_what_it_deserves(runs, name):
    wanted = expected(name)
    for graded in runs:
        result = graded.results[name]
        first, second = result.checks
        told = (result.message or "") if result.status == "unreadable" else first.message
        assert result.status == wanted.status, (result.message, told)
        assert first.outcome in wanted.outcome, told
        assert second.outcome in wanted.after, second.message
        assert re.search(wanted.message, told), told
        notes = " ".join(note for file in result.files for note in file.notes)
        assert re.search(wanted.note, notes), notes
        assert "Traceback" not in told and "graders/" not in told
        assert result.seconds <= graded.slowness * wanted.seconds
        assert len(json.dumps(told)) < 20_000


@pytest.mark.parametrize("name", GOOD)
def test_a_good_submission_among_them_earns_all(runs, name):
    for graded in runs:
        result = graded.results[name]
        assert result.points == 2, [check.message for check in result.checks]


def test_both_runs_say_the_same(runs):
    one, other = ({name: _told(r) for name, r in graded.results.items()} for graded in runs)
    steady = [name for name in one if name not in CASES or _is_certain(expected(name))]
    assert {n: one[n] for n in steady} == {n: other[n] for n in steady}


def _told(result: Result) -> list[object]:
    """Return what a student is told, without the numbers that measure time and memory."""
    checks = [(check.outcome, _measureless(check.message), check.hint) for check in result.checks]
    return [result.status, result.message, *checks]


def _measureless(message: str) -> str:
    return re.sub(r"\d[\d,.]*", "#", message)


def _is_certain(wanted: Expected) -> bool:
    return len(wanted.outcome) == len(wanted.after) == 1


def test_nothing_is_left_over(runs):
    assert [graded.left for graded in runs] == [[], []]


def test_no_secret_is_read_and_no_script_gets_into_a_page(runs):
    marker = "Put sequences of unequal length into one tensor"  # of the reference's docstring
    for graded in runs:
        files = [path for path in graded.out.rglob("*") if path.is_file()]
        assert len(files) > 2 * len(CASES)
        for path in files:
            text = path.read_text(encoding="utf-8")
            for secret in (CANARY, REACHED, marker):
                assert secret not in text, path
            if path.suffix == ".html":
                own = 1 if path.name == "index.html" else 0  # which sorts the table
                assert len(re.findall("<script", text)) == own, path
                assert not re.search(r"<img[^>]*onerror|\x1b|\u202e", text), path


def test_the_terminal_sees_plain_lines_only(runs):
    for graded in runs:
        lines = graded.progress.splitlines()
        assert len(lines) > len(CASES)
        assert [line for line in lines if not line.isprintable()] == []


def test_no_cell_of_the_table_is_a_formula(runs):
    for graded in runs:
        with open(graded.out / "grades.csv", encoding="utf-8-sig", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert len(cells) > len(CASES)
        assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")]


def test_the_project_is_as_it_was(runs):
    planted = ("conftest.py", "sitecustomize.py", "x.py", "result.json", "unroll.pth")
    for place in (ROOT, ROOT / "graders", ROOT / "reference", Path.home(), Path("/tmp")):
        assert not [name for name in planted if (place / name).exists()]
