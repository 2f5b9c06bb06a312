"""Calls shared by the checks of several parts, with their messages."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from graders.assertions import gradients
from graders.assertions.compare import close, holds, is_close, shaped
from graders.assertions.draw import Draw
from graders.oracles.roles import Parameter
from graders.remote.describe import describe
from graders.remote.faults import Failed, StudentError
from graders.remote.handles import Remote
from graders.remote.student import RemoteSubmission

CUT = (
    "The graph is cut between them and the output by detach(), .data, .item(), torch.tensor(…) or "
    "torch.no_grad(): the layer is used, but never learns."
)
WRONG_GRADIENT = (
    "If the check of the values fails too, fix that first: wrong values have wrong gradients. "
    "Otherwise, the graph is cut by detach(), .data, .item(), torch.tensor(…) or torch.no_grad(): a "
    "layer is used, but learns too little."
)
ANEW = (
    "Create the first state in every call and keep nothing on self; a layer that is created in "
    "forward has new weights each time."
)
UNUSED = (
    "forward does not use them: call the layer that __init__ creates, on the way to the output."
)
SIZES = (
    "Make the assignment's sizes the defaults of __init__'s arguments, and use them in its layers."
)
MIXED_DEVICES = (
    "expected all tensors to be on the same device",
    "is not on the expected device",
    "not at the same device",
)


def any_reading(function: Callable[..., Any], *readings: Sequence[Any]) -> Any:
    """Call `function` with the first list of arguments that it takes without raising.

    For arguments of a type that the sheets leave open, such as lists or tensors. If none is
    accepted, the error of the attempt that came furthest is raised.
    """
    errors = []
    for arguments in readings:
        try:
            return function(*arguments)
        except StudentError as error:
            errors.append(error)
    raise furthest(errors) from None


def furthest(errors: Sequence[StudentError]) -> StudentError:
    """Return the error of the attempt that came furthest into the student's code."""
    return max(errors, key=lambda error: error.place.line if error.place else 0)


@contextlib.contextmanager
def hinted(hint: str) -> Iterator[None]:
    """Add a hint to an expected exception of the student's code."""
    try:
        yield
    except StudentError as error:
        error.hint = error.hint or hint
        raise


def items_of(student: RemoteSubmission, returned: Any, most: int) -> Sequence[Any]:
    """List at most `most` items of a generator, a list or another iterable."""
    if isinstance(returned, Remote):
        returned = student.collect(returned, most)
    if not isinstance(returned, (list, tuple)):
        raise Failed("The result cannot be iterated over.", describe(returned), "an iterable")
    return returned


def weighted(
    student: RemoteSubmission, model: Remote, draw: Draw, dtype: torch.dtype = torch.float32
) -> list[Parameter]:
    """Switch a model to evaluation mode and `dtype`, set random weights; list its parameters."""
    student.tell(model.eval)
    if dtype != torch.float32:
        student.tell(model.to, dtype)
    return reweighted(student, model, student.parameters(model, values=False), draw, dtype)


def reweighted(
    student: RemoteSubmission,
    model: Remote,
    parameters: Sequence[Parameter],
    draw: Draw,
    dtype: torch.dtype,
) -> list[Parameter]:
    """Set new random weights in a model with these parameters; list the parameters with them.

    Args:
        dtype: of the listed values; the model may keep some parameters in another.
    """
    drawn = draw.weights(student, model, known=parameters)
    values = {name: value.to(dtype) for name, value in drawn.items()}
    return [replace(p, values=values[p.name].clone().requires_grad_()) for p in parameters]


def matches_one(
    returned: Any, readings: Sequence[Tensor], parameters: Sequence[Parameter], hint: str, what: str
) -> None:
    """Raise Failed unless `returned` equals one of the correct readings; show the nearest of them."""
    if any(is_close(returned, reading) for reading in readings):
        return
    if not readings:
        shapes = ", ".join(f"{p.name} {tuple(p.values.shape)}" for p in parameters)
        problem = f"{what} cannot be right: the parameters do not make up the required layers."
        raise Failed(problem, f"a model with {shapes or 'no parameters'}", "", hint)
    close(returned, _nearest(returned, readings).detach(), hint, what)


