"""Learned results: train in the student's process, test on labels that stay with the grader.

A check fails only when two independent trainings both miss the threshold. The calibration (fixtures/
calibration.json, rebuilt by `python -m graders calibrate`) states how often one training of the
reference misses it; squared, that is the chance that a right model loses its points.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from graders.assertions.compare import holds, shaped
from graders.assertions.draw import Draw
from graders.assertions.figures import bars, curves
from graders.oracles.padding import padded
from graders.remote.handles import Remote
from graders.remote.student import RemoteSubmission
from graders.results.result import Figure

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
SIZES = (24, 24)  # embedding and hidden width
BATCH, EPOCHS, LEARNING_RATE = 8, 1, 0.02
ATTEMPTS = 2
FIRST_WORD = 4  # special tokens have the ids below


@cache
def _stored() -> dict[str, Any]:
    """Read the tiny reviews: token ids and labels, for training and held out."""
    document: dict[str, Any] = json.loads((FIXTURES / "reviews.json").read_text(encoding="utf-8"))
    return document


@dataclass(frozen=True)
class Reviews:
    """The tiny reviews with ids, labels and an order of their own: no table of answers fits them.

    Args:
        batches: padded ids (B, T) and labels (B,), in random order.
        held_out: ids (N, T) of reviews that no model is trained on.
        labels: (N,) of these.
    """

    vocabulary: int
    batches: list[tuple[Tensor, Tensor]]
    held_out: Tensor
    labels: Tensor

    def accuracy(self, logits: Tensor) -> float:
        """Return the fraction of held-out reviews that the logits classify correctly."""
        return float((logits.argmax(dim=1) == self.labels).float().mean())


def reviews(draw: Draw) -> Reviews:
    """Return the tiny reviews with random ids of words and random names of the two classes."""
    stored = _stored()
    new, flip = draw.renaming(stored["vocabulary"], FIRST_WORD), draw.integer(0, 1)

    def taken(name: str) -> tuple[list[list[int]], list[int]]:
        rows, labels = stored[name], stored[f"{name}_labels"]
        order = draw.shuffled(list(range(len(rows))))
        return [[new[word] for word in rows[i]] for i in order], [labels[i] ^ flip for i in order]

    rows, labels = taken("train")
    batches = [
        (padded(rows[i : i + BATCH], 0), torch.tensor(labels[i : i + BATCH]))
        for i in range(0, len(rows), BATCH)
    ]
    held_out, right = taken("test")
    return Reviews(stored["vocabulary"], batches, padded(held_out, 0), torch.tensor(right))


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
        task = reviews(draw)
        model = model_class(task.vocabulary, 2, *SIZES)
        record = student.fit(model, task.batches, EPOCHS, LEARNING_RATE)
        for figure in training_curves(record, "reviews"):
            student.figure(figure)
        reached.append(task.accuracy(shaped(model(task.held_out), (len(task.labels), 2))))
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
