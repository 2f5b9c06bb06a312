"""Find the roles of a student's weights by their effect, for any names, shapes, order and layout.

All weights are set to zero, and the slope of the outputs is measured for each single number among
the parameters. The slope gives its role: a number that acts like the oracle's W[1, 2] is W[1, 2].
Roles that have no effect yet, or the same effect, are separated in the next round, in which the
known ones are random. The roles alone prove nothing: checks then compare values
at new weights.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from graders.assertions.draw import Draw
from graders.oracles.formulas import Formula
from graders.oracles.roles import Parameter, Roles
from graders.remote.handles import Remote
from graders.remote.replies import Gradients
from graders.remote.student import RemoteSubmission

Slopes = Callable[[Remote, Sequence[Tensor], Sequence[Tensor]], Gradients]

ROUNDS = 9  # three find all weights of right formulas; exchangeable gates take more
DRAWS = 8  # of weights and inputs in a round, to make all roles clear
SAME = 1e-6  # central differences are exact to about 1e-9
APART = 1e-5  # roles with slopes closer than this are separated in a later round
SPARE = 4  # how many times the needed numbers a model may have before it is left unprobed


@dataclass(frozen=True)
class Reading:
    """The role of each number of the parameters under a formula.

    Args:
        places: for all numbers in a row, their place in the row of all roles; -1 has none.
        strange: the first number that has no role, as `W.weight[0, 2]`; "" if none.
        missing: needed roles of which some number was not found.
    """

    formula: Formula
    places: Tensor
    strange: str
    missing: tuple[str, ...]

    @property
    def fits(self) -> bool:
        return not self.strange and not self.missing

    def run(self, parameters: Sequence[Parameter], inputs: Sequence[Tensor]) -> list[Tensor]:
        """Compute the formula's outputs; gradients reach the parameters' values."""
        row = torch.cat([p.values.reshape(-1) for p in parameters])
        return self.formula.run(_roles(self.formula, self.places, row), inputs)


def read(
    slopes: Slopes,
    student: RemoteSubmission,
    model: Remote,
    parameters: Sequence[Parameter],
    formula: Formula,
    inputs: Sequence[Tensor],
    draw: Draw,
) -> Reading:
    """Find the role of each number; the model's parameters are overwritten (float64).

    Args:
        slopes: how they are measured: the student's `gradients` or `differences`.
        inputs: of the shapes that the model takes: x, then states like those that it returns;
            their values are drawn anew.
    """
    places = torch.full((sum(p.values.numel() for p in parameters),), -1)
    if too_many(parameters, formula):
        return Reading(formula, places, "", tuple(formula.needed))
    for _ in range(ROUNDS):
        probe = _draw_probe(formula, places, inputs, draw)
        _write(student, model, parameters, probe.row)
        found = _in_a_row(slopes(model, probe.inputs, probe.cotangents), parameters)
        numbers = torch.nonzero((places < 0) & ~(found.abs() <= SAME)).squeeze(1)
        if not len(numbers):
            break
        gaps = (found[numbers, None] - probe.slopes).abs().nan_to_num(torch.inf)
        nearest = gaps.min(dim=1) if len(probe.roles) else None
        strange = numbers if nearest is None else numbers[nearest.values > SAME]
        if nearest is None or len(strange):
            name = _name(parameters, int(strange[0]))
            return Reading(formula, places, name, _missing(formula, places))
        clear = probe.clear[nearest.indices]
        if not bool(clear.any()):  # two gates of one kind differ only in their names
            clear[0] = True
        places[numbers[clear]] = probe.roles[nearest.indices[clear]]
    return Reading(formula, places, "", _missing(formula, places))


def too_many(parameters: Sequence[Parameter], formula: Formula) -> bool:
    """Return whether a model has too many numbers for the formula."""
    count = sum(p.values.numel() for p in parameters)
    return count > SPARE * sum(torch.Size(shape).numel() for shape in formula.shapes.values())


@dataclass(frozen=True)
class Start:
    """The slopes of all numbers at zero weights, which rule out most formulas at once."""

    inputs: list[Tensor]
    cotangents: list[Tensor]
    found: Tensor

    @property
    def acts(self) -> bool:
        """Return whether some number has an effect."""
        return bool((~(self.found.abs() <= SAME)).any())

    def allows(self, formula: Formula) -> bool:
        """Return whether each number acts like some weight of the formula."""
        full = _full(formula, torch.empty(0, dtype=torch.int64), self.found[:0])
        slopes = _oracle_slopes(formula, full, self.inputs, self.cotangents)
        acting = self.found[~(self.found.abs() <= SAME)]
        gaps = (acting[:, None] - slopes).abs().nan_to_num(torch.inf)
        return bool((gaps.min(dim=1).values <= SAME).all()) if len(acting) else True


def start(
    slopes: Slopes,
    student: RemoteSubmission,
    model: Remote,
    parameters: Sequence[Parameter],
    inputs: Sequence[Tensor],
    draw: Draw,
) -> Start:
    """Measure the slopes at zero weights of a model that returns states like those it is given."""
    count = sum(p.values.numel() for p in parameters)
    _write(student, model, parameters, torch.zeros(count, dtype=torch.float64))
    values = [draw.short(*x.shape) for x in inputs]
    cotangents = [draw.normal(*x.shape, dtype=torch.float64) for x in inputs[1:]]
    return Start(values, cotangents, _in_a_row(slopes(model, values, cotangents), parameters))


def _oracle_slopes(
    formula: Formula, full: Tensor, inputs: Sequence[Tensor], cotangents: Sequence[Tensor]
) -> Tensor:
    """Differentiate the formula's outputs times cotangents by the row of all roles."""
    full = full.detach().requires_grad_()
    outputs = formula.run(_split(formula, full), inputs)
    total = torch.stack([(o * c).sum() for o, c in zip(outputs, cotangents, strict=True)]).sum()
    (slopes,) = torch.autograd.grad(total, full)
    return slopes


