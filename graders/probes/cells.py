"""Shared by the checks of cells: no built-in layers, values, gradients, matrix products."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from graders.assertions.compare import close, holds, is_close, several, shaped
from graders.assertions.draw import Draw
from graders.assertions.properties import reweighted, weighted
from graders.oracles.formulas import Formula
from graders.oracles.gated import Cell, in_words
from graders.oracles.roles import Parameter
from graders.probes.operators import built_by_hand, matrix_products
from graders.probes.weights import Reading, Slopes, read, start, too_many
from graders.remote.faults import Failed, StudentError
from graders.remote.handles import Remote
from graders.remote.replies import Gradients
from graders.remote.student import RemoteSubmission

DETACHED = (
    "Either forward does not use them, or the graph is cut on the way to the output: by detach(), "
    ".data, .item(), torch.tensor(…) or torch.no_grad()."
)


def floats(
    returned: object, shape: Sequence[int], hint: str = "", what: str = "The result"
) -> Tensor:
    """Return `returned` if it is a finite tensor of real floats with this shape."""
    tensor = shaped(returned, shape, hint, what)
    holds(tensor.is_floating_point(), f"{what} is not a tensor of floats.", str(tensor.dtype))
    return tensor


@dataclass(frozen=True)
class BuiltCell:
    """A student's gated cell, ready to be called.

    Args:
        cell: the cell as the student made it.
        model: the same with every input a tensor of its own: x, h and, for an LSTM, c.
        inputs: B samples of each.
        name: of the cell's class.
    """

    student: RemoteSubmission
    cell: Remote
    model: Remote
    inputs: list[Tensor]
    known: Cell
    name: str

    @cached_property
    def parameters(self) -> list[Parameter]:
        """Return the model's parameters as they are after its first call."""
        return self.student.parameters(self.model)

    def call(self, inputs: Sequence[Tensor]) -> list[Tensor]:
        """Call the cell and return its new states, each of shape (B, H)."""
        x, *states = inputs
        shape = states[0].shape
        if len(states) == 1:
            return [floats(self.cell(x, states[0]), shape, "Return the new state.", "The state")]
        returned = several(self.cell(x, tuple(states)), 2, "(h, c)", "Return both new states.")
        names = ("The hidden state", "The cell state")
        return [floats(v, shape, what=name) for v, name in zip(returned, names, strict=True)]


def make(
    student: RemoteSubmission,
    draw: Draw,
    name: str,
    known: Callable[[int, int], Cell],
    sizes: tuple[int, int] = (3, 3),
    dtype: torch.dtype = torch.float32,
    B: int = 3,
) -> BuiltCell:
    """Make the cell of this name with random weights; a built-in one ends the check.

    Args:
        known: describes the kind of cell, for D and H.
        sizes: D, H.
    """
    D, H = sizes
    cell = getattr(student, name)(D, H)
    model = student.given("cells.Apart", cell) if "LSTM" in name else cell
    weighted(student, model, draw, dtype)
    inputs = [
        draw.short(B, D, dtype=dtype),
        *(draw.short(B, H, dtype=dtype) for _ in ("hc" if "LSTM" in name else "h")),
    ]
    built_by_hand(student, model, *inputs)
    return BuiltCell(student, cell, model, inputs, known(D, H), name)


def values_match(made: BuiltCell, draw: Draw) -> None:
    """Raise Failed unless the cell computes a right formula with its own weights (float64)."""
    _zeros_match(made, draw)
    called = made.student.called
    best = readings(made, draw)[0]
    if not best.agrees:
        made.student.called = called
        raise Failed(_unread(best.reading), hint=made.known.hint)


def _zeros_match(made: BuiltCell, draw: Draw) -> None:
    """Raise Failed unless the states are right with all weights zero, where all formulas agree."""
    returned, expected = with_zeros(made)
    if not agree(returned, expected):
        for got, wanted in zip(returned, expected, strict=True):
            close(got, wanted, made.known.hint, "With all weights and biases zero, the new state")


def with_zeros(made: BuiltCell) -> tuple[list[Tensor], list[Tensor]]:
    zeros = {p.name: torch.zeros_like(p.values) for p in made.parameters}
    made.student.set_parameters(made.model, zeros)
    return made.call(made.inputs), at_zero(made.known.formulas[0], made)


def at_zero(formula: Formula, made: BuiltCell) -> list[Tensor]:
    roles = {n: torch.zeros(s, dtype=torch.float64) for n, s in formula.shapes.items()}
    return formula.run(roles, made.inputs)


def agree(returned: Sequence[Tensor], expected: Sequence[Tensor]) -> bool:
    return all(map(is_close, returned, expected))


@dataclass(frozen=True)
class Tried:
    """One right formula, the reading of the weights under it, and whether new values agree."""

    reading: Reading
    agrees: bool


def readings(made: BuiltCell, draw: Draw) -> list[Tried]:
    """Read the weights under the right formulas until one agrees; the best is first.

    Autograd's gradients are fast. If they lead to no reading, finite differences of the cell's own
    values decide.
    """
    with contextlib.suppress(Failed, StudentError):
        found = read_by(made.student.gradients, made, draw)
        if found[0].agrees:
            return found
    return read_by(made.student.differences, made, draw)


def read_by(slopes: Slopes, made: BuiltCell, draw: Draw) -> list[Tried]:
    found: list[Tried] = []
    formulas = _plausible(slopes, made, made.known.formulas, draw)
    for formula in formulas or made.known.formulas[:1]:
        found.insert(0, try_formula(slopes, made, formula, draw))
        if found[0].agrees:
            return found
    return sorted(found, key=lambda one: (not one.reading.fits, bool(one.reading.strange)))


