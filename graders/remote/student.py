"""`student`: a submission as checks use it. Names are definitions, calls return values or handles."""

import contextlib
from collections.abc import Iterator, Sequence
from types import NoneType
from typing import Any

from torch import Tensor

from graders.oracles.roles import Parameter
from graders.remote.describe import describe
from graders.remote.faults import NO_ANSWER, Crash, Fault, TooLarge, TooSlow
from graders.remote.handles import Remote, for_handle, label_of, no_object, target_of
from graders.remote.places import place_of_definition
from graders.remote.repeating import Repeated, floats_in, repeated
from graders.remote.replies import Gradients, Named, Operations, fields, only, parameters
from graders.remote.session import Session
from graders.remote.trace import CallTrace
from graders.results.result import CodePlace, Figure, Flag
from graders.worker.wire import BadFrame


class RemoteSubmission:
    """The submission under check, seen through its worker.

    `student.Elman(5, 6, 7)` returns a handle; calling a handle sends tensors and returns values.
    """

    def __init__(self, session: Session, part: str) -> None:
        self._session = session
        self._part = part
        self.called = ""  # the last call, in words, for messages
        self.trace = CallTrace()
        self._answer: tuple[dict[str, Any], Any, dict[str, Any]] | None = None  # to the last call
        self._made = 0
        self._making: list[str] = []  # calls that are sent with the next request
        self._mutated = False
        self._names: set[tuple[str, str]] = set()  # that this check has asked for
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
        files = self._session.loaded.found
        if review := self._session.review:
            for part, name in sorted(self._names):
                self.doubts += review.doubts(files.get((part, name), ""), name)

    def repeated(self) -> Repeated:
        """Return whether the last call of the student's code gives the same result once more.

        Only answers with floating numbers are compared: what draws indices or shuffles may differ.
        """
        if self._answer is None or not (first := floats_in(self._answer[1])):
            return "same"
        request, _, values = self._answer

        def again(**seed: int) -> Any:
            found = self._ask({**request, **seed}, values, self.called)
            return fields(found, value=object, mutated=bool)["value"]

        with contextlib.suppress(Fault):
            return repeated(first, again)
        return "same"

    def place(self) -> CodePlace | None:
        """Return the student's definition that was called last, with its code."""
        part, name, method = self.trace.last or ("", "", "")
        request = {"do": "source", "part": part, "name": name, "method": method}
        with contextlib.suppress(Fault):
            return place_of_definition(self._session.ask(request, {}, (for_handle, no_object)))
        return None

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
        request = {"do": "get", **target_of(handle), "path": path}
        return self._ask(request, {}, handle._label)

    def collect(self, handle: Remote, most: int) -> Any:
        """Return at most `most` items of an iterable object in the worker."""
        request = {"do": "collect", **target_of(handle), "most": most}
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
        request = {"do": "parameters", "values": values, **target_of(handle)}
        return parameters(self._ask(request, {}, handle._label))

    def set_parameters(self, handle: Remote, values: dict[str, Tensor]) -> None:
        """Write values into a model's parameters; if that fails, the next request fails."""
        request = {"do": "set_parameters", **target_of(handle)}
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
        request = {"do": "fit", **target_of(model), "epochs": epochs, "lr": lr}
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
        request = {"do": "call", **target}
        found = self._ask(request, values, self.called)
        reply = fields(found, value=object, mutated=bool)
        self._answer = (request, reply["value"], values) if "given" not in target else self._answer
        self._mutated = reply["mutated"]
        return reply["value"]

    def _make(self, name: str, request: dict[str, Any], values: dict[str, Any]) -> Remote:
        """Return a new object of a class by this name; if that fails, the next request fails."""
        self._made += 1
        self._making.append(self.called)
        self.trace.made(-self._made)
        self._later({**request, "as": -self._made}, values, self.called)
        return Remote(self, {"handle": -self._made}, label_of(self.called, name))

    def _later(self, request: dict[str, Any], values: dict[str, Any], called: str) -> None:
        with self._naming():
            self._load(request)
            self._session.later(request, values, for_handle, called)

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
        self.trace.note(remote, arguments, named)
        words = [describe(a) for a in arguments]
        words += [f"{name}={describe(value)}" for name, value in named.items()]
        self.called = f"{remote._label}({', '.join(words)})"

    def _ask(self, request: dict[str, Any], values: dict[str, Any], label: str) -> Any:
        def from_handle(form: dict[str, Any]) -> Remote:
            match form:
                case {"handle": int(number), "type": str(kind)}:
                    return Remote(self, {"handle": number}, label_of(label, kind))
            raise BadFrame("a value of unknown form arrived")

        with self._naming():
            self._load(request)
            with self._session.patience(self.trace.last):
                found = self._session.ask(request, values, (for_handle, from_handle))
        self._making.clear()
        return found
