"""Frequencies of drawn indices against exact probabilities, with a bounded false-alarm rate."""

import contextlib
import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from graders.assertions.compare import holds
from graders.assertions.draw import Draw
from graders.assertions.figures import bars
from graders.oracles import autoregressive as oracle
from graders.probes.training_run import as_list
from graders.remote.faults import StudentError
from graders.remote.student import RemoteSubmission
from graders.results.result import Figure

DRAWS = 2000
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
    heights = [0.0, 0.8, 1.6, 2.4, 3.2]
    logits = [heights[place] + 0.5 for place in draw.shuffled(list(range(5)))]
    found = _drawn(student, torch.tensor(logits), temperature)
    draws = [index(value) for value in found]
    strange = [value for value, place in zip(found, draws, strict=True) if not 0 <= place < 5]
    holds(not strange, "Not every sample is an index.", strange[:1], "0 to 4")
    wanted = oracle.tilted(logits, temperature)
    student.figure(_frequencies(draws, wanted, temperature))
    exponent, worst = oracle.surprise(draws, wanted)
    hint = "Draw from softmax(lnprobs / temperature, dim=0): divide first, normalise over all."
    holds(
        exponent < math.log(2 * len(wanted) / CHANCE),
        f"At temperature {temperature}, index {worst} is drawn too {_often(draws, wanted, worst)}.",
        f"{draws.count(worst) / DRAWS:.1%} of {DRAWS:,} draws",
        f"{wanted[worst]:.1%}",
        hint,
    )


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
