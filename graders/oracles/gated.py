"""GRU and LSTM: the formulas that count as right, and known slips with the hint that each deserves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from graders.matching import Roles
from graders.probing import Formula

Pre = Callable[..., Tensor]  # gives W x + U h + b of the gate that is named
Mix = Callable[[Tensor, Tensor, Tensor], Tensor]  # z, old state, candidate
Step = Callable[[Pre, Tensor, Tensor], tuple[Tensor, Tensor]]

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
    """A wrong formula that many write, and what to tell those who did."""

    formula: Formula
    hint: str


@dataclass(frozen=True)
class Cell:
    """One kind of cell: its right formulas, of which a student's may be any, and its slips."""

    formulas: Sequence[Formula]
    slips: Sequence[Slip]
    hint: str


def in_words(role: str) -> str:
    """Say what a role is: `U_r` is from the state to the reset gate r."""
    kind, _, gate = role.partition("_")
    return f"{ROLES[kind]} {ROLES[gate]}"


# GRU ------------------------------------------------------------------------------------------


def take(z: Tensor, h: Tensor, n: Tensor) -> Tensor:
    return (1 - z) * h + z * n


def keep(z: Tensor, h: Tensor, n: Tensor) -> Tensor:
    return z * h + (1 - z) * n


def gru(D: int, H: int) -> Cell:
    """Describe the GRU (Cho et al., 2014): z takes or keeps, the reset comes before or after U."""
    right = [_gru(D, H, mix, after) for mix in (take, keep) for after in (False, True)]
    return Cell(right, list(_gru_slips(D, H)), GRU_HINT)


def _gru(D: int, H: int, mix: Mix, after: bool) -> Formula:
    def run(w: Roles, inputs: Sequence[Tensor]) -> list[Tensor]:
        x, h = inputs
        z, r = torch.sigmoid(_pre(w, "z", x, h)), torch.sigmoid(_pre(w, "r", x, h))
        return [mix(z, h, torch.tanh(_candidate(w, x, h, r, after)))]

    inner = {"b_m": (H,)} if after else {}
    return _formula("a GRU", "zrn", D, H, run, inner)


def _candidate(w: Roles, x: Tensor, h: Tensor, r: Tensor, after: bool) -> Tensor:
    if not after:
        return _pre(w, "n", x, r * h)
    return x @ w["W_n"].T + w["b_n"] + r * (h @ w["U_n"].T + w["b_m"])


