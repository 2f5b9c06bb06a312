"""Encoding of values: numbers, strings, lists, tuples, dicts, tensors, arrays, and handles.

JSON has no tuple, tensor or NaN, so these become one-key objects: {"tuple": […]}, {"tensor": "t0"},
{"float": "nan"}, {"handle": 3, …}. Values are rebuilt from exact types only; whatever a student
returns (a Tensor subclass, an object whose `==` is always true) becomes plain data.
"""

import math
import unicodedata
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np
import torch

from .wire import BadFrame, Tensors, why_not_sent

ITEM_CAP = 200_000  # items of one value, over all levels
DEPTH_CAP = 30
TEXT_CAP = 100_000  # characters of one string
INTEGERS = range(-(2**63), 2**63)
FIELDS_CAP = 64  # of a named tuple
RECORDS_CAP = 16  # kinds of named tuples in one value: making one takes long
LARGE = "the value is too large or too deeply nested to be returned"

PLAIN = (torch.float32, torch.float64, torch.int64, torch.bool)

ForHandle = Callable[[object], dict[str, Any]]
FromHandle = Callable[[dict[str, Any]], object]


class Encoder:
    """Encodes values as JSON plus tensors; other objects go through `for_handle`."""

    def __init__(self, for_handle: ForHandle) -> None:
        self.tensors: Tensors = {}
        self._for_handle = for_handle
        self._items = 0

    def encode(self, value: object, depth: int = 0) -> Any:
        """Return the JSON form of `value`; its tensors are added to `tensors`.

        Raises:
            BadFrame: the value is too deep or too large to be sent.
        """
        self._items += 1
        if self._items > ITEM_CAP or depth > DEPTH_CAP:
            raise BadFrame(LARGE)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, torch.Tensor):
            return {"tensor": self._keep(value)}
        if isinstance(value, np.ndarray):
            return self._array(value, depth)
        if isinstance(value, (int, float, str, np.generic)):
            return _scalar(value)
        plain = not isinstance(value, dict) or not _is_object(value)
        if plain and isinstance(value, (list, tuple, dict, set, frozenset, Iterator)):
            return self._container(value, depth + 1)
        if isinstance(value, torch.dtype):
            return {"dtype": str(value).removeprefix("torch.")}
        return self._for_handle(value)

    def _keep(self, tensor: torch.Tensor) -> str:
        key = f"t{len(self.tensors)}"
        plain = tensor.detach()
        if _is_plain(plain):
            self.tensors[key] = plain.clone(memory_format=torch.contiguous_format)
            return key
        plain = plain.as_subclass(torch.Tensor)
        check_travels(plain)
        dense = plain.to_dense() if plain.layout != torch.strided else plain
        self.tensors[key] = dense.cpu().resolve_conj().resolve_neg().contiguous().clone()
        return key

    def _array(self, array: np.ndarray, depth: int) -> Any:
        if array.dtype.kind == "u" and array.dtype.itemsize > 1:
            array = array.astype(np.int64)  # torch does not support the others
        if array.dtype.kind not in "biuf":
            return self.encode(array.tolist(), depth + 1)
        return {"array": self._keep(torch.from_numpy(np.array(array, order="C")))}

    def _container(self, value: Any, depth: int) -> Any:
        if isinstance(value, dict):
            pairs = [[self.encode(k, depth), self.encode(v, depth)] for k, v in value.items()]
            return {"dict": pairs}
        if isinstance(value, Iterator):
            value = list(islice(value, ITEM_CAP))
        items = [self.encode(item, depth) for item in value]
        if not isinstance(value, tuple):
            return items
        fields = getattr(value, "_fields", None)
        if isinstance(fields, tuple) and _are_fields(fields, len(items)):
            return {"record": items, "fields": list(fields)}
        return {"tuple": items}


def _is_object(value: dict[Any, Any]) -> bool:
    """Return whether a dictionary is of a class with further public attributes."""
    kinds = type(value).__mro__
    own = [kind for kind in kinds if kind.__module__ not in ("builtins", "collections", "typing")]
    names = {name for kind in own for name in vars(kind)} | set(getattr(value, "__dict__", ()))
    return any(not name.startswith("_") for name in names)


