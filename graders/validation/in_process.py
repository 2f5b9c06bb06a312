"""Run single checks on our own files without pytest, thousands of times.

The worker's code runs in this process: fast, and only for code that ends.
"""

import contextlib
import io
import math
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

import torch

from graders.grading.grade import given_files
from graders.grading.run_check import run
from graders.remote.faults import Fault
from graders.remote.session import Session
from graders.sandbox.sandbox import NoSandbox
from graders.sheets.limits import Limits
from graders.uploads.submission import Submission
from graders.worker import serve, wire


class InProcessWorker:
    """Replacement for the connection to a worker: the worker's own code, in this process."""

    closed = False

    def __init__(self) -> None:
        self._worker = serve.Worker()
        self._number = 0

    def request(
        self, message: Mapping[str, Any], tensors: Mapping[str, torch.Tensor], seconds: float
    ) -> Any:
        self._number += 1
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            answer = self._worker.answer({**message, "number": self._number}, dict(tensors))
        return wire.read(io.BytesIO(answer))

    def output(self) -> str:
        return ""

    def is_ready(self) -> bool:
        return True

    def close(self) -> None:
        self._worker.loader.close()

    finish = close


def inside(files: Mapping[str, bytes], connection: Any = None) -> Session:
    """Return a session for our own files, with this process as the worker."""
    connection = InProcessWorker() if connection is None else connection
    endless = Limits(check_seconds=math.inf, submission_seconds=math.inf)
    return Session(Submission(files), given_files(), NoSandbox(), endless, connection)


def run_check(session: Session, check: str, seed: int) -> Fault | None:
    """Run one check as in a batch under this seed; return its fault, or None if it passes.

    Raises:
        Exception: the check's own code raised, which is our fault.
    """
    return run(session, check, _function(check), seed).fault


@cache
def _function(check: str) -> Any:
    file, _, name = check.partition("::")
    return getattr(
        import_module(f"graders.checks.{file.removesuffix('.py').replace('/', '.')}"), name
    )
