"""Checks of gated.py: GRU and LSTM cells, plain and fused into few matrix products."""

import contextlib

import torch

from graders.assertions.compare import equal, holds
from graders.assertions.properties import arguments_unchanged, ignores_device, same_twice
from graders.assertions.recognise import named_if
from graders.deviations.gated.cells import NARROW, OVERWRITES, TWO_PRODUCTS
from graders.oracles.gated import gru, lstm
from graders.probes.cells import (
    few_products,
    floats,
    gradients_match,
    make,
    samples_stand_alone,
    values_match,
)
from graders.probes.gated import (
    is_right_on_copies,
    makes_two_products,
    needs_narrow,
    recognised,
)
from graders.remote.faults import StudentError

LOOP = "The loop of the basic cell reads cell.hidden_size, and passes h to the cell and gets the new h."


def _values(student, draw, name, known, sizes=(3, 3)):
    made = make(student, draw, name, known, sizes, torch.float64)
    with recognised(made, draw):
        values_match(made, draw)
    return made


def _gradients(student, draw, name, known):
    made = make(student, draw, name, known, (2, 2), torch.float64)
    with named_if(student, OVERWRITES, lambda: is_right_on_copies(made, draw)):
        gradients_match(made, draw)


def _other_sizes(student, draw, name, known):
    for D, H in ((2, 3), (3, 2)):
        made = _values(student, draw, name, known, (D, H))
        if known is gru:
            with contextlib.suppress(StudentError):  # the check of the loop reports a missing one
                width = student.get(made.cell, "hidden_size")
                equal(width, H, LOOP, f"{name}({D}, {H}).hidden_size")


def _keeps_nothing(student, draw, name, known):
    made = make(student, draw, name, known)
    other = [draw.normal(2, value.shape[1]) for value in made.inputs]
    same_twice(lambda *inputs: torch.cat(made.call(inputs)), made.inputs, other)


def _any_device(student, draw, name, known):
    made = make(student, draw, name, known)
    ignores_device(student, made.model, *made.inputs)


def _inputs_alone(student, draw, name, known):
    made = make(student, draw, name, known)
    made.call(made.inputs)
    arguments_unchanged(student)


def _in_the_loop(student, draw, name):
    made = make(student, draw, name, gru)
    B, H = made.inputs[1].shape
    equal(student.get(made.cell, "hidden_size"), H, LOOP, f"{name}(3, 3).hidden_size")
    h = torch.zeros(B, H)
    for _ in range(4):
        before, h = h, floats(made.cell(draw.normal(B, 3), h), (B, H), LOOP, "The new state")
        moved = bool((h - before).abs().max() > 1e-6)
        holds(moved, "The state does not change.", hint=LOOP)


# GRU ------------------------------------------------------------------------------------------


def test_gru_equals_the_equations(student, draw):
    """The GRU cell's new state equals the GRU equations with the cell's own weights."""
    _values(student, draw, "GRUCell", gru)


def test_gru_sizes_may_differ(student, draw):
    """The GRU cell's input and hidden sizes may differ."""
    _other_sizes(student, draw, "GRUCell", gru)


def test_gru_gradients(student, draw):
    """The gradients of the GRU cell's weights and inputs are correct (float64)."""
    _gradients(student, draw, "GRUCell", gru)


def test_gru_runs_in_the_loop(student, draw):
    """The GRU cell works in the unchanged loop of the basic cell."""
    _in_the_loop(student, draw, "GRUCell")


def test_gru_takes_any_batch(student, draw):
    """The GRU cell computes each sample independently, at any batch size."""
    samples_stand_alone(make(student, draw, "GRUCell", gru))


def test_gru_keeps_nothing_between_calls(student, draw):
    """The GRU cell keeps no state between calls."""
    _keeps_nothing(student, draw, "GRUCell", gru)


def test_gru_runs_on_any_device(student, draw):
    """The GRU cell creates no tensor on a fixed device."""
    _any_device(student, draw, "GRUCell", gru)


def test_gru_leaves_its_inputs_alone(student, draw):
    """The GRU cell modifies neither the input nor the given state."""
    _inputs_alone(student, draw, "GRUCell", gru)


# LSTM -----------------------------------------------------------------------------------------


