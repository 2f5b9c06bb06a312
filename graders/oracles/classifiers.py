"""The classifiers: Embedding, a layer over tokens, max over time, Linear."""

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from graders.harness.told import Parameter
from graders.measuring.matching import Layout, assignments
from graders.oracles.formulas import affine, max_over_time, same


def mlp_logits(
    parameters: Sequence[Parameter], sizes: Sequence[int], x: Tensor
) -> Iterator[Tensor]:
    """Yield the logits (B, C) of Embedding, Linear, ReLU, max over time, Linear.

    Args:
        parameters: the student's own, each used once.
        sizes: V, C, E, H.
        x: (B, T) token ids.
    """
    V, C, E, H = sizes
    layout = Layout({"embedding": (V, E), "W": (H, E), "W_out": (C, H)}, {"b": (H,), "b_out": (C,)})
    for w in assignments(parameters, layout):
        features = torch.relu(affine(w["embedding"][x], w["W"], w.get("b")))
        yield affine(max_over_time(features), w["W_out"], w.get("b_out"))


def pooled_logits(
    parameters: Sequence[Parameter],
    sizes: Sequence[int],
    middle: Callable[[Tensor], Tensor],
    x: Tensor,
) -> Iterator[Tensor]:
    """Yield the logits of Embedding, a given layer, ReLU or none, max over time, Linear.

    Args:
        parameters: those of the embedding and of the last Linear.
        sizes: V, C, E, H.
        middle: maps (B, T, E) to (B, T, H).
        x: (B, T) token ids.
    """
    V, C, E, H = sizes
    layout = Layout({"embedding": (V, E), "W_out": (C, H)}, {"b_out": (C,)})
    for w in assignments(parameters, layout):
        outs = middle(w["embedding"][x])
        for after in (torch.relu, same):
            yield affine(max_over_time(after(outs)), w["W_out"], w.get("b_out"))