def check_travels(tensor: torch.Tensor) -> None:
    """Raise BadFrame unless a tensor can be sent.

    Raises:
        BadFrame: it cannot be sent.
    """
    if tensor.device.type == "meta":
        raise BadFrame("a tensor on the meta device holds no numbers")
    if reason := why_not_sent(tensor):
        raise BadFrame(reason)


def _is_plain(tensor: torch.Tensor) -> bool:
    """Return whether a tensor can be sent as it is, as nearly all can."""
    if type(tensor) is not torch.Tensor or tensor.dtype not in PLAIN:
        return False  # a student's own subclass is not asked
    few_axes = tensor.dim() <= 8 and tensor.numel() > 0
    return few_axes and tensor.is_cpu and tensor.layout is torch.strided and not tensor.is_neg()


def decode(form: Any, tensors: Mapping[str, torch.Tensor], from_handle: FromHandle) -> Any:
    """Rebuild the value that an `Encoder` wrote; every tensor is a fresh copy.

    Raises:
        BadFrame: an `Encoder` does not write this form.
    """
    return _Decoder(tensors, from_handle).decode(form)


class _Decoder:
    """Rebuilds one value within the limits of an `Encoder`, which a hostile sender may exceed."""

    def __init__(self, tensors: Mapping[str, torch.Tensor], from_handle: FromHandle) -> None:
        self._tensors = dict(tensors)  # each is used once: names are cheap, copies are not
        self._from_handle = from_handle
        self._records: dict[tuple[str, ...], Callable[..., object]] = {}
        self._items = 0

    def decode(self, form: Any, depth: int = 0) -> Any:
        self._items += 1
        if self._items > ITEM_CAP or depth > DEPTH_CAP:
            raise BadFrame(LARGE)
        if form is None or type(form) in (bool, float):
            return form
        if type(form) is int and form in INTEGERS:
            return form
        if type(form) is str:
            return _clean(form[:TEXT_CAP])
        if type(form) is list:
            return [self.decode(item, depth + 1) for item in form]
        if type(form) is not dict or not form:
            raise BadFrame("a value of unknown form arrived")
        try:
            return self._tagged(form, depth + 1)
        except (KeyError, TypeError, ValueError, RuntimeError) as problem:
            raise BadFrame(f"a value of unknown form arrived: {problem}") from problem

    def _tagged(self, form: dict[str, Any], depth: int) -> Any:
        match form:
            case {"tensor": str(key)}:
                return self._tensors.pop(key).clone()
            case {"array": str(key)}:
                return self._tensors.pop(key).clone().numpy()
            case {"float": "nan" | "inf" | "-inf" as digits}:
                return float(digits)
            case {"dtype": str(name)} if isinstance(vars(torch).get(name), torch.dtype):
                return vars(torch)[name]
            case {"tuple": list(items)}:
                return tuple(self.decode(item, depth) for item in items)
            case {"record": list(items), "fields": list(fields)} if _are_fields(fields, len(items)):
                return self._record(fields)(*(self.decode(item, depth) for item in items))
            case {"dict": list(pairs)}:
                return {self.decode(k, depth): self.decode(v, depth) for k, v in pairs}
        return self._from_handle(form)

    def _record(self, fields: list[str]) -> Callable[..., object]:
        names = tuple(unicodedata.normalize("NFKC", name) for name in fields)  # as Python does
        if names not in self._records:
            if len(self._records) == RECORDS_CAP:
                raise BadFrame(LARGE)
            self._records[names] = namedtuple("Record", names, rename=True)
        return self._records[names]


def _are_fields(fields: Any, count: int) -> bool:
    return len(fields) == count <= FIELDS_CAP and all(isinstance(name, str) for name in fields)


def _scalar(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        if int(value) not in INTEGERS:
            raise BadFrame(f"a whole number of {value.bit_length()} bits cannot be returned")
        return int(value)
    if isinstance(value, float):
        value = float(value)
        return value if math.isfinite(value) else {"float": str(value)}
    return _clean(str(value)[:TEXT_CAP])


def _clean(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
