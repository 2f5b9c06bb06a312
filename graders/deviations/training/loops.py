"""Deviations of a training loop: which batches it visits, and when.

They are compared with what a probe model recorded of the loop.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import Any

from graders.deviations import Candidate, Deviation

ONCE_PER_EPOCH = "Each epoch trains once on every training batch, then evaluates on the validation."
WITHOUT_LAST = Deviation(
    "leaves out the last training batch",
    "minor",
    f"Your loop trains on all training batches but the last. {ONCE_PER_EPOCH}",
)
FIRST_ONLY = Deviation(
    "trains on the first batch alone",
    "major",
    f"Your loop trains on the first batch only, in every epoch. {ONCE_PER_EPOCH}",
)
LEARNS_FROM_VALIDATION = Deviation(
    "trains on the validation batches too",
    "major",
    f"Your loop makes training steps on the validation batches too. {ONCE_PER_EPOCH} Nothing must "
    "be learnt from the validation data.",
)
EXTRA_EPOCH = Deviation(
    "trains for one extra epoch",
    "minor",
    "Your loop runs one epoch more than it is asked for. The results have one entry per epoch.",
)
ONE_EPOCH = Deviation(
    "trains for one epoch",
    "major",
    "Your loop ends after the first epoch, whatever number is asked for. The results have one entry "
    "per epoch.",
)
NO_DATA = Deviation(
    "calls train_gen once",
    "major",
    "Your loop trains in the first epoch only, and finds no batches in the others. Call train_gen() "
    "again in every epoch: a generator yields its batches once.",
)
REPEATS = Deviation(
    "repeats some training batches and leaves out others",
    "major",
    "In each epoch, your loop makes the right number of steps, but trains on some batches more than "
    f"once and on others never. {ONCE_PER_EPOCH}",
)
ON_TRAINING = Deviation(
    "validates on the training batches",
    "major",
    "Your validation goes over the training batches. Evaluate on the validation batches after the "
    "epoch's last step.",
)
BEFORE_EPOCH = Deviation(
    "validates before the epoch",
    "minor",
    "Your validation comes before the epoch's training, so it lags one epoch behind. Evaluate on "
    "the validation batches after the epoch's last step.",
)
AT_THE_END = Deviation(
    "validates once, at the end",
    "major",
    "Your loop validates once, after all epochs. In every epoch, evaluate on the validation "
    "batches after the epoch's last step.",
)

Order = list[tuple[bool, list[int]]]
"""Phases: whether the model learns from their batches, and the sorted places of these."""


@dataclass(frozen=True)
class Visit:
    """One run of the model over a batch.

    Args:
        place: of the batch among those of training, then of validation.
        learned: whether a gradient came back.
        loss: the mean loss.
        size: the number of examples.
        weights: of the model at that time.
        outputs: the model's outputs and the labels, where the loop judges them.
    """

    place: int
    learned: bool
    loss: float = 0.0
    size: int = 1
    weights: Mapping[str, list[float]] = field(default_factory=dict)
    outputs: Any = None


@dataclass(frozen=True)
class Plan:
    """What a loop is asked for: how many batches of training and validation, and epochs."""

    train: int
    valid: int
    epochs: int

    @property
    def right(self) -> Order:
        return self.order(self._T, self._V)

    @property
    def _T(self) -> list[tuple[bool, int]]:
        return [(True, place) for place in range(self.train)]

    @property
    def _V(self) -> list[tuple[bool, int]]:
        return [(False, self.train + place) for place in range(self.valid)]

    def order(self, *parts: list[tuple[bool, int]], times: int = 0) -> Order:
        return grouped([visit for part in parts * (times or self.epochs) for visit in part])

    def wrong(self, met: Order) -> list[tuple[Deviation, Order]]:
        """List the deviations of the order of batches; REPEATS is read from the order itself."""
        T, V, n = self._T, self._V, self.epochs
        found = [
            (WITHOUT_LAST, self.order(T[:-1], V)),
            (FIRST_ONLY, self.order(T[:1], V)),
            (LEARNS_FROM_VALIDATION, self.order([*T, *((True, place) for _, place in V)], V)),
            (EXTRA_EPOCH, self.order(T, V, times=n + 1)),
            (ONE_EPOCH, self.order(T, V, times=1)),
            (NO_DATA, self.order(T, V * n, times=1)),
            (ON_TRAINING, self.order(T, [(False, place) for _, place in T])),
            (BEFORE_EPOCH, self.order(V, T)),
            (AT_THE_END, self.order(T * n, V, times=1)),
        ]
        found += [(REPEATS, met)] if self._repeats(met) else []
        return [(deviation, order) for deviation, order in found if order != self.right]

    def _repeats(self, met: Order) -> bool:
        known, right = set(range(self.train)), self.right
        return len(met) == len(right) and all(
            phase == asked
            or (phase[0] and len(phase[1]) == self.train and known.issuperset(phase[1]))
            for phase, asked in zip(met, right, strict=True)
        )


Epochs = Sequence[Sequence[Visit]]
"""Visits, by epoch."""


def by_epoch(visits: Iterable[Visit], learned: bool) -> list[list[Visit]]:
    """Return the runs of visits that the model learned from, or did not."""
    groups = groupby(visits, key=lambda visit: visit.learned)
    return [list(group) for phase, group in groups if phase == learned]


def grouped(visits: Iterable[tuple[bool, int]]) -> Order:
    """Group visits by whether the model learns from them."""
    return [
        (learned, sorted(place for _, place in group))
        for learned, group in groupby(visits, key=lambda visit: visit[0])
    ]


def orders(plan: Plan, met: Order) -> list[Candidate]:
    """List the deviations of the batches that are visited, with their phases."""
    return [(deviation, partial(list, [order])) for deviation, order in plan.wrong(met)]
