"""Find out what a wrong gated cell is: a wrong formula, a wrong form, or something that it keeps."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from itertools import islice

import torch

from graders.assertions.compare import passes
from graders.assertions.draw import Draw
from graders.assertions.properties import weighted
from graders.assertions.recognise import named_by
from graders.deviations import Deviation
from graders.deviations.gated import cells as deviations
from graders.oracles.formulas import Formula
from graders.oracles.gated import Cell, gru, lstm
from graders.oracles.roles import Layout, assignments
from graders.probes.cells import (
    BuiltCell,
    agree,
    at_zero,
    computes,
    gradients_match,
    make,
    products,
    read_by,
    try_formula,
    values_match,
    with_zeros,
)
from graders.probes.weights import Reading, start, too_many
from graders.remote.faults import Failed, Fault
from graders.remote.student import RemoteSubmission

HIDDEN = 4  # roles at most that a gate may hide: W and U of two gates
READINGS = 200  # of the hidden ones at most


def recognised(made: BuiltCell, draw: Draw) -> AbstractContextManager[None]:
    """Add to a failure what the cell computes, if exactly one deviation fits."""
    questions = partial(_by_formula, made, draw), partial(_by_form, made, draw)
    return named_by(made.student, (Failed,), *questions)


def _by_formula(made: BuiltCell, draw: Draw) -> Deviation | None:
    """Return the one deviation that explains what the cell computes, if there is one."""
    known = list(deviations.of_cell(made.known, made.name.startswith("Fused")))
    found: list[Deviation] = []
    with contextlib.suppress(Fault):
        zeros, _ = with_zeros(made)
        formulas = [formula for _, those in known for formula in those]
        likely = [formula for formula in formulas if agree(zeros, at_zero(formula, made))]
        likely = _likely(made, likely, draw)
        for deviation, those in known:
            tried = (f for f in those if any(f is formula for formula in likely))
            if any(_explains(made, formula, draw) for formula in tried):
                found.append(deviation)
    return found[0] if len(found) == 1 else None


def _likely(made: BuiltCell, formulas: Sequence[Formula], draw: Draw) -> list[Formula]:
    """List those of the formulas that zero weights do not rule out; none of them is constant."""
    if too_many(made.parameters, made.known.formulas[0]):
        return []
    slopes = made.student.differences
    known = start(slopes, made.student, made.model, made.parameters, made.inputs, draw)
    return [formula for formula in formulas if known.acts and known.allows(formula)]


def _explains(made: BuiltCell, formula: Formula, draw: Draw) -> bool:
    tried = try_formula(made.student.differences, made, formula, draw)
    if tried.agrees or tried.reading.strange:
        return tried.agrees
    if len(tried.reading.missing) > HIDDEN:
        return False
    readings = islice(_completed(made, tried.reading), READINGS)
    return any(computes(made, reading, draw) for reading in readings)


def _completed(made: BuiltCell, reading: Reading) -> Iterator[Reading]:
    """Yield the readings with the missing roles given to whole parameters of their shapes.

    A gate that is 0 at zero weights hides what it multiplies, and is hidden by it.
    """
    sizes = [p.values.numel() for p in made.parameters]
    rows = torch.arange(sum(sizes)).split(sizes)
    numbers = [
        replace(p, values=row.reshape(p.values.shape))
        for p, row in zip(made.parameters, rows, strict=True)
        if bool((reading.places[row] < 0).all())
    ]
    formula = reading.formula
    first: dict[str, int] = {}
    for name in formula.shapes:
        first[name] = sum(torch.Size(formula.shapes[other]).numel() for other in first)
    needed = {name: formula.needed[name] for name in reading.missing}
    taken = set(reading.places.tolist())
    free = {n: s for n, s in formula.optional.items() if first[n] not in taken}
    for roles in assignments(numbers, Layout(needed, free)):
        places = reading.places.clone()
        for name, found in roles.items():
            places[found.reshape(-1)] = first[name] + torch.arange(found.numel())
        yield replace(reading, places=places, missing=())


def _by_form(made: BuiltCell, draw: Draw) -> Deviation | None:
    """Return the deviation of a cell that is right but for the form of its result, or what it keeps."""
    if made.known.kind == "LSTM":
        trials = [(deviations.NESTED, _is_right_nested), (deviations.ONLY_H, _is_right_in_h)]
    else:
        trials = [(deviations.TWICE, _is_right_twice)]
    trials.append((deviations.KEPT, _is_right_afresh))
    for deviation, is_right in trials:
        with contextlib.suppress(Fault):
            if is_right(made, draw):
                return deviation
    return None


def _around(made: BuiltCell, draw: Draw, name: str) -> BuiltCell:
    """Return a new cell of the same class, called by one of the given wrappers (float64)."""
    student = made.student
    cell = student.given(f"cells.{name}", getattr(student, made.name)(made.known.D, made.known.H))
    model = student.given("cells.Apart", cell) if made.known.kind == "LSTM" else cell
    weighted(student, model, draw, torch.float64)
    return BuiltCell(student, cell, model, [v.double() for v in made.inputs], made.known, made.name)


def _by_values(made: BuiltCell, draw: Draw) -> bool:
    """Return whether the cell's own values, without autograd, are those of a right formula."""
    return read_by(made.student.differences, made, draw)[0].agrees


