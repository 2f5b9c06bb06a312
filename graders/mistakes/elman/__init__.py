"""Wrong answers to elman.py."""

from graders.mistakes.elman import classifier, layer, results, states
from graders.mistakes.elman.words import (
    DEVICE,
    SIZES,
)

MISTAKES = layer.MISTAKES + results.MISTAKES + states.MISTAKES + classifier.MISTAKES

# The sheet's own skeleton makes the first state as wide as the input, and on the CPU.
MAY_LOSE = {"sheet_skeleton": (SIZES, DEVICE)}
