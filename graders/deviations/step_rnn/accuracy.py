"""Deviations of the step-wise RNN's accuracy, and of what its loop reads and passes on."""

from collections.abc import Callable, Iterable, Sequence
from math import exp
from statistics import fmean

from torch import Tensor

from graders.deviations import Candidate, Deviation
from graders.deviations.training.loops import Epochs
from graders.deviations.training.outcomes import Lists, both_means, both_sums

Logits = list[float]
Scored = Sequence[tuple[list[Logits], list[int]]]
"""The logits (T, B) and the labels (B,) of each batch."""

COUNT = "Add up over all batches and divide once, by the number of examples."

HALF_ON_LOGITS = Deviation(
    "has its threshold at 0.5 on logits",
    "minor",
    "Your accuracy is exactly that of predicting 1 where the output is above 0.5. The output is a "
    "logit. Compare sigmoid(output) with 0.5, or output with 0.",
)
ALWAYS_0 = Deviation(
    "always predicts 0",
    "fatal",
    "Your accuracy is exactly that of predicting 0 for every example, as an argmax over a single "
    "logit does. Compare sigmoid(output) with 0.5, or output with 0.",
)
EVERY_PAIR = Deviation(
    "compares every answer with every label",
    "major",
    "Your accuracy counts every answer of a batch against every label, as a comparison of (B, 1) "
    "with (B,) does. Give predictions and labels one shape.",
)
OPPOSITE = Deviation(
    "predicts the opposite",
    "major",
    "Your accuracy is exactly that of the opposite predictions. A logit above 0 is a probability "
    "above 0.5, and means 1.",
)
PERCENT = Deviation(
    "returns the accuracy in percent",
    "minor",
    f"Your accuracy is right, but in percent; it has to lie between 0 and 1. {COUNT}",
)
MEAN_OF_BATCHES = Deviation(
    "averages the batches' accuracies",
    "minor",
    f"Your accuracy is exactly the mean of the batches' accuracies, whatever their sizes. {COUNT}",
)
LAST_BATCH = Deviation(
    "returns the last batch's accuracy",
    "major",
    f"Your accuracy is exactly that of the last batch alone. {COUNT}",
)
WITHOUT_LAST = Deviation(
    "leaves out the last batch",
    "minor",
    f"Your accuracy is exactly that of all batches but the last. {COUNT}",
)


def _fraction(
    scored: Scored,
    threshold: float = 0.0,
    output: Callable[[list[Logits]], Logits] = lambda logits: logits[-1],
) -> float:
    return fmean(
        (z > threshold) == bool(y)
        for logits, labels in scored
        for z, y in zip(output(logits), labels, strict=True)
    )


def _every_pair(scored: Scored) -> float:
    pairs = sum((z > 0) == bool(y) for logits, labels in scored for z in logits[-1] for y in labels)
    return pairs / sum(len(labels) for _, labels in scored)


def _mean(logits: list[Logits]) -> Logits:
    return [fmean(row) for row in zip(*logits, strict=True)]


LAST_OUTPUT = (
    "After the loop over time, pass the output of the last step on, unchanged and once per batch."
)
AVERAGED = Deviation(
    "averages the outputs",
    "major",
    f"Your result is exactly that of the mean of the outputs over all steps. {LAST_OUTPUT}",
)
FIRST_OUTPUT = Deviation(
    "takes the first output",
    "fatal",
    "Your result is exactly that of the output of the first step, which knows one token. "
    f"{LAST_OUTPUT}",
)
ACCURACIES: tuple[tuple[Deviation, Callable[[Scored], float]], ...] = (
    (HALF_ON_LOGITS, lambda scored: _fraction(scored, 0.5)),
    (ALWAYS_0, lambda scored: fmean(y == 0 for _, labels in scored for y in labels)),
    (EVERY_PAIR, _every_pair),
    (OPPOSITE, lambda scored: 1 - _fraction(scored)),
    (PERCENT, lambda scored: 100 * _fraction(scored)),
    (MEAN_OF_BATCHES, lambda scored: fmean(_fraction([batch]) for batch in scored)),
    (LAST_BATCH, lambda scored: _fraction(scored[-1:])),
    (WITHOUT_LAST, lambda scored: _fraction(scored[:-1])),
    (AVERAGED, lambda scored: _fraction(scored, output=_mean)),
    (FIRST_OUTPUT, lambda scored: _fraction(scored, output=lambda logits: logits[0])),
)


def accuracies(tasks: Sequence[Scored]) -> list[Candidate]:
    """List the deviations of the accuracy, with the one of each task that they lead to."""

    def candidate(deviation: Deviation, measure: Callable[[Scored], float]) -> Candidate:
        return deviation, lambda: [[measure(scored) for scored in tasks]]

    return [candidate(*each) for each in ACCURACIES]


Column = tuple[list[int], list[float]]
IN_ORDER = "For each batch: init_hidden(B), then model(X[:, t], hidden) for t = 0, 1, … T-1."
WITHOUT_LAST_TOKEN = Deviation(
    "stops before the last token",
    "minor",
    f"Your loop reads every token of a batch but the last. {IN_ORDER}",
)
CUT = Deviation(
    "detaches the state between the steps",
    "major",
    "No backward pass reaches the first step of its batch: the graph is cut between the steps. Do "
    "not detach the hidden state or take its .data between the steps of one batch.",
)
STATELESS = Deviation(
    "passes no state on",
    "fatal",
    "Every step of your loop gets the first hidden state, so no step knows what earlier steps read. "
    "output, hidden = model(X[:, t], hidden) passes the state on to the next step.",
)
LAST_TOKEN = Deviation(
    "reads the last token alone",
    "fatal",
    f"Your loop reads only the last token of a batch, so there is no recurrence. {IN_ORDER}",
)
FROM_THE_END = Deviation(
    "reads from the end",
    "major",
    f"Your loop reads the tokens of a batch from the last to the first. {IN_ORDER}",
)
THREE_TOKENS = Deviation(
    "reads three tokens",
    "major",
    f"Your loop reads three tokens of a batch, whatever its length. {IN_ORDER}",
)
READINGS: tuple[tuple[Deviation, Callable[[list[list[int]]], list[list[int]]]], ...] = (
    (WITHOUT_LAST_TOKEN, lambda columns: columns[:-1]),
    (LAST_TOKEN, lambda columns: columns[-1:]),
    (FROM_THE_END, lambda columns: columns[::-1]),
    (THREE_TOKENS, lambda columns: columns[:3]),
)