def _is_right_afresh(made: BuiltCell, draw: Draw) -> bool:
    first = made.call(made.inputs)
    made.call([value + 1 for value in made.inputs])
    if all(map(torch.equal, first, made.call(made.inputs))):
        return False
    return _by_values(_around(made, draw, "Fresh"), draw)


def _is_right_twice(made: BuiltCell, draw: Draw) -> bool:
    returned = made.cell(*made.inputs)
    return _is_pair(returned) and _by_values(_around(made, draw, "First"), draw)


def _is_pair(returned: object) -> bool:
    """Return whether this is one tensor twice."""
    pair = isinstance(returned, (list, tuple)) and len(returned) == 2
    if not pair or not all(isinstance(value, torch.Tensor) for value in returned):
        return False
    return torch.equal(*returned)


def _is_right_nested(made: BuiltCell, draw: Draw) -> bool:
    x, *states = made.inputs
    returned = made.cell(x, tuple(states))
    pair = isinstance(returned, (list, tuple)) and len(returned) == 2
    nested = pair and isinstance(returned[1], (list, tuple)) and len(returned[1]) == 2
    if not nested or not _is_pair((returned[0], returned[1][0])):
        return False
    return _by_values(_around(made, draw, "Second"), draw)


def _is_right_in_h(made: BuiltCell, draw: Draw) -> bool:
    x, *states = made.inputs
    if not isinstance(made.cell(x, tuple(states)), torch.Tensor):
        return False
    around = _around(made, draw, "Doubled")
    return _by_values(replace(around, known=deviations.doubled(made.known)), draw)


def is_right_on_copies(made: BuiltCell, draw: Draw) -> bool:
    """Return whether the cell writes into its arguments, and is right on copies of them."""
    made.call(made.inputs)
    written = made.student.mutated
    around = _around(made, draw, "Cloned")
    checks: list[Callable[[], None]] = [
        lambda: values_match(around, draw),
        lambda: gradients_match(around, draw),
    ]
    return written and all(map(passes, checks))


def makes_two_products(made: BuiltCell, draw: Draw) -> bool:
    """Return whether a step makes two matrix products, and the cell is right."""
    student, H = made.student, made.known.H
    kind = lstm if made.known.kind == "LSTM" else gru
    exact = make(student, draw, made.name, kind, (made.known.D, H), torch.float64)
    return products(made) == 2 and passes(lambda: values_match(exact, draw))


def needs_narrow(
    student: RemoteSubmission, draw: Draw, name: str, known: Callable[[int, int], Cell]
) -> bool:
    """Return whether a cell is right with 3 units, and raises in the same batch with 6."""
    narrow = make(student, draw, name, known, (3, 3), torch.float64)
    wide = passes(lambda: _runs(student, draw, name, known))
    return not wide and passes(lambda: values_match(narrow, draw))


def _runs(
    student: RemoteSubmission, draw: Draw, name: str, known: Callable[[int, int], Cell]
) -> None:
    made = make(student, draw, name, known, (6, 6))
    made.call(made.inputs)
