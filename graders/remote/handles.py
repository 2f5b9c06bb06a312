"""Handles: definitions and objects in the worker, as checks hold them."""

from typing import Any, Protocol

import torch

from graders.remote.describe import describe
from graders.remote.faults import Failed
from graders.worker.wire import BadFrame


class Caller(Protocol):
    """What a handle is called through."""

    def _call(self, remote: "Remote", arguments: Any, named: dict[str, Any]) -> Any: ...


class Remote:
    """Something that can be called in the worker: a definition, an object, or its method."""

    def __init__(self, student: Caller, target: dict[str, Any], label: str) -> None:
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


def label_of(called: str, kind: str) -> str:
    """Return the name of an object: the call that returned it, or its class if that is long."""
    return called if called.count("(") < 3 else kind[:40]


def target_of(handle: Any) -> dict[str, Any]:
    """Return the object that a handle refers to.

    Raises:
        Failed: a student's function returned something else.
    """
    if not isinstance(handle, Remote):
        raise Failed("The result is not an object.", describe(handle), "an object")
    return handle._target


def no_object(form: object) -> Any:
    """Refuse an object in an answer that can have none."""
    raise BadFrame("a value of unknown form arrived")


def for_handle(value: object) -> dict[str, Any]:
    if isinstance(value, Remote) and "handle" in value._target:
        return {"handle": value._target["handle"]}
    name = getattr(value, "__name__", "")
    if name and getattr(torch, name, None) is value:
        return {"torch": name}
    raise TypeError(f"a check sent {type(value).__name__}, which does not travel")
