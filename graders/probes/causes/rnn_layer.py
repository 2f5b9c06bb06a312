"""Further questions to a layer or a model whose answer is wrong: what is its fault?"""

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from graders.assertions.draw import Draw
from graders.assertions.properties import weighted
from graders.assertions.recognise import Answer
from graders.deviations.rnn_layer import layer as deviations
from graders.deviations.rnn_layer import model as model_deviations
from graders.oracles import rnn_layer as oracle
from graders.oracles.roles import Parameter
from graders.probes.causes.slopes import asked_slopes
from graders.remote.handles import Remote
from graders.remote.student import RemoteSubmission

# By time step: pads of all reviews, of some, and of none, with tokens before and after.
IS_PAD = ((0, 0, 0), (1, 1, 1), (0, 0, 1), (0, 0, 1), (0, 1, 1))
DEFAULT = (torch.tanh, torch.sigmoid)


def equal_widths(student: RemoteSubmission, draw: Draw) -> Answer:
    """Ask whether a layer that raises an error is right where input and state have one width."""
    N, O, B = draw.sizes(3, 3, 8)
    model = student.RNNLayer(N, N, O)
    parameters = weighted(student, model, draw)
    inputs = draw.normal(B, N), draw.normal(B, N)
    readings = oracle.layer_readings(parameters, (N, N, O), inputs, *DEFAULT)
    return model(*inputs), [(deviations.SQUARE, lambda: readings)]


def second_step(
    model: Remote, parameters: Sequence[Parameter], sizes: Sequence[int], x: Tensor, draw: Draw
) -> Answer:
    """Ask for a second step without a state of a layer that may keep its own."""
    before, fresh = model(x), draw.normal(*x.shape)
    return model(fresh), deviations.kept(parameters, sizes, fresh, before[1], *DEFAULT)


def slopes(
    student: RemoteSubmission,
    model: Remote,
    inputs: tuple[Tensor, Tensor],
    cotangents: Sequence[Tensor],
    parameters: Sequence[Parameter],
    sizes: Sequence[int],
) -> Answer:
    """Ask for the gradients, and list those of layers that cut or spoil the graph."""

    def of(step: oracle.StepOf) -> Callable[[], Iterator[Sequence[Tensor]]]:
        return lambda: oracle.layer_readings(parameters, sizes, inputs, *DEFAULT, step)

    y, _ = model(*(v.detach() for v in inputs))
    ways = [(deviations.DETACHES, of(deviations.detached))]
    if student.mutated:
        ways = [(deviations.OVERWRITES, of(deviations.overwritten))]
    if y.dtype == torch.float32:
        ways = [(deviations.FLOAT32, of(oracle.layer_step))]
    return asked_slopes(student, model, inputs, cotangents, parameters, ways)


def counts(student: RemoteSubmission, draw: Draw) -> Answer:
    """Ask for the parameters of two models, one of them half frozen."""
    frozen, trained = draw.sizes(2, 3, 9)
    V, E, H, O = draw.sizes(4, 3, 9)
    whole = V * E + E * H + H * O + O
    half = student.given("sentiment.HalfFrozen", frozen, trained)
    returned = [student.count_parameters(half)]
    returned.append(student.count_parameters(student.given("sentiment.FadingModel", V, E, H, O)))
    both = [2 * frozen + 3 * trained + 3, whole]
    return returned, [
        (model_deviations.FROZEN, lambda: [both]),
        (model_deviations.TENSORS, lambda: [[2, 4], [3, 4]]),
    ]


def padded(student: RemoteSubmission, draw: Draw) -> Answer:
    """Ask for the results of batches with pads, of models that skip pad 0 and another id."""
    V, B, (E, O) = draw.integer(13, 17), 3, draw.sizes(2, 4, 7)
    sizes = (V, E, draw.integer(9, 12), O)
    models, returned = [], []
    for pad in (0, draw.integer(1, 3)):
        model = student.SentimentRNN(*sizes, skip_padding=pad)
        parameters = weighted(student, model, draw)
        X = draw.tokens(5, B, low=4, high=V)
        X = torch.where(torch.tensor(IS_PAD) == 1, pad, X)
        models.append((parameters, pad, X))
        returned.append(model(X))
    return returned, model_deviations.padding(models, sizes)
