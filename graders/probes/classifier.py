"""Shared by the checks of the classifier on a cell: logits, the student's own cell, accuracy."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from graders.assertions.compare import holds, is_close, several
from graders.assertions.draw import Draw
from graders.assertions.properties import any_reading, matches_one, no_softmax
from graders.assertions.recognise import (
    Answer,
    error_recognised_by,
    name_fault,
    recognised,
    recognised_by,
)
from graders.deviations.rnn_cell import classifier as deviations
from graders.oracles import rnn_cell as oracle
from graders.oracles.roles import Parameter
from graders.probes import own_cells
from graders.probes.cells import DETACHED, built_by_hand, floats
from graders.remote.describe import describe
from graders.remote.faults import Failed, Fault
from graders.remote.handles import Remote
from graders.remote.student import RemoteSubmission

LAYERS = (
    "One-hot rows or an Embedding, the loop from zeros, and one Linear on the last state. "
    "Add no other layers."
)
THRESHOLD = (
    "Compare the logit with 0 (that is 0.5 after the sigmoid), and check the shapes: comparing (B, 1) "
    "with (B,) gives (B, B)."
)


@dataclass(frozen=True)
class BuiltClassifier:
    """A student's classifier with random weights, and tokens for it.

    Args:
        parameters: those that are trained; a frozen one (rows of an identity) keeps its values.
        sizes: V, C, H, D with D the width of what the cell reads.
    """

    student: RemoteSubmission
    model: Remote
    parameters: list[Parameter]
    sizes: tuple[int, int, int, int]
    tokens: Tensor
    one_hot: bool


def make(
    student: RemoteSubmission,
    draw: Draw,
    emb: bool,
    C: int = 0,
    dtype: torch.dtype = torch.float32,
    equal: bool = True,
) -> BuiltClassifier:
    """Make a classifier of random sizes; one on a built-in module ends the check.

    Args:
        emb: whether it embeds its tokens.
        C: the number of logits, drawn when 0.
        equal: whether the state is as wide as what the cell reads.
    """
    V, E = draw.integer(13, 17), draw.integer(7, 8)
    D = E if emb else V
    H = D if equal else D - 3
    C = C or draw.integer(2, 3)
    model = student.RNNClassifier(V, C, H, E) if emb else student.RNNClassifier(V, C, H)
    model.eval()
    if dtype != torch.float32:
        model.to(dtype)
    trained = [p for p in student.parameters(model) if p.trained]
    values = {p.name: 0.6 * draw.normal(*p.values.shape, dtype=dtype) for p in trained}
    student.set_parameters(model, values)
    parameters = [replace(p, values=values[p.name].clone().requires_grad_()) for p in trained]
    # The largest token is left out: one-hot vectors are V wide for every batch.
    tokens = draw.tokens(draw.integer(4, 5), 3, high=V if emb else V - 1)
    made = BuiltClassifier(student, model, parameters, (V, C, H, D), tokens, not emb)
    narrow = error_recognised_by(student, lambda: _largest_token(made), made.one_hot)
    with narrow, _own_fault(student, draw):
        built_by_hand(student, model, tokens)
    return made


@contextlib.contextmanager
def _own_fault(student: RemoteSubmission, draw: Draw) -> Iterator[None]:
    """Raise Failed if a classifier is built on a layer of torch, unless its own cell is.

    Then it is the cell's fault, and costs points there alone.
    """
    try:
        yield
    except Failed as failed:
        called = student.called
        own = own_cells.is_built_in(student, draw)
        student.called = called
        if not own:
            name_fault(failed, deviations.BUILT_IN)
            raise


def logits(made: BuiltClassifier, tokens: Tensor) -> Tensor:
    """Call the classifier: (B, C) logits; a single one may have shape (B,)."""
    return as_logits(made, made.model(tokens), tokens)


def as_logits(made: BuiltClassifier, returned: Any, tokens: Tensor) -> Tensor:
    """Return an answer as (B, C) logits; raise Failed unless it has that shape."""
    C = made.sizes[1]
    if C == 1 and isinstance(returned, Tensor) and returned.ndim == 1:
        return floats(returned, (len(tokens),), what="The logits").reshape(-1, 1)
    return floats(returned, (len(tokens), C), what="The matrix of logits")


@contextlib.contextmanager
def named(made: BuiltClassifier, answer: Any, tokens: Tensor) -> Iterator[None]:
    """Say what a wrong answer for these tokens is, if that is known."""
    one = made.sizes[1] == 1 and isinstance(answer, Tensor) and answer.shape == (len(tokens),)
    found = deviations.classifier(made.parameters, made.sizes, tokens, made.one_hot)
    with recognised(answer.reshape(-1, 1) if one else answer, found):
        yield


def _twice(made: BuiltClassifier) -> Answer:
    """Ask for the same logits twice, of a classifier that may carry on its state."""
    answers = [logits(made, made.tokens) for _ in range(2)]
    known = (made.parameters, made.sizes, made.tokens, made.one_hot)
    return answers, [deviations.continued(*known)]


def _largest_token(made: BuiltClassifier) -> Answer:
    """Ask for the logits of one-hot tokens among which is the largest."""
    tokens = made.tokens.clone()
    tokens[0, 0] = made.sizes[0] - 1
    right = oracle.classifier_logits(made.parameters, made.sizes, tokens, made.one_hot)
    return logits(made, tokens), [(deviations.NARROW, lambda: (r.detach() for r in right))]


def _as_drawn(made: BuiltClassifier) -> Answer:
    """Ask for the logits under the weights that were drawn."""
    values = {p.name: p.values.detach() for p in made.parameters}
    made.student.set_parameters(made.model, values)
    answer = made.model(made.tokens)
    one = made.sizes[1] == 1 and isinstance(answer, Tensor) and answer.ndim == 1
    known = (made.parameters, made.sizes, made.tokens, made.one_hot)
    return answer.reshape(-1, 1) if one else answer, deviations.classifier(*known)


def equals_the_layers(made: BuiltClassifier) -> None:
    """Raise Failed unless the logits are those of the layers, with the basic or the own cell."""
    readings = [
        r.detach()
        for r in oracle.classifier_logits(made.parameters, made.sizes, made.tokens, made.one_hot)
    ]
    answer = made.model(made.tokens)
    with (
        recognised_by(made.student, lambda: _twice(made)),
        named(made, answer, made.tokens),
    ):
        returned, called = as_logits(made, answer, made.tokens), made.student.called
        if not any(is_close(returned, reading) for reading in readings):
            known = (made.parameters, made.sizes, made.tokens, made.one_hot)
            readings += [r.detach() for r in own_cells.logits(made.student, *known)]
            made.student.called = called
        matches_one(returned, readings, made.parameters, LAYERS, "The matrix of logits")


def through_own_loops(
    student: RemoteSubmission, cells: Sequence[Remote], x: Tensor, otherwise: Tensor
) -> Tensor:
    """Return the states of the student's own stacked loops, if they can run."""
    called = student.called
    with contextlib.suppress(Fault):
        for cell in cells:
            states, _ = several(student.RNN(cell)(x), 2, "(states, last)")
            x = floats(states, getattr(states, "shape", ()))
        otherwise = x if x.ndim == 3 else otherwise
    student.called = called
    return otherwise


