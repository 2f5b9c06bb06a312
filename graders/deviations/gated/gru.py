"""Wrong formulas of a GRU: another mix, another reset, other gates."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, sigmoid, tanh

from graders.deviations import Deviation
from graders.oracles.formulas import Formula, same
from graders.oracles.gated import Mix, Weights, gru_formula, keep, take
from graders.results.scoring import Severity

Known = tuple[Deviation, list[Formula]]

STATE = "Your new state is exactly that of a GRU"
GATES = "The gates z and r are sigmoids, between 0 and 1; only the candidate is a tanh."


def _gru(D: int, H: int, **changes: Any) -> list[Formula]:
    """List one wrong GRU for either meaning of z and, unless changed, either place of the reset."""
    mixes = [changes.pop("mix")] if "mix" in changes else [take, keep]
    resets = [changes.pop("reset")] if "reset" in changes else ["before", "after"]
    return [gru_formula(D, H, mix, reset, **changes) for mix in mixes for reset in resets]


def wrong_grus(D: int, H: int, fused: bool) -> Iterator[Known]:
    yield from _gru_mixes(D, H)
    yield from _gru_resets(D, H, fused)
    yield from _gru_activations(D, H)
    yield from _gru_weights(D, H)
    yield from _gru_axes(D, H)


def _gru_mixes(D: int, H: int) -> Iterator[Known]:
    both: list[Mix] = [lambda z, h, n: z * (h + n), lambda z, h, n: (1 - z) * (h + n)]
    yield (
        Deviation(
            "multiplies h and the candidate by one factor",
            "major",
            f"{STATE} that multiplies h and the candidate by the same factor. The new state mixes h "
            "and the candidate: one factor is z, the other is 1 - z.",
        ),
        [formula for mix in both for formula in _gru(D, H, mix=mix)],
    )
    yield (
        Deviation(
            "returns the candidate",
            "major",
            f"{STATE} that returns its candidate: the update gate z has no effect. The new state is "
            "(1 - z) * h + z * candidate, or the two exchanged.",
        ),
        _gru(D, H, mix=lambda z, h, n: n, weights=Weights("rn", "rn")),
    )
    yield (
        Deviation(
            "mixes in the reset state",
            "major",
            f"{STATE} that mixes in r * h. The new state mixes in h unchanged: only the candidate "
            "reads r * h.",
        ),
        _gru(D, H, reset="everywhere"),
    )


def _gru_resets(D: int, H: int, fused: bool) -> Iterator[Known]:
    reset = "The reset gate multiplies the old state on its way into the candidate."
    yield (
        Deviation(
            "ignores the reset gate",
            "major",
            f"{STATE} without a reset gate: r has no effect. {reset}",
        ),
        _gru(D, H, reset="nothing", weights=Weights("zn", "zn")),
    )
    if D == H:
        yield (
            Deviation(
                "resets the input",
                "major",
                f"{STATE} whose reset gate multiplies x. The reset gate multiplies the old state, "
                "not x.",
            ),
            _gru(D, H, reset="input"),
        )
    late = "r * (W x + U h + b). The candidate is the tanh of W x + U (r * h) + b or"
    name, why = "resets the whole sum", ""
    severity: Severity = "minor"
    if fused:
        name, severity = "saves the product that has to wait", "major"
        why = " U (r * h) has to wait for r, in a product of its own."
    yield (
        Deviation(
            name,
            severity,
            f"{STATE} whose candidate is the tanh of {late} W x + r * (U h + b).{why}",
        ),
        _gru(D, H, reset="sum"),
    )


def _gru_activations(D: int, H: int) -> Iterator[Known]:
    for name, changed in (
        ("z", {"z": tanh}),
        ("r", {"r": tanh}),
        ("z and r", {"z": tanh, "r": tanh}),
    ):
        yield (
            Deviation(
                f"uses tanh for {name}",
                "major",
                f"{STATE} that uses a tanh for {name}. {GATES}",
            ),
            _gru(D, H, **changed),
        )
    squashed = "The candidate is a tanh; the gates are sigmoids."
    yield (
        Deviation(
            "uses a sigmoid for the candidate",
            "minor",
            f"{STATE} whose candidate is a sigmoid. {squashed}",
        ),
        _gru(D, H, n=sigmoid),
    )
    yield (
        Deviation(
            "leaves the candidate linear",
            "major",
            f"{STATE} whose candidate has no activation. {squashed}",
        ),
        _gru(D, H, n=same),
    )


def _gru_weights(D: int, H: int) -> Iterator[Known]:
    whole = "Each gate reads both x and h."
    yield (
        Deviation(
            "uses one gate as z and r",
            "major",
            f"{STATE} in which one gate serves as both. The update gate z and the reset gate r have "
            "weights of their own.",
        ),
        _gru(D, H, weights=Weights("zn", "zn")),
    )
    yield (
        Deviation(
            "reads only x in its gates",
            "major",
            f"{STATE} whose gates z and r read only x. {whole}",
        ),
        _gru(D, H, weights=Weights("zrn", "n")),
    )
    yield (
        Deviation(
            "reads only x in its candidate",
            "major",
            f"{STATE} whose candidate reads only x: the reset gate has no effect either. {whole}",
        ),
        _gru(D, H, reset="nothing", weights=Weights("zn", "z")),
    )
    narrow = [Weights("zrn", "zrn", gates) for gates in ("z", "r", "zr")]
    yield (
        Deviation(
            "has a gate of one number",
            "minor",
            f"{STATE} in which a gate is one number for all units. Each gate is as wide as the state.",
        ),
        [formula for weights in narrow for formula in _gru(D, H, weights=weights)],
    )


def _gru_axes(D: int, H: int) -> Iterator[Known]:
    size = "Take the batch size from the input; no weight or bias has an axis for it."
    rows = [Weights("zrn", "zrn", rows=gate) for gate in "zrn"]
    yield (
        Deviation(
            "has a bias for each sample",
            "major",
            f"{STATE} in which a bias has a row for each sample: shapes must match one batch size. "
            f"{size}",
        ),
        [formula for weights in rows for formula in _gru(D, H, weights=weights)],
    )
    yield (
        Deviation(
            "compares the samples in z",
            "major",
            f"{STATE} in which z goes through a softmax over dim 0, the batch. {size}",
        ),
        _gru(D, H, mix=_softmax_of_batch),
    )
    yield (
        Deviation(
            "cuts its gates along the batch",
            "major",
            f"{STATE} whose gates are cut out of (B, 2 H) along the batch, by view or reshape. Use "
            f"chunk(2, dim=1). {size}",
        ),
        [f for order in ("zr", "rz") for f in _gru(D, H, split=order)],
    )


def _softmax_of_batch(z: Tensor, h: Tensor, n: Tensor) -> Tensor:
    return (1 - z) * h + torch.softmax(z, 0) * n
