"""Deviations of a classifier's evaluation, and of the loss that it learns by."""

from collections.abc import Callable, Iterable, Sequence
from statistics import fmean

from graders.deviations import Candidate, Deviation
from graders.deviations.training.loops import Epochs
from graders.deviations.training.outcomes import Lists
from graders.oracles.training import Rows, accuracy, cross_entropy, gradient, softmax

Batches = Sequence[tuple[Rows, Sequence[int]]]
"""Logits (B, C) and labels (B,) of each batch."""
Figures = tuple[float, float]
"""Loss and accuracy."""

OVER = "Batches may differ in size: add up over examples, and divide once, by their number."
MEAN_OF_LOSSES = Deviation(
    "averages the batches' losses",
    "minor",
    f"Your loss is exactly the mean of the batches' losses, whatever their sizes. {OVER}",
)
MEANS_BY_EXAMPLES = Deviation(
    "divides the summed losses of batches by the examples",
    "minor",
    "Your loss is exactly the sum of the batches' mean losses over the number of examples. "
    f"{OVER} cross_entropy with reduction='sum' adds up over examples.",
)
LOSS_SUMMED = Deviation(
    "does not divide the loss", "minor", f"Your loss is exactly the sum, not the mean. {OVER}"
)
MEAN_OF_ACCURACIES = Deviation(
    "averages the batches' accuracies",
    "minor",
    f"Your accuracy is exactly the mean of the batches' accuracies, whatever their sizes. {OVER}",
)
COUNTS = Deviation(
    "counts the right examples",
    "minor",
    "Your accuracy is exactly the number of correct examples. The assignment asks for the fraction "
    "of all examples, from 0 to 1.",
)
PERCENT = Deviation(
    "returns the accuracy in percent",
    "minor",
    "Your accuracy is right, but in percent. The assignment asks for a number from 0 to 1, not "
    "percent.",
)
BY_FIRST_SIZE = Deviation(
    "divides by the number of batches times the first batch's size",
    "minor",
    "Your figures are divided by the number of batches times the size of the first one, but the "
    f"last batch may be smaller. {OVER}",
)
WITHOUT_LAST = Deviation(
    "leaves out the last batch",
    "minor",
    f"Your figures are exactly those of all batches but the last. {OVER}",
)
LAST_ALONE = Deviation(
    "returns the last batch's figures",
    "major",
    f"Your figures are exactly those of the last batch alone. {OVER}",
)
OVER_THE_BATCH = Deviation(
    "takes the argmax over the batch",
    "major",
    "Your accuracy takes the argmax over dim 0, the batch, and so compares samples with one "
    "another. The predicted class is the argmax over dim 1, the classes.",
)
SOFTMAX_TWICE = Deviation(
    "applies the softmax twice in evaluation",
    "minor",
    "Your loss is exactly the cross entropy of probabilities. cross_entropy takes the logits as "
    "they are: it applies the softmax itself.",
)
ACCURACY_FIRST = Deviation(
    "returns the accuracy first",
    "minor",
    "Your figures are right, but in the other order. The assignment asks for (loss, accuracy).",
)
LOSS_ALONE = Deviation(
    "returns the loss alone",
    "major",
    "You return the right loss, but no accuracy with it. The assignment asks for (loss, accuracy).",
)
EXCHANGED = Deviation(
    "exchanges loss and accuracy",
    "major",
    "val_loss has exactly your accuracies, and val_accuracy your losses: evaluate returns (loss, "
    "accuracy), and the loop takes them in the other order.",
)


def figures(batches: Batches) -> Figures:
    """Return the loss and the accuracy over all examples."""
    rows = [row for batch, _ in batches for row in batch]
    labels = [label for _, batch in batches for label in batch]
    return cross_entropy(rows, labels), accuracy(rows, labels)


def _losses(batches: Batches) -> list[float]:
    return [cross_entropy(rows, labels) for rows, labels in batches]


def _examples(batches: Batches) -> int:
    return sum(len(labels) for _, labels in batches)


def _with_loss(batches: Batches, *losses: float) -> list[Figures]:
    return [(loss, figures(batches)[1]) for loss in losses]


def _with_accuracy(batches: Batches, value: float) -> list[Figures]:
    return [(figures(batches)[0], value)]


def _summed(batches: Batches) -> list[Figures]:
    losses = figures(batches)[0] * _examples(batches), sum(_losses(batches))
    return _with_loss(batches, *losses)


def _by_first_size(batches: Batches) -> list[Figures]:
    size = len(batches) * len(batches[0][1])
    loss, right = (figure * _examples(batches) / size for figure in figures(batches))
    return [(loss, right)]


def _over_the_batch(batches: Batches) -> list[Figures]:
    right = 0
    for rows, labels in batches:
        columns = list(zip(*rows, strict=True))
        chosen = [column.index(max(column)) for column in columns]
        right += sum(chosen[label] == label for label in labels)
    return _with_accuracy(batches, right / _examples(batches))


def _softmax_twice(batches: Batches) -> list[Figures]:
    squashed = [([softmax(row) for row in rows], labels) for rows, labels in batches]
    return _with_loss(batches, figures(squashed)[0])


EVALUATIONS: tuple[tuple[Deviation, Callable[[Batches], list[Figures]]], ...] = (
    (MEAN_OF_LOSSES, lambda b: _with_loss(b, fmean(_losses(b)))),
    (MEANS_BY_EXAMPLES, lambda b: _with_loss(b, sum(_losses(b)) / _examples(b))),
    (LOSS_SUMMED, _summed),
    (MEAN_OF_ACCURACIES, lambda b: _with_accuracy(b, fmean(figures([each])[1] for each in b))),
    (COUNTS, lambda b: _with_accuracy(b, figures(b)[1] * _examples(b))),
    (PERCENT, lambda b: _with_accuracy(b, 100 * figures(b)[1])),
    (BY_FIRST_SIZE, _by_first_size),
    (WITHOUT_LAST, lambda b: [figures(b[:-1] or b)]),
    (LAST_ALONE, lambda b: [figures(b[-1:])]),
    (OVER_THE_BATCH, _over_the_batch),
    (SOFTMAX_TWICE, _softmax_twice),
)