def test_lstm_equals_the_equations(student, draw):
    """The LSTM cell's new states equal the LSTM equations with the cell's own weights."""
    _values(student, draw, "LSTMCell", lstm)


def test_lstm_sizes_may_differ(student, draw):
    """The LSTM cell's input and hidden sizes may differ."""
    _other_sizes(student, draw, "LSTMCell", lstm)


def test_lstm_gradients(student, draw):
    """The gradients of the LSTM cell's weights and inputs are correct (float64)."""
    _gradients(student, draw, "LSTMCell", lstm)


def test_lstm_takes_any_batch(student, draw):
    """The LSTM cell computes each sample independently, at any batch size."""
    samples_stand_alone(make(student, draw, "LSTMCell", lstm))


def test_lstm_keeps_nothing_between_calls(student, draw):
    """The LSTM cell keeps no state between calls."""
    _keeps_nothing(student, draw, "LSTMCell", lstm)


def test_lstm_runs_on_any_device(student, draw):
    """The LSTM cell creates no tensor on a fixed device."""
    _any_device(student, draw, "LSTMCell", lstm)


def test_lstm_leaves_its_inputs_alone(student, draw):
    """The LSTM cell modifies neither the input nor the given states."""
    _inputs_alone(student, draw, "LSTMCell", lstm)


# Fused ----------------------------------------------------------------------------------------


def test_fused_gru_makes_two_products(student, draw):
    """A step of the fused GRU cell uses at most two matrix products."""
    few_products(make(student, draw, "FusedGRUCell", gru), 2)


def test_fused_gru_equals_the_equations(student, draw):
    """The fused GRU cell's new state equals the GRU equations with the cell's own weights."""
    _values(student, draw, "FusedGRUCell", gru)


def test_fused_gru_sizes_may_differ(student, draw):
    """The fused GRU cell's input and hidden sizes may differ."""
    _other_sizes(student, draw, "FusedGRUCell", gru)


def test_fused_gru_gradients(student, draw):
    """The gradients of the fused GRU cell's weights and inputs are correct (float64)."""
    _gradients(student, draw, "FusedGRUCell", gru)


def test_fused_gru_runs_in_the_loop(student, draw):
    """The fused GRU cell works in the unchanged loop of the basic cell."""
    _in_the_loop(student, draw, "FusedGRUCell")


def test_fused_gru_takes_any_batch(student, draw):
    """The fused GRU cell computes each sample independently, at any batch size."""
    samples_stand_alone(make(student, draw, "FusedGRUCell", gru))


def test_fused_gru_runs_on_any_device(student, draw):
    """The fused GRU cell creates no tensor on a fixed device."""
    _any_device(student, draw, "FusedGRUCell", gru)


def test_fused_lstm_makes_one_product(student, draw):
    """A step of the fused LSTM cell uses at most one matrix product."""
    made = make(student, draw, "FusedLSTMCell", lstm)
    with named_if(student, TWO_PRODUCTS, lambda: makes_two_products(made, draw)):
        few_products(made, 1)


def test_fused_lstm_equals_the_equations(student, draw):
    """The fused LSTM cell's new states equal the LSTM equations with the cell's own weights."""
    _values(student, draw, "FusedLSTMCell", lstm)


def test_fused_lstm_sizes_may_differ(student, draw):
    """The fused LSTM cell's input and hidden sizes may differ."""
    _other_sizes(student, draw, "FusedLSTMCell", lstm)


def test_fused_lstm_gradients(student, draw):
    """The gradients of the fused LSTM cell's weights and inputs are correct (float64)."""
    _gradients(student, draw, "FusedLSTMCell", lstm)


def test_fused_lstm_takes_any_batch(student, draw):
    """The fused LSTM cell computes each sample independently, at any batch size."""
    with named_if(student, NARROW, lambda: needs_narrow(student, draw, "FusedLSTMCell", lstm)):
        samples_stand_alone(make(student, draw, "FusedLSTMCell", lstm, (6, 6)))


def test_fused_lstm_runs_on_any_device(student, draw):
    """The fused LSTM cell creates no tensor on a fixed device."""
    _any_device(student, draw, "FusedLSTMCell", lstm)