def gradients_match(
    student: RemoteSubmission,
    model: Remote,
    inputs: Sequence[Tensor],
    cotangents: Sequence[Tensor],
    parameters: Sequence[Parameter],
    readings: Sequence[Sequence[Tensor]] | None,
    is_whole: Callable[[Sequence[Parameter]], bool] = lambda trained: False,
) -> None:
    """Raise Failed unless every parameter has a gradient, and the gradients are those of one reading.

    An unused layer does no harm if the others form the formula: the readings decide that or,
    without any, `is_whole` of the parameters that have a gradient.
    """
    found = student.gradients(model, [x.detach() for x in inputs], cotangents)
    missing = [p for p in parameters if found.parameters.get(p.name) is None]
    cut = [p for p in missing if _matters(student, model, p, inputs)]
    holds(not cut, f"No gradient arrives at {_names(cut)}.", hint=CUT)
    trained = [p for p in parameters if found.parameters.get(p.name) is not None]
    if readings is None:
        idle = f"{_names(missing)} are not used: no gradient arrives there."
        holds(not missing or is_whole(trained), idle, hint=UNUSED)
        return
    returned = [
        torch.zeros_like(p.values)
        if found.parameters.get(p.name) is None
        else found.parameters[p.name]
        for p in parameters
    ]
    returned += [g for g, x in zip(found.inputs, inputs, strict=False) if x.requires_grad]
    hint = UNUSED if missing else WRONG_GRADIENT
    gradients.equal_one(returned, readings, cotangents, parameters, inputs, hint)


def _names(parameters: Sequence[Parameter]) -> str:
    return ", ".join(p.name for p in parameters)


def _matters(student: RemoteSubmission, model: Remote, parameter: Parameter, inputs: Any) -> bool:
    """Return whether what the model returns depends on a parameter at all."""
    called, results = student.called, []
    for values in (parameter.values + 1, parameter.values, parameter.values):
        student.set_parameters(model, {parameter.name: values.detach()})
        results.append(_flat(model(*(x.detach() for x in inputs))))
    student.called = called
    changed, before, again = results
    return _same(before, again) and not _same(changed, before)


def _same(one: Sequence[Tensor], other: Sequence[Tensor]) -> bool:
    return len(one) == len(other) and all(map(torch.equal, one, other))


def _flat(value: Any) -> list[Tensor]:
    items = value if isinstance(value, (list, tuple)) else [value]
    return [item for item in items if isinstance(item, Tensor)]


def same_twice(function: Any, first: Sequence[Any], between: Sequence[Any]) -> None:
    """Raise Failed unless a call returns the same again, at once and after another call."""
    before = function(*first)
    for others in ([], [between]):
        for arguments in others:
            function(*arguments)
        close(function(*first), shaped(before, _shape(before)), ANEW, "The second result")


def samples_apart(function: Any, batch: Tensor, other: Tensor) -> None:
    """Raise Failed unless replacing one sample leaves the results of the others unchanged."""
    changed = batch.clone()
    changed[1] = other
    before, after = function(batch), function(changed)
    rest = [b for b in range(len(batch)) if b != 1]
    shaped(before, (len(batch), *_shape(before)[1:]))
    shaped(after, before.shape)
    varies(before)
    hint = (
        "Samples leak into one another: look for batch_first, for view or reshape where permute "
        "is needed, and for a maximum or softmax over dim 0."
    )
    if not is_close(after[rest], before[rest]):
        again = "A batch gives another result when it is passed once more."
        holds(is_close(function(batch), before), again, hint=ANEW)
    close(after[rest], before[rest], hint, "The result for the other samples")


