"""GRU and LSTM: the right formulas, with what a deviation may exchange in them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, sigmoid, tanh

from graders.oracles.formulas import Formula
from graders.oracles.roles import Roles, Shape

Activation = Callable[[Tensor], Tensor]
Mix = Callable[[Tensor, Tensor, Tensor], Tensor]

ROLES = {
    "W": "from the input to the",
    "U": "from the state to the",
    "z": "update gate z",
    "r": "reset gate r",
    "n": "candidate",
    "i": "input gate i",
    "f": "forget gate f",
    "g": "candidate g",
    "o": "output gate o",
}
GRU_HINT = (
    "z and r are sigmoids of W x + U h + b, each with its own W and U; the candidate is the tanh of "
    "W x + U (r * h) + b or W x + r * (U h + b); the new state is (1 - z) * h + z * candidate, or "
    "the two exchanged."
)
LSTM_HINT = (
    "i, f and o are sigmoids and g is the tanh of W x + U h + b, each with its own W and U; "
    "c = f * c + i * g, then h = o * tanh(c). Return (h, c)."
)


@dataclass(frozen=True)
class Cell:
    """One kind of cell, "GRU" or "LSTM", and its right formulas for these sizes."""

    kind: str
    D: int
    H: int
    formulas: Sequence[Formula]
    hint: str


@dataclass(frozen=True)
class Weights:
    """Which weights the gates have.

    Args:
        gates: with weights of their own.
        recurrent: gates that read the state.
        narrow: gates of one number for all units.
        rows: gates whose bias has a row for each of `batch` samples.
    """

    gates: str
    recurrent: str
    narrow: str = ""
    rows: str = ""
    batch: int = 3

    def needed(self, D: int, H: int) -> dict[str, Shape]:
        wide = {gate: 1 if gate in self.narrow else H for gate in self.gates}
        found: dict[str, Shape] = {f"W_{g}": (wide[g], D) for g in self.gates}
        found |= {f"U_{g}": (wide[g], H) for g in self.gates if g in self.recurrent}
        return found | {f"b_{g}": (self.batch, H) for g in self.rows}

    def optional(self, H: int) -> dict[str, Shape]:
        others = [gate for gate in self.gates if gate not in self.rows]
        return {f"b_{gate}": (1 if gate in self.narrow else H,) for gate in others}


GRU_WEIGHTS, LSTM_WEIGHTS = Weights("zrn", "zrn"), Weights("ifgo", "ifgo")


def in_words(role: str) -> str:
    """Describe a role: `U_r` is the weight from the state to the reset gate r."""
    kind, _, gate = role.partition("_")
    return f"{ROLES[kind]} {ROLES[gate]}"


# GRU ------------------------------------------------------------------------------------------


def take(z: Tensor, h: Tensor, n: Tensor) -> Tensor:
    return (1 - z) * h + z * n


def keep(z: Tensor, h: Tensor, n: Tensor) -> Tensor:
    return z * h + (1 - z) * n


def gru(D: int, H: int) -> Cell:
    """Describe the GRU (Cho et al., 2014): z takes or keeps, the reset comes before or after U."""
    right = [gru_formula(D, H, mix, reset) for mix in (take, keep) for reset in ("before", "after")]
    return Cell("GRU", D, H, right, GRU_HINT)


def gru_formula(
    D: int,
    H: int,
    mix: Mix,
    reset: str = "before",
    weights: Weights = GRU_WEIGHTS,
    split: str = "",
    **activations: Activation,
) -> Formula:
    """Describe one GRU.

    Args:
        reset: what r multiplies: the state "before" U, U's product "after" it, the "sum" of both
            products, the "input", the state "everywhere", or "nothing".
        weights: without a gate r of its own, r is z.
        split: the order of the gates if they are cut out of one matrix along the wrong axis.
        activations: replacements of a gate's own, by the gate's letter.
    """
    usual = {"z": sigmoid, "r": sigmoid, "n": tanh} | activations

    def run(w: Roles, inputs: Sequence[Tensor]) -> list[Tensor]:
        x, h = inputs
        sums = {gate: _sum(w, gate, x, h) for gate in weights.gates if gate != "n"}
        values = {gate: usual[gate](value) for gate, value in _cut(sums, split).items()}
        z = values.get("z", h)
        r = values.get("r", z)
        if reset == "after":
            n = _sum(w, "n", x, torch.zeros_like(h)) + r * (h @ w["U_n"].T + w["b_m"])
        else:
            n = _sum(w, "n", r * x if reset == "input" else x, _reset(reset, r, h))
        n = usual["n"](r * n if reset == "sum" else n)
        return [mix(z, r * h if reset == "everywhere" else h, n)]

    more: dict[str, Shape] = {"b_m": (H,)} if reset == "after" else {}
    return Formula("a GRU", weights.needed(D, H), weights.optional(H) | more, run)


def _reset(reset: str, r: Tensor, h: Tensor) -> Tensor:
    return h if reset in ("input", "nothing", "sum") else r * h


# LSTM -----------------------------------------------------------------------------------------

Gates = Mapping[str, Tensor]


def lstm(D: int, H: int) -> Cell:
    """Describe the LSTM (Hochreiter and Schmidhuber, 1997, with Gers' forget gate)."""
    return Cell("LSTM", D, H, [lstm_formula(D, H)], LSTM_HINT)


def lstm_formula(
    D: int,
    H: int,
    weights: Weights = LSTM_WEIGHTS,
    new_c: Callable[[Gates, Tensor], Tensor] = lambda v, c: v["f"] * c + v["i"] * v["g"],
    new_h: Callable[[Gates, Tensor, Tensor], Tensor] = lambda v, c, old: v["o"] * tanh(c),
    read_c: str = "",
    order: str = "hc hc",
    split: str = "",
    **activations: Activation,
) -> Formula:
    """Describe one LSTM.

    Args:
        new_c, new_h: from the gates' values, the old c; and the new c, too.
        read_c: gates that read c instead of h.
        order: of the states on the way in and out.
        split: the order of the gates if they are cut out of one matrix along the wrong axis.
        activations: replacements of a gate's own, by the gate's letter.
    """
    usual = {"i": sigmoid, "f": sigmoid, "g": tanh, "o": sigmoid} | activations

    def run(w: Roles, inputs: Sequence[Tensor]) -> list[Tensor]:
        state = dict(zip(order[:2], inputs[1:], strict=True))
        sums = {
            gate: _sum(w, gate, inputs[0], state["c" if gate in read_c else "h"])
            for gate in weights.gates
        }
        values = {gate: usual[gate](value) for gate, value in _cut(sums, split).items()}
        c = new_c(values, state["c"])
        new = {"h": new_h(values, c, state["c"]), "c": c}
        return [new[name] for name in order[3:]]

    return Formula("an LSTM", weights.needed(D, H), weights.optional(H), run)


# Both -----------------------------------------------------------------------------------------


def _sum(w: Roles, gate: str, x: Tensor, h: Tensor) -> Tensor:
    total = x @ w[f"W_{gate}"].T + w[f"b_{gate}"]
    return total + h @ w[f"U_{gate}"].T if f"U_{gate}" in w else total


def _cut(sums: Gates, split: str) -> Gates:
    """Return the gates' sums as they are, or cut along the batch instead of the features."""
    if not split:
        return sums
    B, H = sums[split[0]].shape
    pieces = torch.cat([sums[gate] for gate in split], dim=1).reshape(len(split), B, H)
    return dict(zip(split, pieces, strict=True))
