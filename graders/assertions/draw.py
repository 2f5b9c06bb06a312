"""Random inputs of a check: they depend on the seed and are the same for a whole class."""

import hashlib
from collections.abc import Sequence

import torch
from torch import Tensor

from graders.oracles.roles import Parameter
from graders.remote.handles import Remote
from graders.remote.replies import Named
from graders.remote.student import RemoteSubmission


def seed_for(seed: int, name: str) -> int:
    """Derive a check's own seed, the same on every machine."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:7], "big")


class Draw:
    """Draws inputs, sizes and weights. Numbers travel to the worker as data, never as a seed."""

    def __init__(self, seed: int) -> None:
        self._generator = torch.Generator().manual_seed(seed)

    def integer(self, low: int, high: int) -> int:
        """Draw a whole number from `low` to `high`, both included."""
        return int(torch.randint(low, high + 1, (1,), generator=self._generator))

    def sizes(self, count: int, low: int = 3, high: int = 7) -> list[int]:
        """Draw `count` different sizes, so that swapped axes are noticed."""
        order = torch.randperm(high + 1 - low, generator=self._generator)
        return [low + int(i) for i in order[:count]]

    def normal(self, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Draw standard normal numbers."""
        wide = torch.randn(shape, generator=self._generator, dtype=torch.float64)
        return wide.to(dtype)

    def short(self, *shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
        """Draw standard normal numbers that float32 holds exactly: a cast to it loses nothing."""
        return self.normal(*shape).to(dtype)

    def tokens(self, *shape: int, low: int = 1, high: int) -> Tensor:
        """Draw token ids (int64) from `low` to `high` - 1."""
        return torch.randint(low, high, shape, generator=self._generator)

    def rows(self, lengths: list[int], high: int, low: int = 1) -> list[list[int]]:
        """Draw one row of token ids for each length."""
        return [self.tokens(length, low=low, high=high).tolist() for length in lengths]

    def renaming(self, size: int, first: int) -> list[int]:
        """Return a new id for each of `size` ids; those below `first` keep theirs."""
        return [*range(first), *self.shuffled(list(range(first, size)))]

    def shuffled(self, values: list[int]) -> list[int]:
        """Return the values in a random order."""
        return [values[int(i)] for i in torch.randperm(len(values), generator=self._generator)]

    def weights(
        self,
        student: RemoteSubmission,
        model: Remote,
        scale: float = 0.6,
        known: Sequence[Parameter] | None = None,
    ) -> dict[str, Tensor]:
        """Set random, distinct weights in a model; return them by name.

        Args:
            known: its parameters, if they were requested before.
        """
        found = student.parameters(model, values=False) if known is None else known
        values = {p.name: self.normal(*p.values.shape, dtype=p.values.dtype) * scale for p in found}
        student.set_parameters(model, values)
        return Named(values)