def columns_read(read: list[Column], batches: Sequence[Tensor]) -> list[Candidate]:
    """List the deviations of what the model reads of batches (B, T), in the order that was met.

    Args:
        read: the tokens of each call, with the number of its step according to the state.
    """

    def candidate(
        deviation: Deviation, reading: Callable[[list[list[int]]], list[list[int]]]
    ) -> Candidate:
        parts = [_numbered(reading(batch.T.tolist())) for batch in batches]
        return deviation, lambda: [_followed(read, parts)]

    return [candidate(*each) for each in READINGS]


def _numbered(columns: list[list[int]]) -> list[Column]:
    return [(column, [float(t)] * len(column)) for t, column in enumerate(columns)]


def _followed(read: list[Column], parts: Sequence[list[Column]]) -> list[Column]:
    """Continue each part that begins in `read` to its end."""
    found: list[Column] = []
    while len(found) < len(read):
        begun = [part for part in parts if part[0] == read[len(found)]]
        if not begun:
            return []
        found += begun[0]
    return found


PROBABILITIES = Deviation(
    "gives the criterion probabilities",
    "major",
    "The criterion gets the sigmoid of the last output, and applies a sigmoid again. "
    f"{LAST_OUTPUT}",
)
EVERY_OUTPUT = Deviation(
    "sums the loss over all steps",
    "minor",
    f"The criterion is called after every step. {LAST_OUTPUT}",
)


def criterion_inputs(outputs: list[Logits], sweeps: list[list[Logits]]) -> list[Candidate]:
    """List the deviations of what the criterion gets.

    Args:
        outputs: of all calls of the model.
        sweeps: the same by batch.
    """
    return [
        (AVERAGED, lambda: [[_mean(sweep) for sweep in sweeps]]),
        (FIRST_OUTPUT, lambda: [[sweep[0] for sweep in sweeps]]),
        (PROBABILITIES, lambda: [[[1 / (1 + exp(-z)) for z in sweep[-1]] for sweep in sweeps]]),
        (EVERY_OUTPUT, lambda: [outputs]),
    ]


LABELS = "criterion(output, y.float().unsqueeze(1)): both (B, 1), or both (B,)."
WHOLE_NUMBERS = Deviation(
    "gives the criterion whole numbers",
    "fatal",
    f"The criterion gets the labels as integers, and nn.BCEWithLogitsLoss raises on them. {LABELS}",
)
TWO_SHAPES = Deviation(
    "gives the criterion two shapes",
    "fatal",
    "The criterion gets labels and output in different shapes, and nn.BCEWithLogitsLoss raises on "
    f"them. {LABELS}",
)
EXCHANGED_LABELS = Deviation(
    "gives the criterion exchanged labels",
    "major",
    f"The criterion gets 1 for the label 0, and 0 for the label 1. {LABELS}",
)
OWN_CRITERION = Deviation(
    "has a criterion of its own",
    "minor",
    "The model learns from a binary cross entropy, but the criterion that was passed in is never "
    "called. Use the criterion that is passed in.",
)


def own_criterion(gradients: Sequence[Logits]) -> list[Candidate]:
    """List the deviation of a criterion that is never called.

    Args:
        gradients: the slopes of the mean binary cross entropy in the last logits, by batch.
    """
    return [
        (OWN_CRITERION, lambda: [[[k * g for g in batch] for batch in gradients] for k in (1, 2)])
    ]


def criterion_targets(batches: Sequence[tuple[Logits, list[int]]]) -> list[Candidate]:
    """List the deviations of (floating, same shape, target, input) of each call of the criterion.

    Args:
        batches: the last logits and the labels of each.
    """
    right = [([float(y) for y in labels], logits) for logits, labels in batches]
    return [
        (WHOLE_NUMBERS, lambda: [[[False, True, *batch] for batch in right]]),
        (TWO_SHAPES, lambda: [[[True, False, *batch] for batch in right]]),
        (EXCHANGED_LABELS, lambda: [[[True, True, [1 - y for y in ys], zs] for ys, zs in right]]),
    ]


VALID = "Go through valid_gen() after the epoch's training, and average its batches' losses alone."
VALID_SUMMED = Deviation(
    "does not divide the validation loss",
    "minor",
    f"Your validation loss of an epoch is exactly the sum over it, not the mean. {VALID}",
)
ADDED_TO_TRAINING = Deviation(
    "keeps adding to the training losses",
    "minor",
    "Your validation loss of an epoch is exactly the mean of its training and validation losses "
    f"together. {VALID}",
)


def valid_losses(train: Epochs, valid: Epochs) -> list[tuple[Deviation, Iterable[Lists]]]:
    """List the deviations of the validation losses, given what was recorded by epoch."""
    together = [[*one, *other] for one, other in zip(train, valid, strict=False)]
    return [
        (VALID_SUMMED, [[sums] for sums in both_sums(valid)]),
        (ADDED_TO_TRAINING, [[means] for means in both_means(together)]),
    ]
