"""Further questions to an Elman layer whose answer is wrong: what is its fault?"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from graders.assertions.compare import is_close
from graders.assertions.draw import Draw
from graders.assertions.recognise import Answer
from graders.deviations.elman import layer as deviations
from graders.oracles import elman as oracle
from graders.oracles.formulas import ACTIVATIONS
from graders.oracles.roles import Parameter
from graders.probes.causes.slopes import asked_slopes
from graders.remote.handles import Remote
from graders.remote.student import RemoteSubmission


def asked_again(model: Remote, parameters: Sequence[Parameter], x: Tensor, draw: Draw) -> Answer:
    """Ask for the outputs of fresh inputs."""
    N, fresh = x.shape[2], draw.normal(*x.shape, dtype=x.dtype)
    answer = model(fresh)
    return answer, deviations.layer(parameters, (N, N, N), fresh, None, answer)


def with_a_state(model: Remote, parameters: Sequence[Parameter], x: Tensor, draw: Draw) -> Answer:
    """Ask for the outputs from a state that is drawn."""
    B, _, N = x.shape
    hidden = draw.normal(B, N, dtype=x.dtype)
    answer = model(x, hidden)
    return answer, deviations.layer(parameters, (N, N, N), x, hidden, answer)


def without_a_state(model: Remote, parameters: Sequence[Parameter], x: Tensor) -> Answer:
    """Ask whether a layer that is right from given zeros starts at random otherwise."""
    B, _, N = x.shape
    drawn, right = [], True
    for _ in range(2):  # the calls before are the same: a state that is kept would be, too
        given = _first(model(x, x.new_zeros(B, N)))
        readings = oracle.elman_readings(parameters, (N, N, N), x, None)
        right = right and any(is_close(given, r.outs.detach()) for r in readings)
        drawn.append(_first(model(x)))
    alike = isinstance(drawn[1], Tensor) and is_close(drawn[0], drawn[1])
    return right and not alike, [(deviations.RANDOM, lambda: [True])]


def _first(answer: object) -> object:
    return answer[0] if isinstance(answer, (list, tuple)) and answer else None


def slopes(
    student: RemoteSubmission,
    model: Remote,
    inputs: Sequence[Tensor],
    cotangents: Sequence[Tensor],
    parameters: Sequence[Parameter],
) -> Answer:
    """Ask for the gradients, and list those of layers that cut the graph, or return float32.

    Args:
        inputs: x (B, T, N) and hidden (B, N), which require gradients.
    """
    model(inputs[0].detach())  # a layer that needs a state is none of these
    sizes = (inputs[0].shape[2],) * 3

    def of(name: str) -> Iterator[Sequence[Tensor]]:
        for r in oracle.elman_readings(parameters, sizes, *inputs):
            cut = deviations.gradients(r.roles, *inputs, ACTIVATIONS[r.activation])
            yield {d.name: outputs for d, outputs in cut}.get(name, (r.outs, r.hidden))

    names = [deviations.CUTS, deviations.DETACHES, deviations.COPIES, deviations.IGNORES]
    outs = _first(model(*(v.detach() for v in inputs)))
    if isinstance(outs, Tensor) and outs.dtype == torch.float32:
        names = [deviations.FLOAT32]
    ways = [(d, lambda d=d: of(d.name)) for d in names]
    return asked_slopes(student, model, inputs, cotangents, parameters, ways)
