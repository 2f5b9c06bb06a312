"""The comparisons that checks end with: finite, then shape, then values; NaN never passes.

They take whatever came back from a student; a value of the wrong kind fails like a wrong number.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from graders.harness.faults import Failed
from graders.harness.remote import describe, rounded

# Two right answers that add the same numbers in another order differ by some units of the last
# place times the number of terms (tens here); wrong ones differ from the second digit on.
RELATIVE = {torch.float32: 1e-4, torch.float64: 1e-8}
ABSOLUTE = {torch.float32: 2e-5, torch.float64: 1e-9}


def is_close(returned: Any, expected: Tensor) -> bool:
    """Tell whether a tensor of the same shape holds the same finite numbers within rounding."""
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
    """Pass if `returned` is a finite tensor of the shape and values of `expected`.

    Raises:
        Failed: it is not; shape first, then the first place that differs.
    """
    shaped(returned, tuple(expected.shape), hint, what)
    if not is_close(returned, expected):
        place = _first_difference(returned, expected)
        raise Failed(
            f"{what} has the right shape but wrong values, first at {place}.",
            _excerpt(returned, place),
            _excerpt(expected, place),
            hint,
        )


def shaped(returned: Any, shape: Sequence[int], hint: str = "", what: str = "The result") -> Tensor:
    """Give `returned` back if it is a finite tensor of this shape.

    Raises:
        Failed: it is not.
    """
    shape = tuple(shape)
    wanted = f"a tensor of shape {shape}"
    if not isinstance(returned, Tensor):
        raise Failed(f"{what} is not a tensor.", describe(returned), wanted, hint)
    if returned.is_complex():
        raise Failed(f"{what} holds complex numbers.", str(returned.dtype), wanted, hint)
    if tuple(returned.shape) != shape:
        raise Failed(f"{what} has the wrong shape.", str(tuple(returned.shape)), str(shape), hint)
    if not torch.isfinite(returned.to(torch.float64)).all():
        raise Failed(f"{what} holds NaN or infinity.", describe(returned), "finite numbers", hint)
    return returned


def equal(returned: Any, expected: Any, hint: str = "", what: str = "The result") -> None:
    """Pass if `returned` holds exactly the numbers of `expected`; a tuple is as good as a list.

    A tensor is expected as a tensor of the same kind (whole numbers, floats or truth values).

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
            place = _first_difference(returned, expected)
            problem = f"{what} differs, first at {place}."
            raise Failed(problem, _excerpt(returned, place), _excerpt(expected, place), hint)
    elif plain(returned) != plain(expected) or returned is None:
        raise Failed(f"{what} differs.", describe(returned), describe(expected), hint)


def holds(
    condition: bool, problem: str, returned: Any = "", expected: Any = "", hint: str = ""
) -> None:
    """Pass if a property holds.

    Raises:
        Failed: it does not.
    """
    if not condition:
        got, wanted = (v if isinstance(v, str) else describe(v) for v in (returned, expected))
        raise Failed(problem, got, wanted, hint)


def several(returned: Any, count: int, names: str, hint: str = "") -> Sequence[Any]:
    """Give `returned` back if it is a tuple or list of `count` values, called `names` in messages.

    Raises:
        Failed: it is not.
    """
    if not isinstance(returned, (tuple, list)) or len(returned) != count:
        raise Failed("The result has the wrong form.", describe(returned), names, hint)
    return returned


def plain(value: Any) -> Any:
    """Give nested lists of plain numbers for tensors, arrays, tuples and lists."""
    if isinstance(value, (Tensor, np.ndarray)):
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def _exact(tensor: Tensor) -> bool:
    return tensor.dtype != torch.float32 and tensor.dtype != torch.float16


def _first_difference(returned: Tensor, expected: Tensor) -> list[int]:
    one, other = returned.to(torch.float64), expected.to(torch.float64)
    wrong = ~torch.isclose(one, other, rtol=1e-4, atol=2e-5)
    places = wrong.nonzero() if wrong.any() else (one != other).nonzero()
    return [int(index) for index in places[0]] if len(places) else []


def _excerpt(tensor: Tensor, place: list[int]) -> str:
    """Show the row that holds `place`, or the whole of a small tensor."""
    if tensor.numel() <= 24:
        return str(rounded(tensor.tolist()))
    row = tensor[tuple(place[:-1])]
    start = max(0, place[-1] - 2)
    shown = str(rounded(row[start : start + 6].tolist()))
    where = ", ".join(map(str, [*place[:-1], f"{start}:{min(start + 6, len(row))}"]))
    return f"[{where}] = {shown}"
