"""Starts the worker: limits, one thread, the three streams apart, then requests until the end.

Requests come on standard input and answers leave on the first standard output. Before any student
code runs both are moved away: input then reads nothing, and what is printed goes to standard error,
which the grader keeps up to a cap and never parses.
"""

import json
import os
import sys

from .start import forks, preload, work


def start() -> None:
    """Do what the order in the first argument says: be a worker, or fork one for each request."""
    order = json.loads(sys.argv[1])
    if "control" in order:
        if order["preload"] is not None:
            preload(order["preload"])
        forks(order["control"])
    else:
        work(order)
    os._exit(0)  # a student's atexit handlers and threads have nothing more to say


start()
