"""Start the worker: limits, one thread, separate streams, then requests until the end.

Requests arrive on standard input and answers leave on the original standard output. Before student
code runs, both are moved: input then reads nothing, and printed output goes to standard error,
which the grader keeps up to a cap and never parses.
"""

import json
import os
import sys

from .start import forks, preload, work


def start() -> None:
    """Follow the order in the first argument: be a worker, or fork one for each request."""
    order = json.loads(sys.argv[1])
    if "control" in order:
        if order["preload"] is not None:
            preload(order["preload"])
        forks(order["control"])
    else:
        work(order)
    os._exit(0)  # skips a student's atexit handlers and threads


start()
