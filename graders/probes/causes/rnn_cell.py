"""Further questions to a cell or a loop whose answer is wrong: what is its fault?"""

from collections.abc import Sequence

import torch
from torch import Tensor

from graders.assertions.draw import Draw
from graders.assertions.properties import weighted
from graders.assertions.recognise import Answer
from graders.deviations import Candidate
from graders.deviations.rnn_cell import cell as deviations
from graders.oracles import rnn_cell as oracle
from graders.oracles.roles import Parameter
from graders.remote.handles import Remote
from graders.remote.student import RemoteSubmission


def cell_again(
    cell: Remote, parameters: Sequence[Parameter], x: Tensor, h: Tensor, draw: Draw
) -> Answer:
    """Ask for a second state, from another input and state, of a cell that may keep its own."""
    before, fresh = cell(x, h), draw.normal(*x.shape)
    answer = cell(fresh, draw.normal(*h.shape))
    return answer, deviations.kept_cell(parameters, fresh, before)


def loop(
    student: RemoteSubmission, M: Tensor, x: Tensor, answer: object, *given: Tensor
) -> list[Candidate]:
    """List what a loop over the given cell `Leaky` would have returned with each deviation."""
    step, first = oracle.leaky(M), given[0] if given else x.new_zeros(len(x), len(M))
    candidates = deviations.loop(step, x, *(given or (None, len(M))))
    changed = [deviations.scaled(M, step, x, first, answer)] if student.mutated else []
    return [*candidates, *changed]


def loop_again(
    student: RemoteSubmission, rnn: Remote, M: Tensor, x: Tensor, draw: Draw, *given: Tensor
) -> Answer:
    """Ask for the states of a fresh batch of another size."""
    B = 5 - len(x)  # there are 4 steps: neither as many as samples, nor one more, in both
    fresh = draw.normal(B, *x.shape[1:])
    states = [draw.normal(B, len(M)) for _ in given]
    answer = rnn(fresh, *states)
    return answer, loop(student, M, fresh, answer, *states)


def loop_of_own_cell(student: RemoteSubmission, rnn: Remote, x: Tensor, M: Tensor) -> Answer:
    """Ask whether a loop runs a cell of its own, whose parameters are among its parameters."""
    h = x.new_zeros(len(x), len(M))
    return rnn(x), [deviations.of_own_cell(student.parameters(rnn), x, h)]


def loop_twice(rnn: Remote, M: Tensor, x: Tensor, draw: Draw) -> Answer:
    """Ask for a second run of a loop that may carry on its state."""
    before, fresh = rnn(x), draw.normal(*x.shape)
    last = before[1] if isinstance(before, (list, tuple)) else before
    expected = oracle.unrolled(oracle.leaky(M), fresh, last)
    return rnn(fresh), [(deviations.LEFT_OVER, lambda: [expected])]


def runs_own_cell(student: RemoteSubmission, draw: Draw) -> Answer:
    """Ask whether a loop that a given cell breaks is right with the student's own cell."""
    cell = student.RNNCell(5, 5)
    parameters = weighted(student, cell, draw)
    x, h = draw.normal(2, 3, 5), torch.zeros(2, 5)
    right = [oracle.unrolled(step, x, h) for step in oracle.cells(parameters, 5, 5)]
    return student.RNN(cell)(x), [(deviations.OWN_EQUATION, lambda: right)]
