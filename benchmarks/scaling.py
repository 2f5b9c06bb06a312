"""Grade classes of several sizes: growth with uploads and slots, and the cost of a Dask cluster.

    python benchmarks/scaling.py [--sizes 10 100 1000] [--uploads N] [--rounds N]

Every run is a process of its own that grades copies of the reference in the sandbox: all parts of
the sheet `rnn` to compare slots, and only `mlp` to measure growth. A rate counts uploads finished
after each slot has finished one, so that the start of slots is left out; compared runs take turns,
and ratios are medians over rounds.
"""

import argparse
import contextlib
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SLOTS = 2
PART = "mlp"  # a short one, so that the grader's own time is visible
START_SECONDS = 120
Figures = dict[str, Any]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--sizes", type=int, nargs="+", default=[10, 100], help="(10 100)")
    options.add_argument("--uploads", type=int, default=16, help="to compare slots with (16)")
    options.add_argument("--rounds", type=int, default=3, help="of each comparison (3)")
    options.add_argument("--measure", nargs=4, metavar=("SLOTS", "SCHEDULER", "PART", "FOLDER"))
    chosen = options.parse_args()
    if chosen.measure:
        slots, scheduler, part, folder = chosen.measure
        print(json.dumps(measure(int(slots), scheduler, part, Path(folder))))
        return
    with tempfile.TemporaryDirectory(prefix="unroll-") as place:
        compare(chosen.rounds, chosen.uploads, Path(place))
        growth(chosen.sizes, Path(place))


def compare(rounds: int, uploads: int, place: Path) -> None:
    """Print the rates of one slot, of two slots, and of two slots in a cluster."""
    rates: dict[str, list[float]] = {"one slot": [], "two slots": [], "cluster": []}
    with cluster(place) as scheduler:
        for _ in range(rounds):
            rates["one slot"].append(graded(1, "", "", uploads, place)["rate"])
            rates["two slots"].append(graded(SLOTS, "", "", uploads, place)["rate"])
            rates["cluster"].append(graded(SLOTS, scheduler, "", uploads, place)["rate"])
    print(f"{uploads} uploads, {rounds} rounds, {os.cpu_count()} cores; uploads a minute")
    for name, found in rates.items():
        print(f"  {name:<10} {60 * statistics.median(found):7.1f}")
    for one, other in (("two slots", "one slot"), ("cluster", "two slots")):
        pairs = zip(rates[one], rates[other], strict=True)
        print(f"  {one} / {other}: {statistics.median(a / b for a, b in pairs):.2f}")


def growth(sizes: list[int], place: Path) -> None:
    """Print the grader's own CPU time and memory, without its slots, for classes of these sizes."""
    print(f"{SLOTS} slots; the grader's own CPU and peak memory")
    print(f"  {'uploads':>7} {'wall s':>8} {'CPU s':>8} {'ms each':>8} {'MB':>8}")
    found = [graded(SLOTS, "", PART, size, place) for size in sizes]
    for size, figures in zip(sizes, found, strict=True):
        numbers = [figures["wall"], figures["cpu"], 1000 * figures["cpu"] / size, figures["mb"]]
        print(f"  {size:>7} " + " ".join(f"{number:>8.1f}" for number in numbers))
    for before, after in pairwise(found):
        print(f"  memory, larger / smaller class: {after['mb'] / before['mb']:.2f}")


def graded(slots: int, scheduler: str, part: str, uploads: int, place: Path) -> Figures:
    """Grade a class of this size in its own process, one part or all; return the figures."""
    with tempfile.TemporaryDirectory(dir=place) as folder:
        lay_out(Path(folder, "uploads"), part, uploads)
        command = [sys.executable, __file__, "--measure", str(slots), scheduler, part, folder]
        done = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE)
        found: Figures = json.loads(done.stdout)
    return found


def lay_out(folder: Path, part: str, count: int) -> None:
    """Write uploads that differ only in a comment."""
    files = sorted((ROOT / "reference").glob(f"{part or '*'}.py"))
    sources = {file.name: file.read_text(encoding="utf-8") for file in files}
    folder.mkdir()
    for number in range(1, count + 1):
        with zipfile.ZipFile(folder / f"student_{number}_1{number}_rnn.zip", "w") as archive:
            for name, source in sources.items():
                archive.writestr(name, f"{source}# {number}\n")


def measure(slots: int, scheduler: str, part: str, folder: Path) -> Figures:
    """Grade the class in this process; return seconds, rate and this process's own CPU and memory."""
    sys.path.insert(0, str(ROOT))
    from rich.console import Console

    from graders.batch.batch import run
    from graders.batch.progress import Events
    from graders.batch.settings import Batch
    from graders.sheets.sheet import read_sheet
    from graders.student.check_one import only_part

    sheet, out = read_sheet("rnn"), folder / "out"
    sheet = only_part(sheet, part) if part else sheet
    batch = Batch(folder / "uploads", out, sheet, 1, slots, scheduler=scheduler)
    begun, cpu = time.monotonic(), time.process_time()
    summaries = run(batch, Events(Console(file=io.StringIO()), out / "run.jsonl"))
    wall, cpu = time.monotonic() - begun, time.process_time() - cpu
    assert all(summary.status == "graded" for summary in summaries)
    log = (out / "run.jsonl").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in log]
    ends = [event["time"] for event in events if event["event"] == "finished"][slots - 1 :]
    return {
        "wall": wall,
        "cpu": cpu,
        "mb": peak_mb(),
        "rate": (len(ends) - 1) / (ends[-1] - ends[0]),
    }


def peak_mb() -> float:
    """Return this process's own largest resident memory; unlike rusage, without the parent's."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@contextlib.contextmanager
def cluster(place: Path) -> Iterator[str]:
    """Start a scheduler and a worker with two slots; yield the scheduler's address."""
    file = place / "scheduler.json"
    words = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    with contextlib.ExitStack() as started:

        def start(*words: str) -> None:
            command = [sys.executable, "-m", *words]
            quiet = subprocess.DEVNULL
            process = subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet)
            started.callback(process.wait)
            started.callback(process.terminate)

        start("distributed.cli.dask_scheduler", *words)
        ends = time.monotonic() + START_SECONDS
        while not file.exists() or not file.read_text(encoding="utf-8").rstrip().endswith("}"):
            assert time.monotonic() < ends, "the scheduler does not start"
            time.sleep(0.1)
        address: str = json.loads(file.read_text(encoding="utf-8"))["address"]
        start("graders", "worker", address, "--slots", str(SLOTS))
        from distributed import Client

        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(SLOTS, START_SECONDS)
        yield address


if __name__ == "__main__":
    main()