def _gru_slips(D: int, H: int) -> list[Slip]:
    def slip(
        words: str, hint: str, step: Callable[[Pre, Tensor, Tensor], Tensor], gates: str = "zrn"
    ) -> Slip:
        def run(w: Roles, inputs: Sequence[Tensor]) -> list[Tensor]:
            x, h = inputs

            def pre(gate: str, to: Tensor = x, of: Tensor = h) -> Tensor:
                return _pre(w, gate, to, of)

            return [step(pre, x, h)]

        return Slip(_formula(words, gates, D, H, run), hint)

    s, tanh = torch.sigmoid, torch.tanh
    return [
        slip(
            "a GRU whose candidate ignores the reset gate",
            "The reset gate multiplies the old state on its way into the candidate.",
            lambda pre, x, h: take(s(pre("z")), h, tanh(pre("n"))),
            "zn",
        ),
        slip(
            "a GRU whose candidate ignores the reset gate",
            "The reset gate multiplies the old state on its way into the candidate.",
            lambda pre, x, h: keep(s(pre("z")), h, tanh(pre("n"))),
            "zn",
        ),
        *(
            slip(
                "a GRU whose reset gate multiplies the input",
                "The reset gate multiplies the old state, not x.",
                lambda pre, x, h, mix=mix: mix(s(pre("z")), h, tanh(pre("n", s(pre("r")) * x, h))),
            )
            for mix in (take, keep)
            if D == H
        ),
        slip(
            "z * h + z * candidate",
            "What z keeps of one it takes from the other: one factor is z, the other is 1 - z.",
            lambda pre, x, h: s(pre("z")) * (h + tanh(pre("n", x, s(pre("r")) * h))),
        ),
        slip(
            "(1 - z) * h + (1 - z) * candidate",
            "What z keeps of one it takes from the other: one factor is z, the other is 1 - z.",
            lambda pre, x, h: (1 - s(pre("z"))) * (h + tanh(pre("n", x, s(pre("r")) * h))),
        ),
        *(
            slip(
                "a GRU that mixes the reset state in",
                "The new state is mixed from the candidate and the old state as it was: only the "
                "candidate reads r * h.",
                lambda pre, x, h, mix=mix: mix(
                    s(pre("z")), s(pre("r")) * h, tanh(pre("n", x, s(pre("r")) * h))
                ),
            )
            for mix in (take, keep)
        ),
        *(
            slip(
                "a GRU with a single gate for both tasks",
                "The update gate z and the reset gate r have weights of their own.",
                lambda pre, x, h, mix=mix: mix(s(pre("z")), h, tanh(pre("n", x, s(pre("z")) * h))),
                "zn",
            )
            for mix in (take, keep)
        ),
        *(
            slip(
                "a GRU whose candidate is a sigmoid",
                "The candidate is a tanh; the gates are sigmoids.",
                lambda pre, x, h, mix=mix: mix(s(pre("z")), h, s(pre("n", x, s(pre("r")) * h))),
            )
            for mix in (take, keep)
        ),
        *(
            slip(
                "a GRU with a tanh in place of a gate's sigmoid",
                "The gates z and r are sigmoids, between 0 and 1; only the candidate is a tanh.",
                lambda pre, x, h, mix=mix, a=a, b=b: mix(
                    a(pre("z")), h, tanh(pre("n", x, b(pre("r")) * h))
                ),
            )
            for mix in (take, keep)
            for a, b in ((tanh, s), (s, tanh), (tanh, tanh))
        ),
    ]


# LSTM -----------------------------------------------------------------------------------------


