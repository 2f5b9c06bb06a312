"""GRU and LSTM: the right formulas, and common wrong ones with their hints."""

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
class Slip:
    """A common wrong formula, and the hint for it."""

    formula: Formula
    hint: str


@dataclass(frozen=True)
class Cell:
    """One kind of cell: its right formulas and its common wrong ones."""

    formulas: Sequence[Formula]
    slips: Sequence[Slip]
    hint: str


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
    right = [_gru(D, H, mix, reset) for mix in (take, keep) for reset in ("before", "after")]
    return Cell(right, _gru_slips(D, H), GRU_HINT)


def _gru(
    D: int,
    H: int,
    mix: Mix,
    reset: str = "before",
    gates: str = "zrn",
    z_is: Activation = sigmoid,
    r_is: Activation = sigmoid,
    n_is: Activation = tanh,
) -> Formula:
    """Describe one GRU.

    Args:
        reset: what r multiplies: the state "before" U, U's product "after" it, the "input", the
            state "everywhere", or "nothing". Without a gate r of its own, r is z.
    """

    def run(w: Roles, inputs: Sequence[Tensor]) -> list[Tensor]:
        x, h = inputs
        z = z_is(_pre(w, "z", x, h))
        r = r_is(_pre(w, "r", x, h)) if "r" in gates else z
        if reset == "after":
            n = _pre(w, "n", x, torch.zeros_like(h)) + r * (h @ w["U_n"].T + w["b_m"])
        else:
            n = _pre(w, "n", r * x if reset == "input" else x, _reset(reset, r, h))
        return [mix(z, r * h if reset == "everywhere" else h, n_is(n))]

    return _formula("a GRU", gates, D, H, run, {"b_m": (H,)} if reset == "after" else {})


def _reset(reset: str, r: Tensor, h: Tensor) -> Tensor:
    return h if reset in ("input", "nothing") else r * h


def _gru_slips(D: int, H: int) -> list[Slip]:
    own = "The update gate z and the reset gate r have weights of their own."
    mixing = "The new state mixes h and the candidate: one factor is z, the other is 1 - z."
    old = "The new state mixes in h unchanged: only the candidate reads r * h."
    ignored = "The reset gate multiplies the old state on its way into the candidate."
    of_input = "The reset gate multiplies the old state, not x."
    squashed = "The candidate is a tanh; the gates are sigmoids."
    gates = "The gates z and r are sigmoids, between 0 and 1; only the candidate is a tanh."
    both: list[Mix] = [lambda z, h, n: z * (h + n), lambda z, h, n: (1 - z) * (h + n)]
    slips = [Slip(_gru(D, H, mix), mixing) for mix in both]
    for mix in (take, keep):
        slips += [
            Slip(_gru(D, H, mix, "nothing", "zn"), ignored),
            Slip(_gru(D, H, mix, "everywhere"), old),
            Slip(_gru(D, H, mix, gates="zn"), own),
            Slip(_gru(D, H, mix, n_is=sigmoid), squashed),
            Slip(_gru(D, H, mix, z_is=tanh), gates),
            Slip(_gru(D, H, mix, r_is=tanh), gates),
            Slip(_gru(D, H, mix, z_is=tanh, r_is=tanh), gates),
        ]
        if D == H:
            slips.append(Slip(_gru(D, H, mix, "input"), of_input))
    return slips


# LSTM -----------------------------------------------------------------------------------------

Gates = Mapping[str, Tensor]


def lstm(D: int, H: int) -> Cell:
    """Describe the LSTM (Hochreiter and Schmidhuber, 1997, with Gers' forget gate)."""
    return Cell([_lstm(D, H)], _lstm_slips(D, H), LSTM_HINT)


