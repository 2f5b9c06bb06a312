"""Records of probe models in a student's training loop, and the numbers that the loop returned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Any, get_origin, get_type_hints

import torch
from torch import Tensor

from graders.assertions.compare import close, holds, plain, shaped
from graders.assertions.draw import Draw
from graders.remote.describe import describe
from graders.remote.faults import Failed
from graders.remote.handles import Remote
from graders.remote.student import RemoteSubmission

# How many of 8 validation examples are right after each epoch, and the epoch whose training loss is
# lowest. The first, the last, the best, the worst and the easiest epoch differ, and the last one that
# is better than the one before it is another still.
CURVES = (
    ((4, 7, 0, 5, 3, 2), 4),
    ((4, 7, 3, 0, 5, 2), 2),
    ((3, 5, 7, 0, 5, 2), 1),
    ((4, 0, 7, 3, 5, 2), 3),
)
BEST = "Compare with the best value so far, and copy the state: copy.deepcopy(model.state_dict())."
MODES = "Call model.train() at the start of every epoch and model.eval() before every evaluation."
NO_GRADIENTS = "Evaluate under torch.no_grad(): it saves memory, and nothing must be learnt there."
ZERO = "Call optimizer.zero_grad() for every batch, before backward(): gradients add up otherwise."

Weights = Mapping[str, list[float]]


@dataclass(frozen=True)
class Call:
    """One call of a probe model.

    Args:
        ids: of the examples, or of the tokens of one time step.
        logits: as the probe returned them.
        training: whether it was in train mode.
        tracked: whether a gradient could flow back from the logits.
        gradient: the one of the logits; None if there was none.
        weights: all weights at the time of the call.
        after: how many backward passes there had been.
        steps: the number of the time step in each row, according to the hidden state.
    """

    ids: list[int]
    logits: list[list[float]]
    training: bool
    tracked: bool
    gradient: list[list[float]] | None
    weights: Weights
    after: int
    steps: Sequence[float] = ()


@dataclass(frozen=True)
class Loss:
    """One call of a probe criterion.

    Args:
        input: the model's output that it got, flattened.
        target: the labels that it got, flattened.
        same_shape: whether the two had one shape.
        floating: whether the labels were floats.
        tracked: whether a gradient could flow back from the loss.
        loss: the loss that it returned.
        call: the place of the model's last call before it.
    """

    input: list[float]
    target: list[float]
    same_shape: bool
    floating: bool
    tracked: bool
    loss: float
    call: int


def calls_of(student: RemoteSubmission, probe: Remote) -> list[Call]:
    """List the calls of a probe, in order."""
    return [Call(**entry) for entry in _entries(student.get(probe, "record.calls"), Call)]


def losses_of(student: RemoteSubmission, criterion: Remote) -> list[Loss]:
    """List the calls of a probe criterion, in order."""
    return [Loss(**entry) for entry in _entries(student.get(criterion, "record.losses"), Loss)]


def _entries(found: Any, kind: type) -> list[Any]:
    kinds = {name: get_origin(form) or form for name, form in get_type_hints(kind).items()}
    names = set(kinds) - {"steps"}
    sound = isinstance(found, list) and all(
        isinstance(entry, dict)
        and set(entry) - {"steps"} == names
        and all(_is(value, kinds[name]) for name, value in entry.items())
        for entry in found
    )
    holds(sound, "The model's record of what happened to it was changed.")
    return list(found)


def _is(value: Any, kind: Any) -> bool:
    if kind is UnionType:  # a list, or None
        return value is None or isinstance(value, list)
    return isinstance(value, (int, float) if kind is float else kind)


def after_epochs(calls: Sequence[Call], batches: int, epochs: int) -> list[Weights]:
    """List the weights after each epoch, as recorded by the validation's calls."""
    met = {call.after: call.weights for call in calls}
    missing = [epoch + 1 for epoch in range(epochs) if (epoch + 1) * batches not in met]
    hint = "Evaluate on the validation batches after each epoch's training."
    holds(not missing, f"There was no validation after the epochs {missing}.", hint=hint)
    return [met[(epoch + 1) * batches] for epoch in range(epochs)]


