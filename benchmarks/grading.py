"""Grading the sample uploads, against the same checks in one bare, warm Python process.

Bare means: no worker, no sandbox, no pipes; the checks call the student's functions directly. Only
samples with full points are taken, since others may end or hang a process without a worker. Both ways
are run in turn, CPU seconds of all processes are compared, and the ratio of the medians is printed.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from graders.harness import grade as grading  # noqa: E402 - the project is not installed
from graders.harness import plugin  # noqa: E402
from graders.harness import session as session_module  # noqa: E402
from graders.harness.connection import Connection  # noqa: E402
from graders.harness.faults import NotFound  # noqa: E402
from graders.harness.remote import Gradients, Operations, Parameter, Remote, Student  # noqa: E402
from graders.harness.sandbox import NoSandbox  # noqa: E402
from graders.harness.selftest import choose  # noqa: E402
from graders.harness.session import Session  # noqa: E402
from graders.harness.sheet import Sheet, read_sheet  # noqa: E402
from graders.harness.submission import Submission  # noqa: E402
from graders.harness.upload import UnreadableUpload, find_uploads  # noqa: E402
from graders.harness.worker import operations  # noqa: E402
from graders.harness.worker.loading import Loader, Missing  # noqa: E402


class Bare(Remote):
    """An object of the student's, called in this process."""

    def __init__(self, thing: Any, label: str) -> None:
        self.thing = thing
        self._label = label
        self._target = {}

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        value = self.thing(*map(_inner, arguments), **{k: _inner(v) for k, v in named.items()})
        return _outer(value)

    def __getattr__(self, name: str) -> "Bare":
        if name.startswith("_"):
            raise AttributeError(name)
        return Bare(getattr(self.thing, name), name)


class BareStudent(Student):
    """A submission whose definitions are called in this process."""

    def __init__(self, session: Session, part: str) -> None:
        super().__init__(session, part)
        self.loader: Loader = session.loader  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> Bare:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return Bare(self.loader.lookup(self._part, name), name)
        except Missing as problem:
            raise NotFound(str(problem)) from None

    def get(self, handle: Any, path: str) -> Any:
        value = handle.thing
        for part in path.split("."):
            value = value[int(part)] if part.isdigit() else getattr(value, part)
        return _outer(value)

    def collect(self, handle: Any, most: int) -> Any:
        return [_outer(item) for item, _ in zip(handle.thing, range(most), strict=False)]

    def parameters(self, handle: Any) -> list[Parameter]:
        found = operations.parameters(handle.thing)
        return [Parameter(**{**p, "values": p["values"].detach().clone()}) for p in found]

    def set_parameters(self, handle: Any, values: dict[str, torch.Tensor]) -> None:
        operations.set_parameters(handle.thing, values)

    def gradients(self, function: Any, arguments: Any, cotangents: Any) -> Gradients:
        inner = [_inner(a).clone() for a in arguments]
        return Gradients(**operations.gradients(function.thing, inner, cotangents))

    def fit(self, model: Any, batches: Any, epochs: int, lr: float) -> dict[str, list[float]]:
        return operations.fit(model.thing, batches, epochs, lr)

    def operations(self, function: Any, *arguments: Any) -> Operations:
        return Operations(**operations.operations(function.thing, [_inner(a) for a in arguments]))

    def on_meta(self, model: Any, *arguments: Any) -> None:
        operations.on_meta(model.thing, [_inner(a) for a in arguments])


class BareSession(Session):
    """Loads a submission in this process and starts nothing."""

    def __init__(self, submission: Submission) -> None:
        super().__init__(submission, {}, NoSandbox(), SHEET.limits)
        self.loader = Loader(submission.files, grading.given_files())

    def begin(self, seed: int) -> None:
        torch.manual_seed(seed)

    def end(self) -> str:
        return ""

    def close(self) -> None:
        self.loader.close()


def _outer(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach()
    if isinstance(value, (tuple, list)):
        return type(value)(map(_outer, value)) if type(value) in (tuple, list) else value
    if isinstance(value, Iterator):
        return list(value)
    plain = value is None or isinstance(value, (bool, int, float, str, dict))
    return value if plain else Bare(value, type(value).__name__)


def _inner(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return type(value)(map(_inner, value))
    return value.thing if isinstance(value, Bare) else value


def bare(submissions: Sequence[Submission]) -> None:
    """Run the checks in this process."""
    kept = plugin.Student
    plugin.Student = BareStudent  # type: ignore[misc]
    try:
        for submission in submissions:
            session = BareSession(submission)
            findings, problems = grading.run_checks(session, list(SHEET.checks), 1)
            lost = [check for check, found in findings.items() if found.outcome != "passed"]
            assert not lost, (lost, problems)
            session.close()
    finally:
        plugin.Student = kept  # type: ignore[misc]


def sandboxed(submissions: Sequence[Submission]) -> None:
    """Grade as a batch does, one after the other."""
    for submission in submissions:
        who = grading.Student("1", "")
        assert grading.grade(submission, who, SHEET, 1, SANDBOX).all_checks_passed


def cpu(work: Callable[[Sequence[Submission]], None], submissions: Sequence[Submission]) -> float:
    """Give the CPU seconds of one run, those of the workers included."""
    before, LOST[:] = time.process_time(), []
    work(submissions)
    return time.process_time() - before + sum(LOST)


# A sandbox's outer process ends without waiting for the inner ones, so their CPU seconds are asked
# for while they still live.
LOST: list[float] = []


class Watched(Connection):
    def finish(self) -> None:
        for process in self._process._family():
            LOST.append(sum(process.cpu_times()[:2]))
        super().finish()


def _watch() -> None:
    session_module.Connection = Watched  # type: ignore[misc]


def right_ones(uploads: Path) -> list[Submission]:
    """Read the sample uploads that earn every point."""
    found = []
    for upload in find_uploads(uploads):
        try:
            student, submission = upload.read()
        except UnreadableUpload:
            continue
        if grading.grade(submission, student, SHEET, 1, SANDBOX).all_checks_passed:
            found.append(submission)
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--uploads", type=Path, default=ROOT / "fixtures" / "uploads" / "rnn")
    chosen = options.parse_args()
    torch.set_num_threads(1)
    _watch()
    submissions = right_ones(chosen.uploads)
    bare(submissions)  # warm
    started, times = time.monotonic(), {"bare": [], "sandboxed": []}
    for _ in range(chosen.rounds):
        times["bare"].append(cpu(bare, submissions))
        times["sandboxed"].append(cpu(sandboxed, submissions))
    one, other = (statistics.median(times[name]) for name in ("bare", "sandboxed"))
    print(f"{len(submissions)} submissions with full points, {len(SHEET.checks)} checks each")
    print(f"bare, warm process   {one / len(submissions):.2f} CPU s a submission")
    print(f"sandboxed workers    {other / len(submissions):.2f} CPU s a submission")
    print(f"ratio                {other / one:.2f}")
    print(f"of {chosen.rounds} rounds in {time.monotonic() - started:.0f} s")


SHEET: Sheet = read_sheet("rnn")
SANDBOX = choose("auto")

if __name__ == "__main__":
    main()
