"""Measure the range of losses and gradient norms in trainings of the reference, step by step."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from graders.assertions.draw import Draw
from graders.probes import languages, learning
from graders.worker.given.language import ClassesSecond
from graders.worker.operations import fit

Record = dict[str, list[float]]
SHARE = 90  # percent of the trainings are between the two numbers of a step
INTERVALS = 15  # of a training; the numbers of each are taken together


def reviews(runs: int, model_class: Any) -> dict[str, Any]:
    """Train the classifier on the tiny reviews as its check does."""

    def train(seed: int) -> Record:
        task = learning.reviews(Draw(seed))
        model = model_class(task.vocabulary, 2, *learning.SIZES)
        return fit(model, task.batches, learning.EPOCHS, learning.LEARNING_RATE)

    return _band(train, runs)


def brackets(runs: int, model_class: Any) -> dict[str, Any]:
    """Train the language model on the brackets as its check does."""
    setting = languages.BRACKETS

    def train(seed: int) -> Record:
        model = model_class(6, *languages.BRACKET_SIZES)
        draw = Draw(seed)
        batches = languages.language("brackets", draw).batches(int(setting["batch"]), draw)
        pairs = [(batch[:, :-1], batch[:, 1:]) for batch in batches]
        return fit(ClassesSecond(model), pairs, int(setting["epochs"]), setting["lr"])

    return _band(train, runs)


def _band(train: Callable[[int], Record], runs: int) -> dict[str, Any]:
    torch.set_num_threads(1)
    records = []
    for seed in range(runs):
        torch.manual_seed(seed)
        records.append(train(seed))
    every = -(-len(records[0]["loss"]) // INTERVALS)
    curves = {
        name: _between(np.array([record[name] for record in records]), every)
        for name in ("loss", "gradient_norm")
    }
    return {"trainings": runs, "share": SHARE, "every": every, **curves}


def _between(values: Any, every: int) -> dict[str, list[float]]:
    """Return the range of the values (run, step) in each interval."""
    ends = (100 - SHARE) / 2
    parts = [values[:, first : first + every] for first in range(0, values.shape[1], every)]
    lower, upper = (
        [float(f"{np.percentile(part, q):.3g}") for part in parts] for q in (ends, 100 - ends)
    )
    return {"lower": lower, "upper": upper}