def _lstm(
    D: int,
    H: int,
    gates: str = "ifgo",
    new_c: Callable[[Gates, Tensor], Tensor] = lambda v, c: v["f"] * c + v["i"] * v["g"],
    new_h: Callable[[Gates, Tensor, Tensor], Tensor] = lambda v, c, old: v["o"] * tanh(c),
    read: str = "h",
    order: str = "hc hc",
    **activations: Activation,
) -> Formula:
    """Describe one LSTM.

    Args:
        new_c, new_h: from the gates' values, the old c; and the new c, too.
        read: the state that the gates read.
        order: of the states on the way in and out.
        activations: replacements of a gate's own, by the gate's letter.
    """
    usual = {"i": sigmoid, "f": sigmoid, "g": tanh, "o": sigmoid}

    def run(w: Roles, inputs: Sequence[Tensor]) -> list[Tensor]:
        state = dict(zip(order[:2], inputs[1:], strict=True))
        values = {
            gate: (usual | activations)[gate](_pre(w, gate, inputs[0], state[read]))
            for gate in gates
        }
        c = new_c(values, state["c"])
        new = {"h": new_h(values, c, state["c"]), "c": c}
        return [new[name] for name in order[3:]]

    return _formula("an LSTM", gates, D, H, run, {})


def _lstm_slips(D: int, H: int) -> list[Slip]:
    own = "The input and the forget gate have weights of their own: neither is computed from the other."
    order = "The state is (h, c) on the way in and on the way out: the hidden state comes first."
    squash = "The cell state goes through a tanh on its way into h: h = o * tanh(c)."
    outer = "The output gate is outside the tanh: h = o * tanh(c)."
    gates = "The gates i, f and o are sigmoids, between 0 and 1; only the candidate g is a tanh."
    candidate = "The candidate g is a tanh; the gates are sigmoids."
    reads = "The gates read x and h; the cell state c only goes into the sum."
    old = "h reads the new cell state, not the old one: h = o * tanh(c) comes last."
    no_o = "The output gate o is missing: h = o * tanh(c)."
    no_f = "The forget gate f is missing: c = f * c + i * g."
    no_i = "The input gate i is missing: c = f * c + i * g."
    return [
        Slip(_lstm(D, H, new_h=lambda v, c, _: v["o"] * c), squash),
        Slip(_lstm(D, H, new_h=lambda v, c, _: v["o"] * sigmoid(c)), squash),
        Slip(_lstm(D, H, new_h=lambda v, c, old: v["o"] * tanh(old)), old),
        Slip(_lstm(D, H, new_h=lambda v, c, _: tanh(v["o"] * c)), outer),
        Slip(_lstm(D, H, "ifg", new_h=lambda v, c, _: tanh(c)), no_o),
        Slip(_lstm(D, H, "fgo", lambda v, c: v["f"] * c + (1 - v["f"]) * v["g"]), own),
        Slip(_lstm(D, H, "igo", lambda v, c: (1 - v["i"]) * c + v["i"] * v["g"]), own),
        Slip(_lstm(D, H, "fgo", lambda v, c: v["f"] * (c + v["g"])), own),
        Slip(_lstm(D, H, "igo", lambda v, c: c + v["i"] * v["g"]), no_f),
        Slip(_lstm(D, H, "fgo", lambda v, c: v["f"] * c + v["g"]), no_i),
        Slip(_lstm(D, H, g=sigmoid), candidate),
        *(Slip(_lstm(D, H, **{gate: tanh}), gates) for gate in "ifo"),
        *(Slip(_lstm(D, H, order=way), order) for way in ("hc ch", "ch hc", "ch ch")),
        Slip(_lstm(D, H, read="c"), reads),
    ]


# Both -----------------------------------------------------------------------------------------


def _pre(w: Roles, gate: str, x: Tensor, h: Tensor) -> Tensor:
    return x @ w[f"W_{gate}"].T + h @ w[f"U_{gate}"].T + w[f"b_{gate}"]


def _formula(
    words: str,
    gates: str,
    D: int,
    H: int,
    run: Callable[[Roles, Sequence[Tensor]], list[Tensor]],
    more: Mapping[str, Shape],
) -> Formula:
    needed = {f"W_{g}": (H, D) for g in gates} | {f"U_{g}": (H, H) for g in gates}
    return Formula(words, needed, {f"b_{g}": (H,) for g in gates} | dict(more), run)