@dataclass(frozen=True)
class _Probe:
    """The point where slopes are measured, and the expected slopes of the roles not yet found.

    Args:
        row: all numbers of the parameters.
        roles: the places of those roles in the row of all roles.
        slopes: their slopes.
        clear: whether no other role has a slope like it.
    """

    row: Tensor
    inputs: list[Tensor]
    cotangents: list[Tensor]
    roles: Tensor
    slopes: Tensor
    clear: Tensor


def _draw_probe(formula: Formula, places: Tensor, inputs: Sequence[Tensor], draw: Draw) -> _Probe:
    """Draw weights and inputs at which as many roles as possible are clear."""
    probes = []
    for _ in range(DRAWS):
        row = draw.normal(len(places), dtype=torch.float64) * 0.6
        row[places < 0] = 0.0
        values = [draw.short(*x.shape) for x in inputs]
        cotangents = [draw.normal(*x.shape, dtype=torch.float64) for x in inputs[1:]]
        slopes = _oracle_slopes(formula, _full(formula, places, row), values, cotangents)
        unknown = torch.ones(len(slopes), dtype=torch.bool)
        unknown[places[places >= 0]] = False
        roles = torch.nonzero(unknown).squeeze(1)
        slopes = slopes[roles]
        near = ((slopes[:, None] - slopes).abs() <= APART).sum(dim=1)
        clear = (near == 1) & (slopes.abs() > APART)
        probes.append(_Probe(row, values, cotangents, roles, slopes, clear))
        if bool((clear | (slopes.abs() < 1e-12)).all()):
            break
    return max(probes, key=lambda probe: int(probe.clear.sum()))


def _in_a_row(found: Gradients, parameters: Sequence[Parameter]) -> Tensor:
    rows = []
    for p in parameters:
        slopes = found.parameters.get(p.name)
        sound = slopes is not None and slopes.shape == p.values.shape
        rows.append(slopes.double().reshape(-1) if sound else torch.zeros(p.values.numel()))
    return torch.cat([torch.zeros(0).double(), *(row.double() for row in rows)])


def _write(
    student: RemoteSubmission, model: Remote, parameters: Sequence[Parameter], row: Tensor
) -> None:
    pieces = row.split([p.values.numel() for p in parameters])
    values = {p.name: v.reshape(p.values.shape) for p, v in zip(parameters, pieces, strict=True)}
    student.set_parameters(model, values)


def _full(formula: Formula, places: Tensor, row: Tensor) -> Tensor:
    """Add the numbers of a model's row up to the row of all roles."""
    total = sum(torch.Size(shape).numel() for shape in formula.shapes.values())
    has = places >= 0
    return row.new_zeros(total).index_add(0, places[has], row[has])


def _split(formula: Formula, full: Tensor) -> Roles:
    pieces = full.split([torch.Size(shape).numel() for shape in formula.shapes.values()])
    shapes = formula.shapes.items()
    return {name: v.reshape(shape) for (name, shape), v in zip(shapes, pieces, strict=True)}


def _roles(formula: Formula, places: Tensor, row: Tensor) -> Roles:
    return _split(formula, _full(formula, places, row))


def _missing(formula: Formula, places: Tensor) -> tuple[str, ...]:
    counts = _full(formula, places, torch.ones(len(places), dtype=torch.float64))
    roles = _split(formula, counts)
    return tuple(name for name in formula.needed if not bool((roles[name] > 0).all()))


def _name(parameters: Sequence[Parameter], number: int) -> str:
    for p in parameters:
        if number < p.values.numel():
            place = torch.unravel_index(torch.tensor(number), p.values.shape)
            return f"{p.name}[{', '.join(str(int(i)) for i in place)}]"
        number -= p.values.numel()
    return ""
