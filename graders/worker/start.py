"""The start of a worker: in a fresh process, or as a fork of a warm one."""

import contextlib
import io
import json
import os
import socket
import sys
import traceback
import warnings
from importlib import import_module
from typing import Any, BinaryIO, NoReturn

BORN, LOST = b"born", b"lost "
ORDER_CAP = 65536


def work(order: dict[str, Any]) -> None:
    """Restrict the process as ordered, then answer requests until the grader closes the stream."""
    requests, answers = _take_streams()
    lacks = _limit(order)
    if "canary" in order:
        from .canary import attempt

        found = {"reached": attempt(order["canary"], lacks), "lacks": lacks}
        answers.write(json.dumps(found).encode())
        return answers.close()
    os.environ.update(MPLBACKEND="Agg", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
    _import_torch()
    from .serve import serve

    warnings.simplefilter("ignore")
    serve(requests, answers)


def preload(libraries: list[str]) -> None:
    """Import the libraries of workers and run one operation; forks require that no thread remains."""
    _import_torch()
    import torch

    torch.nn.functional.linear(torch.zeros(2, 3), torch.zeros(4, 3)).sum()
    import_module(".serve", __package__)
    for name in libraries:
        with warnings.catch_warnings(), contextlib.suppress(ImportError):
            warnings.simplefilter("ignore")
            import_module(name)
    if len(os.listdir("/proc/self/task")) != 1:
        raise RuntimeError("an imported library started a thread, so forks would be incomplete")
    import gc

    gc.collect()
    gc.freeze()  # garbage collection in a fork then leaves the shared pages alone


def forks(control: int) -> None:
    """Keep one confined fork waiting; it takes the next order with its streams, and is replaced.

    A fork receives file descriptors; no submission data ever passes through this process, so
    the next fork cannot find any.
    """
    with socket.socket(fileno=control) as orders:
        orders.send(BORN)
        while True:
            taken, report = os.pipe()
            problem = _fork(orders, report)
            os.close(report)
            with open(taken, "rb") as pipe:
                if pipe.read(1):
                    continue
            text, streams, _, _ = socket.recv_fds(orders, ORDER_CAP, 4)
            if not text:
                return  # the grader closed the socket
            os.write(streams[3], LOST + problem.encode()[:500])
            for stream in streams:
                os.close(stream)


def _fork(orders: socket.socket, report: int) -> str:
    """Fork twice: the second is process 1 of new namespaces, and waits. Return the error, or ""."""
    failure, answer = os.pipe()
    first = os.fork()
    if first:
        os.close(answer)
        os.waitpid(first, 0)
        with open(failure, encoding="utf-8") as pipe:
            return pipe.read()
    try:
        from . import confinement

        os.setsid()  # a process group extends beyond a process namespace
        confinement.leave_namespaces()
        if os.fork() == 0:
            os.close(answer)
            _wait(orders, report)
    except BaseException as problem:
        os.write(answer, f"{type(problem).__name__}: {problem}".encode()[:500])
    os._exit(0)


def _wait(orders: socket.socket, report: int) -> NoReturn:
    """Carry out one order, as process 1 of the new namespaces."""
    text, streams, _, _ = socket.recv_fds(orders, ORDER_CAP, 4)
    if len(streams) != 4:
        os._exit(0)
    os.write(report, b"x")
    os.close(report)
    orders.close()
    *pipes, status = streams
    with socket.socket(fileno=status) as grader:
        try:
            from . import confinement

            order = json.loads(text)
            grader.send(BORN)  # its credentials contain this process's number
            confinement.own_places(order["disk_mb"])
            _watch(order, pipes, grader)
        except BaseException as problem:
            grader.send(LOST + f"{type(problem).__name__}: {problem}".encode()[:500])
    os._exit(1)


def _watch(order: dict[str, Any], pipes: list[int], grader: socket.socket) -> NoReturn:
    """Fork the worker and send its exit code to the grader; the rest ends with this process."""
    worker = os.fork()
    if worker == 0:
        grader.close()
        for number, pipe in enumerate(pipes):
            os.dup2(pipe, number)
        os.closerange(3, 1024)
        try:
            work(order)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    for pipe in (0, 1, 2, *pipes):
        os.close(pipe)
    while True:
        ended, status = os.waitpid(-1, 0)
        if ended == worker:
            grader.send(str(os.waitstatus_to_exitcode(status)).encode())
            os._exit(0)


def _import_torch() -> None:
    import torch

    torch.set_num_threads(1)
    with contextlib.suppress(
        ImportError
    ):  # takes seconds at an optimiser's first use, outside of any time limit
        import torch._dynamo


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


def _limit(order: dict[str, Any]) -> list[str]:
    """Set the limits that the kernel enforces; return the features that this kernel lacks.

    The grader watches elapsed time, processor time and resident memory.
    """
    with (
        contextlib.suppress(OSError),
        open("/proc/self/oom_score_adj", "w", encoding="ascii") as file,
    ):
        file.write("1000")  # if memory runs out, this process is killed first
    try:
        import resource
    except ImportError:  # Windows
        return []
    for name, value in order["rlimits"].items():
        kind = getattr(resource, name, None)
        if kind is not None:
            with contextlib.suppress(
                ValueError, OSError
            ):  # macOS refuses some; a lower limit stays
                resource.setrlimit(kind, (value, value))
    if not order["lock"]:
        return []
    from .confinement import lock

    return lock()
