"""Final comparisons of the checks: finite, then shape, then values; NaN never passes.

They accept anything that a submission returns; a value of the wrong type fails like a wrong number.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from graders.assertions.figures import differing, matrices
from graders.remote.describe import describe
from graders.remote.faults import Failed, Fault
from graders.results.result import Figure

# Two correct answers that add the same numbers in another order differ by some units of the last
# place times the number of terms (tens here); wrong ones differ from the second digit on.
RELATIVE = {torch.float32: 1e-4, torch.float64: 1e-8}
ABSOLUTE = {torch.float32: 2e-5, torch.float64: 1e-9}
MANY = 1_000_000  # more numbers than any check expects as a list


def is_close(returned: Any, expected: Tensor) -> bool:
    """Return whether a tensor has the same shape and the same finite numbers, up to rounding."""
    if not isinstance(returned, Tensor) or returned.shape != expected.shape:
        return False
    if returned.is_complex():
        return False
    coarse = torch.float64 if _exact(returned) and _exact(expected) else torch.float32
    one, other = returned.to(torch.float64), expected.to(torch.float64)
    return bool(torch.isfinite(one).all()) and torch.allclose(
        one, other, rtol=RELATIVE[coarse], atol=ABSOLUTE[coarse]
    )


def close(returned: Any, expected: Tensor, hint: str = "", what: str = "The result") -> None:
    """Raise Failed unless `returned` is a finite tensor of the shape and values of `expected`.

    Raises:
        Failed: it is not; shape first, then the first place that differs.
    """
    shaped(returned, tuple(expected.shape), hint, what)
    if not is_close(returned, expected):
        one = f" {tuple(expected.shape)}" if expected.ndim else ""
        raise _other_numbers(f"{what} has the right shape{one} but", returned, expected, hint, what)


def shaped(returned: Any, shape: Sequence[int], hint: str = "", what: str = "The result") -> Tensor:
    """Return `returned`, a finite tensor of this shape.

    Raises:
        Failed: it is not one.
    """
    shape = tuple(shape)
    wanted = f"a tensor of shape {shape}"
    if not isinstance(returned, Tensor):
        raise Failed(f"{what} is not a tensor.", describe(returned), wanted, hint)
    if returned.is_complex():
        raise Failed(f"{what} contains complex numbers.", str(returned.dtype), wanted, hint)
    if tuple(returned.shape) != shape:
        raise Failed(f"{what} has the wrong shape.", str(tuple(returned.shape)), str(shape), hint)
    if not torch.isfinite(returned.to(torch.float64)).all():
        raise Failed(
            f"{what} contains NaN or infinity.", describe(returned), "finite numbers", hint
        )
    return returned


def equal(returned: Any, expected: Any, hint: str = "", what: str = "The result") -> None:
    """Raise Failed unless `returned` has exactly the numbers of `expected`; a tuple equals a list.

    If `expected` is a tensor, `returned` must be a tensor of the same dtype.

    Raises:
        Failed: it does not.
    """
    if isinstance(expected, Tensor):
        shaped(returned, tuple(expected.shape), hint, what)
        if returned.dtype != expected.dtype:
            raise Failed(
                f"{what} has the wrong dtype.", str(returned.dtype), str(expected.dtype), hint
            )
        if not torch.equal(returned, expected):
            problem = f"{what}, of shape {tuple(expected.shape)}, has"
            raise _other_numbers(problem, returned, expected, hint, what)
    elif plain(returned) != plain(expected) or returned is None:
        where = _first_other(plain(returned), plain(expected))
        raise Failed(f"{what} differs{where}.", describe(returned), describe(expected), hint)


def holds(
    condition: bool,
    problem: str,
    returned: Any = "",
    expected: Any = "",
    hint: str = "",
    figure: Figure | None = None,
) -> None:
    """Raise Failed unless a property holds.

    Raises:
        Failed: it does not.
    """
    if not condition:
        got, wanted = (v if isinstance(v, str) else describe(v) for v in (returned, expected))
        raise Failed(problem, got, wanted, hint, figure)


def several(returned: Any, count: int, names: str, hint: str = "") -> Sequence[Any]:
    """Return `returned`, a tuple or list of `count` values that messages call `names`.

    Raises:
        Failed: it is not one.
    """
    if not isinstance(returned, (tuple, list)) or len(returned) != count:
        raise Failed("The result has the wrong form.", describe(returned), names, hint)
    return returned


def passes(check: Callable[[], None]) -> bool:
    """Return whether a comparison passes."""
    try:
        check()
    except Fault:
        return False
    return True


def plain(value: Any) -> Any:
    """Return tensors, arrays, tuples and lists as nested lists of plain numbers."""
    if (count := _count(value)) > MANY:
        raise Failed(f"It has {count:,} numbers, more than any result needs.", describe(value))
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, (Tensor, np.ndarray)):
        return value.tolist()
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def _count(value: Any) -> int:
    if isinstance(value, (Tensor, np.ndarray)):
        return math.prod(value.shape)
    return sum(map(_count, value)) if isinstance(value, (list, tuple)) else 1


def _exact(tensor: Tensor) -> bool:
    return tensor.dtype != torch.float32 and tensor.dtype != torch.float16


def _first_other(returned: Any, expected: Any) -> str:
    """Return the first place where two lists differ, if both are lists."""
    if not isinstance(returned, list) or not isinstance(expected, list) or not expected:
        return ""
    pairs = zip(returned, expected, strict=False)
    shorter = min(len(returned), len(expected))
    place = next((i for i, (one, other) in enumerate(pairs) if one != other), shorter)
    return f", first at [{place}]"


def _other_numbers(
    problem: str, returned: Tensor, expected: Tensor, hint: str, what: str
) -> Failed:
    """Describe two tensors of one shape: how many numbers differ, the first one, and an excerpt."""
    wrong = differing(returned, expected)
    places = wrong.nonzero().tolist()
    place = places[0] if places else [0] * expected.ndim
    if expected.ndim == 0:
        problem = f"{what} is wrong."
    else:
        count = f"{len(places):,} of {wrong.numel():,}"
        problem = f"{problem} {count} wrong values, first at {place}."
    figure = matrices(what, returned, expected, wrong)
    return Failed(problem, *_excerpts(returned, expected, place), hint, figure)


WINDOW = 5  # numbers of a row that an excerpt shows


def _excerpts(returned: Tensor, expected: Tensor, place: list[int]) -> tuple[str, str]:
    """Show the part of a row around `place` in both tensors, number under number."""
    row: tuple[int, ...] = ()
    left, where = 0, ""
    if expected.numel() > WINDOW or expected.ndim > 1:
        row, left = tuple(place[:-1]), max(0, place[-1] - 2)
        right = min(left + WINDOW, expected.shape[-1])
        where = f"[{', '.join(map(str, [*row, f'{left}:{right}']))}] = "
    parts = [t[row][..., left : left + WINDOW] if t.ndim else t for t in (returned, expected)]
    values = [part.reshape(-1).tolist() for part in parts]
    one, other = _aligned(*values)
    return (
        (one.strip(), other.strip())
        if not expected.ndim
        else (f"{where}[{one}]", f"{where}[{other}]")
    )


def _aligned(*rows: list[Any]) -> list[str]:
    """Write rows of numbers as text of equal columns, with enough digits to tell them apart."""
    columns = [_written(pair) for pair in zip(*rows, strict=True)]
    return [", ".join(column[i] for column in columns) for i in range(len(rows))]


def _written(numbers: Sequence[Any]) -> list[str]:
    texts = [str(number) for number in numbers]
    for digits in (4, 9, 17):
        if all(isinstance(number, float) for number in numbers):
            texts = [f"{number:.{digits}g}" for number in numbers]
        if len(set(texts)) == len(set(numbers)):
            break
    return [text.rjust(max(map(len, texts))) for text in texts]
