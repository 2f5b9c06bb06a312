"""Compare gradients with those of the right readings of a model's parameters."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from graders.assertions.compare import close, is_close
from graders.oracles.roles import Parameter
from graders.remote.faults import Failed


def equal_one(
    returned: Sequence[Any],
    readings: Sequence[Sequence[Tensor]],
    cotangents: Sequence[Tensor],
    parameters: Sequence[Parameter],
    inputs: Sequence[Tensor],
    hint: str,
) -> None:
    """Raise Failed unless the gradients are those of one reading; show the nearest of them.

    Args:
        returned: the gradients of the parameters, and then of the inputs that require one.
        readings: right outputs, computed from the values of `parameters` and from `inputs`.
    """
    leaves = [p.values for p in parameters] + [x for x in inputs if x.requires_grad]
    truths = []
    for outputs in readings:
        truth = _differentiate(outputs, cotangents, leaves)
        _leave_out_pads(parameters, returned, truth)
        if all(map(is_close, returned, truth)):
            return
        truths.append(truth)
    names = [p.name for p in parameters] + ["the input", "the first hidden state"]
    _show_wrong(names, returned, truths, hint)


def _show_wrong(
    names: Sequence[str], returned: Sequence[Any], truths: Sequence[Sequence[Tensor]], hint: str
) -> None:
    """Raise Failed with the first wrong gradient, beside the reading that agrees in most."""
    if not truths:
        raise Failed("The parameters do not make up the required layers.")
    agreeing = [sum(map(is_close, returned, truth)) for truth in truths]
    nearest = truths[agreeing.index(max(agreeing))]
    for name, got, wanted in zip(names, returned, nearest, strict=False):
        close(got, wanted, hint, f"The gradient of {name}")


def _leave_out_pads(
    parameters: Sequence[Parameter], returned: Sequence[Any], truth: list[Tensor]
) -> None:
    """Expect no gradient in the one row of an nn.Embedding that got none: its padding_idx."""
    for place, parameter in enumerate(parameters):
        got, wanted = returned[place], truth[place]
        if parameter.owner == "Embedding" and got.shape == wanted.shape:
            still = (got == 0).all(dim=1) & (wanted != 0).any(dim=1)
            if int(still.sum()) == 1:
                truth[place] = wanted.masked_fill(still[:, None], 0.0)


def _differentiate(
    outputs: Sequence[Tensor], cotangents: Sequence[Tensor], leaves: Sequence[Tensor]
) -> list[Tensor]:
    total = torch.stack([(o * c).sum() for o, c in zip(outputs, cotangents, strict=True)]).sum()
    found = torch.autograd.grad(total, list(leaves), allow_unused=True, retain_graph=True)
    return [torch.zeros_like(x) if g is None else g for g, x in zip(found, leaves, strict=True)]