def numbers(values: Any, count: int, what: str) -> Tensor:
    """Return a list of `count` numbers as float32; 0-d tensors count as floats.

    Raises:
        Failed: it is something else.
    """
    listed = plain(values)
    if not isinstance(listed, list):
        raise Failed(f"{what} is not a list of numbers.", describe(values), f"a list of {count}")
    found = [_number(value) for value in listed]
    if any(value is None for value in found):
        raise Failed(f"{what} contains values that are not numbers.", describe(values))
    holds(
        len(found) == count, f"{what} has {len(found)} entries.", values, f"{count}: one per epoch"
    )
    return shaped(torch.tensor(found, dtype=torch.float32), (count,), what=what)


def number_is(value: Any, wanted: float, hint: str, what: str) -> None:
    """Raise Failed unless a value is this number, within rounding; a 0-d tensor counts as a float."""
    found = _number(plain(value))
    if found is None:
        raise Failed(f"{what} is not a number.", describe(value), describe(wanted), hint)
    close(torch.tensor(found), torch.tensor(wanted), hint, what)


def one_of(returned: Any, readings: Sequence[Sequence[float]], hint: str, what: str) -> None:
    """Raise Failed unless a list of numbers equals one of the right readings, within rounding."""
    found = numbers(returned, len(readings[0]), what)
    wanted = [torch.tensor(reading, dtype=torch.float32) for reading in readings]
    gaps = [float((found - w).abs().max().nan_to_num(torch.inf)) for w in wanted]
    close(found, wanted[gaps.index(min(gaps))], hint, what)


def _number(value: Any) -> float | None:
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    return float(value) if type(value) in (int, float) else None


def same_state(found: Any, wanted: Weights, last: Weights, what: str) -> None:
    """Raise Failed unless a state dict has the weights `wanted`; `last` are those at the end."""
    if not isinstance(found, Mapping) or set(found) != set(wanted):
        kind = f"{type(found).__name__} with {list(found)}" if isinstance(found, dict) else found
        raise Failed(
            f"{what} is not the model's state dict.", _shown(kind), f"{list(wanted)}", BEST
        )
    values = {name: plain(value) for name, value in found.items()}
    if values == last != wanted:
        problem = f"{what} has the weights of the last epoch, not of the best."
        raise Failed(problem, _shown(values), _shown(dict(wanted)), BEST)
    holds(values == wanted, f"{what} has other weights.", _shown(values), _shown(wanted), BEST)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else describe(value)


def all_in_mode(calls: Sequence[Call], training: bool) -> None:
    """Raise Failed unless a probe was in this mode in all of these calls."""
    wrong = [call for call in calls if call.training != training]
    _any(calls)
    names = ("train" if training else "evaluation", "evaluation" if training else "train")
    problem = f"{len(wrong)} of {len(calls)} calls of the model were in {names[1]} mode."
    holds(not wrong, problem, "", f"{names[0]} mode", MODES)


def none_tracked(calls: Sequence[Call]) -> None:
    """Raise Failed if a gradient could flow back from one of these calls."""
    _any(calls)
    wrong = sum(call.tracked for call in calls)
    problem = f"{wrong} of {len(calls)} calls of the model tracked gradients."
    holds(not wrong, problem, hint=NO_GRADIENTS)


def _any(calls: Sequence[Call]) -> None:
    hint = "Train on each training batch, and evaluate on the batches that are passed in for it."
    holds(bool(calls), "The model was not called as expected.", hint=hint)


def all_fresh(backwards: Any, count: int) -> None:
    """Raise Failed unless gradients were zero before each of at least `count` backward passes."""
    holds(
        isinstance(backwards, list) and len(backwards) >= count,
        "There are too few backward passes.",
    )
    stale = sum(fresh is not True for fresh in backwards)
    problem = f"{stale} of {len(backwards)} backward passes started with old gradients."
    holds(not stale, problem, hint=ZERO)


def ease(epochs: int, easiest: int | None) -> list[float]:
    """Return how much is added to the right logits of training while each epoch's script is in use.

    The first batch of an epoch still gets the script of the epoch before.
    """
    extra = {} if easiest is None else {easiest - 1: 2.0, easiest: 4.0}
    return [extra.get(epoch, 0.0) for epoch in range(epochs)]


def validation_rows(
    draw: Draw, labels: Sequence[int], classes: int, curve: Sequence[int]
) -> Tensor:
    """Script logits (S, 8, C) with which curve[s] examples are right after epoch s."""
    script = 0.3 * draw.normal(len(curve), len(labels), classes)
    for epoch, right in enumerate(curve):
        order = draw.shuffled(list(range(len(labels))))
        for place, example in enumerate(order):
            wrong = (labels[example] + 1) % classes
            script[epoch, example, labels[example] if place < right else wrong] += 3.0
    return script
