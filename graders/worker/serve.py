"""Answer the grader's requests about one submission: load, construct, call, differentiate, train.

A request is one frame and gets one frame back. It contains inputs, never an expected value.
"""

import contextlib
import inspect
import os
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import islice
from typing import Any, BinaryIO

import torch

from . import operations
from .errors import NoObject, Unmade, account
from .given.records import record_of
from .loading.loader import Loader
from .review.definitions import source_of
from .review.review import reviewed
from .values import ITEM_CAP, Encoder, decode
from .wire import MARK, BadFrame, Tensors, pack, read


class Worker:
    """One submission, its loaded definitions, and the objects for which the grader has handles."""

    def __init__(self) -> None:
        self.loader = Loader({})
        self.handles: dict[int, object] = {}
        self.tensors: Tensors = {}
        self.called: tuple[dict[str, Any], Tensors, Any, Any] | None = (
            None  # as sent, and as decoded
        )
        self.notes_sent = 0  # number of the loader's remarks that the grader has
        self.replaced: list[tuple[dict[str, Any], str, object]] = []

    def answer(self, request: dict[str, Any], tensors: Tensors) -> bytes:
        """Carry out the steps before a request and the request; return the answer or the error.

        Printed output is flushed first, so the grader has it when the answer arrives.
        """
        self.tensors, head = tensors, {"number": request["number"]}
        place: dict[str, int] = {}  # index of the current step
        try:
            for number, step in enumerate(request.get("before", ())):
                place["step"] = number
                self._operation(step)(step)
            place.clear()
            encoder = Encoder(self.handle_for)
            value = encoder.encode(self._operation(request)(request))
            return self._frame({**head, "value": value}, encoder.tensors)
        except BaseException as problem:  # student code: SystemExit and KeyboardInterrupt too
            error = {**account(problem, self.loader), **place}
            return self._frame({**head, "error": error}, {})

    def _frame(self, answer: dict[str, Any], tensors: Tensors) -> bytes:
        """Flush the printed output and return the frame of an answer with new notes."""
        _flush()
        news = {} if self.loader.remarks == self.notes_sent else {"notes": self.loader.notes}
        frame = pack({**answer, **news}, tensors)
        self.notes_sent = self.loader.remarks
        return frame

    def _operation(self, request: dict[str, Any]) -> Callable[[dict[str, Any]], Any]:
        operation: Callable[[dict[str, Any]], Any] = getattr(self, f"do_{request['do']}")
        return operation

    # Requests ---------------------------------------------------------------------------------

    def do_submission(self, request: dict[str, Any]) -> dict[str, Any]:
        """Parse the files of a submission without running them; return what their source says."""
        self._forget()
        self.loader.close()
        files, given = self._value(request["files"]), self._value(request["given"])
        self.loader, self.notes_sent = Loader(_as_bytes(files), _as_bytes(given)), 0
        return reviewed(self.loader.own)

    def do_begin(self, request: dict[str, Any]) -> None:
        """Start a check: no handle is left, every generator is seeded, global settings are torch's."""
        self._forget()
        torch.set_default_dtype(torch.float32)
        torch.set_grad_enabled(True)
        operations.seed_all(request["seed"])

    def do_mark(self, request: dict[str, Any]) -> None:
        """Write a mark into the output, for a grader that waits for it."""
        _flush()
        os.write(2, MARK)

    def do_locate(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the files that bind a name, best first, without running any."""
        files = self.loader.locate(request["part"], request["name"])
        return {"files": files, "nearest": [] if files else self.loader.nearest(request["name"])}

    def do_source(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return where a definition or its method is, and its lines."""
        return source_of(self.loader, request["part"], request["name"], request["method"])

    def do_load(self, request: dict[str, Any]) -> None:
        self.loader.load(request["file"])

    def do_call(self, request: dict[str, Any]) -> dict[str, Any]:
        """Call a definition, a handle or its method; return the value and whether arguments changed."""
        function = self._target(request)
        arguments, named = self._value(request["arguments"]), self._value(request["named"])
        if "seed" in request:
            operations.seed_all(request["seed"])
        value = function(*arguments, **named)
        if isinstance(value, Iterator):  # a generator's code runs here, not while encoding
            value = list(islice(value, ITEM_CAP))
        self.called = request, self.tensors, arguments, named
        return {"value": value, "mutated": self._mutated()}

    def do_make(self, request: dict[str, Any]) -> None:
        """Make an object for which the grader already has a number."""
        value = self._target(request)(
            *self._value(request["arguments"]), **self._value(request["named"])
        )
        form = Encoder(self.handle_for).encode(value)
        if type(form) is not dict or "handle" not in form:
            raise NoObject(request.get("name") or request["given"], value)
        self.handles[request["as"]] = self.handles.pop(form["handle"])

    def do_nothing(self, request: dict[str, Any]) -> None:
        """Do nothing; only the steps before it are carried out."""

    def do_repeat(self, request: dict[str, Any]) -> list[object]:
        """Return the results of many calls on the same arguments, numbers as numbers."""
        function, first = self._target(request), self._value(request["arguments"])
        flat = all(type(value) in (torch.Tensor, int, float, str, bool) for value in first)

        def fresh() -> list[Any]:
            if not flat:
                return list(self._value(request["arguments"]))
            return [v.clone() if type(v) is torch.Tensor else v for v in first]

        values = (function(*fresh()) for _ in range(request["times"]))
        return [v.item() if isinstance(v, torch.Tensor) and v.numel() == 1 else v for v in values]

    def do_replace(self, request: dict[str, Any]) -> None:
        """Replace functions that a function calls by given ones, until the check ends."""
        names = inspect.unwrap(self._target(request)).__globals__
        for name, path in request["names"].items():
            if name in names:
                self.replaced.append((names, name, names[name]))
                names[name] = _given(path)

    def do_get(self, request: dict[str, Any]) -> object:
        """Return an attribute, an item where the path's part is a whole number, or a record."""
        value = self._target(request)
        for part in request["path"].split("."):
            if part == "record":
                value = record_of(value)
            elif part.isdigit() and not isinstance(value, torch.nn.Module):
                value = value[int(part)]
            else:
                value = getattr(value, part)
        return value

    def do_collect(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the first items of an iterable, and whether the last call's arguments changed."""
        items = list(islice(self._target(request), request["most"]))
        return {"items": items, "mutated": self._mutated()}

    def do_gradients(self, request: dict[str, Any]) -> dict[str, Any]:
        arguments = self._value(request["arguments"])
        cotangents = self._value(request["cotangents"])
        return operations.gradients(self._target(request), arguments, cotangents)

    def do_differences(self, request: dict[str, Any]) -> dict[str, Any]:
        arguments = self._value(request["arguments"])
        cotangents = self._value(request["cotangents"])
        target, step = self._target(request), request["step"]
        return operations.differences(target, arguments, cotangents, step)

    def do_fit(self, request: dict[str, Any]) -> dict[str, Any]:
        batches = self._value(request["batches"])
        return operations.fit(self._target(request), batches, request["epochs"], request["lr"])

    def do_operations(self, request: dict[str, Any]) -> dict[str, Any]:
        return operations.operations(self._target(request), self._value(request["arguments"]))

    def do_on_meta(self, request: dict[str, Any]) -> None:
        operations.on_meta(self._target(request), self._value(request["arguments"]))

    def do_parameters(self, request: dict[str, Any]) -> list[list[Any]]:
        return operations.parameters(self._target(request), request["values"])

    def do_set_parameters(self, request: dict[str, Any]) -> None:
        operations.set_parameters(self._target(request), self._value(request["values"]))

    # Values -----------------------------------------------------------------------------------

    def handle_for(self, value: object) -> dict[str, Any]:
        """Keep an object here and return a handle to it."""
        number = len(self.handles)
        self.handles[number] = value
        return {"handle": number, "type": type(value).__name__}

    def _from_handle(self, form: dict[str, Any]) -> object:
        match form:
            case {"handle": int(number)}:
                return self._held(number)
            case {"torch": str(path)}:
                value: object = torch
                for part in path.split("."):
                    value = getattr(value, part)
                return value
        raise BadFrame("a value of unknown form arrived")

    def _held(self, number: int) -> object:
        if number not in self.handles:
            raise Unmade(number)
        return self.handles[number]

    def _value(self, form: Any) -> Any:
        return decode(form, self.tensors, self._from_handle)

    def _target(self, request: dict[str, Any]) -> Any:
        """Return the target of a request: a handle, a given object, a definition; or its method."""
        if "handle" in request:
            target = self._held(request["handle"])
        elif "given" in request:
            target = _given(request["given"])
        else:
            target = self.loader.lookup(request["part"], request["name"])
        method = request.get("method")
        return getattr(target, method) if method else target

    def _forget(self) -> None:
        """Drop the last check's handles and replacements."""
        self.handles.clear()
        self.called = None
        while self.replaced:
            names, name, before = self.replaced.pop()
            names[name] = before

    def _mutated(self) -> bool:
        """Return whether the last call's arguments differ from what was sent."""
        if self.called is None:
            return False
        request, self.tensors, arguments, named = self.called
        if not named and self._is_as_sent(request["arguments"], arguments):
            return False
        before, after = Encoder(_handle), Encoder(_handle)
        sent = before.encode([self._value(request["arguments"]), self._value(request["named"])])
        now = after.encode([arguments, named])
        return sent != now or not all(
            _identical(before.tensors[key], after.tensors[key]) for key in before.tensors
        )

    def _is_as_sent(self, form: Any, value: Any) -> bool:
        """Return whether a value is surely as sent; False: compare in detail."""
        if type(form) is list:
            same = type(value) is list and len(value) == len(form)
            return same and all(map(self._is_as_sent, form, value))
        if type(form) is dict and type(value) is tuple and "tuple" in form:
            return self._is_as_sent(form["tuple"], list(value))
        if type(form) is dict and type(value) is torch.Tensor and "tensor" in form:
            sent = self.tensors[form["tensor"]]
            return value.dtype == sent.dtype and torch.equal(value, sent)
        return type(form) is type(value) and type(form) in (int, str) and form == value


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until the grader closes the stream."""
    worker = Worker()
    while (frame := read(requests)) is not None:
        answers.write(worker.answer(*frame))
        answers.flush()


def _flush() -> None:
    """Flush the printed output."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # a student may have replaced or closed it
            stream.flush()


def _given(path: str) -> Any:
    module, _, name = path.partition(".")
    return getattr(import_module(f"{__package__}.given.{module}"), name)


def _as_bytes(files: dict[str, torch.Tensor]) -> dict[str, bytes]:
    return {name: content.numpy().tobytes() for name, content in files.items()}


def _handle(value: object) -> dict[str, Any]:
    return {"handle": id(value)}


def _identical(one: torch.Tensor, other: torch.Tensor) -> bool:
    return one.dtype == other.dtype and torch.equal(one.nan_to_num(), other.nan_to_num())