def evaluations(tasks: Sequence[Batches]) -> list[Candidate]:
    """List the deviations of what evaluate returns for each task."""

    def candidate(
        deviation: Deviation, measure: Callable[[Batches], Sequence[Figures | float]]
    ) -> Candidate:
        return deviation, lambda: [list(r) for r in zip(*map(measure, tasks), strict=True)]

    return [
        *(candidate(*each) for each in EVALUATIONS),
        candidate(ACCURACY_FIRST, lambda batches: [figures(batches)[::-1]]),
        candidate(LOSS_ALONE, lambda b: [figures(b)[0], fmean(_losses(b))]),
    ]


def validations(epochs: Epochs) -> list[tuple[Deviation, Iterable[Lists]]]:
    """List the deviations of [val_loss, val_accuracy], given what was recorded by epoch."""
    tasks = [[visit.outputs for visit in epoch] for epoch in epochs]
    return [
        (deviation, [_lists(reading) for reading in zip(*map(measure, tasks), strict=True)])
        for deviation, measure in EVALUATIONS
    ]


def right_validation(epochs: Epochs) -> Lists:
    """Return the right [val_loss, val_accuracy], given what was recorded by epoch."""
    return _lists([figures([visit.outputs for visit in epoch]) for epoch in epochs])


def exchanged(validation: Lists, tasks: Sequence[Batches]) -> list[Candidate]:
    """List what exchanges the lists of validation, given what evaluate returns for other tasks."""
    pairs = [figures(batches) for batches in tasks]
    turned = [list(values) for values in reversed(validation)]
    return [
        (ACCURACY_FIRST, lambda: [[turned, [pair[::-1] for pair in pairs]]]),
        (EXCHANGED, lambda: [[turned, pairs]]),
    ]


def _lists(pairs: Sequence[Figures]) -> Lists:
    return [[loss for loss, _ in pairs], [score for _, score in pairs]]


LOGITS = "cross_entropy takes the logits as they are: it applies the softmax itself."
FROM_PROBABILITIES = Deviation(
    "learns from probabilities",
    "major",
    "The gradient at the logits is exactly that of the cross entropy of their softmax, so the "
    f"softmax is applied twice. {LOGITS}",
)
NLL_OF_LOGITS = Deviation(
    "learns by nll_loss of logits",
    "major",
    "The gradient at the logits is exactly that of nll_loss of the logits, without a log_softmax. "
    f"Use cross_entropy. {LOGITS}",
)
SQUARED_ERRORS = Deviation(
    "learns by squared errors",
    "major",
    "The gradient at the logits is exactly that of the squared error to one-hot labels. Use "
    f"cross_entropy. {LOGITS}",
)
UPHILL = Deviation(
    "goes up the gradient",
    "fatal",
    "The gradient at the logits is exactly that of the negative cross entropy, so training makes "
    "the model worse. Call backward() on the loss itself.",
)


def _one_hot(row: Sequence[float], label: int) -> list[float]:
    return [float(c == label) for c in range(len(row))]


def _through_softmax(row: Sequence[float], label: int) -> list[float]:
    p = softmax(row)
    outer = gradient(p, label)
    mean = sum(a * b for a, b in zip(p, outer, strict=True))
    return [a * (b - mean) for a, b in zip(p, outer, strict=True)]


def _squared(row: Sequence[float], label: int) -> list[float]:
    pairs = zip(row, _one_hot(row, label), strict=True)
    return [2 * (z - y) / len(row) for z, y in pairs]


SLOPES: tuple[tuple[Deviation, Callable[[Sequence[float], int], list[float]]], ...] = (
    (FROM_PROBABILITIES, _through_softmax),
    (NLL_OF_LOGITS, lambda row, label: [-y for y in _one_hot(row, label)]),
    (SQUARED_ERRORS, _squared),
    (UPHILL, lambda row, label: [-slope for slope in gradient(row, label)]),
)


def slopes(batches: Batches) -> list[Candidate]:
    """List the deviations of the loss, with its gradient at the logits of each batch."""

    def candidate(
        deviation: Deviation, slope: Callable[[Sequence[float], int], list[float]]
    ) -> Candidate:
        def values() -> Iterable[list[list[list[float]]]]:
            for sums in (False, True):
                yield [
                    [
                        [s / (1 if sums else len(rows)) for s in slope(row, label)]
                        for row, label in zip(rows, labels, strict=True)
                    ]
                    for rows, labels in batches
                ]

        return deviation, values

    return [candidate(*each) for each in SLOPES]


OF_A_COPY = Deviation(
    "trains a copy of the model",
    "major",
    "Your loop trains and evaluates a copy: the model that was passed in is never called, and stays "
    "as it was. Train the model that was passed in.",
)
FIRST_WEIGHTS = Deviation(
    "ends with the first weights",
    "major",
    "After training, the model has the weights that it had before: the training is undone. Train "
    "the model that was passed in, and load nothing but the best state at the end.",
)
WRITES = Deviation(
    "writes into the batches",
    "major",
    "Your loop changes the batches that were passed in, even a single one. Do not write into a "
    "batch, nor add to or remove from the list.",
)
REORDERS = Deviation(
    "shuffles the caller's list",
    "slip",
    "Your loop changes the order of the list that was passed in. Shuffle a copy: "
    "random.sample(batches, len(batches)).",
)
