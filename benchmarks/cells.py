"""Time the reference's cells: fused, plain and torch's own, forward and backward.

    python benchmarks/cells.py [--seconds N] [--threads N]

All kinds run in one process, in turn and in a new order each round, so that a busy machine slows
down all of them equally; a ratio is the median over rounds of the ratio of two times.
"""

import argparse
import importlib.util
import random
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType

import torch
from torch import Tensor, nn

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
SIZES = [(16, 16, 32, 32), (64, 32, 32, 128), (16, 128, 64, 256)]  # T, B, D, H
WARM_UP = 2
LEAST = 5  # rounds for each size, however short the time


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--seconds", type=float, default=20.0, help="for everything (20)")
    options.add_argument("--threads", type=int, default=1, help="of torch (1)")
    chosen = options.parse_args()
    torch.set_num_threads(chosen.threads)
    print(
        f"torch {torch.__version__}, {chosen.threads} thread(s); times in ms, medians over rounds"
    )
    head = (
        "T",
        "B",
        "D",
        "H",
        "pass",
        "plain",
        "fused",
        "torch",
        "plain/fused",
        "fused/torch",
        "n",
    )
    cases = [(size, kind) for size in SIZES for kind in ("LSTM", "GRU")]
    for kind in ("LSTM", "GRU"):
        print(f"\n{kind}\n" + " ".join(f"{word:>11}" for word in head))
        for size in SIZES:
            for row in compare(kind, size, chosen.seconds / len(cases)):
                print(" ".join(f"{word:>11}" for word in row))


def compare(kind: str, size: tuple[int, int, int, int], seconds: float) -> list[list[str]]:
    """Time one kind of cell at one size: a row for forward, a row for forward and backward."""
    T, B, D, H = size
    x = torch.randn(B, T, D)
    runs = runners(kind, D, H)
    rows = []
    for name, once in (("forward", forward), ("both", backward)):
        calls = {label: partial(once, run, x) for label, run in runs.items()}
        times = interleaved(calls, seconds / 2)
        middle = {label: statistics.median(found) for label, found in times.items()}
        ratios = [
            statistics.median(a / b for a, b in zip(times[one], times[other], strict=True))
            for one, other in (("plain", "fused"), ("fused", "torch"))
        ]
        numbers = [f"{1e3 * middle[label]:.2f}" for label in ("plain", "fused", "torch")]
        count = str(len(times["plain"]))
        rows.append([*map(str, size), name, *numbers, *(f"{r:.2f}" for r in ratios), count])
    return rows


def runners(kind: str, D: int, H: int) -> dict[str, Callable[[Tensor], Tensor]]:
    """Return three kinds of one cell, each as a function from x (B, T, D) to all states (B, T, H)."""
    gated = part("gated")
    loop = run_lstm if kind == "LSTM" else run_gru
    cells = {
        "plain": getattr(gated, f"{kind}Cell")(D, H),
        "fused": getattr(gated, f"Fused{kind}Cell")(D, H),
    }
    whole = getattr(nn, kind)(D, H, batch_first=True)
    loops = {name: lambda x, cell=cell: loop(cell, x) for name, cell in cells.items()}
    return loops | {"torch": lambda x: whole(x)[0]}


def run_gru(cell: nn.Module, x: Tensor) -> Tensor:
    h = x.new_zeros(len(x), cell.hidden_size)
    states = []
    for x_t in x.unbind(1):
        h = cell(x_t, h)
        states.append(h)
    return torch.stack(states, 1)


def run_lstm(cell: nn.Module, x: Tensor) -> Tensor:
    h = c = x.new_zeros(len(x), cell.hidden_size)
    states = []
    for x_t in x.unbind(1):
        h, c = cell(x_t, (h, c))
        states.append(h)
    return torch.stack(states, 1)


def forward(run: Callable[[Tensor], Tensor], x: Tensor) -> None:
    with torch.no_grad():
        run(x)


def backward(run: Callable[[Tensor], Tensor], x: Tensor) -> None:
    run(x).sum().backward()


def interleaved(runs: dict[str, Callable[[], None]], seconds: float) -> dict[str, list[float]]:
    """Time each function once a round, in a new order, for so many seconds."""
    for run in [*runs.values()] * WARM_UP:
        run()
    times: dict[str, list[float]] = {name: [] for name in runs}
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends or len(times[next(iter(runs))]) < LEAST:
        for name in random.sample(list(runs), len(runs)):
            started = time.perf_counter()
            runs[name]()
            times[name].append(time.perf_counter() - started)
    return times


def part(name: str) -> ModuleType:
    """Load one module of the reference, which is not a package."""
    spec = importlib.util.spec_from_file_location(f"reference_{name}", REFERENCE / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
