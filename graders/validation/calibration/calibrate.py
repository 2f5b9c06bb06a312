"""Measure the checks of learned or random results, and record the figures with their thresholds."""

import json
from collections.abc import Callable, Sequence
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import nn

from graders.assertions.draw import Draw
from graders.errors import UsageError
from graders.fixtures.fixtures import FIXTURES
from graders.paths import ROOT
from graders.probes import learning
from graders.validation.calibration import curves, language, sampling, tagging
from graders.worker.operations import fit

THRESHOLD = 0.80
FILE = FIXTURES / "calibration.json"


def write(runs: int, names: Sequence[str] = ()) -> str:
    """Train the reference and known mistakes `runs` times each; write and return the figures.

    Args:
        names: of the measurements to repeat (default: all); the others keep their figures.

    Raises:
        UsageError: a name is unknown.
    """
    if unknown := [name for name in names if name not in LEARNT]:
        raise UsageError(f"There is no measurement {unknown[0]}; there are {', '.join(LEARNT)}.")
    figures: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    for name in names or LEARNT:
        figures[name] = LEARNT[name](runs)
    text = json.dumps({name: figures[name] for name in LEARNT if name in figures}, indent=1) + "\n"
    FILE.write_text(text, encoding="utf-8")
    return text


def reviews(runs: int) -> dict[str, Any]:
    """Measure the accuracy of one training on the tiny reviews.

    With no miss in n trainings, the chance of a miss is below 3/n (95 % confidence, the rule of
    three), and that of two independent misses, which is what the check needs, below (3/n)².
    """
    module = _load(ROOT / "reference" / "mlp.py")
    right = _accuracies(module.MLPClassifier, runs)
    missed = sum(value < THRESHOLD for value in right)
    one = (missed + 3) / runs
    mistakes = {name: _accuracies(make(module), runs // 10) for name, make in MISTAKES.items()}
    return {
        "threshold": THRESHOLD,
        "trainings": runs,
        "reference": {"lowest": min(right), "mean": round(sum(right) / runs, 4), "missed": missed},
        "false_alarm_of_one_training_below": round(one, 6),
        "false_alarm_of_the_check_below": round(one**learning.ATTEMPTS, 9),
        "mistakes_caught": {
            name: round(1 - _pass_rate(values), 4) for name, values in mistakes.items()
        },
    }


def _pass_rate(values: list[float]) -> float:
    missed = sum(value < THRESHOLD for value in values) / len(values)
    return 1 - missed**learning.ATTEMPTS


def _accuracies(model_class: Any, runs: int) -> list[float]:
    torch.set_num_threads(1)
    return [_accuracy(model_class, seed) for seed in range(runs)]


def _accuracy(model_class: Any, seed: int) -> float:
    torch.manual_seed(seed)
    task = learning.reviews(Draw(seed))
    model = model_class(task.vocabulary, 2, *learning.SIZES)
    fit(model, task.batches, learning.EPOCHS, learning.LEARNING_RATE)
    with torch.no_grad():
        return round(task.accuracy(model(task.held_out)), 4)


def _unregistered(module: ModuleType) -> Any:
    """Return a model with its layers in a plain list, where the optimiser does not find them."""

    class Unregistered(nn.Module):
        def __init__(self, *sizes: int) -> None:
            super().__init__()
            self.layers = [module.MLPClassifier(*sizes)]
            self.bias = nn.Parameter(torch.zeros(2))

        def forward(self, x: torch.Tensor) -> Any:
            return self.layers[0](x) + self.bias

    return Unregistered


def _first_token_only(module: ModuleType) -> Any:
    class FirstTokenOnly(module.MLPClassifier):  # type: ignore[misc,name-defined]
        def forward(self, x: torch.Tensor) -> Any:
            return super().forward(x[:, :1])

    return FirstTokenOnly


def _pools_over_the_batch(module: ModuleType) -> Any:
    class PoolsOverTheBatch(module.MLPClassifier):  # type: ignore[misc,name-defined]
        def forward(self, x: torch.Tensor) -> Any:
            return super().forward(x.flatten()[None]).expand(len(x), -1)

    return PoolsOverTheBatch


MISTAKES: dict[str, Callable[[ModuleType], Any]] = {
    "layers that are not registered": _unregistered,
    "only the first token is read": _first_token_only,
    "samples are pooled together": _pools_over_the_batch,
}


def _tagging(runs: int) -> dict[str, Any]:
    return tagging.measure(runs, _load(ROOT / "reference" / "numpy_rnn.py"))


def _reviews_curves(runs: int) -> dict[str, Any]:
    return curves.reviews(runs, _load(ROOT / "reference" / "mlp.py").MLPClassifier)


def _brackets_curves(runs: int) -> dict[str, Any]:
    model_class = language.loaded().LSTMLanguageModel
    return curves.brackets(_of_three(runs), model_class)


def _of_three(runs: int) -> int:
    """Return the number of trainings for a check with three attempts; others have two."""
    return max(1, runs * 3 // 10)


LEARNT: dict[str, Callable[[int], dict[str, Any]]] = {
    "reviews": reviews,
    "tagging": _tagging,
    "brackets": lambda runs: language.brackets(_of_three(runs)),
    "ndfa": lambda runs: language.ndfa(_of_three(runs)),
    "reviews_curves": _reviews_curves,
    "brackets_curves": _brackets_curves,
    "sampling": sampling.sampling,
    "shuffling": sampling.shuffling,
}


def _load(path: Path) -> ModuleType:
    spec = util.spec_from_file_location(f"calibrated_{path.stem}", path)
    assert spec and spec.loader
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
