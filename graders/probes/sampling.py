"""Frequencies of drawn indices against exact probabilities, with a bounded false-alarm rate."""

import contextlib
import math
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import torch
from torch import Tensor

from graders.assertions.compare import holds
from graders.assertions.draw import Draw
from graders.assertions.figures import bars
from graders.assertions.recognise import named_by, recognised
from graders.deviations import Candidate, Deviation
from graders.deviations.autoregressive.sampling import (
    FAILS_AT_ZERO,
    LEAST_LIKELY,
    OTHER_DEFAULT,
    distributions,
)
from graders.oracles import autoregressive as oracle
from graders.probes.training.run import as_list
from graders.remote.faults import Fault, StudentError
from graders.remote.student import RemoteSubmission
from graders.results.result import Figure

DRAWS = 2000
ALIKE = 20  # draws at temperature 0, which are all the same
CHANCE = 1e-7  # probability of a false alarm at one temperature


def index(value: Any) -> int:
    """Return a drawn index as an int, -1 if it is not one."""
    value = as_list(value)
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    whole = type(value) in (int, float) and value == value and abs(value) < 1e9
    return int(value) if whole and value == int(value) else -1


def follows(student: RemoteSubmission, draw: Draw, temperature: float) -> None:
    """Draw 2,000 times; compare the frequency of each index with its exact probability.

    An index fails if n·KL(frequency, probability) exceeds ln(2·K / 1e-7): by Chernoff's bound, this
    happens to a right sampler with a probability of at most 1e-7 (K indices, two sides each), so at
    most 3e-7 over the three temperatures.
    """
    logits = _heights(draw)
    found = _drawn(student, torch.tensor(logits), temperature)
    draws = [index(value) for value in found]
    strange = [value for value, place in zip(found, draws, strict=True) if not 0 <= place < 5]
    single = "Return the single element of what you draw, the index: int(…) or .item()."
    holds(not strange, "Not every sample is an index.", strange[:1], "0 to 4", single)
    wanted = oracle.tilted(logits, temperature)
    student.figure(_frequencies(draws, wanted, temperature))
    _, worst = oracle.surprise(draws, wanted)
    hint = "Draw from softmax(lnprobs / temperature, dim=0): divide first, normalise over all."
    with recognised(True, _others(student, logits, temperature, draws)):
        holds(
            _fits(draws, wanted),
            f"At temperature {temperature}, index {worst} is drawn too "
            f"{_often(draws, wanted, worst)}.",
            f"{draws.count(worst) / DRAWS:.1%} of {DRAWS:,} draws",
            f"{wanted[worst]:.1%}",
            hint,
        )


def _heights(draw: Draw) -> list[float]:
    """Draw five logits, about 0.8 apart, in random order."""
    level = 0.1 * draw.integer(3, 8)
    heights = [level + 0.8 * place + 0.02 * draw.integer(-8, 8) for place in range(5)]
    return [heights[place] for place in draw.shuffled(list(range(5)))]


def _fits(draws: Sequence[int], probabilities: Sequence[float]) -> bool:
    """Return whether no index is drawn too often or too rarely for these probabilities."""
    impossible = [place for place, p in enumerate(probabilities) if p == 0 and place in draws]
    if impossible or not all(0 <= place < len(probabilities) for place in draws):
        return False
    if 1.0 in probabilities:
        return True
    exponent, _ = oracle.surprise(draws, probabilities)
    return exponent < math.log(2 * len(probabilities) / CHANCE)


def _others(
    student: RemoteSubmission, logits: list[float], temperature: float, draws: list[int]
) -> Iterator[Candidate]:
    """Yield the other samplers that draw like this one, each with whether it does so again."""
    if temperature == 1.0 and _is_right(student, logits):
        yield OTHER_DEFAULT, lambda: [True]
        return
    wanted = oracle.tilted(logits, temperature)
    for deviation, probabilities in distributions(logits, temperature):
        if not all(map(math.isclose, wanted, probabilities)) and _fits(draws, probabilities):
            yield deviation, partial(_again, student, logits, temperature, deviation)


def _again(
    student: RemoteSubmission, logits: list[float], temperature: float, deviation: Deviation
) -> Iterator[bool]:
    """Yield whether a sampler draws like a deviation when each index has another, larger logit."""
    called, moved = student.called, [value + 5.0 for value in (*logits[1:], logits[0])]
    with contextlib.suppress(Fault):
        draws = [index(value) for value in _drawn(student, torch.tensor(moved), temperature)]
        yield _fits(draws, dict(distributions(moved, temperature))[deviation])
    student.called = called


def _is_right(student: RemoteSubmission, logits: list[float]) -> bool:
    """Return whether samples at temperatures that are passed follow the right distributions."""
    called = student.called
    try:
        for temperature in (0.5, 1.0, 2.0):
            found = student.repeat(student.sample, [torch.tensor(logits), temperature], DRAWS)
            if not _fits([index(value) for value in found], oracle.tilted(logits, temperature)):
                return False
        return True
    except Fault:
        return False
    finally:
        student.called = called


def least_at_zero(student: RemoteSubmission, draw: Draw, logits: Tensor) -> Iterator[Candidate]:
    """Yield what a sampler returns that is wrong at temperature 0 alone."""
    if _is_right(student, _heights(draw)):
        yield LEAST_LIKELY, lambda: [[int(logits.argmin())] * ALIKE]


def alone_at_zero(student: RemoteSubmission, draw: Draw) -> AbstractContextManager[None]:
    """Name the fault of a sampler that raises an exception at temperature 0 alone."""

    def question() -> Deviation | None:
        return FAILS_AT_ZERO if _is_right(student, _heights(draw)) else None

    return named_by(student, (StudentError,), question)


def _drawn(student: RemoteSubmission, logits: Tensor, temperature: float) -> list[Any]:
    """Draw at a temperature; 1 is not passed, since it is the default, unless there is none."""
    if temperature == 1.0:
        with contextlib.suppress(StudentError):
            return student.repeat(student.sample, [logits], DRAWS)
    return student.repeat(student.sample, [logits, temperature], DRAWS)


def _frequencies(draws: Sequence[int], wanted: Sequence[float], temperature: float) -> Figure:
    drawn = [draws.count(place) / DRAWS for place in range(len(wanted))]
    title = f"How often each index is drawn at temperature {temperature:g}"
    return bars(
        title, [*map(str, range(len(wanted)))], {"drawn": drawn, "softmax": wanted}, percent=True
    )


def _often(draws: Sequence[int], wanted: Sequence[float], place: int) -> str:
    return "often" if draws.count(place) > wanted[place] * len(draws) else "rarely"