def lstm(D: int, H: int) -> Cell:
    """Describe the LSTM (Hochreiter and Schmidhuber, 1997, with Gers' forget gate)."""
    s, tanh = torch.sigmoid, torch.tanh

    def formula(words: str, step: Step, gates: str = "ifgo", order: str = "hc") -> Formula:
        def run(w: Roles, inputs: Sequence[Tensor]) -> list[Tensor]:
            x, h, c = inputs
            h, c = (h, c) if order == "hc" else (c, h)
            return list(step(lambda gate: _pre(w, gate, x, h), h, c))

        return _formula(words, gates, D, H, run)

    def right(pre: Pre, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        c = s(pre("f")) * c + s(pre("i")) * tanh(pre("g"))
        return s(pre("o")) * tanh(c), c

    def cell_state(new: Callable[[Pre, Tensor], Tensor]) -> Step:
        def step(pre: Pre, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
            c = new(pre, c)
            return s(pre("o")) * tanh(c), c

        return step

    def hidden(new: Callable[[Pre, Tensor, Tensor], Tensor]) -> Step:
        def step(pre: Pre, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
            _, after = right(pre, h, c)
            return new(pre, c, after), after

        return step

    own = "Input gate and forget gate have weights of their own: neither is made from the other."
    order = "The state is (h, c) on the way in and on the way out: the hidden state comes first."
    slips = [
        Slip(
            formula("h = o * c", hidden(lambda pre, old, c: s(pre("o")) * c)),
            "The cell state goes through a tanh on its way into h: h = o * tanh(c).",
        ),
        Slip(
            formula("h = o * tanh(old c)", hidden(lambda pre, old, c: s(pre("o")) * tanh(old))),
            "h reads the new cell state, not the old one.",
        ),
        Slip(
            formula("h = tanh(c)", hidden(lambda pre, old, c: tanh(c)), "ifg"),
            "The output gate o is missing: h = o * tanh(c).",
        ),
        Slip(
            formula("h = tanh(o * c)", hidden(lambda pre, old, c: tanh(s(pre("o")) * c))),
            "The output gate stands outside of the tanh: h = o * tanh(c).",
        ),
        Slip(
            formula("h = tanh(o) * tanh(c)", hidden(lambda pre, old, c: tanh(pre("o")) * tanh(c))),
            "The gates i, f and o are sigmoids, between 0 and 1; only the candidate g is a tanh.",
        ),
        Slip(
            formula("h = o * sigmoid(c)", hidden(lambda pre, old, c: s(pre("o")) * s(c))),
            "The cell state goes through a tanh on its way into h: h = o * tanh(c).",
        ),
        *(
            Slip(
                formula("i = 1 - f", cell_state(_tied(gate)), gate + "go"),
                own,
            )
            for gate in "if"
        ),
        Slip(
            formula(
                "c = f * c + f * g",
                cell_state(lambda pre, c: s(pre("f")) * (c + tanh(pre("g")))),
                "fgo",
            ),
            own,
        ),
        Slip(
            formula(
                "c = c + i * g",
                cell_state(lambda pre, c: c + s(pre("i")) * tanh(pre("g"))),
                "igo",
            ),
            "The forget gate f is missing: c = f * c + i * g.",
        ),
        Slip(
            formula(
                "c = f * c + g", cell_state(lambda pre, c: s(pre("f")) * c + tanh(pre("g"))), "fgo"
            ),
            "The input gate i is missing: c = f * c + i * g.",
        ),
        Slip(
            formula(
                "a sigmoid for the candidate g",
                cell_state(lambda pre, c: s(pre("f")) * c + s(pre("i")) * s(pre("g"))),
            ),
            "The candidate g is a tanh; the gates are sigmoids.",
        ),
        *(
            Slip(
                formula(
                    "a tanh for a gate",
                    cell_state(
                        lambda pre, c, a=a, b=b: a(pre("f")) * c + b(pre("i")) * tanh(pre("g"))
                    ),
                ),
                "The gates i, f and o are sigmoids, between 0 and 1; only the candidate g is a tanh.",
            )
            for a, b in ((tanh, s), (s, tanh), (tanh, tanh))
        ),
        Slip(formula("(c, h)", lambda pre, h, c: right(pre, h, c)[::-1]), order),
        Slip(formula("(h, c) read as (c, h)", right, order="ch"), order),
        Slip(
            formula("(c, h) in and out", lambda pre, h, c: right(pre, h, c)[::-1], order="ch"),
            order,
        ),
        Slip(
            formula("gates that read c", lambda pre, h, c: right(pre, h, h), order="ch"),
            "The gates read x and h; the cell state c only goes into the sum.",
        ),
    ]
    return Cell([formula("an LSTM", right)], slips, LSTM_HINT)


def _tied(gate: str) -> Callable[[Pre, Tensor], Tensor]:
    def new(pre: Pre, c: Tensor) -> Tensor:
        one = torch.sigmoid(pre(gate))
        f, i = (one, 1 - one) if gate == "f" else (1 - one, one)
        return f * c + i * torch.tanh(pre("g"))

    return new


# Both -----------------------------------------------------------------------------------------


def _pre(w: Roles, gate: str, x: Tensor, h: Tensor) -> Tensor:
    return x @ w[f"W_{gate}"].T + h @ w[f"U_{gate}"].T + w[f"b_{gate}"]


def _formula(
    words: str,
    gates: str,
    D: int,
    H: int,
    run: Callable[[Roles, Sequence[Tensor]], list[Tensor]],
    more: Mapping[str, tuple[int, ...]] | None = None,
) -> Formula:
    needed = {f"W_{g}": (H, D) for g in gates} | {f"U_{g}": (H, H) for g in gates}
    return Formula(words, needed, {f"b_{g}": (H,) for g in gates} | dict(more or {}), run)
