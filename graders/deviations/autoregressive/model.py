"""Wrong language models and wrong losses per token, each with one fault."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import torch
from torch import Tensor

from graders.deviations import Candidate, Deviation
from graders.oracles.autoregressive import (
    language_model_logits,
    loss_per_token,
    token_losses,
)
from graders.oracles.formulas import affine
from graders.oracles.roles import Parameter
from graders.oracles.torch_rnn import Layer, lstm, rnn

# The model -----------------------------------------------------------------------------------

BATCH_AS_TIME = Deviation(
    "reads the batch axis as time",
    "major",
    "Your logits are exactly those of an LSTM that runs over the batch instead of over time. "
    "Look up batch_first in the documentation of nn.LSTM.",
)
EACH_ALONE = Deviation(
    "reads each token alone",
    "fatal",
    "Your logits are exactly those of an LSTM that starts from zeros at every token. The assignment "
    "asks for one that carries its state: run the LSTM over the whole sequence in one call.",
)
BOTH_WAYS = Deviation(
    "reads the sequence in both directions",
    "fatal",
    "Your logits are exactly those of a bidirectional LSTM, so they depend on the tokens that are "
    "to be predicted. Use no bidirectional layer.",
)
AS_GRU = Deviation(
    "uses a GRU",
    "minor",
    "Your logits are exactly those of a GRU. The assignment asks for nn.LSTM.",
)
AS_RNN = Deviation(
    "uses a plain RNN",
    "major",
    "Your logits are exactly those of a plain RNN. The assignment asks for nn.LSTM.",
)
ONE_LAYER = Deviation(
    "always has one LSTM layer",
    "minor",
    "Your logits are exactly those of one LSTM layer. The assignment asks for num_layers layers.",
)
RELU_BEHIND = Deviation(
    "applies a ReLU to the LSTM's outputs",
    "minor",
    "Your logits are exactly those of a model with a ReLU between the LSTM and the output layer. "
    "Add no other layers.",
)
SOFTMAX_INSIDE = Deviation(
    "applies a softmax to its logits",
    "major",
    "Your model returns exactly the softmax of the logits. The assignment asks for the logits: "
    "cross_entropy applies the softmax itself.",
)
LOG_SOFTMAX_INSIDE = Deviation(
    "applies a log-softmax to its logits",
    "minor",
    "Your model returns exactly the log-softmax of the logits. The assignment asks for the logits: "
    "cross_entropy applies the softmax itself.",
)
LAST_ONLY = Deviation(
    "predicts at the last position only",
    "major",
    "Your logits are exactly those of the last position, (B, V). The assignment asks for logits at "
    "every position, (B, T, V).",
)
FLATTENED = Deviation(
    "flattens batch and time",
    "minor",
    "Your logits have the right values, but batch and time are one axis. The assignment asks for "
    "the shape (B, T, V).",
)
CLASSES_SECOND = Deviation(
    "returns the classes as the second axis",
    "minor",
    "Your logits have the right values, but the axes (B, V, T). The assignment asks for (B, T, V).",
)
CARRIES_OVER = Deviation(
    "carries the state over to the next batch",
    "major",
    "Your second batch has exactly the logits of a model that continues from the state of the first. "
    "Start from zeros in every call, and keep nothing on self.",
)


def language_model(
    parameters: Sequence[Parameter], sizes: Sequence[int], layers: int, x: Tensor
) -> list[Candidate]:
    """List what other models with these parameters return for `x`."""
    logits = partial(language_model_logits, parameters, sizes, x=x)

    def changed(change: Callable[[Tensor], Tensor]) -> Callable[[], Iterable[Tensor]]:
        return lambda: map(change, logits(layers))

    return [
        (BATCH_AS_TIME, lambda: logits(layers, run=_over_the_batch)),
        (EACH_ALONE, lambda: logits(layers, run=_each_alone)),
        (BOTH_WAYS, lambda: logits(layers, directions=2)),
        (AS_GRU, lambda: logits(layers, kind="gru", run=_gru)),
        (AS_RNN, lambda: logits(layers, kind="rnn", run=rnn)),
        (ONE_LAYER, lambda: logits(1) if layers > 1 else ()),
        (RELU_BEHIND, lambda: logits(layers, after=torch.relu)),
        (SOFTMAX_INSIDE, changed(lambda found: found.softmax(-1))),
        (LOG_SOFTMAX_INSIDE, changed(lambda found: found.log_softmax(-1))),
        (LAST_ONLY, changed(lambda found: found[:, -1])),
        (FLATTENED, changed(lambda found: found.flatten(0, 1))),
        (CLASSES_SECOND, changed(lambda found: found.transpose(1, 2))),
    ]


def _over_the_batch(layer: Layer, x: Tensor) -> Tensor:
    return lstm(layer, x.transpose(0, 1)).transpose(0, 1)


def _each_alone(layer: Layer, x: Tensor) -> Tensor:
    return torch.cat([lstm(layer, x[:, t : t + 1]) for t in range(x.shape[1])], 1)


def _gru(layer: Layer, x: Tensor) -> Tensor:
    """Run a GRU from zeros, its gates in torch's order r, z, n: (B, T, D) to (B, T, H)."""
    U = layer["weight_hh"]
    h, found = x.new_zeros(x.shape[0], U.shape[1]), []
    for t in range(x.shape[1]):
        r, z, n = affine(x[:, t], layer["weight_ih"], layer.get("bias_ih")).chunk(3, 1)
        r_h, z_h, n_h = affine(h, U, layer.get("bias_hh")).chunk(3, 1)
        z = torch.sigmoid(z + z_h)
        h = (1 - z) * torch.tanh(n + torch.sigmoid(r + r_h) * n_h) + z * h
        found.append(h)
    return torch.stack(found, 1)


