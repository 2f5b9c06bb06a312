"""Deviations of the step-wise RNN: what one step computes, and its gradients."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import torch
from torch import Tensor

from graders.deviations import Candidate, Deviation
from graders.oracles.formulas import Activation
from graders.oracles.roles import Parameter, Roles
from graders.oracles.step_rnn import Step, logits_of, one_step, step_readings, with_biases

ASKED = "The assignment asks for h = f(W e + U h_before + biases) and the logit V h + c."

RETURNS_OLD = Deviation(
    "returns the state that it was given",
    "fatal",
    "Your second return value is exactly the hidden state that your model was given, so no step "
    "knows what earlier steps read. Return the state that this step computes, not the one it was "
    "given.",
)
READS_OLD = Deviation(
    "reads the old state for the logits",
    "major",
    "Your logits are exactly those of the hidden state before the step, so they have not seen the "
    "step's token. The assignment asks for logits of the new hidden state.",
)
NO_ACTIVATION = Deviation(
    "has no activation",
    "major",
    "Your results are exactly those of a step without an activation. The assignment asks for a "
    "nonlinear function of W e + U h_before, for example tanh.",
)
BEFORE_ACTIVATION = Deviation(
    "returns the state before its activation",
    "major",
    "Your logits read the activated hidden state, but the state that you return is exactly the sum "
    "before the activation, so the recurrence is linear. Return the activated state.",
)
EACH_BY_ITSELF = Deviation(
    "activates each part by itself",
    "minor",
    "Your new hidden state is exactly f(W e) + f(U h_before). The assignment asks for the "
    "activation of the sum, f(W e + U h_before).",
)
WITHOUT_U = Deviation(
    "leaves out U",
    "major",
    "Your results are exactly those of a step that adds the old hidden state itself, without U. "
    f"{ASKED}",
)
WITHOUT_STATE = Deviation(
    "leaves out the old state",
    "fatal",
    "Your results are exactly those of a step that never reads the old hidden state, so there is no "
    f"recurrence. {ASKED}",
)
MULTIPLIES = Deviation(
    "multiplies instead of adding",
    "major",
    "Your results are exactly those of a step that multiplies W e by U h_before. The assignment "
    "asks for their sum.",
)
SUM_THROUGH_U = Deviation(
    "passes the sum through U",
    "minor",
    "Your new hidden state is exactly f(U (W e + h_before)): the input goes through U as well. "
    f"{ASKED}",
)
RELU_ON_EMBEDDING = Deviation(
    "applies a ReLU to the embedding",
    "minor",
    "Your results are exactly those of a step with a ReLU between the embedding and W. The "
    "assignment asks for W e, with the embedding as it is.",
)
SIGMOID = Deviation(
    "has a sigmoid inside",
    "major",
    "Your first return value is exactly the sigmoid of the logits. BCEWithLogitsLoss applies the "
    "sigmoid itself: return V's output unchanged.",
)
SOFTMAX = Deviation(
    "has a softmax over one logit",
    "fatal",
    "Your first return value is 1 for every sequence, as a softmax over a single logit always is. "
    "BCEWithLogitsLoss applies the sigmoid itself: return V's output unchanged.",
)
SQUEEZED = Deviation(
    "squeezes the logits",
    "minor",
    "Your logits have the right values, but their last axis is missing. One logit for each sequence "
    "has shape (B, 1).",
)
TWO_LOGITS = Deviation(
    "returns two logits",
    "minor",
    "Your model computes two logits for each sequence. One logit for each sequence is asked for, as "
    "(B, 1): V maps the hidden state to one number.",
)
MEAN_LOGIT = Deviation(
    "returns the mean logit of the batch",
    "fatal",
    "Every sequence of a batch gets exactly the mean of the batch's logits. The assignment asks for "
    "one logit for each sequence.",
)
CENTRED = Deviation(
    "subtracts the batch's mean from the state",
    "major",
    "Your hidden state is exactly the right one less its mean over the batch. Samples leak into one "
    "another: each sequence has to be computed by itself.",
)
LOGITS_ALONE = Deviation(
    "returns the logits alone",
    "major",
    "You return the right logits, but not the new hidden state, which the next step needs. Return "
    "both: (logits, hidden).",
)


def _returns_old(w: Roles, f: Activation, x: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
    return one_step(w, f, x, hidden)[0], hidden


def _reads_old(w: Roles, f: Activation, x: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
    return logits_of(w, hidden), one_step(w, f, x, hidden)[1]


def _linear(w: Roles, f: Activation, x: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
    return one_step(w, torch.clone, x, hidden)


def _before_activation(w: Roles, f: Activation, x: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
    return one_step(w, f, x, hidden)[0], one_step(w, torch.clone, x, hidden)[1]


def _parts(w: Roles, x: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
    """Return W e and U h, each with its own bias."""
    parts = (w["embedding"][x] @ w["W"].T, hidden @ w["U"].T)
    biases = (w.get("b_1"), w.get("b_2"))
    one, other = (p if b is None else p + b for p, b in zip(parts, biases, strict=True))
    return one, other


def _each_by_itself(w: Roles, f: Activation, x: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
    one, other = _parts(w, x, hidden)
    return _with_logits(w, f(one) + f(other))


def _multiplies(w: Roles, f: Activation, x: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
    one, other = _parts(w, x, hidden)
    return _with_logits(w, f(one * other))


def _sum_through_u(w: Roles, f: Activation, x: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
    inner = w["embedding"][x] @ w["W"].T + hidden
    inner = inner + w["b_1"] if "b_1" in w else inner
    outer = inner @ w["U"].T
    return _with_logits(w, f(outer + w["b_2"] if "b_2" in w else outer))


def _without_u(w: Roles, f: Activation, x: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
    return _with_logits(w, f(with_biases(w, w["embedding"][x] @ w["W"].T + hidden)))


def _without_state(w: Roles, f: Activation, x: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
    return _with_logits(w, f(with_biases(w, w["embedding"][x] @ w["W"].T)))


def _relu_on_embedding(w: Roles, f: Activation, x: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
    return one_step({**w, "embedding": torch.relu(w["embedding"])}, f, x, hidden)


def _centred(w: Roles, f: Activation, x: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
    new = one_step(w, f, x, hidden)[1]
    return _with_logits(w, new - new.mean(dim=0))


def _with_logits(w: Roles, new: Tensor) -> tuple[Tensor, Tensor]:
    return logits_of(w, new), new


STEPS: tuple[tuple[Deviation, Step], ...] = (
    (RETURNS_OLD, _returns_old),
    (READS_OLD, _reads_old),
    (NO_ACTIVATION, _linear),
    (BEFORE_ACTIVATION, _before_activation),
    (EACH_BY_ITSELF, _each_by_itself),
    (MULTIPLIES, _multiplies),
    (SUM_THROUGH_U, _sum_through_u),
    (RELU_ON_EMBEDDING, _relu_on_embedding),
    (CENTRED, _centred),
)
LOGITS: tuple[tuple[Deviation, Callable[[Tensor], Tensor]], ...] = (
    (SIGMOID, torch.sigmoid),
    (SOFTMAX, torch.ones_like),
    (SQUEEZED, lambda logits: logits[:, 0]),
    (MEAN_LOGIT, lambda logits: logits.mean().expand(logits.shape)),
)


def steps(
    parameters: Sequence[Parameter], sizes: Sequence[int], x: Tensor, hidden: Tensor
) -> list[Candidate]:
    """List the deviations of one step, with what (logits, hidden) they lead to."""
    read = partial(step_readings, parameters, sizes, x, hidden)
    return [
        *((deviation, partial(read, step=step)) for deviation, step in STEPS),
        (WITHOUT_U, partial(read, step=_without_u, without=("U",))),
        (WITHOUT_STATE, partial(read, step=_without_state, without=("U",))),
        (TWO_LOGITS, partial(read, outputs=(2,))),
        *((deviation, partial(_changed, read, change)) for deviation, change in LOGITS),
        (LOGITS_ALONE, lambda: [logits for logits, _ in read()]),
    ]


def _changed(
    read: Callable[[], Iterator[tuple[Tensor, Tensor]]], change: Callable[[Tensor], Tensor]
) -> Iterator[tuple[Tensor, Tensor]]:
    for logits, new in read():
        yield change(logits), new


DETACHES_STATE = Deviation(
    "detaches the state",
    "major",
    "Your gradients are exactly those of a step that detaches the old hidden state: the graph is "
    "cut there, and nothing is learnt through time. Use the state as it is given.",
)
DETACHES_SUM = Deviation(
    "detaches the new state",
    "major",
    "Your gradients are exactly those of a step that detaches its new hidden state: the graph is "
    "cut there, so only V learns. Return the new state as it is computed.",
)
FLOAT32 = Deviation(
    "rounds the logits to float32",
    "slip",
    "Your results are right, but your logits are always float32. Do not hard-code a dtype: use that "
    "of the layers.",
)


def _detached_state(w: Roles, f: Activation, x: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
    return one_step(w, f, x, hidden.detach())


def _detached_sum(w: Roles, f: Activation, x: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
    return _with_logits(w, one_step(w, f, x, hidden)[1].detach())


def _float32(w: Roles, f: Activation, x: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
    logits, new = one_step(w, f, x, hidden)
    return logits.float(), new


CUTS: tuple[tuple[Deviation, Step], ...] = (
    (DETACHES_STATE, _detached_state),
    (DETACHES_SUM, _detached_sum),
    (FLOAT32, _float32),
)
"""Steps with the right values, or nearly so, and other gradients."""
