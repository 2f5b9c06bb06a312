"""Deviations of mlp.py in the pool: another one than the maximum, or over another axis."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import torch
from torch import Tensor

from graders.deviations import Deviation
from graders.oracles import formulas
from graders.oracles.formulas import max_over_time, same
from graders.oracles.roles import Parameter

Run = Callable[[Sequence[Parameter], Sequence[int], Tensor], Iterator[Tensor]]

MODEL = "Your logits are exactly those of a model that"
MAXIMUM = "The assignment asks for the maximum over all time steps, dim=1 of (B, T, H)."


def _pool(*pools: Callable[[Tensor], Tensor]) -> list[Run]:
    return [partial(formulas.mlp_logits, pool=pool) for pool in pools]


def _windows(features: Tensor, size: int) -> Tensor:
    """Return the mean of the maxima of windows of this many steps."""
    size = min(size, features.shape[1])
    return torch.nn.functional.max_pool1d(features.mT, size).mean(dim=2)


def _over_features(features: Tensor) -> Tensor:
    """Return the one maximum of each sample, in every place."""
    return features.amax(dim=(1, 2))[:, None].expand(-1, features.shape[2])


def _over_batch(features: Tensor) -> Tensor:
    return features.amax(dim=(0, 1)).expand(len(features), -1)


def _by_view(features: Tensor) -> Tensor:
    B, T, H = features.shape
    return features.reshape(T, B, H).amax(dim=0)


def _centred(features: Tensor) -> Tensor:
    pooled = max_over_time(features)
    return pooled - pooled.mean(dim=0)


POOLS: tuple[tuple[Deviation, list[Run]], ...] = (
    (
        Deviation("pools by the mean", "major", f"{MODEL} pools by the mean over time. {MAXIMUM}"),
        _pool(lambda f: f.mean(dim=1)),
    ),
    (
        Deviation("pools by the sum", "major", f"{MODEL} pools by the sum over time. {MAXIMUM}"),
        _pool(lambda f: f.sum(dim=1)),
    ),
    (
        Deviation(
            "pools by the minimum", "major", f"{MODEL} pools by the minimum over time. {MAXIMUM}"
        ),
        _pool(lambda f: f.amin(dim=1)),
    ),
    (
        Deviation(
            "takes the last step",
            "major",
            f"{MODEL} takes the features of the last time step alone. {MAXIMUM}",
        ),
        _pool(lambda f: f[:, -1]),
    ),
    (
        Deviation(
            "leaves out the last step",
            "minor",
            f"{MODEL} leaves the last time step out of the maximum. {MAXIMUM}",
        ),
        _pool(lambda f: f[:, : max(1, f.shape[1] - 1)].amax(dim=1)),
    ),
    (
        Deviation(
            "pools over windows",
            "major",
            f"{MODEL} takes the maximum over short windows, and then their mean. {MAXIMUM}",
        ),
        _pool(*(partial(_windows, size=size) for size in (2, 3))),
    ),
    (
        Deviation(
            "pools over the features",
            "major",
            f"{MODEL} takes one maximum over all features of a sample. {MAXIMUM}",
        ),
        _pool(_over_features),
    ),
    (
        Deviation(
            "pools over the batch",
            "fatal",
            f"{MODEL} pools over dim 0, the batch: all samples get the same. {MAXIMUM}",
        ),
        _pool(_over_batch),
    ),
    (
        Deviation(
            "mixes batch and time",
            "major",
            f"{MODEL} reads (B, T, H) as (T, B, H) by view or reshape: samples leak into one "
            f"another. {MAXIMUM}",
        ),
        _pool(_by_view),
    ),
    (
        Deviation(
            "subtracts the mean of the batch",
            "major",
            f"{MODEL} subtracts the mean over the batch: samples leak into one another. The "
            "assignment asks for nothing between the maximum and the last Linear.",
        ),
        _pool(_centred),
    ),
    (
        Deviation(
            "does not pool",
            "major",
            f"{MODEL} does not pool: there are logits for every time step. {MAXIMUM}",
        ),
        _pool(same),
    ),
)
