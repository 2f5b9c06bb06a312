"""Deviations of gated.py: wrong formulas of a GRU and an LSTM, and wrong forms of their result."""

from collections.abc import Iterator
from dataclasses import replace

from graders.deviations import Deviation
from graders.deviations.gated.gru import wrong_grus
from graders.deviations.gated.lstm import wrong_lstms
from graders.oracles.formulas import Formula
from graders.oracles.gated import Cell, lstm_formula

Known = tuple[Deviation, list[Formula]]


def of_cell(cell: Cell, fused: bool) -> Iterator[Known]:
    """Yield the wrong formulas of a kind of cell, by the deviation that they stand for.

    Args:
        fused: whether the assignment asks for few matrix products.
    """
    if cell.kind == "LSTM":
        yield from wrong_lstms(cell.D, cell.H)
    else:
        yield from wrong_grus(cell.D, cell.H, fused)


TWICE = Deviation(
    "returns its state twice",
    "minor",
    "Your new state is right, but it is returned twice. Return the new state alone.",
)
NESTED = Deviation(
    "returns nested states",
    "minor",
    "Your new states are right, but returned as h, (h, c). Return the pair (h, c).",
)
ONLY_H = Deviation(
    "returns only h",
    "major",
    "Your new h is right, but c does not come back, so the next step cannot go on from it. "
    "Return both new states, (h, c).",
)
KEPT = Deviation(
    "goes on from a state of its own",
    "major",
    "Your cell is right in its first call, but not after another call: it goes on from a state that "
    "it has kept instead of the given one. Take the state from the arguments and keep nothing on "
    "self.",
)
NARROW = Deviation(
    "runs only with narrow states",
    "fatal",
    "Your cell is right with a state of 3 numbers, and raises with a state of 6. The pieces must "
    "be as wide as the state, for any hidden_size.",
)
TWO_PRODUCTS = Deviation(
    "makes two products",
    "minor",
    "Your values are right, but a step makes two matrix products. One is enough: concatenate x and "
    "h, multiply once, then split the result with chunk.",
)
OVERWRITES = Deviation(
    "overwrites the given state",
    "slip",
    "Your new states and gradients are right when the cell gets copies, but it writes into the "
    "states that it is given. Operations that end in _ and assignments into a slice change the "
    "caller's tensor.",
)


def doubled(cell: Cell) -> Cell:
    """Return the kind of an LSTM that returns h twice: what is left of one that loses c."""
    return replace(cell, formulas=[lstm_formula(cell.D, cell.H, order="hc hh")])
