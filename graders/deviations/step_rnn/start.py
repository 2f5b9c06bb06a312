"""Deviations of the first hidden state of the step-wise RNN."""

from collections.abc import Sequence

import torch
from torch import Tensor

from graders.deviations import Candidate, Deviation
from graders.oracles.roles import Parameter
from graders.oracles.step_rnn import step_readings

ZEROS = "The assignment asks for zeros with one row for each sequence of the batch, (B, H)."
FROM_ONES = Deviation("starts from ones", "minor", f"Your first hidden state is all ones. {ZEROS}")
ONE_ROW = Deviation(
    "starts from a single row",
    "slip",
    f"Your first hidden state has a single row, whatever the batch size. {ZEROS}",
)
LAYER_AXIS = Deviation(
    "starts with a layer axis",
    "minor",
    f"Your first hidden state has an extra axis in front, as nn.RNN's has. {ZEROS}",
)
WIDE_AS_EMBEDDING = Deviation(
    "starts as wide as the embedding",
    "minor",
    f"Your first hidden state is as wide as the embedding, not as the hidden state. {ZEROS}",
)


def first_states(
    parameters: Sequence[Parameter], sizes: Sequence[int], B: int, x: Tensor, hidden: Tensor
) -> list[Candidate]:
    """List the deviations of a first hidden state of B rows, beside the results of a right step.

    Args:
        x: the tokens of that step.
        hidden: the state before it.
    """
    _, E, H = sizes
    wrong = (
        (FROM_ONES, torch.ones(B, H)),
        (ONE_ROW, torch.zeros(1, H)),
        (LAYER_AXIS, torch.zeros(1, B, H)),
        (WIDE_AS_EMBEDDING, torch.zeros(B, E)),
    )

    def candidate(deviation: Deviation, first: Tensor) -> Candidate:
        return deviation, lambda: (
            [first, *step] for step in step_readings(parameters, sizes, x, hidden)
        )

    return [candidate(*each) for each in wrong]
