"""Values of deviations that are compared with their dtypes."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from torch import Tensor

from graders.deviations import Candidate, Deviation


def typed(value: Any) -> Any:
    """Put its dtype beside each tensor, so that integers of 32 and of 64 bits differ."""
    if isinstance(value, (list, tuple)):
        return [typed(item) for item in value]
    return [str(value.dtype), value] if isinstance(value, Tensor) else value


def each(found: Mapping[Deviation, Sequence[Any]]) -> Iterator[Candidate]:
    """Yield each deviation with its values, in the form of `typed`."""
    for deviation, values in found.items():
        yield deviation, partial(typed, list(values))
