"""Wrong answers to step_rnn.py."""

from graders.mistakes.step_rnn import accuracy, loop, step, training
from graders.mistakes.step_rnn.words import (
    DEVICE,
    SINGLE,
    V_GRADIENTS,
)

MISTAKES = step.MISTAKES + loop.MISTAKES + training.MISTAKES + accuracy.MISTAKES

# The sheet's own solution: its zeros stand on the CPU, and its squeeze() takes B = 1 away.
MAY_LOSE = {"sheet_notebook": (DEVICE, SINGLE), "two_phases": (V_GRADIENTS,)}
