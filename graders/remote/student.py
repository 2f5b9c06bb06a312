"""`student`: a submission as checks use it. Names are definitions, calls return values or handles."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import NoneType
from typing import Any

import numpy as np
import torch
from torch import Tensor

from graders.oracles.roles import Parameter
from graders.remote.faults import NO_ANSWER, Crash, Failed, Fault, TooLarge, TooSlow
from graders.remote.replies import Gradients, Named, Operations, fields, only, parameters
from graders.remote.session import Session
from graders.results.result import Figure, Flag
from graders.worker.wire import BadFrame

SHOWN = 12  # numbers of a tensor or list that a description still shows


class Remote:
    """Something that can be called in the worker: a definition, an object, or its method."""

    def __init__(self, student: "RemoteSubmission", target: dict[str, Any], label: str) -> None:
        self._student = student
        self._target = target
        self._label = label

    def __repr__(self) -> str:
        return self._label

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._student._call(self, arguments, named)

    def __getattr__(self, method: str) -> "Remote":
        if method.startswith("_"):
            raise AttributeError(method)
        target = {**self._target, "method": method}
        return Remote(self._student, target, f"{self._label}.{method}")


class RemoteSubmission:
    """The submission under check, seen through its worker.

    `student.Elman(5, 6, 7)` returns a handle; calling a handle sends tensors and returns values.
    """

    def __init__(self, session: Session, part: str) -> None:
        self._session = session
        self._part = part
        self.called = ""  # the last call, in words, for messages
        self._made = 0
        self._making: list[str] = []  # calls that are sent with the next request
        self._mutated = False
        self._names: set[tuple[str, str]] = (
            set()
        )  # of the submission, as far as this check has asked for them
        self.on_word = False  # whether this check has asked what only the worker can state
        self.doubts: list[Flag] = []  # where the source is at odds with what the worker states
        self.figures: dict[str, Figure] = {}  # by title; shown beside the check's outcome

    def __getattr__(self, name: str) -> Remote:
        if name.startswith("_"):
            raise AttributeError(name)
        return Remote(self, {"part": self._part, "name": name}, name)

    @property
    def mutated(self) -> bool:
        """Return whether the last call changed its arguments, as the worker states."""
        self.on_word = True
        return self._mutated

    def doubt_built_ins(self) -> None:
        """Note where definitions that this check uses come to torch's own recurrent modules."""
        review, files = self._session.review, self._session.loaded.found
        for part, name in sorted(self._names):
            names = review.built_in.get(files.get((part, name), ""), {}) if review else {}
            self.doubts += [
                replace(flag, what=f"{name} uses {flag.what}, which its calls do not show")
                for flag in names.get(name, [])
            ]

    def figure(self, figure: Figure) -> None:
        """Attach a figure to this check's finding; one of the same title is replaced."""
        self.figures[figure["title"]] = figure

    def tell(self, method: Remote, *arguments: Any) -> None:
        """Call something and ignore its answer; if it fails, the next request fails."""
        self._note(method, arguments, {})
        self._making.append(self.called)
        values = {"arguments": list(arguments), "named": {}}
        self._later({"do": "call", **method._target}, values, self.called)

    def settle(self) -> None:
        """Send the waiting requests, so that their failures show.

        Raises:
            Fault: it failed.
        """
        with self._naming():
            self._session.settle()

    def given(self, name: str, *arguments: Any, **named: Any) -> Any:
        """Return a new object of the course's own in the worker: `"cells.Leaky"` of worker/given/."""
        return Remote(self, {"given": name}, name.partition(".")[2])(*arguments, **named)

    def get(self, handle: Remote, path: str) -> Any:
        """Return an attribute (`"history.0"`, `"lin1.weight"`) of an object in the worker."""
        self.on_word = self.on_word or path.startswith("record.")
        request = {"do": "get", **_target(handle), "path": path}
        return self._ask(request, {}, handle._label)

    def collect(self, handle: Remote, most: int) -> Any:
        """Return at most `most` items of an iterable object in the worker."""
        request = {"do": "collect", **_target(handle), "most": most}
        reply = fields(self._ask(request, {}, handle._label), items=list, mutated=bool)
        self._mutated = self._mutated or reply["mutated"]
        return reply["items"]

    def repeat(self, function: Remote, arguments: Sequence[Any], times: int) -> list[Any]:
        """Return the results of calling a function many times on the same arguments."""
        self._note(function, arguments, {})
        self.called += f", {times:,} times"
        request = {"do": "repeat", **function._target, "times": times}
        found = self._ask(request, {"arguments": list(arguments)}, function._label)
        if not isinstance(found, list) or len(found) != times:
            raise Crash(NO_ANSWER)
        return found

    def replace(self, function: Remote, **names: str) -> None:
        """Replace names in a function by given ones (`sample="scripted.likeliest"`) in this check.

        So an error in the student's own function costs points only once.
        """
        self._ask({"do": "replace", **function._target, "names": names}, {}, function._label)

    def files(self, name: str) -> list[bytes]:
        """Return the files of this name, whatever their case and folder, outermost first."""
        return self._session.files(name)

    def parameters(self, handle: Remote, values: bool = True) -> list[Parameter]:
        """Return a model's parameters; without `values`, zeros replace them."""
        request = {"do": "parameters", "values": values, **_target(handle)}
        return parameters(self._ask(request, {}, handle._label))

    def set_parameters(self, handle: Remote, values: dict[str, Tensor]) -> None:
        """Write values into a model's parameters; if that fails, the next request fails."""
        request = {"do": "set_parameters", **_target(handle)}
        self._later(request, {"values": values}, f"the parameters of {handle._label}")

    def gradients(
        self, function: Remote, arguments: Sequence[Any], cotangents: Sequence[Tensor | None]
    ) -> Gradients:
        """Differentiate the sum of outputs times cotangents by all parameters and inputs."""
        return self._slopes({"do": "gradients"}, function, arguments, cotangents)

    def differences(
        self,
        function: Remote,
        arguments: Sequence[Any],
        cotangents: Sequence[Tensor | None],
        step: float = 1e-5,
    ) -> Gradients:
        """Return the same by central differences: exact to about 1e-9 in float64, for small models."""
        return self._slopes({"do": "differences", "step": step}, function, arguments, cotangents)

    def fit(
        self, model: Remote, batches: Sequence[tuple[Tensor, Tensor]], epochs: int, lr: float
    ) -> dict[str, list[float]]:
        """Train a classifier with the harness's own loop beside the student's model."""
        request = {"do": "fit", **_target(model), "epochs": epochs, "lr": lr}
        self.called = f"training {model._label} for {epochs} epochs with Adam, lr={lr:g}"
        found = self._ask(request, {"batches": list(batches)}, model._label)
        reply = fields(found, loss=list, gradient_norm=list)
        return {name: only(values, float) for name, values in reply.items()}

    def operations(self, function: Remote, *arguments: Any) -> Operations:
        """Return the operations that one call uses."""
        self._note(function, arguments, {})
        self.on_word = True
        request = {"do": "operations", **function._target}
        found = self._ask(request, {"arguments": list(arguments)}, function._label)
        reply = fields(found, aten=dict, functions=dict, modules=list)
        for names in reply.values():
            only(list(names), str)
        return Operations(**reply)

    def on_meta(self, model: Remote, *arguments: Any) -> None:
        """Run a copy of the model on torch's meta device; its exceptions are raised here."""
        self._note(model, arguments, {})
        self.on_word = True
        request = {"do": "on_meta", **model._target}
        self._ask(request, {"arguments": list(arguments)}, model._label)

    def _call(self, remote: Remote, arguments: Sequence[Any], named: dict[str, Any]) -> Any:
        self._note(remote, arguments, named)
        values = {"arguments": list(arguments), "named": named}
        target = remote._target
        name = str(target.get("name") or target.get("given", "")).rpartition(".")[2]
        if name[:1].isupper() and "method" not in target:
            return self._make(name, {"do": "make", **target}, values)
        found = self._ask({"do": "call", **target}, values, self.called)
        reply = fields(found, value=object, mutated=bool)
        self._mutated = reply["mutated"]
        return reply["value"]

    def _make(self, name: str, request: dict[str, Any], values: dict[str, Any]) -> Remote:
        """Return a new object of a class by this name; if that fails, the next request fails."""
        self._made += 1
        self._making.append(self.called)
        self._later({**request, "as": -self._made}, values, self.called)
        return Remote(self, {"handle": -self._made}, _label(self.called, name))

    def _later(self, request: dict[str, Any], values: dict[str, Any], called: str) -> None:
        with self._naming():
            self._load(request)
            self._session.later(request, values, _for_handle, called)

    def _load(self, request: dict[str, Any]) -> None:
        """Load the file of the definition that a request names."""
        if "name" in request:
            self._session.load_for(request["part"], request["name"])
            self._names.add((request["part"], request["name"]))

    @contextlib.contextmanager
    def _naming(self) -> Iterator[None]:
        """Set `called` to the failed call if it had waited; to all calls if it is unknown."""
        try:
            yield
        except (TooSlow, TooLarge, Crash) as fault:
            calls = dict.fromkeys([*self._making, self.called])
            self.called = fault.called or ", then ".join(filter(None, calls))
            raise
        except Fault as fault:
            self.called = fault.called or self.called
            raise

    def _slopes(
        self,
        request: dict[str, Any],
        function: Remote,
        arguments: Sequence[Any],
        cotangents: Sequence[Tensor | None],
    ) -> Gradients:
        values = {"arguments": list(arguments), "cotangents": list(cotangents)}
        self._note(function, arguments, {})
        found = self._ask({**request, **function._target}, values, function._label)
        reply = fields(found, parameters=dict, inputs=list)
        if len(reply["inputs"]) != len(arguments):
            raise Crash(NO_ANSWER)
        slopes = {name: only(reply[name], (Tensor, NoneType)) for name in ("parameters", "inputs")}
        return Gradients(Named(slopes["parameters"]), slopes["inputs"])

    def _note(self, remote: Remote, arguments: Sequence[Any], named: dict[str, Any]) -> None:
        words = [describe(a) for a in arguments]
        words += [f"{name}={describe(value)}" for name, value in named.items()]
        self.called = f"{remote._label}({', '.join(words)})"

    def _ask(self, request: dict[str, Any], values: dict[str, Any], label: str) -> Any:
        def from_handle(form: dict[str, Any]) -> Remote:
            match form:
                case {"handle": int(number), "type": str(kind)}:
                    return Remote(self, {"handle": number}, _label(label, kind))
            raise BadFrame("a value of unknown form arrived")

        with self._naming():
            self._load(request)
            found = self._session.ask(request, values, (_for_handle, from_handle))
        self._making.clear()
        return found


