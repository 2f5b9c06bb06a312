"""Measure the tagging check: NumpyRNN and known mistakes, trained on the tiny corpus like the check."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from graders.assertions.draw import Draw
from graders.probes import tagging
from graders.probes.learning import ATTEMPTS

THRESHOLD = 0.90
Edit = Callable[[list[np.ndarray]], list[np.ndarray]]


def measure(runs: int, module: ModuleType) -> dict[str, Any]:
    """Train `module.NumpyRNN` and its mistakes; return the threshold with the figures behind it.

    With no miss in n trainings, the chance of a miss is below 3/n (95 % confidence, the rule of
    three), and that of two independent misses, which is what the check needs, below (3/n)².
    PytorchRNN does the same updates in float32, so its accuracies are these.
    """
    right = [_accuracy(module.NumpyRNN, seed) for seed in range(runs)]
    missed = sum(value < THRESHOLD for value in right)
    one = (missed + 3) / runs
    caught = {
        name: [_accuracy(_wrong(module, edit), seed) for seed in range(max(1, runs // 10))]
        for name, edit in MISTAKES.items()
    }
    return {
        "threshold": THRESHOLD,
        "commonest_tag": round(tagging.majority(), 4),
        "trainings": runs,
        "reference": {"lowest": min(right), "mean": round(sum(right) / runs, 4), "missed": missed},
        "false_alarm_of_one_training_below": round(one, 6),
        "false_alarm_of_the_check_below": round(one**ATTEMPTS, 9),
        "mistakes_caught": {name: round(_caught(values), 4) for name, values in caught.items()},
    }


def _caught(values: list[float]) -> float:
    missed = sum(value < THRESHOLD for value in values) / len(values)
    return float(missed**ATTEMPTS)


def _accuracy(model_class: Any, seed: int) -> float:
    """Run the check without a worker."""
    draw, size = Draw(seed), tagging.corpus_sizes()
    model = tagging.make(model_class, size, tagging.LEARNING_RATE)
    weights = tagging.random_weights(draw, size, tagging.SCALE)
    for parameter, values in zip(model.parameters, weights, strict=True):
        np.copyto(parameter, values.numpy())
    for _ in range(tagging.EPOCHS):
        for words, tags in tagging.epoch(draw):
            model.update(words.numpy(), tags.numpy())
    return round(tagging.accuracy([model.predict(w.numpy()) for (w,) in tagging.held_out()]), 4)


def _wrong(module: ModuleType, edit: Edit) -> Any:
    class Wrong(module.NumpyRNN):  # type: ignore[misc,name-defined]
        def backpropagation(self, input: np.ndarray, output: np.ndarray) -> list[np.ndarray]:
            return edit(super().backpropagation(input, output))

    return Wrong


MISTAKES: dict[str, Edit] = {
    "the sign is wrong": lambda gradients: [-g for g in gradients],
    "all gradients are zero": lambda gradients: [0 * g for g in gradients],
    "only W_y is trained": lambda gradients: [0 * g for g in gradients[:3]] + gradients[3:],
}
