"""Typed replies from the (untrusted) worker."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from graders.oracles.roles import Parameter
from graders.remote.faults import NO_ANSWER, Crash, Failed, Fault, NotFound, StudentError, TooLarge
from graders.remote.places import Frame, place_of_error
from graders.worker.wire import AXES_CAP, DTYPES, TENSOR_CAP

PARAMETERS_CAP = 300  # tensors; finding their roles takes cubic time


@dataclass(frozen=True)
class Gradients:
    """Gradients by parameter name and by position of the input; None if there is none."""

    parameters: dict[str, Tensor | None]
    inputs: list[Tensor | None]


@dataclass(frozen=True)
class Operations:
    """Operations of one call: ATen operators and torch functions by count, and the module classes."""

    aten: dict[str, int]
    functions: dict[str, int]
    modules: list[str]


class Named(dict[str, Any]):
    """A worker's values by name; a missing name raises Crash, the student's fault."""

    def __missing__(self, name: str) -> Any:
        raise Crash(NO_ANSWER)


def parameters(rows: Any) -> list[Parameter]:
    """Return a model's parameters from a reply; those without values get zeros."""
    listed, left = [], TENSOR_CAP
    if len(only(rows, list)) > PARAMETERS_CAP:
        words = f"It has {len(rows):,} parameter tensors, more than any answer needs."
        raise Failed(words, hint="Keep each weight in one tensor, and not in one for each number.")
    for row in rows:
        listed.append(_parameter(row, left))
        left -= 4 * listed[-1].values.numel()  # random weights are floats, whatever the reply says
    return listed


def _parameter(row: list[Any], most: int) -> Parameter:
    """Return one parameter of at most `most` bytes; zeros take no memory until written.

    Raises:
        Failed: it does not hold floating-point numbers, so random weights would not be kept.
    """
    match row:
        case [str(name), Tensor() as values, bool(trained), str(owner)]:
            return Parameter(name, _floating(name, values), trained, owner)
        case [str(name), list(shape), torch.dtype() as dtype, bool(trained), str(owner)]:
            sizes = [size for size in shape if type(size) is int and size >= 0]
            sound = len(sizes) == len(shape) <= AXES_CAP and dtype in DTYPES
            if sound and math.prod(max(1, size) for size in sizes) * 4 > most:
                raise Failed("Its parameters contain more numbers than can be set.")
            if sound:
                values = _floating(name, torch.zeros(sizes, dtype=dtype))
                return Parameter(name, values, trained, owner)
    raise Crash(NO_ANSWER)


def _floating(name: str, values: Tensor) -> Tensor:
    if values.is_floating_point():
        return values
    kind = str(values.dtype).removeprefix("torch.")
    words = f"Its parameter {name[:60]} holds {kind} values, which cannot be trained."
    raise Failed(words, hint="Keep weights in floating-point tensors.")


def fields(found: Any, **kinds: type | tuple[type, ...]) -> dict[str, Any]:
    """Return an answer's fields; raise Crash unless each has its type."""
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


NOBODY = "input() does not work here: take the value as an argument."


TEXT_CAP, FRAMES = 2_000, 6  # of an exception: characters, frames; a worker may send more


def located(found: object) -> tuple[list[str], list[str]]:
    """Return the answer to `locate`: the files that bind a name, best first, and similar names.

    Raises:
        Crash: the answer is invalid.
    """
    match found:
        case {"files": list(files), "nearest": list(nearest)}:
            if all(isinstance(name, str) for name in (*files, *nearest)):
                return files, nearest
    raise Crash(NO_ANSWER)


def fault_of(error: Any) -> Fault:
    """Return the fault for the worker's account of an exception."""
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
    fault = _fault(kind, name, text, frames, file)
    if not isinstance(fault, NotFound):  # what is not begun has no code
        fault.place = place_of_error(frames, error.get("around"))
    return fault


def _fault(kind: str, name: str, text: str, frames: Sequence[Frame], file: str) -> Fault:
    trace = "".join(f"\n  {f}, line {n}, in {w}\n    {line}" for f, n, w, line in frames)
    if kind == "missing":
        return NotFound(text)
    if kind == "no object":
        return Failed(f"{name} did not return an object.", text, f"an object of class {name}")
    if kind == "memory":
        return TooLarge(f"It asked for more memory than is available: {text}{trace}")
    if kind == "broken":
        text = f"{file} was read, but this definition failed with {name}: {text}"
        return StudentError(f"{text}{trace}", type_name=name, text=text)
    if name == "NotImplementedError" and frames and frames[-1][3].startswith("raise "):
        return NotFound(f"`{frames[-1][2]}` in {frames[-1][0]} {NOTHING}.")
    hint = NOBODY if name == "EOFError" and "input(" in trace else ""
    return StudentError(f"It raised {name}: {text}{trace}", hint, type_name=name, text=text)