def varies(results: Any) -> Tensor:
    """Return `results`; raise Failed if all samples of a batch get the same, which shows nothing."""
    rows = shaped(results, _shape(results))
    hint = (
        "The result does not depend on the sample: look for where the input is lost, and for a "
        "mean or maximum over dim 0, the batch."
    )
    same = rows.ndim > 0 and len(rows) > 1 and is_close(rows, rows[:1].expand_as(rows))
    holds(not same, "All samples of a batch get the same result.", rows, hint=hint)
    return rows


def no_softmax(logits: Any, *others: Any) -> None:
    """Raise Failed unless the rows are neither probabilities nor their logarithms.

    Args:
        logits: of one batch.
        others: of the same model under other weights; logits that are always between 0 and 1
            went through a sigmoid, but a single time it may be chance.
    """
    rows = shaped(logits, _shape(logits))
    ones = torch.ones(rows.shape[:-1])
    hint = "cross_entropy applies the softmax itself; applied twice, the model hardly learns."
    for sums in (rows.sum(-1), rows.exp().sum(-1)):
        holds(not is_close(sums.float(), ones), "The rows are probabilities.", rows, hint=hint)
    drawn = [rows, *(shaped(other, rows.shape) for other in others)]
    squashed = len(drawn) > 1 and all(bool(((r >= 0) & (r <= 1)).all()) for r in drawn)
    holds(not squashed, "All logits lie between 0 and 1.", rows, hint=hint)


def under_other_weights(
    student: RemoteSubmission, model: Remote, draw: Draw, *inputs: Any
) -> list[Any]:
    """Call a model again under three fresh draws of its weights."""
    results = []
    for _ in range(3):
        draw.weights(student, model)
        results.append(model(*inputs))
    return results


def has_widths(
    student: RemoteSubmission, model: Remote, shapes: Sequence[tuple[int, ...]], hint: str = SIZES
) -> None:
    """Raise Failed unless the model has a parameter for each of these shapes, in either order."""
    found = [tuple(p.values.squeeze().shape) for p in student.parameters(model)]
    missing = [s for s in shapes if sum(f in (s, s[::-1]) for f in found) < shapes.count(s)]
    problem = f"No layer has weights of shape {', '.join(map(str, dict.fromkeys(missing)))}."
    holds(not missing, problem, f"weights of shapes {found}", hint=hint)


def arguments_unchanged(student: RemoteSubmission) -> None:
    """Raise Failed unless the last call left its arguments as they were."""
    hint = "Operations that end in _ and assignments into a slice change the caller's tensor."
    holds(not student.mutated, "An argument is changed.", hint=hint)


def ignores_device(student: RemoteSubmission, model: Remote, *arguments: Any) -> None:
    """Pass unless the model makes a tensor on a device of its own choice."""
    holds(bool(_flat(model(*arguments))), "The model returns no tensor.")
    try:
        student.on_meta(model, *arguments)
    except StudentError as error:
        text = error.text.lower()
        holds(
            not any(sign in text for sign in MIXED_DEVICES),
            "The model creates a tensor on a device of its own choice.",
            error.text.partition("\n")[0],
            "every tensor on the device of the input",
            "Create new tensors with x.new_zeros(…) or torch.zeros(…, device=x.device): then the "
            "same code runs on a GPU.",
        )


def _shape(value: Any) -> tuple[int, ...]:
    return tuple(value.shape) if isinstance(value, Tensor) else ()


def _nearest(returned: Any, readings: Sequence[Tensor]) -> Tensor:
    if not isinstance(returned, Tensor) or returned.shape != readings[0].shape:
        return readings[0]
    if returned.is_complex():
        return readings[0]
    numbers = returned.to(torch.float64)
    gaps = [float((numbers - reading).detach().abs().max().nan_to_num(1e9)) for reading in readings]
    return readings[gaps.index(min(gaps))]
