"""How the tutorial's layer deviates, and what a student is told."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from torch import Tensor

from graders.deviations import Candidate, Deviation
from graders.oracles.formulas import Activation, affine, same
from graders.oracles.rnn_layer import StepOf, layer_readings, layer_step, sums
from graders.oracles.roles import Parameter, Roles
from graders.results.scoring import Severity

THEIRS = "Your output and state are exactly those of a layer that"
ASKED = "The equations are h_t = phi_h(W_x x_t + W_h h_(t-1) + b) and y_t = phi_y(W_y h_t + c)."


def _read_out(w: Roles, h: Tensor, phi_y: Activation) -> Tensor:
    return phi_y(affine(h, w["W_y"], w.get("c")))


def _old_state(w: Roles, x: Tensor, h: Tensor, phi_h: Activation, phi_y: Activation) -> Any:
    return _read_out(w, h, phi_y), phi_h(sums(w, x, h))


def _stays(w: Roles, x: Tensor, h: Tensor, phi_h: Activation, phi_y: Activation) -> Any:
    return layer_step(w, x, h, phi_h, phi_y)[0], h


def _sums(w: Roles, x: Tensor, h: Tensor, phi_h: Activation, phi_y: Activation) -> Any:
    total = sums(w, x, h)
    return _read_out(w, phi_h(total), phi_y), total


def _exchanged(w: Roles, x: Tensor, h: Tensor, phi_h: Activation, phi_y: Activation) -> Any:
    return layer_step(w, x, h, phi_y, phi_h)


def _bare(w: Roles, x: Tensor, h: Tensor, phi_h: Activation, phi_y: Activation) -> Any:
    return layer_step(w, x, h, phi_h, same)


def _centred(w: Roles, x: Tensor, h: Tensor, phi_h: Activation, phi_y: Activation) -> Any:
    return layer_step(w, x - x.mean(0), h, phi_h, phi_y)


def _returns(change: Callable[[Tensor, Tensor], Any]) -> StepOf:
    return lambda *known: change(*layer_step(*known))


def _way(severity: Severity, name: str, step: StepOf, sentence: str) -> tuple[Deviation, StepOf]:
    return Deviation(name, severity, sentence), step


STEPS = [
    _way(
        "major",
        "computes the output from the old state",
        _old_state,
        f"{THEIRS} computes the output from the state before. The output reads the new state. "
        f"{ASKED}",
    ),
    _way(
        "fatal",
        "returns the state that came in",
        _stays,
        "Your output is right, but the state that comes back is the one that came in, so nothing is "
        "carried on. Return the new state.",
    ),
    _way(
        "major",
        "carries the state without its activation",
        _sums,
        f"{THEIRS} applies phi_h only for the output. {ASKED} The state that is returned has gone "
        "through phi_h.",
    ),
    _way(
        "major",
        "exchanges the activations",
        _exchanged,
        f"{THEIRS} applies phi_y to the state and phi_h to the output. It is the other way round: "
        "h_t = phi_h(W_x x_t + W_h h_(t-1) + b) and y_t = phi_y(W_y h_t + c).",
    ),
    _way(
        "minor",
        "never activates its output",
        _bare,
        f"{THEIRS} never applies phi_y to its output. {ASKED}",
    ),
    _way(
        "minor",
        "returns state and output in the other order",
        _returns(lambda y, h: (h, y)),
        "Your numbers are right, but the state comes back first. Return the output first.",
    ),
    _way(
        "major",
        "returns the output alone",
        _returns(lambda y, h: y),
        "Your output is right, but no state comes back, so that no loop can carry it on. Return "
        "both.",
    ),
    _way(
        "major",
        "subtracts the mean of the batch",
        _centred,
        f"{THEIRS} subtracts the mean of the batch from its input. Samples leak into one another; "
        "read x_t as it is.",
    ),
]
SQUARE = Deviation(
    "works for equal widths only",
    "minor",
    "Your layer is right if input and state have one width, and raises an error otherwise: matrices "
    "of other widths cannot be multiplied. W_h maps h_dim to h_dim.",
)
KEEPS = Deviation(
    "keeps its state on self",
    "major",
    f"{THEIRS} starts from the state of the call before. Start from zeros in every call without a "
    "state, and keep nothing on self.",
)
FLOAT32 = Deviation(
    "returns float32",
    "slip",
    "Your gradients are right as far as float32 is exact, but inputs and weights are float64 and "
    "your output is not. Do not hard-code a dtype: use that of the input.",
)
OVERWRITES = Deviation(
    "overwrites the given state",
    "minor",
    "Your values are right, but your gradients are exactly those of a layer that writes the new "
    "state into the given one, which backward still needs. Operations that end in _ change the "
    "caller's tensor; make a new one.",
)
DETACHES = Deviation(
    "detaches the state",
    "major",
    "Your gradients are exactly those of a layer that detaches the state. The graph is cut by "
    "detach(), .data, .item(), torch.tensor(…) or torch.no_grad(): the recurrent weights are used, "
    "but never learn.",
)


def layer(
    parameters: Sequence[Parameter],
    sizes: Sequence[int],
    inputs: tuple[Tensor, Tensor],
    phi_h: Activation,
    phi_y: Activation | None,
) -> list[Candidate]:
    """List what one step would have returned with each deviation."""
    known = (parameters, sizes, inputs, phi_h, phi_y)
    return [(d, partial(layer_readings, *known, step)) for d, step in STEPS]


def kept(
    parameters: Sequence[Parameter],
    sizes: Sequence[int],
    x: Tensor,
    before: Tensor,
    phi_h: Activation,
    phi_y: Activation,
) -> list[Candidate]:
    """List what a step without a state returns that starts from the state `before`."""

    def values() -> Iterator[Any]:
        for h in (before, before[:1].expand(len(x), -1)):
            if len(h) == len(x):
                yield from layer_readings(parameters, sizes, (x, h), phi_h, phi_y)

    return [(KEEPS, values)]


def overwritten(
    w: Roles, x: Tensor, h: Tensor, phi_h: Activation, phi_y: Activation
) -> tuple[Tensor, Tensor]:
    """Compute the right values, with the gradients after h was overwritten by the new state."""
    new = phi_h(sums(w, x, h)).detach()
    apart = {**w, "W_h": w["W_h"].detach()}
    learns = new @ w["W_h"].T
    state = phi_h(sums(apart, x, h) + learns - learns.detach())
    return _read_out(w, state, phi_y), state


def detached(
    w: Roles, x: Tensor, h: Tensor, phi_h: Activation, phi_y: Activation
) -> tuple[Tensor, Tensor]:
    """Compute the right values, with W_h h cut from the graph, and its bias or not."""
    inner = {**w, "W_h": w["W_h"].detach(), "b_1": w["b_1"].detach()} if "b_1" in w else w
    state = phi_h(sums(inner, x, h.detach()))
    return _read_out(w, state, phi_y), state
