"""Further questions to a layer whose gradients are wrong: which graph has exactly these?"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import torch
from torch import Tensor

from graders.assertions.recognise import Answer
from graders.deviations import Deviation
from graders.oracles.roles import Parameter
from graders.remote.handles import Remote
from graders.remote.student import RemoteSubmission

Way = tuple[Deviation, Callable[[], Iterable[Sequence[Tensor]]]]
"""A deviation, and what yields its outputs, with their graph, for each reading of the weights."""


def asked_slopes(
    student: RemoteSubmission,
    model: Remote,
    inputs: Sequence[Tensor],
    cotangents: Sequence[Tensor],
    parameters: Sequence[Parameter],
    ways: Sequence[Way],
) -> Answer:
    """Ask for the gradients, as float32, and list those of each deviation.

    Args:
        inputs: they require gradients, as the parameters do.
    """
    found = student.gradients(model, [v.detach() for v in inputs], cotangents)
    leaves = [p.values for p in parameters] + list(inputs)
    got = [found.parameters.get(p.name) for p in parameters] + found.inputs
    returned = [_or_zeros(g, v) for g, v in zip(got, leaves, strict=True)]

    def of(outputs: Callable[[], Iterable[Sequence[Tensor]]]) -> Iterator[list[Tensor]]:
        for each in outputs():
            pairs = zip(each, cotangents, strict=True)
            total = torch.stack([(o * c).sum() for o, c in pairs]).sum()
            slopes = torch.autograd.grad(total, leaves, allow_unused=True, retain_graph=True)
            yield [_or_zeros(g, v) for g, v in zip(slopes, leaves, strict=True)]

    return returned, [(deviation, lambda way=way: of(way)) for deviation, way in ways]


def _or_zeros(slope: Tensor | None, values: Tensor) -> Tensor:
    return (torch.zeros_like(values) if slope is None else slope).detach().float()
