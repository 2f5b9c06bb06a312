"""What a worker tells, as types; its word is not trusted."""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from graders.oracles.roles import Parameter
from graders.remote.faults import NO_ANSWER, Crash, Failed, Fault, NotFound, StudentError, TooLarge
from graders.worker.wire import AXES_CAP, DTYPES, TENSOR_CAP

PARAMETERS_CAP = 300  # tensors; to find their roles takes the cube of it


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


NOTHING = "is not implemented yet"


NOBODY = "Nobody answers input() here: take what you need as an argument."


TEXT_CAP, FRAMES = 2_000, 6  # of an exception: characters, frames; a worker may send more


def located(found: object) -> tuple[list[str], list[str]]:
    """Take the answer to `locate` apart: the files that bind a name, best first, and names near it.

    Raises:
        Crash: it is no such answer.
    """
    match found:
        case {"files": list(files), "nearest": list(nearest)}:
            if all(isinstance(name, str) for name in (*files, *nearest)):
                return files, nearest
    raise Crash(NO_ANSWER)


def fault_of(error: Any) -> Fault:
    """Turn the worker's account of an exception into the fault that a student reads."""
    try:
        kind, name, text = (
            str(error["kind"]),
            str(error["type"])[:200],
            str(error["text"])[:TEXT_CAP],
        )
        frames = [
            (str(f)[:300], int(n), str(w)[:200], str(line)[:200])
            for f, n, w, line in error["frames"][-FRAMES:]
        ]
        file = str(error["file"])[:300]
    except (KeyError, TypeError, ValueError, OverflowError):
        return Crash(NO_ANSWER)
    trace = "".join(f"\n  {f}, line {n}, in {w}\n    {line}" for f, n, w, line in frames)
    if kind == "missing":
        return NotFound(text)
    if kind == "no object":
        return Failed(f"{name} gave no object.", text, f"an object of class {name}")
    if kind == "memory":
        return TooLarge(f"It asked for more memory than there is: {text}{trace}")
    if kind == "broken":
        text = f"{file} was read, but this definition failed with {name}: {text}"
        return StudentError(f"{text}{trace}", type_name=name, text=text)
    if name == "NotImplementedError":
        where = f"`{frames[-1][2]}` in {frames[-1][0]} " if frames else "It "
        return StudentError(f"{where}{NOTHING}.", type_name=name, text=text)
    hint = NOBODY if name == "EOFError" and "input(" in trace else ""
    return StudentError(f"It raised {name}: {text}{trace}", hint, type_name=name, text=text)
