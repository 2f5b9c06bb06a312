"""Learned results: train in the student's process, test on labels that stay with the grader.

A check fails only when two independent trainings both miss the threshold. The calibration (fixtures/
calibration.json, rebuilt by `python -m graders calibrate`) states how often one training of the
reference misses it; squared, that is the chance that a right model loses its points.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from graders.assertions.compare import holds, shaped
from graders.assertions.draw import Draw
from graders.assertions.figures import bars, curves
from graders.oracles.padding import padded
from graders.remote.student import Remote, RemoteSubmission
from graders.results.result import Figure

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
SIZES = (24, 24)  # embedding and hidden width
BATCH, EPOCHS, LEARNING_RATE = 8, 1, 0.02
ATTEMPTS = 2


@cache
def reviews() -> dict[str, Any]:
    """Read the tiny reviews: token ids and labels, for training and held out."""
    document: dict[str, Any] = json.loads((FIXTURES / "reviews.json").read_text(encoding="utf-8"))
    return document


@cache
def calibration() -> dict[str, Any]:
    """Read the measurements of the reference and of known mistakes."""
    text = (FIXTURES / "calibration.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def threshold(name: str) -> float:
    """Return the calibrated threshold of one learning check."""
    return float(calibration()[name]["threshold"])


def classifies_reviews(student: RemoteSubmission, model_class: Remote, draw: Draw) -> None:
    """Raise Failed unless a new model passes the threshold after one epoch of training."""
    wanted, reached = threshold("reviews"), []
    for _ in range(ATTEMPTS):
        model = model_class(reviews()["vocabulary"], 2, *SIZES)
        record = student.fit(model, training_batches(draw), EPOCHS, LEARNING_RATE)
        for figure in training_curves(record, "reviews"):
            student.figure(figure)
        reached.append(accuracy(shaped(model(held_out()[0]), (len(held_out()[1]), 2))))
        student.figure(reached_and_wanted("Held-out reviews classified correctly", reached, wanted))
        if reached[-1] >= wanted:
            return
    holds(
        False,
        f"After {EPOCHS} epoch, the model classifies too few held-out reviews correctly.",
        " and ".join(f"{value:.1%}" for value in reached) + " in two trainings",
        f"at least {wanted:.0%}; the reference always reaches it",
        "Check that all layers are made in __init__ and used in forward, and that no softmax is "
        "applied before the loss.",
    )


def training_curves(record: dict[str, list[float]], name: str) -> list[Figure]:
    """Show the record of the last training next to the reference's own trainings."""
    titles = {"loss": "Loss, batch by batch", "gradient_norm": "Gradient norm, batch by batch"}
    return [
        curves(title, {key.replace("_", " "): record[key]}, axis="batch", band=band(name, key))
        for key, title in titles.items()
    ]


def band(name: str, curve: str) -> tuple[str, list[float], list[float]] | None:
    """Return the calibrated band of one curve, which contains 90 of 100 trainings."""
    known = calibration().get(f"{name}_curves", {})
    if curve not in known:
        return None
    every = known["every"]
    lower, upper = ([v for v in known[curve][k] for _ in range(every)] for k in ("lower", "upper"))
    return "90 of 100 trainings of the reference", lower, upper


def reached_and_wanted(title: str, reached: Sequence[float], wanted: float) -> Figure:
    """Show the accuracy of each training next to the threshold."""
    labels = [f"training {number}" for number in range(1, len(reached) + 1)]
    return bars(title, labels, {"reached": reached}, ("threshold", wanted), percent=True)


def training_batches(draw: Draw) -> list[tuple[Tensor, Tensor]]:
    """Split the training reviews into padded batches, in random order."""
    rows, labels = reviews()["train"], reviews()["train_labels"]
    order = draw.shuffled(list(range(len(rows))))
    chosen = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
    return [
        (padded([rows[i] for i in ids], 0), torch.tensor([labels[i] for i in ids]))
        for ids in chosen
    ]


def held_out() -> tuple[Tensor, Tensor]:
    """Return the held-out reviews (N, T) and their labels (N,)."""
    return padded(reviews()["test"], 0), torch.tensor(reviews()["test_labels"])


def accuracy(logits: Tensor) -> float:
    """Return the fraction of held-out reviews that the logits classify correctly."""
    return float((logits.argmax(dim=1) == held_out()[1]).float().mean())
