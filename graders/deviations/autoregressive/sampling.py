"""Wrong samplers and wrong generation loops, each with one fault."""

from collections.abc import Sequence
from functools import partial

from graders.deviations import Candidate, Deviation
from graders.oracles.autoregressive import forced_path, tilted

# Sampling ------------------------------------------------------------------------------------

IGNORES_TEMPERATURE = Deviation(
    "samples at temperature 1 whatever it is given",
    "major",
    "Your samples follow softmax(lnprobs), as if the temperature were 1. The assignment asks for "
    "softmax(lnprobs / temperature, dim=0): to divide the probabilities has no effect, since they "
    "are normalised again, so divide first.",
)
MULTIPLIES = Deviation(
    "multiplies by the temperature",
    "minor",
    "Your samples follow softmax(lnprobs * temperature). The assignment asks for "
    "softmax(lnprobs / temperature, dim=0): a low temperature favours likely indices.",
)
NEVER_LAST = Deviation(
    "never draws the last index",
    "minor",
    "Your samples follow the right distribution without its last index. Draw from the softmax over "
    "all logits.",
)
UNIFORM = Deviation(
    "draws every index equally often",
    "fatal",
    "Your samples have the same probability for all indices, whatever the logits are. Check the "
    "axis of the softmax: divide first, then normalise over all logits.",
)
LIKELIEST = Deviation(
    "always takes the most likely index",
    "fatal",
    "Your sampler always returns the index of the largest logit. Draw from softmax(lnprobs / "
    "temperature) instead.",
)
RAW_LOGITS = Deviation(
    "takes the logits for probabilities",
    "fatal",
    "Your samples follow the logits themselves, which are no probabilities and can be negative. "
    "Draw from their softmax.",
)
OTHER_DEFAULT = Deviation(
    "has another default temperature",
    "slip",
    "Your samples are right when they are drawn with temperature 1, but not when no temperature is "
    "given. Draw from softmax(lnprobs / temperature, dim=0) with a temperature of 1 by default.",
)
FAILS_AT_ZERO = Deviation(
    "raises an error at temperature 0",
    "slip",
    "Your sampler draws correctly at other temperatures, but raises an error at 0: the probability "
    "is a division by 0. The assignment asks for the most likely index there.",
)
LEAST_LIKELY = Deviation(
    "returns the least likely index at temperature 0",
    "minor",
    "At temperature 0, your sampler returns the least likely index. The assignment asks for the "
    "most likely one: lnprobs.argmax().",
)


def distributions(
    logits: Sequence[float], temperature: float
) -> list[tuple[Deviation, list[float]]]:
    """List the probabilities with which other samplers draw the indices."""
    most = max(logits)
    return [
        (IGNORES_TEMPERATURE, tilted(logits, 1)),
        (MULTIPLIES, tilted(logits, 1 / temperature)),
        (NEVER_LAST, [*tilted(logits[:-1], temperature), 0.0]),
        (UNIFORM, [1 / len(logits)] * len(logits)),
        (LIKELIEST, [float(value == most) for value in logits]),
        (RAW_LOGITS, [value / sum(logits) for value in logits]),
    ]


# Generation ----------------------------------------------------------------------------------

LAST_FED = Deviation(
    "feeds only the last token",
    "major",
    "Your tokens are exactly those of a loop that feeds only the last token to the model, which "
    "then does not know the ones before. Feed all tokens so far.",
)
FIRST_READ = Deviation(
    "continues the first token alone",
    "fatal",
    "Your tokens are exactly those of a loop that reads the logits of the first token only. Feed "
    "all tokens as a batch of one, (1, T), and take the logits of its last position, output[0, -1].",
)
SEED_EXTENDED = Deviation(
    "extends the seed in place",
    "slip",
    "Your tokens are right, but they are appended to the caller's own seed. Append to a copy: "
    "list(seed).",
)


def in_place(path: Sequence[int], changed: bool) -> list[Candidate]:
    """List the tokens of a loop that is right but for the seed, if its call changed an argument."""
    return [(SEED_EXTENDED, lambda: [list(path)] if changed else [])]


def paths(
    seed: Sequence[int], vocab_size: int, path: Sequence[int], length: int
) -> list[Candidate]:
    """List the tokens that other loops get from `given/scripted.py`."""
    forced = partial(forced_path, seed, vocab_size, path, length)
    return [
        (LAST_FED, lambda: [forced(lambda tokens: tokens[-1:])]),
        (FIRST_READ, lambda: [forced(lambda tokens: tokens[:1])]),
    ]
