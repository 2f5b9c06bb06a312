"""Checks of gated.py: GRU and LSTM cells, plain and fused into few matrix products."""

import contextlib

import torch

from graders.assertions.compare import equal, holds
from graders.assertions.properties import arguments_unchanged, ignores_device, same_twice
from graders.oracles.gated import gru, lstm
from graders.probes.cells import (
    few_products,
    floats,
    gradients_match,
    make,
    samples_stand_alone,
    values_match,
)
from graders.remote.faults import StudentError

LOOP = (
    "The loop of the basic cell reads cell.hidden_size, and hands h to the cell and gets it back."
)


def _values(student, draw, name, known, sizes=(3, 3)):
    values_match(make(student, draw, name, known, sizes, torch.float64), draw)


def _gradients(student, draw, name, known):
    gradients_match(make(student, draw, name, known, (2, 2), torch.float64), draw)


def _other_sizes(student, draw, name, known):
    for D, H in ((2, 3), (3, 2)):
        made = make(student, draw, name, known, (D, H), torch.float64)
        values_match(made, draw)
        if known is gru:
            with contextlib.suppress(StudentError):  # to have none is a fault of the loop's check
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
        holds(moved, "The state stays as it was.", hint=LOOP)


# GRU ------------------------------------------------------------------------------------------


def test_gru_equals_the_equations(student, draw):
    """The GRU's new state is that of its equations with the cell's own weights."""
    _values(student, draw, "GRUCell", gru)


def test_gru_sizes_may_differ(student, draw):
    """The GRU's input and state may have different widths."""
    _other_sizes(student, draw, "GRUCell", gru)


def test_gru_gradients(student, draw):
    """The gradients of all the GRU's weights and of both inputs are right (float64)."""
    _gradients(student, draw, "GRUCell", gru)


def test_gru_runs_in_the_loop(student, draw):
    """The GRU takes the basic cell's place in the unchanged loop."""
    _in_the_loop(student, draw, "GRUCell")


def test_gru_takes_any_batch(student, draw):
    """The GRU gives a sample the same state alone and in a batch of any size."""
    samples_stand_alone(make(student, draw, "GRUCell", gru))


def test_gru_keeps_nothing_between_calls(student, draw):
    """The GRU gives the same states for the same inputs, whatever was computed in between."""
    _keeps_nothing(student, draw, "GRUCell", gru)


def test_gru_runs_on_any_device(student, draw):
    """The GRU makes no tensor on a device of its own choice."""
    _any_device(student, draw, "GRUCell", gru)


def test_gru_leaves_its_inputs_alone(student, draw):
    """The GRU changes neither the input nor the state that it is given."""
    _inputs_alone(student, draw, "GRUCell", gru)


# LSTM -----------------------------------------------------------------------------------------


def test_lstm_equals_the_equations(student, draw):
    """The LSTM's new states are those of its equations with the cell's own weights."""
    _values(student, draw, "LSTMCell", lstm)


def test_lstm_sizes_may_differ(student, draw):
    """The LSTM's input and states may have different widths."""
    _other_sizes(student, draw, "LSTMCell", lstm)


def test_lstm_gradients(student, draw):
    """The gradients of all the LSTM's weights and of all inputs are right (float64)."""
    _gradients(student, draw, "LSTMCell", lstm)


def test_lstm_takes_any_batch(student, draw):
    """The LSTM gives a sample the same states alone and in a batch of any size."""
    samples_stand_alone(make(student, draw, "LSTMCell", lstm))


def test_lstm_keeps_nothing_between_calls(student, draw):
    """The LSTM gives the same states for the same inputs, whatever was computed in between."""
    _keeps_nothing(student, draw, "LSTMCell", lstm)


def test_lstm_runs_on_any_device(student, draw):
    """The LSTM makes no tensor on a device of its own choice."""
    _any_device(student, draw, "LSTMCell", lstm)


def test_lstm_leaves_its_inputs_alone(student, draw):
    """The LSTM changes neither the input nor the states that it is given."""
    _inputs_alone(student, draw, "LSTMCell", lstm)


# Fused ----------------------------------------------------------------------------------------


def test_fused_gru_makes_two_products(student, draw):
    """A step of the fused GRU takes at most two matrix products."""
    few_products(make(student, draw, "FusedGRUCell", gru), 2)


def test_fused_gru_equals_the_equations(student, draw):
    """The fused GRU's new state is that of a GRU with the cell's own weights."""
    _values(student, draw, "FusedGRUCell", gru)


def test_fused_gru_sizes_may_differ(student, draw):
    """The fused GRU's input and state may have different widths."""
    _other_sizes(student, draw, "FusedGRUCell", gru)


def test_fused_gru_gradients(student, draw):
    """The gradients of all the fused GRU's weights and of both inputs are right (float64)."""
    _gradients(student, draw, "FusedGRUCell", gru)


def test_fused_gru_runs_in_the_loop(student, draw):
    """The fused GRU takes the basic cell's place in the unchanged loop."""
    _in_the_loop(student, draw, "FusedGRUCell")


def test_fused_gru_takes_any_batch(student, draw):
    """The fused GRU gives a sample the same state alone and in a batch of any size."""
    samples_stand_alone(make(student, draw, "FusedGRUCell", gru))


def test_fused_gru_runs_on_any_device(student, draw):
    """The fused GRU makes no tensor on a device of its own choice."""
    _any_device(student, draw, "FusedGRUCell", gru)


def test_fused_lstm_makes_one_product(student, draw):
    """A step of the fused LSTM takes at most one matrix product."""
    few_products(make(student, draw, "FusedLSTMCell", lstm), 1)


def test_fused_lstm_equals_the_equations(student, draw):
    """The fused LSTM's new states are those of an LSTM with the cell's own weights."""
    _values(student, draw, "FusedLSTMCell", lstm)


def test_fused_lstm_sizes_may_differ(student, draw):
    """The fused LSTM's input and states may have different widths."""
    _other_sizes(student, draw, "FusedLSTMCell", lstm)


def test_fused_lstm_gradients(student, draw):
    """The gradients of all the fused LSTM's weights and of all inputs are right (float64)."""
    _gradients(student, draw, "FusedLSTMCell", lstm)


def test_fused_lstm_takes_any_batch(student, draw):
    """The fused LSTM gives a sample the same states alone and in a batch of any size."""
    samples_stand_alone(make(student, draw, "FusedLSTMCell", lstm, (6, 6)))


def test_fused_lstm_runs_on_any_device(student, draw):
    """The fused LSTM makes no tensor on a device of its own choice."""
    _any_device(student, draw, "FusedLSTMCell", lstm)
