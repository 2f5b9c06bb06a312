"""How cells and their loops deviate, and what a student is told."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from graders.deviations import Candidate, Deviation
from graders.oracles.formulas import ACTIVATIONS, Activation, same
from graders.oracles.rnn_cell import Step, StepOf, cell_step, cells, unrolled, with_biases
from graders.oracles.roles import Parameter, Roles, Shape
from graders.results.scoring import Severity

CELL = "Your new state is exactly that of a cell that"
ASKED = "The assignment asks for h_t = f(W x_t + U h_(t-1) + b)."
LOOP = "Your states are exactly those of a loop that"
RETURN = "Return all states, stacked along dim=1, and the last one."
OWN = "Call the cell that RNN was given, once for each step, as cell(x[:, t], h)."


# The cell -------------------------------------------------------------------------------------


def _bare(w: Roles, f: Activation) -> Step:
    return cell_step(w, same)


def _bent_input(w: Roles, f: Activation) -> Step:
    inner = {name: w[name] for name in ("b_1",) if name in w}
    outer = w.get("b_2", 0)
    return lambda x, h: f(with_biases(x @ w["W"].T, inner)) + h @ w["U"].T + outer


def _state_as_it_is(w: Roles, f: Activation) -> Step:
    return lambda x, h: f(with_biases(x @ w["W"].T, w) + h)


def _no_input(w: Roles, f: Activation) -> Step:
    return lambda x, h: f(with_biases(h @ w["U"].T, w))


def _no_input_nor_bias(w: Roles, f: Activation) -> Step:
    return lambda x, h: f(h @ w["U"].T)


def _centred(w: Roles, f: Activation) -> Step:
    step = cell_step(w, f)
    return lambda x, h: step(x, h) - step(x, h).mean(0)


def _bias_by_row(w: Roles, f: Activation) -> Step:
    return lambda x, h: f(with_biases(x @ w["W"].T + h @ w["U"].T, w) + w["rows"])


STEPS: list[tuple[Deviation, Sequence[StepOf]]] = [
    (
        Deviation("has no activation", "major", f"{CELL} has no activation. {ASKED}"),
        [_bare],
    ),
    (
        Deviation(
            "applies the activation to the input alone",
            "major",
            f"{CELL} applies the activation before it adds U h. {ASKED} The activation is that of "
            "the whole sum.",
        ),
        [_bent_input],
    ),
    (
        Deviation(
            "adds the old state without its weights",
            "major",
            f"{CELL} adds the old state itself, without U. {ASKED}",
        ),
        [_state_as_it_is],
    ),
    (
        Deviation("never reads its input", "fatal", f"{CELL} never reads its input. {ASKED}"),
        [_no_input, _no_input_nor_bias],
    ),
    (
        Deviation(
            "subtracts the mean of the batch",
            "major",
            f"{CELL} subtracts the mean over the batch. Samples must not depend on one another: no "
            "weight or bias has an axis for it.",
        ),
        [_centred],
    ),
]
TWO_RESULTS = Deviation(
    "returns the state twice",
    "minor",
    "Your cell returns the right state twice, as output and as state. Return the new state alone.",
)
ROWS = Deviation(
    "has a bias for each row of the batch",
    "major",
    f"{CELL} has a bias with an axis for the batch: it works with one batch size only, where the "
    "sizes must match. A bias has shape (H,).",
)
KEEPS = Deviation(
    "keeps its own state",
    "major",
    f"{CELL} reads the state that it computed in the call before, and not the one that it is "
    "given. Create nothing on self in forward: keep nothing on self.",
)


def cell(parameters: Sequence[Parameter], x: Tensor, h: Tensor) -> list[Candidate]:
    """List the states that a cell would have returned with each deviation."""
    found: list[Candidate] = [
        (deviation, partial(_states, parameters, x, h, ways)) for deviation, ways in STEPS
    ]
    pairs = lambda: ((new, new) for new in _states(parameters, x, h, [cell_step]))  # noqa: E731
    rows = {"rows": (len(x), h.shape[1])}
    by_row = partial(_states, parameters, x, h, [_bias_by_row], rows)
    return [*found, (TWO_RESULTS, pairs), (ROWS, by_row)]


def kept_cell(parameters: Sequence[Parameter], x: Tensor, before: Any) -> list[Candidate]:
    """List the state of a cell that continues from the one `before`, which it returned last."""
    return [(KEEPS, partial(_states, parameters, x, before, [cell_step]))]


def _states(
    parameters: Sequence[Parameter],
    x: Tensor,
    h: Tensor,
    ways: Sequence[StepOf],
    more: Mapping[str, Shape] | None = None,
) -> Iterator[Any]:
    for way in ways:
        for step in cells(parameters, x.shape[1], h.shape[1], way, more):
            yield step(x, h)


# The loop -------------------------------------------------------------------------------------

Run = Callable[[Step, Tensor, Tensor], Iterable[Any]]
"""Maps a step, inputs (B, T, D) and the first state to all answers of one deviation."""


def _way(severity: Severity, name: str, run: Run, sentence: str) -> tuple[Deviation, Run]:
    return Deviation(name, severity, sentence), run


def _never_carried(step: Step, x: Tensor, h: Tensor) -> Iterable[Any]:
    states = torch.stack([step(x[:, t], h) for t in range(x.shape[1])], 1)
    return [(states, h), (states, states[:, -1])]


def _returns(change: Callable[[Tensor, Tensor], Any]) -> Run:
    return lambda step, x, h: [change(*unrolled(step, x, h))]


def _late(step: Step, x: Tensor, h: Tensor) -> Iterable[Any]:
    states, last = unrolled(step, x, h)
    return [(torch.cat([h[:, None], states[:, :-1]], 1), last)]


def _first_as_last(step: Step, x: Tensor, h: Tensor) -> Iterable[Any]:
    states, _ = unrolled(step, x, h)
    return [(states, states[:, 0]), (states, h)]


def _activated(step: Step, x: Tensor, h: Tensor) -> Iterable[Any]:
    states, last = unrolled(step, x, h)
    for f in ACTIVATIONS.values():
        yield unrolled(_then(step, f), x, h)
        yield f(states), last


def _then(step: Step, f: Activation) -> Step:
    return lambda x, h: f(step(x, h))


LOOPS: list[tuple[Deviation, Run]] = [
    _way(
        "fatal",
        "never carries its state",
        _never_carried,
        f"{LOOP} starts every step from the first state. {OWN} Pass on the state that it returns.",
    ),
    _way(
        "minor",
        "begins the states with the first one",
        _late,
        f"{LOOP} stores the state before each step: they are one step late. {RETURN}",
    ),
    _way(
        "minor",
        "returns the last state twice",
        _returns(lambda states, last: (torch.cat([states, last[:, None]], 1), last)),
        f"Your states are right, but the last one stands twice in their sequence. {RETURN}",
    ),
    _way(
        "minor",
        "returns the states alone",
        _returns(lambda states, last: states),
        f"Your states are right, but nothing else comes back. {RETURN}",
    ),
    _way(
        "minor",
        "stacks the states with time first",
        _returns(lambda states, last: (states.transpose(0, 1), last)),
        f"Your states are right, but have shape (T, B, H). {RETURN}",
    ),
    _way(
        "major",
        "reshapes instead of exchanging axes",
        _returns(lambda states, last: (states.transpose(0, 1).reshape(states.shape), last)),
        "Your states are the right numbers in a wrong order: (T, B, H) is reshaped to (B, T, H), "
        f"which mixes samples and steps. {RETURN}",
    ),
    _way(
        "major",
        "returns the first state as the last",
        _first_as_last,
        "Your sequence of states is right, but the state that you return as the last is the first "
        f"one. {RETURN}",
    ),
    _way(
        "major",
        "makes as many steps as the batch has samples",
        lambda step, x, h: [unrolled(step, x[:, : len(x)], h)],
        f"{LOOP} makes B steps, where B is the size of the batch. There are T steps. {RETURN}",
    ),
    _way(
        "minor",
        "leaves out the last input",
        lambda step, x, h: [unrolled(step, x[:, :-1], h)],
        f"{LOOP} ends before the last input. {RETURN}",
    ),
    _way(
        "minor",
        "puts an activation on top",
        _activated,
        f"{LOOP} applies an activation to what the cell returns. The cell has its own. {OWN}",
    ),
]
ONES = Deviation(
    "starts from ones",
    "minor",
    f"{LOOP} starts from ones. Without a state, start from zeros of shape (B, cell.hidden_size).",
)
IGNORES = Deviation(
    "ignores the given state",
    "major",
    f"{LOOP} starts from zeros although a state is given. Make zeros only if h is None.",
)
SCALES = Deviation(
    "changes its input",
    "major",
    f"{LOOP} multiplies its input by a number, in the caller's own tensor. Operations in place "
    "change the caller's tensor, and fail where it needs a gradient. Read x[:, t] as it is.",
)
OWN_CELL = Deviation(
    "makes a cell of its own",
    "major",
    f"{LOOP} makes a cell of its own, and never calls the one that it is given. {OWN}",
)
OWN_EQUATION = Deviation(
    "runs with its own cell only",
    "major",
    "Your loop gives the right states with your own RNNCell, and raises an error with another cell "
    f"of the same interface. It may use nothing but cell(x, h) and cell.hidden_size. {OWN}",
)
WIDTH = Deviation(
    "reads the width from the cell's weights",
    "slip",
    f"{LOOP} makes its first state as wide as the cell's first parameter, which gives the states a "
    "wrong shape with other cells. The width is cell.hidden_size.",
)
INPUT_WIDTH = Deviation(
    "makes the first state as wide as the input",
    "minor",
    f"{LOOP} makes its first state as wide as the input, which gives the states a wrong shape. The "
    "width is cell.hidden_size.",
)
LEFT_OVER = Deviation(
    "starts from the last state of the call before",
    "major",
    f"{LOOP} starts from the last state of the call before. Start from zeros in every call, and "
    "keep nothing on self.",
)


def loop(step: Step, x: Tensor, h: Tensor | None = None, H: int = 0) -> list[Candidate]:
    """List what a loop over a given step would have returned with each deviation.

    Args:
        h: the state that the loop was given, if any.
        H: the width of the state, if none was.
    """
    first = x.new_zeros(len(x), H) if h is None else h
    found: list[Candidate] = [(d, partial(run, step, x, first)) for d, run in LOOPS]
    other = torch.ones_like(first) if h is None else torch.zeros_like(first)
    return [*found, (ONES if h is None else IGNORES, lambda: [unrolled(step, x, other)])]


def scaled(M: Tensor, step: Step, x: Tensor, h: Tensor, returned: Any) -> Candidate:
    """Return what the loop over `leaky` returns if its input is multiplied by the right number."""

    def values() -> Iterator[Any]:
        read, found = x[:, 0] @ M.T, returned[0][:, 0] - h / 2
        factor = float((read * found).sum() / (read * read).sum())
        if abs(factor) > 1e-3:
            yield unrolled(step, factor * x, h)

    return SCALES, values


def of_own_cell(parameters: Sequence[Parameter], x: Tensor, h: Tensor) -> Candidate:
    """Return the states of a loop over a cell with these parameters of its own."""
    D, H = x.shape[2], h.shape[1]
    return OWN_CELL, lambda: (unrolled(step, x, h) for step in cells(parameters, D, H))


def widths(step: Step, x: Tensor) -> list[Candidate]:
    """List the states from first states of another width than that of the cell."""
    B, _, D = x.shape
    return [
        (WIDTH, lambda: [unrolled(step, x, x.new_zeros(B, 1))]),
        (INPUT_WIDTH, lambda: [unrolled(step, x, x.new_zeros(B, D))]),
    ]
