"""Classifiers on the IMDb reviews: MLP, Elman, LSTM and GRU, trained and compared."""

import argparse
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from experiments import curves
from experiments.progress import Shown
from experiments.reference import module
from graders.errors import UsageError

EMBEDDING, HIDDEN = 32, 128
SPLITS = ("train", "validation", "test")
Batches = list[tuple[torch.Tensor, torch.Tensor]]


@dataclass(frozen=True)
class Settings:
    """How the classifiers are trained; each can be changed on the command line."""

    epochs: int = 5
    lr: float = 0.002
    max_tokens: int = 16384
    max_length: int = 256


SETTINGS = Settings()


def _mlp(V: int, C: int) -> Any:
    return module("mlp").MLPClassifier(V, C, EMBEDDING, HIDDEN)


def _elman(V: int, C: int) -> Any:
    return module("elman").ElmanClassifier(V, C, EMBEDDING, HIDDEN)


def _lstm(V: int, C: int) -> Any:
    return module("torch_rnn").TorchClassifier(V, C, "lstm", EMBEDDING, HIDDEN)


def _gru(V: int, C: int) -> Any:
    """Return the classifier with the fused GRU cell; its loop is unchanged."""
    rnn_cell, gated = module("rnn_cell"), module("gated")
    model = rnn_cell.RNNClassifier(V, C, HIDDEN, EMBEDDING)
    model.rnn = rnn_cell.RNN(gated.FusedGRUCell(EMBEDDING, HIDDEN))
    return model


MODELS: dict[str, Callable[[int, int], Any]] = {
    "mlp": _mlp,
    "elman": _elman,
    "lstm": _lstm,
    "gru": _gru,
}


def run(options: argparse.Namespace) -> int:
    """Train each model, and print its accuracy on the three splits with its best weights."""
    splits, V, C = load(options)
    sizes = ", ".join(f"{sum(len(y) for _, y in splits[name])} {name}" for name in SPLITS)
    print(f"{sizes} reviews, {V} tokens, {C} classes")
    models = {name: build(name, V, C, options) for name in options.models}
    print("model  " + "  ".join(f"{name:>10}" for name in SPLITS) + "  seconds per epoch")
    for name, model in models.items():
        found, seconds = train(name, model, splits, options)
        print(f"{name:5}  " + "  ".join(f"{a:10.1%}" for a in found) + f"  {seconds:17.1f}")
    return 0


def load(options: argparse.Namespace) -> tuple[dict[str, Batches], int, int]:
    """Read the reviews twice, for validation and for test; return batches, V and C."""
    data = module("data")
    try:
        train, validation, (i2w, _), C = data.load_imdb(options.path)
        _, test, _, _ = data.load_imdb(options.path, final=True)
    except (OSError, ValueError) as problem:
        raise UsageError(str(problem)) from problem
    splits = zip(SPLITS, (train, validation, test), strict=True)
    return {name: batches(x, y, options) for name, (x, y) in splits}, len(i2w), C


def batches(x: Sequence[list[int]], y: Sequence[int], options: argparse.Namespace) -> Batches:
    """Split into batches of similar length, padded on the left, since the last state is used."""
    data, padding = module("data"), module("padding")
    chosen: Sequence[int] = range(len(x))
    if options.limit and options.limit < len(x):
        chosen = sorted(random.Random(options.seed).sample(chosen, options.limit))
    rows, labels = (
        [x[i][: options.max_length] for i in chosen],
        torch.tensor([y[i] for i in chosen]),
    )
    found = []
    for places in padding.token_batches(rows, options.max_tokens):
        inputs = padding.pad_batch([rows[i] for i in places], data.PAD, side="left")
        found.append((inputs.to(options.device), labels[places].to(options.device)))
    return found


def build(name: str, V: int, C: int, options: argparse.Namespace) -> Any:
    """Build one model; its weights depend only on the seed."""
    torch.manual_seed(options.seed)
    return MODELS[name](V, C).to(options.device)


def train(
    name: str, model: nn.Module, splits: dict[str, Batches], options: argparse.Namespace
) -> tuple[list[float], float]:
    """Train one model; return the accuracies of its best weights, and the seconds of an epoch."""
    training, start = module("training"), time.perf_counter()
    shown = Shown(splits["train"], options.epochs, name)
    torch.manual_seed(options.seed)  # the order of the batches
    with shown.bar:
        history = training.train_classifier(
            model, shown, splits["validation"], options.epochs, options.lr
        )
    seconds = (time.perf_counter() - start) / options.epochs
    keep(name, history, options)
    model.load_state_dict(history.best_state)
    return [training.evaluate(model, splits[split])[1] for split in SPLITS], seconds


def keep(name: str, history: Any, options: argparse.Namespace) -> None:
    """Save the requested curves."""
    loss = {"training": history.train_loss, "validation": history.val_loss}
    found: curves.Curves = {"loss": loss, "accuracy": {"validation": history.val_accuracy}}
    name = f"imdb-{name}-seed{options.seed}"
    if options.curves:
        curves.draw(options.curves, name, found, "epoch")
    if options.tensorboard:
        curves.log(options.tensorboard, name, found)
