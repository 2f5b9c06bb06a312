"""Is it the same call with the same result? If not, something is random, or something is kept."""

from collections.abc import Callable, Iterator
from typing import Any, Literal

import torch
from torch import Tensor

Repeated = Literal["same", "random", "kept"]

HINTS: dict[Repeated, str] = {
    "random": (
        "Two equal calls give different results, and the same ones after torch.manual_seed: "
        "something in it is random. A layer that is created in forward has new weights each time; "
        "dropout belongs into nn.Dropout, which model.eval() turns off."
    ),
    "kept": (
        "Two equal calls give different results: something is kept from one call to the next. "
        "Create the first state in every call and keep nothing on self, in a global or in a default "
        "argument."
    ),
}


def repeated(first: list[Tensor], again: Callable[..., Any]) -> Repeated:
    """Compare an answer with that to the same call once more.

    Args:
        again: calls once more, after seeding if it is given a `seed`.
    """
    if equal(first, floats_in(again())):
        return "same"
    seeded = [floats_in(again(seed=1)) for _ in range(2)]
    return "random" if equal(*seeded) else "kept"


def floats_in(value: Any) -> list[Tensor]:
    """List the floating tensors of an answer, in order."""
    return list(_floats(value))


def _floats(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        if value.is_floating_point():
            yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _floats(item)


def equal(one: list[Tensor], other: list[Tensor]) -> bool:
    """Return whether two answers have the same numbers; not-a-number equals itself."""
    return len(one) == len(other) and all(map(_same, one, other))


def _same(one: Tensor, other: Tensor) -> bool:
    alike = one.shape == other.shape and one.dtype == other.dtype
    return alike and torch.equal(one.nan_to_num(), other.nan_to_num())
