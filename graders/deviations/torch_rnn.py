"""Deviations of torch_rnn.py: other layers and pools, and what a table of results lacks."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import torch
from torch import Tensor

from graders.deviations import Candidate, Deviation
from graders.oracles.formulas import look_up, max_over_time
from graders.oracles.roles import Parameter
from graders.oracles.torch_rnn import Layer, Run, torch_classifier_logits

Logits = Callable[[Sequence[Parameter], str, Sequence[int], Tensor], Iterator[Tensor]]

MODEL = "Your logits are exactly those of a model that"
MAXIMUM = "The assignment asks for the max over the time axis (dim=1) of all outputs."

ONE_SIZE = Deviation(
    "runs with one batch size only",
    "minor",
    "Your logits are right for one batch size, and the model raises for all others. Take the batch "
    "size of the first hidden state from the input, or leave that state out.",
)
HIDDEN_LAYERS = Deviation(
    "passes hidden as num_layers",
    "major",
    "Your recurrent layer has as many layers as hidden units. The third argument of nn.RNN and "
    "nn.LSTM is num_layers: leave it out.",
)
ONE_RUN = Deviation(
    "has one run of a model",
    "major",
    "Each model has a run in results.csv, but not each has two: no hyperparameter was tried. Add "
    "one row for each setting that you tried, with its model in `model`.",
)
NO_SETTINGS = Deviation(
    "does not name its hyperparameters",
    "minor",
    "The runs and their validation accuracies are in results.csv, but no column names a "
    "hyperparameter. Add a column for each hyperparameter that you varied, such as the learning "
    "rate.",
)
SOME_UNVALIDATED = Deviation(
    "lacks a model's validation accuracies",
    "minor",
    "Not all models have two validation accuracies in results.csv. Write each as A number from 0 "
    "to 1, or in percent, in the column with `val` in its name.",
)
SOME_UNTESTED = Deviation(
    "lacks a model's test accuracy",
    "minor",
    "Not all models have a test accuracy in results.csv. Run the chosen setting of each model on "
    "the test set; leave the other cells blank.",
)
NO_TITLES = Deviation(
    "has no names of columns",
    "minor",
    "The runs of the three models are in results.csv, but no row names the columns. The first row "
    "names the columns: model, each hyperparameter, validation, test.",
)
NO_TEST_TITLE = Deviation(
    "has no column for the test",
    "minor",
    "The runs and their validation accuracies are in results.csv, but no column has `test` in its "
    "name. The first row names the columns: model, each hyperparameter, validation, test.",
)


def logits(
    parameters: Sequence[Parameter], kind: str, sizes: Sequence[int], x: Tensor
) -> Iterator[Candidate]:
    """Yield the deviations of the classifier, with the logits (B, C) that each leads to.

    Args:
        kind: "rnn" or "lstm", as asked for.
        sizes: V, C, E, H.
        x: (B, T) token ids.
    """
    for deviation, runs in STEPS:
        yield deviation, partial(_all, runs, parameters, kind, sizes, x)
    other = "lstm" if kind == "rnn" else "rnn"
    yield (
        Deviation(
            f"runs nn.{other.upper()} for {kind}",
            "major",
            f'{MODEL} has one layer of nn.{other.upper()}. With kind="{kind}", the assignment asks '
            f"for one layer of nn.{kind.upper()}.",
        ),
        partial(torch_classifier_logits, parameters, other, sizes, x),
    )
    yield (
        Deviation(
            "runs nn.GRU",
            "minor",
            f'{MODEL} has one layer of nn.GRU. With kind="{kind}", the assignment asks for one '
            f"layer of nn.{kind.upper()}.",
        ),
        partial(torch_classifier_logits, parameters, "gru", sizes, x),
    )


def _all(
    runs: Sequence[Logits],
    parameters: Sequence[Parameter],
    kind: str,
    sizes: Sequence[int],
    x: Tensor,
) -> Iterator[Tensor]:
    for run in runs:
        yield from run(parameters, kind, sizes, x)


def _over_batch(run: Run) -> Run:
    """Run a layer over the samples instead of the time steps."""

    def turned(layer: Layer, x: Tensor) -> Tensor:
        return run(layer, x.transpose(0, 1)).transpose(0, 1)

    return turned


def _pool(pool: Callable[[Tensor], Tensor]) -> Logits:
    return partial(torch_classifier_logits, pool=pool)


def _last(last: Callable[[Tensor], Tensor]) -> Logits:
    return partial(torch_classifier_logits, last=last)


def _masked_embedding(
    parameters: Sequence[Parameter], kind: str, sizes: Sequence[int], x: Tensor
) -> Iterator[Tensor]:
    def embed(table: Tensor, x: Tensor) -> Tensor:
        return look_up(table, x) * (x != 0)[..., None]

    return torch_classifier_logits(parameters, kind, sizes, x, embed=embed)


def _masked_pool(
    fill: float, parameters: Sequence[Parameter], kind: str, sizes: Sequence[int], x: Tensor
) -> Iterator[Tensor]:
    def pool(features: Tensor) -> Tensor:
        return max_over_time(features.masked_fill((x == 0)[..., None], fill))

    return torch_classifier_logits(parameters, kind, sizes, x, pool=pool)


STEPS: tuple[tuple[Deviation, list[Logits]], ...] = (
    (
        Deviation(
            "runs over the batch",
            "major",
            f"{MODEL} runs its recurrent layer over the samples instead of the time steps. "
            "nn.RNN and nn.LSTM read (T, B, E) unless batch_first=True.",
        ),
        [partial(torch_classifier_logits, around=_over_batch)],
    ),
    (
        Deviation(
            "reads the last output",
            "major",
            f"{MODEL} reads the last output alone. {MAXIMUM}",
        ),
        [_pool(lambda f: f[:, -1])],
    ),
    (
        Deviation("pools by the mean", "major", f"{MODEL} pools by the mean over time. {MAXIMUM}"),
        [_pool(lambda f: f.mean(dim=1))],
    ),
    (
        Deviation("pools by the sum", "major", f"{MODEL} pools by the sum over time. {MAXIMUM}"),
        [_pool(lambda f: f.sum(dim=1))],
    ),
    (
        Deviation(
            "pools over the batch",
            "fatal",
            f"{MODEL} pools over dim 0, the batch: there is one row for each time step. {MAXIMUM}",
        ),
        [_pool(lambda f: f.amax(dim=0))],
    ),
    (
        Deviation(
            "ends with a softmax",
            "major",
            f"{MODEL} ends with a softmax. The assignment asks for the logits: cross_entropy applies "
            "the softmax itself.",
        ),
        [_last(lambda v: v.softmax(dim=1))],
    ),
    (
        Deviation(
            "ends with a log-softmax",
            "minor",
            f"{MODEL} ends with a log-softmax. The assignment asks for the logits: cross_entropy "
            "applies the softmax itself.",
        ),
        [_last(lambda v: v.log_softmax(dim=1))],
    ),
    (
        Deviation(
            "masks token 0",
            "minor",
            f"{MODEL} leaves token 0 out. Do not mask anything: token 0 counts like any other.",
        ),
        [_masked_embedding, partial(_masked_pool, 0.0), partial(_masked_pool, -torch.inf)],
    ),
)
