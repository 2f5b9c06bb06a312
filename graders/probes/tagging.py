"""Shared by the checks of taggers: weights, sentences, and training on the tiny corpus.

A learning check fails only when two independent trainings both miss the calibrated threshold (see
learning.py); the labels of the held-out sentences stay with the grader.
"""

import contextlib
import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from graders.assertions.compare import holds, is_close, plain, several, shaped
from graders.assertions.draw import Draw
from graders.assertions.figures import curves
from graders.assertions.properties import any_reading
from graders.oracles.numpy_rnn import NAMES, Sizes, gradients, loss
from graders.probes.learning import ATTEMPTS, FIXTURES, reached_and_wanted, threshold
from graders.remote.describe import describe
from graders.remote.faults import Failed, Fault
from graders.remote.handles import Remote
from graders.remote.student import RemoteSubmission
from graders.results.result import Figure

WIDTHS = (8, 10)  # embedding and hidden width
EPOCHS, LEARNING_RATE, SCALE = 5, 0.5, 0.5
RATE = 0.05  # of the models that are not trained
ORDER = (
    "In the order W_e (V, E), W_x (H, E), W_h (H, H), W_y (C, H), each in the shape of its weights."
)

Sentence = tuple[Tensor, Tensor]  # (T,) word ids, (T,) tag ids


def sizes(draw: Draw) -> Sizes:
    """Draw four different sizes."""
    return Sizes(draw.integer(9, 12), *draw.sizes(3, 3, 7))


def make(model_class: Remote, size: Sizes, rate: float = RATE) -> Remote:
    """Make a tagger with the named arguments of the assignment."""
    model: Remote = model_class(
        input_size=size.V,
        embedding_size=size.E,
        hidden_size=size.H,
        output_size=size.C,
        learning_rate=rate,
    )
    return model


def sentence(draw: Draw, size: Sizes, length: int, repeat: bool = False) -> Sentence:
    """Draw a sentence of different words; `repeat` puts its first word a second time at the end."""
    words = draw.shuffled(list(range(size.V)))[:length]
    if repeat:
        words[-1] = words[0]
    return torch.tensor(words), draw.tokens(length, low=0, high=size.C)


def random_weights(draw: Draw, size: Sizes, scale: float = 0.8) -> list[Tensor]:
    return [draw.normal(*shape, dtype=torch.float64) * scale for shape in size.shapes]


def weigh(
    student: RemoteSubmission, model: Remote, size: Sizes, values: Sequence[Tensor]
) -> list[Tensor]:
    """Write the weights of a model; return the weights that it then has."""
    if isinstance(student.get(model, "parameters"), Remote):  # nn.Module's own method
        found = student.parameters(model)
        student.set_parameters(model, {p.name: values[_role(p.values, size)] for p in found})
    else:
        read(student, model, size)  # the right shapes, or a message
        student.given("tagging.write", model, list(values))
    return read(student, model, size)


def read(student: RemoteSubmission, model: Remote, size: Sizes) -> list[Tensor]:
    """Read W_e, W_x, W_h, W_y of a model: its list `parameters`, or an nn.Module's by shape."""
    found = student.get(model, "parameters")
    if isinstance(found, Remote):
        own = student.parameters(model)
        found = [p.values for p in sorted(own, key=lambda p: _role(p.values, size))]
    return matrices(found, size, "The list `parameters`")


def _role(values: Tensor, size: Sizes) -> int:
    """Return the place of a weight of this shape among W_e, W_x, W_h, W_y."""
    shape = tuple(values.shape)
    if shape not in size.shapes:
        problem = "A weight has none of the shapes (V, E), (H, E), (H, H), (C, H)."
        raise Failed(problem, str(shape), f"one of {size.shapes}", "There are no biases.")
    return size.shapes.index(shape)


def matrices(returned: Any, size: Sizes, what: str) -> list[Tensor]:
    """Return four arrays or tensors of the shapes of W_e, W_x, W_h, W_y as tensors.

    Raises:
        Failed: `returned` is something else.
    """
    found = several(returned, 4, "four arrays: of W_e, W_x, W_h, W_y", ORDER)
    triples = zip(NAMES, found, size.shapes, strict=True)
    return [shaped(as_tensor(f), s, ORDER, f"{what}: {n}") for n, f, s in triples]


def not_only_zeros(gradients: Sequence[Tensor]) -> None:
    """Raise Failed if one of the gradients is zero everywhere."""
    moved = all(bool(gradient.abs().max() > 0) for gradient in gradients)
    holds(moved, "A gradient is zero everywhere.", hint="Compute it; do not only create an array.")


def differ(student: RemoteSubmission, gradients: Callable[[], Sequence[Tensor]]) -> bool:
    """Return whether two equal calls give other gradients."""
    called = student.called
    with contextlib.suppress(Fault):
        one, other = gradients(), gradients()
        student.called = called
        return not all(map(is_close, one, other))
    student.called = called
    return False