def _plausible(
    slopes: Slopes, made: BuiltCell, formulas: Sequence[Formula], draw: Draw
) -> list[Formula]:
    """List those of the formulas that zero weights do not rule out."""
    if too_many(made.parameters, made.known.formulas[0]):
        return []
    known = start(slopes, made.student, made.model, made.parameters, made.inputs, draw)
    return [formula for formula in formulas if known.allows(formula)]


def try_formula(slopes: Slopes, made: BuiltCell, formula: Formula, draw: Draw) -> Tried:
    """Read the weights under a formula, and compare values at new ones."""
    reading = read(slopes, made.student, made.model, made.parameters, formula, made.inputs, draw)
    return Tried(reading, reading.fits and computes(made, reading, draw))


def computes(made: BuiltCell, reading: Reading, draw: Draw) -> bool:
    """Return whether the cell's values at new weights are those of the formula as it is read."""
    parameters = reweighted(made.student, made.model, made.parameters, draw, torch.float64)
    expected = [v.detach() for v in reading.run(parameters, made.inputs)]
    return agree(made.call(made.inputs), expected)


def _unread(best: Reading) -> str:
    words = best.formula.words
    if best.fits:
        return (
            f"The new state is not that of {words}, although each weight by itself acts like one."
        )
    if best.strange:
        return f"The cell is not {words}: {best.strange} acts like no weight of {words}."
    return f"There is no weight {', '.join(map(in_words, best.missing))}."


def gradients_match(made: BuiltCell, draw: Draw) -> None:
    """Raise Failed unless autograd's slopes are those of the formula and the own values (float64).

    A cell with another formula is checked by its own values alone: its fault costs points once.
    """
    best = readings(made, draw)[0]
    parameters = reweighted(made.student, made.model, made.parameters, draw, torch.float64)
    cotangents = [draw.normal(*v.shape, dtype=torch.float64) for v in made.call(made.inputs)]
    inputs = [v.clone().requires_grad_() for v in made.inputs]
    truth = best.reading.run(parameters, inputs) if best.agrees else None
    slopes_match(made.student, made.model, parameters, inputs, cotangents, truth)


def slopes_match(
    student: RemoteSubmission,
    model: Remote,
    parameters: Sequence[Parameter],
    inputs: Sequence[Tensor],
    cotangents: Sequence[Tensor],
    truth: Sequence[Tensor] | None,
    measured: bool = True,
) -> None:
    """Raise Failed unless autograd finds every slope that `truth` has, or else central differences.

    They are compared as float32, since a cell may compute in it.

    Args:
        measured: whether to look at differences; at the kink of a ReLU they may mislead.
        truth: the right outputs, computed from `parameters` and `inputs`, which require gradients;
            None when there are none.
    """
    labels = [p.name for p in parameters] + list("xhc"[: len(inputs)])
    leaves, inputs = [p.values for p in parameters] + list(inputs), [v.detach() for v in inputs]
    found = student.gradients(model, inputs, cotangents)
    missing = [p.name for p in parameters if found.parameters.get(p.name) is None]
    holds(not missing, f"No gradient arrives at {', '.join(missing)}.", hint=DETACHED)
    returned = _in_order(found, parameters, inputs)
    if measured and truth is None:
        moved = _in_order(student.differences(model, inputs, cotangents), parameters, inputs)
        for label, got, wanted in zip(labels, returned, moved, strict=True):
            close(got.float(), wanted.float(), DETACHED, f"The gradient of {label}")
    if truth is None:
        return
    total = torch.stack([(o * c).sum() for o, c in zip(truth, cotangents, strict=True)]).sum()
    expected = torch.autograd.grad(total, leaves)
    for label, got, wanted in zip(labels, returned, expected, strict=True):
        close(got.float(), wanted.float(), DETACHED, f"The gradient of {label}")


def _in_order(
    found: Gradients, parameters: Sequence[Parameter], inputs: Sequence[Tensor]
) -> list[Tensor]:
    """List the slopes of the parameters and then of the inputs; zeros where none arrived."""
    values = [p.values for p in parameters] + list(inputs)
    slopes = [found.parameters.get(p.name) for p in parameters] + found.inputs[: len(inputs)]
    slopes += [None] * (len(values) - len(slopes))
    return [torch.zeros_like(v) if s is None else s for v, s in zip(values, slopes, strict=True)]


def samples_stand_alone(made: BuiltCell) -> None:
    """Raise Failed unless a sample gets the same states alone and in a batch of any other size."""
    whole = made.call(made.inputs)
    for rows in (slice(0, 1), slice(1, 3), slice(0, 5)):
        part = [torch.cat([v, v.flip(0)])[rows] for v in made.inputs]
        expected = [torch.cat([v, v.flip(0)])[rows] for v in whole]
        hint = "Take the batch size from the input; no weight or bias has an axis for it."
        for got, wanted in zip(made.call(part), expected, strict=True):
            close(got, wanted, hint, f"The state of a batch of {len(wanted)}")


def products(made: BuiltCell) -> int:
    """Return how many matrix products one step makes; a stacked one counts as one."""
    return matrix_products(made.student.operations(made.model, *made.inputs))


def few_products(made: BuiltCell, most: int) -> None:
    """Raise Failed if one step uses more matrix products than `most`."""
    total = products(made)
    hint = (
        "Concatenate what is multiplied, multiply once, then split the result with chunk: "
        "W x + U h is [W U] times [x, h], and gates with the same input can share one product."
    )
    holds(
        0 < total <= most,
        f"One step makes {total} matrix products.",
        f"{total} products",
        f"at most {most}",
        hint,
    )
