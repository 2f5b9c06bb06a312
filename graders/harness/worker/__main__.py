"""Starts the worker: limits, one thread, the three streams apart, then requests until the end.

Requests come on standard input and answers leave on the first standard output. Before any student
code runs both are moved away: input then reads nothing, and what is printed goes to standard error,
which the grader keeps up to a cap and never parses.
"""

import contextlib
import io
import json
import os
import sys
import warnings
from typing import Any, BinaryIO


def start() -> None:
    """Run the worker with the limits that stand, as JSON, in the first argument."""
    limits = json.loads(sys.argv[1])
    requests, answers = _take_streams()
    _limit(limits)
    os.environ.update(MPLBACKEND="Agg", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
    import torch

    torch.set_num_threads(1)
    with contextlib.suppress(ImportError):  # seconds at an optimiser's first use: not on the clock
        import torch._dynamo
    from .serve import serve

    warnings.simplefilter("ignore")
    serve(requests, answers)
    os._exit(0)  # a student's atexit handlers and threads have nothing more to say


def _take_streams() -> tuple[BinaryIO, BinaryIO]:
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - lives as long as we do
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace", line_buffering=True)
    return requests, answers


def _limit(limits: dict[str, Any]) -> None:
    """Set what the kernel can enforce by itself; the grader watches clock and resident memory."""
    with (
        contextlib.suppress(OSError),
        open("/proc/self/oom_score_adj", "w", encoding="ascii") as file,
    ):
        file.write("1000")  # when the machine runs out, this process goes first
    try:
        import resource
    except ImportError:  # Windows
        return
    for name, value in limits["rlimits"].items():
        kind = getattr(resource, name, None)
        if kind is not None:
            with contextlib.suppress(ValueError, OSError):  # macOS refuses some, a lower one stands
                resource.setrlimit(kind, (value, value))


start()
