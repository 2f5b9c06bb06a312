"""Wrong formulas of an LSTM: other states, other gates, another way into h."""

from collections.abc import Iterator
from itertools import permutations
from typing import Any

from torch import sigmoid, tanh

from graders.deviations import Deviation
from graders.oracles.formulas import Formula
from graders.oracles.gated import Weights, lstm_formula

Known = tuple[Deviation, list[Formula]]

STATES = "Your new states are exactly those of an LSTM"
SQUASH = "The cell state goes through a tanh on its way into h: h = o * tanh(c)."


def wrong_lstms(D: int, H: int) -> Iterator[Known]:
    yield from _lstm_outputs(D, H)
    yield from _lstm_gates(D, H)
    yield from _lstm_activations(D, H)
    yield from _lstm_states(D, H)


def _lstm_outputs(D: int, H: int) -> Iterator[Known]:
    yield (
        Deviation("leaves out the tanh of c", "minor", f"{STATES} with h = o * c. {SQUASH}"),
        [lstm_formula(D, H, new_h=lambda v, c, _: v["o"] * c)],
    )
    yield (
        Deviation("uses a sigmoid of c", "minor", f"{STATES} with h = o * sigmoid(c). {SQUASH}"),
        [lstm_formula(D, H, new_h=lambda v, c, _: v["o"] * sigmoid(c))],
    )
    yield (
        Deviation(
            "takes the tanh last",
            "minor",
            f"{STATES} with h = tanh(o * c). The output gate is outside the tanh: h = o * tanh(c).",
        ),
        [lstm_formula(D, H, new_h=lambda v, c, _: tanh(v["o"] * c))],
    )
    yield (
        Deviation(
            "makes h from the old c",
            "major",
            f"{STATES} whose h is made from the old c. h reads the new cell state, not the old one: "
            "h = o * tanh(c) comes last.",
        ),
        [lstm_formula(D, H, new_h=lambda v, c, old: v["o"] * tanh(old))],
    )


def _lstm_gates(D: int, H: int) -> Iterator[Known]:
    own = "The input and the forget gate have weights of their own: neither is computed from the other."
    no_i, no_f, no_o = (Weights(gates, gates) for gates in ("fgo", "igo", "ifg"))
    yield (
        Deviation(
            "has no output gate",
            "major",
            f"{STATES} with h = tanh(c). The output gate o is missing: h = o * tanh(c).",
        ),
        [lstm_formula(D, H, no_o, new_h=lambda v, c, _: tanh(c))],
    )
    yield (
        Deviation(
            "ties the input and the forget gate",
            "major",
            f"{STATES} in which the factors of c and g add up to 1. {own}",
        ),
        [
            lstm_formula(D, H, no_i, lambda v, c: v["f"] * c + (1 - v["f"]) * v["g"]),
            lstm_formula(D, H, no_f, lambda v, c: (1 - v["i"]) * c + v["i"] * v["g"]),
        ],
    )
    yield (
        Deviation(
            "forgets and admits by one gate",
            "major",
            f"{STATES} in which c and g have the same factor. {own}",
        ),
        [lstm_formula(D, H, no_i, lambda v, c: v["f"] * (c + v["g"]))],
    )
    yield from _lstm_missing(D, H, no_i, no_f)


def _lstm_missing(D: int, H: int, no_i: Weights, no_f: Weights) -> Iterator[Known]:
    yield (
        Deviation(
            "has no forget gate",
            "major",
            f"{STATES} with c = c + i * g. The forget gate f is missing: c = f * c + i * g.",
        ),
        [lstm_formula(D, H, no_f, lambda v, c: c + v["i"] * v["g"])],
    )
    yield (
        Deviation(
            "has no input gate",
            "major",
            f"{STATES} with c = f * c + g. The input gate i is missing: c = f * c + i * g.",
        ),
        [lstm_formula(D, H, no_i, lambda v, c: v["f"] * c + v["g"])],
    )
    yield (
        Deviation(
            "reads only x in its candidate",
            "major",
            f"{STATES} whose candidate g reads only x. It reads both x and h.",
        ),
        [lstm_formula(D, H, Weights("ifgo", "ifo"))],
    )


def _lstm_activations(D: int, H: int) -> Iterator[Known]:
    gates = "The gates i, f and o are sigmoids, between 0 and 1; only the candidate g is a tanh."
    for name in ("i", "f", "o", "if", "io", "fo", "ifo"):
        words = " and ".join(", ".join(name).rsplit(", ", 1))
        yield (
            Deviation(
                f"uses tanh for {words}",
                "major",
                f"{STATES} that uses a tanh for {words}. {gates}",
            ),
            [_with_tanh(D, H, name)],
        )
    yield (
        Deviation(
            "uses a sigmoid for the candidate",
            "minor",
            f"{STATES} whose candidate is a sigmoid. The candidate g is a tanh; the gates are "
            "sigmoids.",
        ),
        [lstm_formula(D, H, g=sigmoid)],
    )


def _with_tanh(D: int, H: int, gates: str) -> Formula:
    changed: dict[str, Any] = dict.fromkeys(gates, tanh)
    return lstm_formula(D, H, **changed)


def _lstm_states(D: int, H: int) -> Iterator[Known]:
    reads = "The gates read x and h; the cell state c only goes into the sum."
    yield (
        Deviation(
            "reads c in all gates",
            "major",
            f"{STATES} whose gates read c, and never h. {reads}",
        ),
        [lstm_formula(D, H, read_c="ifgo")],
    )
    yield (
        Deviation(
            "reads c in one gate",
            "minor",
            f"{STATES} in which one gate reads c instead of h. {reads}",
        ),
        [lstm_formula(D, H, read_c=gate) for gate in "ifgo"],
    )
    order = "The state is (h, c) on the way in and on the way out: the hidden state comes first."
    for name, way in (
        ("returns (c, h)", "hc ch"),
        ("reads (c, h)", "ch hc"),
        ("reads and returns (c, h)", "ch ch"),
    ):
        yield (
            Deviation(name, "minor", f"{STATES} that {name}. {order}"),
            [lstm_formula(D, H, order=way)],
        )
    yield (
        Deviation(
            "cuts its gates along the batch",
            "major",
            f"{STATES} whose gates are cut out of (B, 4 H) along the batch, by view or reshape. Use "
            "chunk(4, dim=1). Take the batch size from the input; no weight or bias has an axis for "
            "it.",
        ),
        [lstm_formula(D, H, split="".join(order)) for order in permutations("ifgo")],
    )
