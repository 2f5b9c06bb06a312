"""Measure the language checks: how often does one training end in texts that follow the grammar?"""

import sys
from collections.abc import Callable
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from graders.assertions.draw import Draw
from graders.paths import ROOT
from graders.probes import languages
from graders.worker.given.language import ClassesSecond, Window
from graders.worker.operations import fit

THRESHOLD = 6.0  # of 10 texts: the majority
ADAM = "Adam(model.parameters(), lr=lr)"
OPTIMISERS = {  # students may choose any of them
    "Adam": ADAM,
    "AdamW": "AdamW(model.parameters(), lr=lr)",
    "NAdam": "NAdam(model.parameters(), lr=lr)",
    "RMSprop": "RMSprop(model.parameters(), lr=lr)",
    "Adagrad": "Adagrad(model.parameters(), lr=lr)",
    "SGD": "SGD(model.parameters(), lr=lr)",
    "SGD with momentum": "SGD(model.parameters(), lr=lr, momentum=0.9)",
}
MISTAKES_OF_TRAINING = {
    "targets are not shifted": ("batch[:, 1:], nothing", "batch[:, :-1], nothing"),
    "no step is made": ("            optimizer.step()\n", ""),
    "the optimiser holds another model's parameters": (
        ADAM,
        "Adam(LSTMLanguageModel(5).parameters(), lr=lr)",
    ),
    "the gradient goes uphill": ("loss.backward()", "(-loss).backward()"),
}
Model = Callable[[Tensor], Any]


def brackets(runs: int) -> dict[str, Any]:
    """Train language models on the brackets; return the threshold with the figures behind it.

    With no miss in n trainings, the chance of a miss is below 3/n (95 % confidence, the rule of
    three), and that of three independent misses, which is what a check needs, below (3/n)³.
    """
    torch.set_num_threads(1)
    reference = loaded()
    right = [_brackets(reference.LSTMLanguageModel, seed) for seed in range(runs)]
    wrong = {
        name: [_brackets(make, seed) for seed in _few(runs)]
        for name, make in _wrong_models(reference).items()
    }
    return _figures({"Adam": right}, wrong)


def ndfa(runs: int) -> dict[str, Any]:
    """Train on the NDFA with several optimisers; return figures like `brackets`."""
    torch.set_num_threads(1)
    right = {
        name: [_ndfa(loaded((ADAM, text)), seed) for seed in range(runs)]
        for name, text in OPTIMISERS.items()
    }
    wrong = {
        name: [_ndfa(loaded(edit), seed) for seed in _few(runs)]
        for name, edit in MISTAKES_OF_TRAINING.items()
    }
    return _figures(right, wrong)


def _few(runs: int) -> range:
    return range(max(1, runs // 10))


def _figures(right: dict[str, list[int]], wrong: dict[str, list[int]]) -> dict[str, Any]:
    misses = {name: sum(count < THRESHOLD for count in counts) for name, counts in right.items()}
    runs = min(map(len, right.values()))
    one = (max(misses.values()) + 3) / runs
    every = [count for counts in right.values() for count in counts]
    return {
        "threshold": THRESHOLD,
        "trainings": {name: len(counts) for name, counts in right.items()},
        "reference": {
            "lowest": min(every),
            "mean": round(sum(every) / len(every), 4),
            "missed": misses,
        },
        "false_alarm_of_one_training_below": round(one, 6),
        "false_alarm_of_the_check_below": round(one**languages.ATTEMPTS, 12),
        "mistakes_caught": {name: round(_caught(counts), 4) for name, counts in wrong.items()},
    }


def _caught(counts: list[int]) -> float:
    missed = sum(count < THRESHOLD for count in counts) / len(counts)
    return float(missed**languages.ATTEMPTS)


def _brackets(model_class: Callable[..., nn.Module], seed: int) -> int:
    """Run the check of the model without a worker."""
    torch.manual_seed(seed)
    draw, setting = Draw(seed), languages.BRACKETS
    language = languages.language("brackets", draw)
    model = model_class(6, *languages.BRACKET_SIZES)
    batches = language.batches(int(setting["batch"]), draw)
    pairs = [(batch[:, :-1], batch[:, 1:]) for batch in batches]
    fit(ClassesSecond(model), pairs, int(setting["epochs"]), setting["lr"])
    return _written(language, model, draw)


def _ndfa(module: ModuleType, seed: int) -> int:
    """Run the check of the training loop without a worker."""
    torch.manual_seed(seed)
    draw, setting = Draw(seed), languages.NDFA
    width, scale = languages.WINDOW
    model = Window(15, int(width), scale)
    language = languages.language("ndfa", draw)
    batches = language.batches(int(setting["batch"]), draw)
    module.train_autoregressive(
        model, batches, int(setting["epochs"]), setting["lr"], setting["clip"]
    )
    return _written(language, model, draw)


def _written(language: languages.Language, model: Model, draw: Draw) -> int:
    with torch.no_grad():
        return languages.valid(language.written(model, draw))


def _wrong_models(reference: ModuleType) -> dict[str, Callable[..., nn.Module]]:
    class Forgetful(nn.Module):
        """Reads only the last token."""

        def __init__(self, *sizes: int) -> None:
            super().__init__()
            self.model = reference.LSTMLanguageModel(*sizes)

        def forward(self, x: Tensor) -> Tensor:
            single = self.model(x.reshape(-1, 1))
            return single.reshape(*x.shape, -1)  # type: ignore[no-any-return]

    class TimeFirst(Forgetful):
        """Confuses batch and time."""

        def forward(self, x: Tensor) -> Tensor:
            return self.model(x.T).transpose(0, 1)  # type: ignore[no-any-return]

    class Detached(Forgetful):
        """Cuts the graph before the output layer."""

        def forward(self, x: Tensor) -> Tensor:
            states, _ = self.model.lstm(self.model.embedding(x))
            return self.model.output(states.detach())  # type: ignore[no-any-return]

    return {
        "reads the last token alone": Forgetful,
        "batch_first is missing": TimeFirst,
        "the state is detached": Detached,
    }


def loaded(edit: tuple[str, str] | None = None) -> ModuleType:
    """Load the reference's part and the given `data`, with or without an edit of the text."""
    for folder, name in (("student_template", "data"), ("reference", "autoregressive")):
        path = ROOT / folder / f"{name}.py"
        text = path.read_text(encoding="utf-8")
        if edit and name == "autoregressive":
            assert text.count(edit[0]) == 1, edit[0]
            text = text.replace(*edit)
        module = _executed(name, path, text)
    return module


def _executed(name: str, path: Path, text: str) -> ModuleType:
    spec = util.spec_from_file_location(name, path)
    assert spec
    module = util.module_from_spec(spec)
    before = sys.modules.get(name)
    sys.modules[name] = module  # dataclasses look up their module
    exec(compile(text, str(path), "exec"), module.__dict__)
    if before is not None and name != "data":
        sys.modules[name] = before
    return module