def stays_raw(made: BuiltClassifier, draw: Draw) -> None:
    """Raise Failed if the results are probabilities or their logarithms.

    With weights ten times as large, some logits are certainly outside of 0 to 1.
    """
    large = {p.name: 10 * p.values.detach() for p in made.parameters}
    made.student.set_parameters(made.model, large)
    hint = "BCEWithLogitsLoss applies the sigmoid itself."
    with recognised_by(made.student, lambda: _as_drawn(made)):
        returned = logits(made, draw.tokens(40, 3, high=made.sizes[0]))
        if made.sizes[1] > 1:
            no_softmax(returned)
        squashed = bool(((returned >= 0) & (returned <= 1)).all())
        holds(not squashed, "All logits lie between 0 and 1.", returned, hint=hint)


def trains_every_layer(made: BuiltClassifier, draw: Draw) -> None:
    """Raise Failed unless every parameter that is trained gets a gradient."""
    cotangent = draw.normal(len(made.tokens), made.sizes[1])
    found = made.student.gradients(made.model, [made.tokens], [cotangent]).parameters
    missing = [p.name for p in made.parameters if found.get(p.name) is None]
    holds(not missing, f"No gradient arrives at {', '.join(missing)}.", hint=DETACHED)


def single_logits(draw: Draw) -> tuple[Tensor, Tensor]:
    """Draw single logits (B,) and labels for which each common mistake gives another accuracy."""
    B = 9
    while True:
        size = torch.where(draw.normal(B) > 0, 0.3, 2.0)
        values = size * torch.where(draw.normal(B) > 0, 1.0, -1.0)
        labels = draw.tokens(B, low=0, high=2)
        ones = values > 0
        right = (ones == (labels > 0)).float().mean()
        slips = [
            ((values > 0.5) == (labels > 0)).float().mean(),
            ((values > -0.5) == (labels > 0)).float().mean(),
            (labels == 0).float().mean(),  # argmax of a single logit
            (labels == 1).float().mean(),
            (ones[:, None] == (labels > 0)).float().mean(),  # (B, 1) against (B,)
            1 - right,
        ]
        if all(abs(right - slip) > 0.02 for slip in slips):
            return values, labels


def accuracy_is(
    student: RemoteSubmission, draw: Draw, values: Tensor, labels: Tensor, expected: float
) -> None:
    """Raise Failed unless `accuracy` is right on single logits of the student's model's shape."""
    shapes = [(len(values),), (len(values), 1)]
    with contextlib.suppress(Fault):  # without a model, either shape is accepted
        given = student.RNNClassifier(5, 1, 3, 2)(draw.tokens(4, 3, high=5))
        if isinstance(given, Tensor) and given.ndim in (1, 2):
            shapes = [shapes[given.ndim - 1]]
    for shape in shapes[:-1]:
        with contextlib.suppress(Fault):
            is_fraction(_accuracy(student, values.reshape(shape), labels), expected, THRESHOLD)
            return
    is_fraction(_accuracy(student, values.reshape(shapes[-1]), labels), expected, THRESHOLD)


def _accuracy(student: RemoteSubmission, values: Tensor, labels: Tensor) -> Any:
    return any_reading(student.accuracy, (values, labels), (values, labels.float()))


def accuracies(student: RemoteSubmission, draw: Draw) -> Answer:
    """Ask for the accuracies of several draws, with 7 examples of 3 classes each."""
    draws = [(draw.normal(7, 3), draw.tokens(7, low=0, high=3)) for _ in range(8)]
    answers = [student.accuracy(*both) for both in draws]
    plain = [a.item() if isinstance(a, Tensor) and a.ndim == 0 else a for a in answers]
    return plain, deviations.accuracies(draws)


def is_fraction(returned: Any, expected: float, hint: str) -> None:
    """Raise Failed unless `returned` is this number, as a number or as a tensor without axes."""
    value = returned.item() if getattr(returned, "shape", None) == () else returned
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Failed("The accuracy is not a number.", describe(returned), "a float", hint)
    problem = "The accuracy is not the fraction of examples that are classified correctly."
    holds(abs(value - expected) < 1e-5, problem, f"{value:.5g}", f"{expected:.5g}", hint)
