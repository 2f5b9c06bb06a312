"""How Elman layers deviate, and what a student is told."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from graders.deviations import Candidate, Deviation
from graders.deviations.elman import runs
from graders.deviations.elman.runs import Layouts, Run
from graders.oracles import elman as oracle
from graders.oracles.elman import elman, step, sums
from graders.oracles.formulas import ACTIVATIONS, Activation, affine
from graders.oracles.roles import Parameter, Roles, assignments
from graders.results.scoring import Severity

THEIRS = "Your outputs and state are exactly those of a layer that"
RIGHT = "Your numbers are right, but"


def _way(severity: Severity, name: str, run: Run, sentence: str) -> tuple[Deviation, Run]:
    return Deviation(name, severity, sentence), run


RUNS = [
    _way(
        "fatal",
        "never carries its state",
        runs.never_carried,
        f"{THEIRS} starts every step from the first state. The assignment asks for the new "
        "state to be passed on to the next step.",
    ),
    _way(
        "fatal",
        "never reads its input",
        runs.by(runs.no_input, runs.state_for_input),
        f"{THEIRS} never reads its inputs. Each step must read x_t and the state before it.",
    ),
    _way(
        "fatal",
        "reads the first input at every step",
        runs.on(lambda x: x[:, :1].expand_as(x)),
        f"{THEIRS} reads the first input at every step. Step t must read x_t.",
    ),
    _way(
        "fatal",
        "reads the input in reverse",
        runs.backwards,
        f"{THEIRS} reads the inputs from the last to the first. Step t may only read x_t and "
        "the state before it.",
    ),
    _way(
        "fatal",
        "reads one input ahead",
        runs.on(lambda x: torch.cat([x[:, 1:], x[:, -1:]], 1)),
        f"{THEIRS} reads the next input at every step. Step t may only read x_t and the state "
        "before it.",
    ),
    _way(
        "fatal",
        "reads the mean of all inputs",
        runs.on(lambda x: x + x.mean(1, keepdim=True)),
        f"{THEIRS} adds the mean of all inputs to each one. Step t may only read x_t and the "
        "state before it, nothing from the future.",
    ),
    _way(
        "major",
        "takes the batch axis for time",
        runs.over_samples,
        f"{THEIRS} runs over the samples of the batch as if they were time steps, so that "
        "samples leak into one another. The inputs have shape (B, T, D).",
    ),
    _way(
        "major",
        "computes the output from the old state",
        runs.by(runs.old_state),
        f"{THEIRS} computes the output of a step from the state before it. Compute the hidden "
        "state first: the output reads the new one.",
    ),
    _way(
        "major",
        "returns the states as outputs",
        runs.by(runs.state_as_output),
        f"{THEIRS} returns its hidden states as outputs. The equations ask for "
        "y_t = V h_t + c, so the second Linear is missing.",
    ),
    _way(
        "major",
        "carries the output",
        runs.by(runs.output_as_state),
        f"{THEIRS} passes the output on to the next step. The equations carry the hidden state "
        "h_t, and return it last.",
    ),
    _way(
        "major",
        "carries the state without its activation",
        runs.by(runs.sum_as_state),
        f"{THEIRS} applies the activation only for the output. It must be applied before the "
        "state is passed on.",
    ),
    _way(
        "major",
        "has no activation",
        runs.with_activation(lambda total, f: total),
        f"{THEIRS} has no activation at all. It must be applied before the state is passed on: "
        "h_t = f(W [x_t, h_(t-1)] + b).",
    ),
    _way(
        "minor",
        "applies an activation to the outputs",
        runs.activated,
        f"{THEIRS} applies an activation to its outputs, too. The output is a Linear of the "
        "new state, y_t = V h_t + c, and nothing more.",
    ),
    _way(
        "major",
        "applies a softmax to the outputs",
        runs.returns(lambda outs, last: (outs.softmax(-1), last)),
        f"{THEIRS} applies a softmax to its outputs. The equations ask for y_t = V h_t + c.",
    ),
    _way(
        "major",
        "applies a softmax to the state",
        runs.with_activation(lambda total, f: total.softmax(-1)),
        f"{THEIRS} applies a softmax in place of the activation. The equations ask for "
        "h_t = f(W [x_t, h_(t-1)] + b) with f one of tanh, sigmoid, ReLU.",
    ),
    _way(
        "major",
        "applies a softmax over the batch",
        runs.with_activation(lambda total, f: total.softmax(0)),
        f"{THEIRS} applies a softmax over dim 0, the batch, to its state: samples leak into "
        "one another. Apply the activation to each number.",
    ),
    _way(
        "minor",
        "applies the activation twice",
        runs.with_activation(lambda total, f: f(f(total))),
        f"{THEIRS} applies the activation to the state twice. Once is what the equations ask "
        "for: h_t = f(W [x_t, h_(t-1)] + b).",
    ),
    _way(
        "minor",
        "adds the old state to the new one",
        runs.by(runs.residual),
        f"{THEIRS} adds the old state to the new one. The equations ask for "
        "h_t = f(W [x_t, h_(t-1)] + b), where the old state is only read inside of f.",
    ),
    _way(
        "minor",
        "subtracts the input",
        runs.on(lambda x: -x),
        f"{THEIRS} subtracts the input. The equations ask for h_t = f(W [x_t, h_(t-1)] + b).",
    ),
    _way(
        "minor",
        "squashes its inputs",
        runs.on(torch.tanh),
        f"{THEIRS} applies a tanh to its inputs. The equations read x_t as it is. An operation "
        "in place, whose name ends in _, would even change the caller's tensor.",
    ),
    _way(
        "major",
        "lets the samples share a state",
        runs.by(runs.shared),
        f"{THEIRS} passes on the mean state of the batch. Samples leak into one another: each "
        "has a state of its own.",
    ),
    _way(
        "minor",
        "starts from ones",
        runs.from_ones,
        f"{THEIRS} starts from ones. Without a state, start from zeros of shape (B, hsize).",
    ),
    _way(
        "major",
        "ignores the given state",
        runs.ignores,
        f"{THEIRS} starts from zeros although a state is given. Start from `hidden` when it is "
        "given, so that a sequence can be continued.",
    ),
    _way(
        "minor",
        "returns the outputs alone",
        runs.returns(lambda outs, last: outs),
        f"{RIGHT} only the outputs come back. Return the sequence of outputs and, second, the "
        "hidden state after the last input.",
    ),
    _way(
        "minor",
        "returns state and outputs in the other order",
        runs.returns(lambda outs, last: (last, outs)),
        f"{RIGHT} the state comes back first. Return the sequence with one output for each "
        "input first, then the hidden state.",
    ),
    _way(
        "major",
        "keeps the last output alone",
        runs.returns(lambda outs, last: (outs[:, -1], last)),
        "You return exactly the output of the last step. Collect one output for each input, "
        "and stack them along dim=1.",
    ),
    _way(
        "major",
        "returns the first state",
        runs.first_state,
        "Your outputs are right, but the state that you return is the one that the layer "
        "started from. Start from `hidden` when it is given, and return the last one.",
    ),
    _way(
        "minor",
        "returns all states",
        runs.all_states,
        f"{RIGHT} the states of all steps come back. Return only the state after the last "
        "input, of shape (B, hsize).",
    ),
    _way(
        "minor",
        "returns the last output twice",
        runs.returns(lambda outs, last: (torch.cat([outs, outs[:, -1:]], 1), last)),
        f"{RIGHT} the last output stands twice in the sequence. Collect one output for each input.",
    ),
    _way(
        "minor",
        "leaves out the first input",
        runs.on(lambda x: x[:, 1:]),
        f"{THEIRS} starts at the second input. Collect one output for each input.",
    ),
    _way(
        "minor",
        "leaves out the last input",
        runs.on(lambda x: x[:, :-1]),
        f"{THEIRS} ends before the last input. Collect one output for each input.",
    ),
    _way(
        "minor",
        "returns the outputs with time first",
        runs.returns(lambda outs, last: (outs.transpose(0, 1), last)),
        f"{RIGHT} the outputs have shape (T, B, outsize). Stack one output for each input "
        "along dim=1: (B, T, outsize).",
    ),
    _way(
        "major",
        "reshapes instead of exchanging axes",
        runs.returns(runs.reshaped),
        "Your outputs are the right numbers in a wrong order: (T, B, outsize) is reshaped to "
        "(B, T, outsize). Samples leak into one another; stack along dim=1 or use transpose.",
    ),
    _way(
        "major",
        "returns the outputs in reverse",
        runs.returns(lambda outs, last: (outs.flip(1), last)),
        "Your outputs are right, but stand in reverse order. The output at t is that of x_t: "
        "Step t may only read x[:, t] and the state before it.",
    ),
]
SPECIAL: list[tuple[Deviation, Run, Layouts]] = [
    (
        Deviation(
            "computes the output from input and old state",
            "minor",
            f"{THEIRS} computes the output of a step from its input and the old state. Compute the "
            "hidden state first: the output reads the new one, y_t = V h_t + c.",
        ),
        runs.by(runs.input_and_old_state, runs.old_state_and_input),
        runs.wide_output,
    ),
    (
        Deviation(
            "learns its first state",
            "minor",
            f"{THEIRS} starts from a parameter. Without a state, start from zeros of shape "
            "(B, hsize).",
        ),
        runs.from_learned,
        runs.learned_state,
    ),
]
UNREGISTERED = Deviation(
    "hides its output layer from the parameters",
    "major",
    "Your states are right, and your outputs are a Linear of them, but the parameters do not make "
    "up the required layers: that Linear is not among them, so it is never trained. Assign each "
    "layer to self, or keep layers in an nn.ModuleList.",
)
RANDOM = Deviation(
    "starts from random numbers",
    "minor",
    "Given a first state of zeros, your outputs are right; without a state, each call gives other "
    "ones. Start from zeros of shape (B, hsize), and keep nothing on self.",
)
SIZES = Deviation(
    "takes its sizes in another order",
    "slip",
    "Your layer is right, but takes its sizes in another order. The assignment asks for "
    "Elman(insize, outsize, hsize): the state is hsize wide, not insize.",
)
FLOAT32 = Deviation(
    "returns float32",
    "slip",
    "Your gradients are right as far as float32 is exact, but inputs and weights are float64 and "
    "your outputs are not. Do not hard-code a dtype: use that of the input.",
)
CUT = "The graph is cut by detach(), .data, .item(), torch.tensor(…) or torch.no_grad()."
CUTS = Deviation(
    "passes no gradient from step to step",
    "major",
    f"Your gradients are exactly those of a layer that detaches the state between two steps. {CUT} "
    "The gradient must flow back through all steps.",
)
DETACHES = Deviation(
    "detaches its states",
    "major",
    f"Your gradients are exactly those of a layer that detaches every new state. {CUT} The weights "
    "of the recurrence are used, but never learn.",
)
COPIES = Deviation(
    "returns outputs without a gradient",
    "major",
    f"Your gradients are exactly those of a layer whose outputs are detached. {CUT} The layer is "
    "used, but never learns from its outputs.",
)
IGNORES = next(d for d, _ in RUNS if d.name == "ignores the given state")


def layer(
    parameters: Sequence[Parameter],
    sizes: Sequence[int],
    x: Tensor,
    hidden: Tensor | None = None,
    returned: Any = None,
) -> list[Candidate]:
    """List what a layer would have returned with each deviation.

    Args:
        parameters: the student's own.
        sizes: I, O, H.
        returned: the layer's answer, to which unknown weights of the outputs are fitted.
    """
    ways = [*((d, run, oracle.elman_layouts) for d, run in RUNS), *SPECIAL]
    found: list[Candidate] = [
        (deviation, partial(_answers, run, layouts, parameters, sizes, x, hidden))
        for deviation, run, layouts in ways
    ]
    return [*found, (UNREGISTERED, partial(runs.fitted, parameters, sizes, x, hidden, returned))]


def exchanged_sizes(
    parameters: Sequence[Parameter], sizes: Sequence[int], x: Tensor
) -> list[Candidate]:
    """List what a layer would have returned that takes its sizes in another order."""
    I, O, H = sizes
    orders = [(I, H, O), (O, I, H), (H, O, I), (O, H, I), (H, I, O)]

    def values() -> Iterator[Any]:
        for order in orders:
            if order[0] == x.shape[2]:
                yield from _answers(runs.right, oracle.elman_layouts, parameters, order, x, None)

    return [(SIZES, values)]


def gradients(w: Roles, x: Tensor, hidden: Tensor, f: Activation) -> list[tuple[Deviation, Any]]:
    """List the outputs, with their graph, of layers that cut it."""

    def cut(w: Roles, x: Tensor, h: Tensor, f: Activation) -> tuple[Tensor, Tensor]:
        return step(w, x, h.detach(), f)

    def detached(w: Roles, x: Tensor, h: Tensor, f: Activation) -> tuple[Tensor, Tensor]:
        h = f(sums(w, x, h)).detach()
        return affine(h, w["W_y"], w.get("c")), h

    outs, last = elman(w, x, hidden, f)
    return [
        (CUTS, elman(w, x, hidden, f, cut)),
        (DETACHES, elman(w, x, hidden, f, detached)),
        (COPIES, (outs.detach(), last)),
        (IGNORES, elman(w, x, None, f)),
    ]


def _answers(
    run: Run,
    layouts: Layouts,
    parameters: Sequence[Parameter],
    sizes: Sequence[int],
    x: Tensor,
    hidden: Tensor | None,
) -> Iterator[Any]:
    I, O, H = sizes
    for layout, split in layouts(I, O, H):
        for w in assignments(parameters, layout):
            for activation in ACTIVATIONS.values():
                yield from run(split(w), x, hidden, activation)
