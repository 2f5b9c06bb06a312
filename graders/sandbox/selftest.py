"""Choose a sandbox, and test it with a canary before anything is graded in it."""

import contextlib
import json
import os
import socket
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from graders.errors import UsageError
from graders.paths import ROOT
from graders.sandbox.bubblewrap import Bubblewrap, refusal
from graders.sandbox.locked import Locked
from graders.sandbox.sandbox import NoSandbox, Sandbox
from graders.sandbox.zygote import Zygote, covered
from graders.sheets.limits import Limits

NAMES = ("auto", "zygote", "bwrap", "none")
SECONDS = 60.0
LIMITS = Limits()
OWN = tuple(ROOT / name for name in ("reference", "fixtures", "graders/oracles", ".git"))


class NotHere(Exception):
    """This sandbox is not available on this machine."""


def choose(name: str, hidden: tuple[Path, ...] = ()) -> Sandbox:
    """Return the tested sandbox of this name; `auto` is the strongest available, never none.

    Raises:
        UsageError: it is not available or fails its self-test; the text names the remedy.
    """
    if name == "locked":
        return _locked(hidden)
    if name not in NAMES:
        raise UsageError(f"There is no sandbox `{name}`; choose {', '.join(NAMES[:-1])} or none.")
    if name == "none":
        return NoSandbox()
    remark = ""
    if name != "bwrap":
        try:
            if place := covered():
                raise NotHere(f"{place} is inside a folder that each worker replaces with its own")
            lacks = self_test(Zygote(hidden, preload=None), hidden)
            return _named(Zygote(hidden), lacks, "")
        except NotHere as problem:
            if name == "zygote":
                raise UsageError(refusal(str(problem))) from None
            remark = (
                f"The warm sandbox does not work here ({_last_line(str(problem))}); each submission "
                "gets its own bubblewrap, which is as safe but starts more slowly."
            )
    try:
        return _named(Bubblewrap(hidden), self_test(Bubblewrap(hidden), hidden), remark)
    except NotHere as problem:
        raise UsageError(refusal(str(problem))) from None


def _locked(hidden: tuple[Path, ...]) -> Sandbox:
    """Return the sandbox for a container; `auto` never chooses it."""
    try:
        return _named(Locked(), self_test(Locked(), hidden), "")
    except NotHere as problem:
        raise UsageError(refusal(str(problem))) from None


def again(name: str, hidden: tuple[Path, ...]) -> Sandbox:
    """Return the sandbox that this run has chosen and tested, for another of its processes."""
    kind = name.partition(" ")[0]
    if kind == "none":
        return NoSandbox()
    sandbox = Zygote(hidden) if kind == "zygote" else Bubblewrap(hidden)
    sandbox.name = name
    return sandbox


def self_test(
    sandbox: Zygote | Bubblewrap | Locked, hidden: tuple[Path, ...], limits: Limits = LIMITS
) -> list[str]:
    """Run a canary that tries what submissions must not do; return the missing kernel features.

    Args:
        sandbox: the sandbox to test.
        hidden: folders that must not be visible.
        limits: the limits that the canary should find in force.

    Raises:
        NotHere: the sandbox does not start.
        UsageError: the canary could do something.
    """
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        secret = Path(folder, "canary")
        secret.write_text("secret", encoding="utf-8")
        canary = {
            "paths": [str(path) for path in (*OWN, secret, *hidden)],
            "read_only": ["/", "/usr", sys.prefix],
            "port": server.getsockname()[1],
            "grader": os.getpid(),
            "disk_mb": limits.disk_mb,
            "rlimits": limits.order(lock=True)["rlimits"],
        }
        try:
            reply, problem = _answer(sandbox, canary)
        except (RuntimeError, OSError) as failed:
            raise NotHere(str(failed)) from None
        finally:
            if isinstance(sandbox, Zygote):
                sandbox.close()
    found = _found(reply, problem)
    if found["reached"]:
        raise UsageError(
            f"Sandbox self-test failed: a submission could {', '.join(found['reached'])}. "
            "Nothing was graded; if a path is named, move it out of the Python installation's "
            "folder, otherwise report this."
        )
    return list(found["lacks"])


def _found(reply: bytes, problem: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(reply)
    except ValueError:
        raise NotHere(problem or "the canary ended without a message") from None
    return found


def _answer(sandbox: Zygote | Bubblewrap | Locked, canary: dict[str, object]) -> tuple[bytes, str]:
    process = sandbox.start(LIMITS, canary)
    timer = threading.Timer(SECONDS, process.kill)
    timer.start()
    try:
        with process.requests, process.answers, process.output:
            reply = process.answers.read(100_000)
            problem = process.output.read(10_000).decode(errors="replace").strip()
        process.end()
    finally:
        timer.cancel()
        with contextlib.suppress(OSError):
            process.kill()
    return reply, problem


def _named(sandbox: Zygote | Bubblewrap | Locked, lacks: list[str], remark: str) -> Sandbox:
    """Return the sandbox with missing kernel features in its name, which results record."""
    sandbox.name = sandbox.name + (f" without {' and '.join(lacks)}" if lacks else "")
    sandbox.remark = remark
    return sandbox


def _last_line(text: str) -> str:
    return text.splitlines()[-1] if text else "it ended without a message"
