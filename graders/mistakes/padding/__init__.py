"""Wrong answers to padding.py."""

from graders.mistakes.padding import batches, rows, targets

MISTAKES = rows.MISTAKES + batches.MISTAKES + targets.MISTAKES
