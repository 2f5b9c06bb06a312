"""Wrong answers to autoregressive.py."""

from graders.mistakes.autoregressive import batches, generation, loss, model, sampling, steps

MISTAKES = (
    model.MISTAKES
    + loss.MISTAKES
    + sampling.MISTAKES
    + generation.MISTAKES
    + batches.MISTAKES
    + steps.MISTAKES
)
