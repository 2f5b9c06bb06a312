"""A submission's worker over all its checks: started when needed, replaced when it is lost."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch

from graders.remote.budget import Budget
from graders.remote.connection import Connection
from graders.remote.faults import NO_ANSWER, Crash, Failed, Fault, TooLarge, TooSlow
from graders.remote.handles import no_object
from graders.remote.loaded_files import Loaded
from graders.remote.replies import fault_of, located
from graders.remote.review import Review, review_from
from graders.sandbox.sandbox import Sandbox
from graders.sheets.limits import Limits
from graders.uploads.submission import Submission
from graders.worker.values import Encoder, ForHandle, FromHandle, decode
from graders.worker.wire import BadFrame, Tensors

START_SECONDS = 120.0  # importing torch on a cold and busy machine


@dataclass(frozen=True)
class CallStep:
    """A request that waits for the next one, and its name in a message."""

    request: dict[str, Any]
    called: str = ""


class Session:
    """Sends one submission's requests to its worker.

    A worker that hangs, dies or breaks the protocol fails the current check; the next check gets a
    new one. A file that ends a worker while it is loaded is not loaded again.

    Args:
        submission: the files under check.
        given: the course's files, for submissions without them.
        sandbox: starts the workers.
        limits: the resource limits.
        warm: a running worker that another session gave back. Never one
            in which another student's code has run.
    """

    def __init__(
        self,
        submission: Submission,
        given: Mapping[str, bytes],
        sandbox: Sandbox,
        limits: Limits,
        warm: Connection | None = None,
    ) -> None:
        self.loaded = Loaded(submission)
        self.limits = limits
        self._given = given
        self._sandbox = sandbox
        self._connection = warm
        self._submitted = False
        self._steps: list[CallStep] = []  # requests that go ahead in the next frame
        self._unmade: dict[int, Fault] = {}  # objects of this check that could not be made, and why
        self._encoder: Encoder | None = None  # of that frame
        self._budget = Budget(limits)
        self._unparsable: Fault | None = None
        self.review: Review | None = None  # of the sources, before any of them has run

    def begin(self, seed: int) -> None:
        """Start a check with a ready worker, without handles, with its generators seeded."""
        self._budget.begin()
        self._connect()
        self._steps, self._encoder = [CallStep({"do": "begin", "seed": seed})], None
        self._unmade.clear()

    def end(self) -> str:
        """End a check and return its printed output."""
        self._steps, self._encoder = [], None
        if self._connection is None:
            return ""
        output = self._connection.output()
        if self._connection.closed:
            self._connection = None
        return output

    def close(self) -> None:
        if self._connection is not None:
            self._connection.finish()
            self._connection = None

    def give_back(self) -> Connection | None:
        """Return the worker, if there is one, instead of closing it."""
        connection, self._connection = self._connection, None
        return connection if connection is not None and not connection.closed else None

    def files(self, name: str) -> list[bytes]:
        """Return the contents of the files of this name, whatever their case and folder."""
        return self.loaded.named(name)

    def load_for(self, part: str, name: str) -> None:
        """Load the best file that defines `name`, unless it is loaded.

        Raises:
            NotFound: no file defines it.
            Fault: the file that should define it ended the worker, now or before.
        """
        loaded = self.loaded
        if (part, name) in loaded.found:
            return
        found = self._plain({"do": "locate", "part": part, "name": name}, 10.0)
        files, nearest = located(found)
        if not files:
            raise loaded.missing(part, name, nearest)
        file = files[0]
        if file in loaded.broken:
            raise loaded.broken[file]
        if file not in loaded.files:
            try:
                self._plain({"do": "load", "file": file}, self.limits.load_seconds)
            except (TooSlow, TooLarge, Crash) as fault:
                fault.message = f"{file} could not be loaded. {fault.message}"
                loaded.broken[file] = fault
                raise
            loaded.files.add(file)
        loaded.found[part, name] = file

    def later(
        self, request: dict[str, Any], values: dict[str, Any], handles: ForHandle, called: str
    ) -> None:
        """Send a request along with the next one, whose answer reports its failure.

        Args:
            called: names the request in a message.
        """
        self._steps.append(CallStep({**request, **self._encoded(values, handles)}, called))

    def settle(self) -> None:
        """Send the requests that still wait.

        Raises:
            Fault: it failed.
        """
        if any(step.called for step in self._steps):
            self.ask({"do": "nothing"}, {}, (no_object, no_object))

    def ask(
        self, request: dict[str, Any], values: dict[str, Any], handles: tuple[ForHandle, FromHandle]
    ) -> Any:
        """Send a request with encoded `values` and return the decoded answer.

        Raises:
            Fault: the student's code raised, was too slow or too large, or the worker was lost.
        """
        request = {**request, **self._encoded(values, handles[0])}
        seconds = min(self._budget.call(), self._budget.left())
        with self._budget.spending():
            answer, tensors = self._send(request, seconds)
        return self._decoded(answer, tensors, handles[1])

    def patience(self, definition: Sequence[str] | None) -> AbstractContextManager[None]:
        """Count the calls of a definition that hang; after three it is not called again."""
        return self._budget.patience((definition or ("", ""))[1])

    def _encoded(self, values: dict[str, Any], for_handle: ForHandle) -> dict[str, Any]:
        """Return the fields of a request; their tensors wait for the next frame."""
        if self._encoder is None:
            self._encoder = Encoder(for_handle)
        try:
            return {name: self._encoder.encode(value) for name, value in values.items()}
        except BadFrame as problem:  # checks send back returned values
            raise Failed(f"The returned value is too large to be examined: {problem}.") from None

    def _plain(self, request: dict[str, Any], seconds: float) -> Any:
        answer, tensors = self._send(request, seconds)
        return self._decoded(answer, tensors, no_object)

    def _decoded(self, answer: Any, tensors: Tensors, from_handle: FromHandle) -> Any:
        """Return the decoded answer; close a worker that sends an invalid one."""
        try:
            return decode(answer, tensors, from_handle)
        except BadFrame as problem:
            raise self._lied(problem) from None

    def _lied(self, problem: object = "") -> Crash:
        """Close a worker that broke the protocol and return the fault."""
        if self._connection is not None:
            self._connection.close()
        return Crash(f"{NO_ANSWER} {problem}".rstrip()[:500])

    def _send(self, request: dict[str, Any], seconds: float) -> tuple[Any, Tensors]:
        """Send a request after the waiting ones, in one frame; each may use its own time limit."""
        tensors, steps = self._encoder.tensors if self._encoder else {}, self._steps
        request = {**request, "before": [step.request for step in steps]} if steps else request
        if makes := sum("as" in step.request for step in steps):
            seconds = min(seconds + self._budget.call() * makes, self._budget.left())
        self._steps, self._encoder = [], None
        if self._connection is None or self._connection.closed:
            raise Crash("The process was lost earlier in this check.")
        try:
            answer, more = self._connection.request(request, tensors, seconds)
        except TooSlow:
            self._budget.hung()
            raise
        if "notes" in answer:
            if not isinstance(answer["notes"], dict):
                raise self._lied()
            self.loaded.note(answer["notes"])
        if "error" in answer:
            raise self._fault(answer["error"], steps)
        return answer.get("value"), more

    def _fault(self, error: Any, steps: Sequence[CallStep]) -> Fault:
        """Return the fault of the failed request, perhaps an earlier one of the frame.

        Objects after it were not made either; using one later raises the same fault.
        """
        match error:
            case {"kind": "unmade", "handle": int(number)} if number in self._unmade:
                fault = self._unmade[number]
            case _:
                fault = fault_of(error)
        match error:
            case {"step": int(place)} if 0 <= place < len(steps):
                fault.called = fault.called or steps[place].called
                numbers = [step.request.get("as") for step in steps[place:]]
                self._unmade.update({number: fault for number in numbers if number is not None})
        return fault

    def _connect(self) -> None:
        """Provide a ready worker; replace one that a leftover thread ended."""
        if self._connection is not None and not self._connection.is_ready():
            self._connection.close()
        if self._connection is None or self._connection.closed:
            self._connection = _started(self._sandbox, self.limits)
            self._submitted = False
        if not self._submitted:
            self._submit()

    def _submit(self) -> None:
        """Send the files. Files that end the worker during parsing are not sent again."""
        if self._unparsable is not None:
            raise self._unparsable
        self.loaded.forget()
        try:
            self._send_files()
        except Fault as fault:
            fault.message = f"The files could not be read. {fault.message}"
            self._unparsable = fault
            raise
        self._submitted = True

    def _send_files(self) -> None:
        files = {"files": self.loaded.submission.files, "given": self._given}
        values = {name: _as_tensors(content) for name, content in files.items()}
        request = {"do": "submission", **self._encoded(values, no_object)}
        answer = self._plain(request, self.limits.load_seconds)
        if self.review is None:
            self.review = review_from(answer, self.loaded.submission.files)


def _started(sandbox: Sandbox, limits: Limits) -> Connection:
    """Start a worker and wait for its first answer; if there is none, the grader is at fault.

    Raises:
        RuntimeError: no worker could be started; no student code has run yet.
    """
    try:
        connection = Connection(sandbox, limits)
    except RuntimeError as problem:
        raise RuntimeError(f"No worker could be started: {problem}") from problem
    try:
        connection.request({"do": "begin", "seed": 0}, {}, START_SECONDS)
    except Fault as fault:
        raise RuntimeError(f"No worker could be started: {fault} {connection.output()}") from fault
    connection.output()
    return connection


def _as_tensors(files: Mapping[str, bytes]) -> dict[str, torch.Tensor]:
    return {
        name: torch.frombuffer(bytearray(content), dtype=torch.uint8)
        if content
        else torch.zeros(0, dtype=torch.uint8)
        for name, content in sorted(files.items())
    }