def along_one_weight(
    name: str, weights: Sequence[Tensor], gradient: Tensor, sentence: Sentence
) -> Figure:
    """Show the loss over one weight of W_name, with the returned gradient as its tangent.

    The weight is the one at which the gradient is most wrong, or steepest where it is right.
    """
    place = NAMES.index(name)
    exact = gradients(weights, *sentence)[place]
    wrong = (gradient.double() - exact).abs()
    row, column = divmod(int((wrong if wrong.max() > 1e-6 else exact.abs()).argmax()), len(exact.T))
    steps = [(step - 10) / 10 for step in range(21)]
    losses = []
    for step in steps:
        moved = [w.double().clone() for w in weights]
        moved[place][row, column] += step
        losses.append(float(loss(moved, *sentence)))
    slopes = {"your gradient": gradient[row, column], "right gradient": exact[row, column]}
    room = max(losses) - min(losses)
    low, high = min(losses) - room, max(losses) + room  # a steep tangent is cut off there
    tangents = {
        name: [
            y if low <= (y := losses[10] + float(slope) * step) <= high else None for step in steps
        ]
        for name, slope in slopes.items()
    }
    title = f"The loss along {name}[{row}, {column}], and the gradient there"
    at = [float(weights[place][row, column]) + step for step in steps]
    return curves(title, {"loss": losses, **tangents}, at, axis=f"{name}[{row}, {column}]")


def as_tensor(value: Any) -> Any:
    """Return an array as a tensor, and anything else unchanged."""
    return torch.from_numpy(value) if isinstance(value, np.ndarray) else value


def as_tensors(value: Any) -> Any:
    """Return the arrays of a list as tensors."""
    return [as_tensor(item) for item in value] if isinstance(value, (list, tuple)) else value


def number(value: Any, what: str) -> float:
    """Return the one number in `returned`.

    Raises:
        Failed: it is not a number.
    """
    if isinstance(value, (Tensor, np.ndarray)) and as_tensor(value).numel() == 1:
        value = as_tensor(value).item()
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        raise Failed(f"{what} is not a number.", describe(value), "a number")
    return float(value)


# The tiny corpus ------------------------------------------------------------------------------


@cache
def corpus() -> dict[str, Any]:
    """Read the tiny tagged sentences: ids of words and tags, for training and held out."""
    document: dict[str, Any] = json.loads((FIXTURES / "tagging.json").read_text(encoding="utf-8"))
    return document


def corpus_sizes() -> Sizes:
    return Sizes(len(corpus()["words"]), *WIDTHS, len(corpus()["tags"]))


def epoch(draw: Draw) -> list[list[Tensor]]:
    """List the training sentences with their tags, in a new order."""
    rows = [[torch.tensor(w), torch.tensor(t)] for w, t in _pairs("train")]
    return [rows[place] for place in draw.shuffled(list(range(len(rows))))]


def held_out() -> list[list[Tensor]]:
    return [[torch.tensor(words)] for words, _ in _pairs("test")]


def accuracy(predictions: Sequence[Any]) -> float:
    """Return the fraction of held-out words whose tag is predicted.

    Raises:
        Failed: a prediction is not a list of tags.
    """
    hits = []
    for predicted, (_, tags) in zip(predictions, _pairs("test"), strict=True):
        found = plain(as_tensor(predicted))
        if not isinstance(found, list) or len(found) != len(tags):
            raise Failed(
                "The prediction is not a list of tags.", describe(predicted), "one tag per word"
            )
        hits += [one == tag for one, tag in zip(found, tags, strict=True)]
    return float(sum(hits)) / len(hits)


def majority() -> float:
    """Return the accuracy of predicting the most common tag for each held-out word."""
    tags = [tag for _, row in _pairs("test") for tag in row]
    return max(tags.count(tag) for tag in set(tags)) / len(tags)


def learns_to_tag(
    student: RemoteSubmission,
    model_class: Remote,
    draw: Draw,
    kinds: Sequence[Callable[[Tensor], Any]],
) -> None:
    """Raise Failed unless a model trained with its own `update` passes the threshold.

    Args:
        student: the submission.
        model_class: NumpyRNN or PytorchRNN.
        draw: gives the first weights, and the order of sentences in each epoch.
        kinds: the forms in which the model may take a sentence; the first that works is used.
    """
    wanted, reached, size = threshold("tagging"), [], corpus_sizes()
    for _ in range(ATTEMPTS):
        model = make(model_class, size, LEARNING_RATE)
        weigh(student, model, size, random_weights(draw, size, SCALE))
        for _ in range(EPOCHS):
            _each(student, model, "update", epoch(draw), kinds)
        predicted = _each(student, model, "predict", held_out(), kinds)
        student.called = f"update on each training sentence, {EPOCHS} times over; then predict"
        reached.append(accuracy(several(predicted, len(held_out()), "a list")))
        student.figure(reached_and_wanted("Held-out words tagged correctly", reached, wanted))
        if reached[-1] >= wanted:
            return
    holds(
        False,
        f"After {EPOCHS} epochs, too few held-out words are tagged correctly.",
        " and ".join(f"{value:.1%}" for value in reached) + " in two trainings",
        f"at least {wanted:.0%}; always predicting the most common tag gives {majority():.1%}",
        "Nearly correct gradients can learn too: look at the checks of the gradients first. "
        "Then check that update goes against the gradient of the current weights.",
    )


def _each(
    student: RemoteSubmission,
    model: Remote,
    method: str,
    rows: Sequence[Sequence[Tensor]],
    kinds: Sequence[Callable[[Tensor], Any]],
) -> Any:
    def run(rows: list[Any]) -> Any:
        return student.given("tagging.each", model, method, rows)

    return any_reading(run, *[[[[kind(v) for v in row] for row in rows]] for kind in kinds])


def _pairs(name: str) -> list[tuple[list[int], list[int]]]:
    return list(zip(corpus()[name], corpus()[f"{name}_tags"], strict=True))