def second_batch(
    parameters: Sequence[Parameter], sizes: Sequence[int], first: Tensor, second: Tensor
) -> list[Candidate]:
    """List what a model with a memory returns for a second batch."""
    both = torch.cat([first, second], 1)
    logits = partial(language_model_logits, parameters, sizes, 1, both)
    return [(CARRIES_OVER, lambda: (found[:, first.shape[1] :] for found in logits()))]


# The loss ------------------------------------------------------------------------------------

PADS_COUNT = Deviation(
    "counts the pads",
    "major",
    "Your loss is exactly the mean over all positions, pads included. The assignment asks for the "
    "sum over the targets that are not `pad`, divided by their number.",
)
BY_POSITIONS = Deviation(
    "divides by the number of all positions",
    "minor",
    "Your loss is exactly the right sum divided by B · T, pads included. Divide by the number of "
    "real targets.",
)
BY_ROWS = Deviation(
    "divides by the number of rows",
    "minor",
    "Your loss is exactly the right sum divided by the number of sequences. The assignment asks for "
    "the sum over the targets that are not `pad`: divide by their number.",
)
BY_IDS = Deviation(
    "divides by the sum of the ids",
    "minor",
    "Your loss is exactly the right sum divided by the sum of the target ids. The assignment asks "
    "for the sum over the targets that are not `pad`: divide by their number.",
)
NOT_DIVIDED = Deviation(
    "does not divide the sum",
    "minor",
    "Your loss is exactly the sum over the targets that are not `pad`. The assignment asks for the "
    "loss per token: divide by their number.",
)
ROW_MEANS = Deviation(
    "takes the mean of the rows' means",
    "minor",
    "Your loss is exactly the mean of each sequence's mean, so tokens of short sequences count "
    "more. Sum over all targets that are not `pad` first, then divide by their number.",
)
ZERO_AS_PAD = Deviation(
    "leaves out id 0 instead of `pad`",
    "minor",
    "Your loss is exactly the one that leaves out the targets that are 0. Compare with `pad`, not "
    "with 0.",
)
TWICE_SOFTMAX = Deviation(
    "applies a softmax before the cross entropy",
    "major",
    "Your loss is exactly the cross entropy of softmax(logits). cross_entropy applies the softmax "
    "itself: with two of them, the model hardly learns.",
)
MIXES_AXES = Deviation(
    "mixes classes and time by a reshape",
    "fatal",
    "Your loss is exactly the one of logits in which a reshape mixes classes and time, so they no "
    "longer belong to their targets. To exchange axes use permute: reshape to (B, V, T) mixes them "
    "up.",
)


def loss(logits: Tensor, targets: Tensor, pad: int) -> list[Candidate]:
    """List what other losses return."""
    B, T, V = logits.shape

    def total() -> Tensor:
        return _all_losses(logits, targets, pad).sum()

    def of_rows() -> Tensor:
        rows = token_losses(logits, targets, pad)
        return torch.stack([torch.stack(row).mean() for row in rows]).mean()

    def mixed() -> Iterable[Tensor]:
        for wrong in (
            logits.transpose(1, 2).reshape(B, T, V),
            logits.reshape(B, V, T).transpose(1, 2),
        ):
            yield loss_per_token(wrong, targets, pad)

    return [
        (PADS_COUNT, lambda: [_all_losses(logits, targets, None).mean()]),
        (BY_POSITIONS, lambda: [total() / targets.numel()]),
        (BY_ROWS, lambda: [total() / len(targets)]),
        (BY_IDS, lambda: [total() / targets.sum()]),
        (NOT_DIVIDED, lambda: [total()]),
        (ROW_MEANS, lambda: [of_rows()]),
        (ZERO_AS_PAD, lambda: [loss_per_token(logits, targets, 0)] if pad else []),
        (TWICE_SOFTMAX, lambda: [loss_per_token(logits.softmax(-1), targets, pad)]),
        (MIXES_AXES, mixed),
    ]


def _all_losses(logits: Tensor, targets: Tensor, pad: int | None) -> Tensor:
    return torch.stack([loss for row in token_losses(logits, targets, pad) for loss in row])