def _label(called: str, kind: str) -> str:
    """Return the name of an object: the call that returned it, or its class if that is long."""
    return called if called.count("(") < 3 else kind[:40]


def describe(value: Any) -> str:
    """Return a short description: small values whole, larger ones by dtype and shape."""
    if isinstance(value, (Tensor, np.ndarray)):
        if (value.size if isinstance(value, np.ndarray) else value.numel()) <= SHOWN:
            return f"tensor({rounded(value.tolist())})"
        return f"{str(value.dtype).removeprefix('torch.')} tensor of shape {tuple(value.shape)}"
    if isinstance(value, Remote):
        return value._label
    if isinstance(value, (list, tuple)) and any(isinstance(v, (Tensor, tuple)) for v in value):
        text = ", ".join(describe(v) for v in value)
        text = f"({text})" if isinstance(value, tuple) else f"[{text}]"
    else:
        text = repr(rounded(value))
    return text if len(text) <= 200 else f"{text[:197]}…"


def rounded(value: Any) -> Any:
    """Return a nested list with floats rounded to 5 significant digits, for people."""
    if isinstance(value, (list, tuple)):
        return type(value)(rounded(v) for v in value) if type(value) in (list, tuple) else value
    return float(f"{value:.5g}") if isinstance(value, float) else value


def _target(handle: Any) -> dict[str, Any]:
    """Return the object that a handle refers to.

    Raises:
        Failed: a student's function returned something else.
    """
    if not isinstance(handle, Remote):
        raise Failed("The result is not an object.", describe(handle), "an object")
    return handle._target


def _for_handle(value: object) -> dict[str, Any]:
    if isinstance(value, Remote) and "handle" in value._target:
        return {"handle": value._target["handle"]}
    name = getattr(value, "__name__", "")
    if name and getattr(torch, name, None) is value:
        return {"torch": name}
    raise TypeError(f"a check sent {type(value).__name__}, which does not travel")
