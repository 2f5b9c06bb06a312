"""What a worker tells, as types; its word is not trusted."""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from graders.harness.faults import NO_ANSWER, Crash, Failed
from graders.harness.worker.wire import AXES_CAP, DTYPES, TENSOR_CAP

PARAMETERS_CAP = 300  # tensors; to find their roles takes the cube of it


@dataclass(frozen=True, eq=False)  # tensors have no one answer to ==
class Parameter:
    """One parameter of a student's model: its name, values, and the class that owns it."""

    name: str
    values: Tensor
    trained: bool
    owner: str


@dataclass(frozen=True)
class Gradients:
    """Gradients by parameter name and by position of the input; None where none arrives."""

    parameters: dict[str, Tensor | None]
    inputs: list[Tensor | None]


@dataclass(frozen=True)
class Operations:
    """What one call used: ATen operators and torch functions by count, and the module classes."""

    aten: dict[str, int]
    functions: dict[str, int]
    modules: list[str]


class Named(dict[str, Any]):
    """What a worker told by name; a name that it left out is the student's fault and not ours."""

    def __missing__(self, name: str) -> Any:
        raise Crash(NO_ANSWER)


def parameters(rows: Any) -> list[Parameter]:
    """Take what is told of a model's parameters; those without values are given zeros."""
    listed, left = [], TENSOR_CAP
    if len(only(rows, list)) > PARAMETERS_CAP:
        words = f"It has {len(rows):,} parameter tensors, more than any answer needs."
        raise Failed(words, hint="Keep each weight in one tensor, and not in one for each number.")
    for row in rows:
        listed.append(_parameter(row, left))
        left -= 4 * listed[-1].values.numel()  # random weights are floats, whatever is told
    return listed


def _parameter(row: list[Any], most: int) -> Parameter:
    """Take one parameter, of `most` bytes: zeros that nobody writes take no memory so far."""
    match row:
        case [str(name), Tensor() as values, bool(trained), str(owner)]:
            return Parameter(name, values, trained, owner)
        case [str(name), list(shape), torch.dtype() as dtype, bool(trained), str(owner)]:
            sizes = [size for size in shape if type(size) is int and size >= 0]
            sound = len(sizes) == len(shape) <= AXES_CAP and dtype in DTYPES
            if sound and math.prod(max(1, size) for size in sizes) * 4 > most:
                raise Failed("Its parameters hold more numbers than can be written into them.")
            if sound:
                return Parameter(name, torch.zeros(sizes, dtype=dtype), trained, owner)
    raise Crash(NO_ANSWER)


def fields(found: Any, **kinds: type | tuple[type, ...]) -> dict[str, Any]:
    """Take an answer's fields where each is of its kind; a worker's word is not trusted."""
    if not isinstance(found, dict) or set(found) != set(kinds):
        raise Crash(NO_ANSWER)
    if not all(isinstance(found[name], kind) for name, kind in kinds.items()):
        raise Crash(NO_ANSWER)
    return found


def only(values: Any, kind: type | tuple[type, ...]) -> Any:
    items = values.values() if isinstance(values, dict) else values
    if not isinstance(values, (list, dict)) or not all(isinstance(v, kind) for v in items):
        raise Crash(NO_ANSWER)
    return values
