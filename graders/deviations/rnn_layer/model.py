"""How sentiment models, their padding and their truncation deviate, and what a student is told."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from graders.deviations import Candidate, Deviation
from graders.oracles.rnn_layer import Update, scores, sentiment_layers
from graders.oracles.roles import Parameter
from graders.results.scoring import Severity

THEIRS = "Your result is exactly that of a model that"
LAST = "Return log_softmax over the classes, dim=1, of the last yt."
ORDER = "X is (T, B): a loop over X goes through time."

End = Callable[[list[Tensor]], Tensor]
"""Maps the scores (B, O) after each step to the result."""


def _way(severity: Severity, name: str, end: Any, sentence: str) -> tuple[Deviation, Any]:
    return Deviation(name, severity, sentence), end


ENDS: list[tuple[Deviation, End]] = [
    _way(
        "major",
        "activates the scores before the softmax",
        lambda ys: ys[-1].sigmoid().log_softmax(1),
        f"{THEIRS} applies the sigmoid of the layer before the softmax. Make the layer with "
        f"phi_y=None. {LAST}",
    ),
    _way(
        "major",
        "returns the scores",
        lambda ys: ys[-1],
        f"{THEIRS} returns its scores without a softmax. {LAST}",
    ),
    _way(
        "major",
        "returns probabilities",
        lambda ys: ys[-1].softmax(1),
        f"{THEIRS} returns probabilities without the logarithm. {LAST}",
    ),
    _way(
        "major",
        "applies the softmax over the batch",
        lambda ys: ys[-1].log_softmax(0),
        f"{THEIRS} applies the softmax over dim=0, the batch. {LAST}",
    ),
    _way(
        "major",
        "averages the scores of all steps",
        lambda ys: torch.stack(ys).mean(0).log_softmax(1),
        f"{THEIRS} takes the mean of the scores of all steps. {LAST}",
    ),
]
READS: list[tuple[Deviation, Callable[[Tensor], Tensor]]] = [
    _way(
        "major",
        "takes the batch axis for time",
        lambda X: X.T,
        f"{THEIRS} reads one review after the other as time steps. {ORDER}",
    ),
    _way(
        "minor",
        "leaves out the last token",
        lambda X: X[:-1],
        f"{THEIRS} ends before the last token. {ORDER} {LAST}",
    ),
    _way(
        "fatal",
        "reads the last token alone",
        lambda X: X[-1:],
        f"{THEIRS} reads the last token from a state of zeros. Call the layer for each token, and "
        "pass the state that a step returns to the next step.",
    ),
]
CHANGES = Deviation(
    "changes the tokens that it reads",
    "major",
    f"{THEIRS} replaces all token ids above some number, in the caller's own tensor. Operations "
    "that end in _ change the caller's tensor; read the tokens as they are.",
)


def answers(
    parameters: Sequence[Parameter], sizes: Sequence[int], X: Tensor, changed: bool
) -> list[Candidate]:
    """List the log-probabilities that a model would have returned with each deviation.

    Args:
        sizes: V, E, H, O.
        X: (T, B) token ids.
        changed: whether the model has changed X.
    """

    def ended(end: End, inputs: Sequence[Tensor]) -> Iterator[Tensor]:
        for embedding, layer in sentiment_layers(parameters, sizes):
            for each in inputs:
                yield end(scores(embedding, sizes[2], layer, each))

    found: list[Candidate] = [(d, partial(ended, end, [X])) for d, end in ENDS]
    found += [(d, partial(ended, _right, [read(X)])) for d, read in READS]
    if changed:
        cut_off = [X.clamp(max=largest) for largest in range(1, sizes[0])]
        found.append((CHANGES, partial(ended, _right, cut_off)))
    return found


def _right(ys: list[Tensor]) -> Tensor:
    return ys[-1].log_softmax(1)


# The count ------------------------------------------------------------------------------------

FROZEN = Deviation(
    "counts frozen parameters, too",
    "minor",
    "Your number is exactly that of all parameters. Frozen ones do not count: sum p.numel() over "
    "those where p.requires_grad.",
)
TENSORS = Deviation(
    "counts tensors instead of numbers",
    "major",
    "Your number is exactly that of the parameter tensors. Count the numbers in them: sum p.numel() "
    "over model.parameters() where p.requires_grad.",
)


# Padding that is skipped ----------------------------------------------------------------------

SKIP = "Where a token is the pad, keep the state and output of the previous step (torch.where)."
Rule = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]
"""Maps old scores and state, the new ones, and where a pad is (B, 1), to what a step leaves."""


def _skip(y: Tensor, h: Tensor, y_new: Tensor, h_new: Tensor, pad: Tensor) -> tuple[Tensor, Tensor]:
    return torch.where(pad, y, y_new), torch.where(pad, h, h_new)


RULES: list[tuple[Deviation, Rule]] = [
    _way(
        "major",
        "reads pads like tokens",
        lambda y, h, y_new, h_new, pad: (y_new, h_new),
        f"{THEIRS} reads pads like any token, and skips nothing. {SKIP}",
    ),
    _way(
        "major",
        "skips only where all reviews have ended",
        lambda y, h, y_new, h_new, pad: _skip(y, h, y_new, h_new, pad.all()),
        f"{THEIRS} skips a step only if all reviews of the batch have ended. Decide for each review. "
        f"{SKIP}",
    ),
    _way(
        "major",
        "skips for all where one review has ended",
        lambda y, h, y_new, h_new, pad: _skip(y, h, y_new, h_new, pad.any()),
        f"{THEIRS} skips a step for all reviews as soon as one has ended. Decide for each review. "
        f"{SKIP}",
    ),
    _way(
        "minor",
        "uses the output of pads",
        lambda y, h, y_new, h_new, pad: (y_new, torch.where(pad, h, h_new)),
        f"{THEIRS} keeps the state at pads, but takes the output of the pad. {SKIP}",
    ),
    _way(
        "fatal",
        "moves its state at pads alone",
        lambda y, h, y_new, h_new, pad: (torch.where(pad, y, y_new), torch.where(pad, h_new, h)),
        f"{THEIRS} keeps the state at tokens and changes it at pads. It is the other way round: "
        "steps that read a token change state and output.",
    ),
    _way(
        "major",
        "resets its state at pads",
        lambda y, h, y_new, h_new, pad: _skip(0 * y, 0 * h, y_new, h_new, pad),
        f"{THEIRS} sets state and output to zero at pads, and forgets what it read. {SKIP}",
    ),
]
ZEROS = Deviation(
    "reads pads as zeros",
    "major",
    f"{THEIRS} embeds pads as zeros, while state and output still change at them. {SKIP}",
)
NEVER_ZERO = Deviation(
    "takes a pad id of 0 for none",
    "minor",
    "Your model skips every pad id but 0: 0 counts as false in an if. Ask whether skip_padding is "
    f"None. {SKIP}",
)

Padded = tuple[Sequence[Parameter], int, Tensor]
"""A model's parameters, its pad id, and X (T, B) with pads."""


def padding(models: Sequence[Padded], sizes: Sequence[int]) -> list[Candidate]:
    """List what models with pad ids, the first of them 0, would have returned for their X."""

    def of(rules: Sequence[Rule], zeros: bool = False) -> Iterator[list[Tensor]]:
        results = [
            list(_padded(model, sizes, rule, zeros))
            for model, rule in zip(models, rules, strict=True)
        ]
        yield from map(list, zip(*results, strict=True))

    reads = RULES[0][1]
    found: list[Candidate] = [(d, partial(of, [rule] * len(models))) for d, rule in RULES]
    found.append((ZEROS, partial(of, [reads] * len(models), True)))
    return [*found, (NEVER_ZERO, partial(of, [reads] + [_skip] * (len(models) - 1)))]


def _padded(model: Padded, sizes: Sequence[int], rule: Rule, zeros: bool) -> Iterator[Tensor]:
    parameters, pad, X = model

    def update(y: Tensor, h: Tensor, y_new: Tensor, h_new: Tensor, tokens: Tensor) -> Any:
        return rule(y, h, y_new, h_new, (tokens == pad)[:, None])

    checked: Update = update
    for embedding, layer in sentiment_layers(parameters, sizes):
        table = embedding.detach().clone()
        if zeros:
            table[pad] = 0.0
        yield _right(scores(table, sizes[2], layer, X, checked))


# Truncated backpropagation --------------------------------------------------------------------

FORGETS = Deviation(
    "forgets what came before the window",
    "major",
    "Your result is exactly that of the last `steps` tokens alone. Carry on the values of the "
    "state; cut only the graph.",
)
GRADIENT = "Your gradients are exactly those of a run that"
DETACH = "Call detach() on the state where the last `steps` steps begin, and nowhere after."
CUTS: list[tuple[Deviation, Callable[[int, int], int]]] = [
    _way(
        "fatal",
        "truncates nothing",
        lambda T, steps: 0,
        f"{GRADIENT} is not truncated at all. {DETACH}",
    ),
    _way(
        "major",
        "cuts each step from the next",
        lambda T, steps: T - 1,
        f"{GRADIENT} cuts the graph at every step: only the last token gets a gradient. {DETACH}",
    ),
    _way(
        "minor",
        "cuts after the first steps",
        lambda T, steps: steps,
        f"{GRADIENT} cuts the graph after the first `steps` steps, not before the last ones. "
        f"{DETACH}",
    ),
    _way(
        "minor",
        "cuts before the last two windows",
        lambda T, steps: T - 2 * steps,
        f"{GRADIENT} reaches back through twice as many steps. {DETACH}",
    ),
    _way(
        "minor",
        "cuts after every second window",
        lambda T, steps: (T - 1) // (2 * steps) * 2 * steps,
        f"{GRADIENT} cuts the graph after every second window, counted from the start. {DETACH}",
    ),
]


def cuts(full: Sequence[Tensor], steps: int) -> list[Candidate]:
    """List the gradients of the tokens of several runs with the graph cut at other places.

    Args:
        full: the gradients (T, B, E) without truncation, of each run.
    """

    def of(place: Callable[[int, int], int]) -> Iterator[list[Tensor]]:
        for shift in (0, 1):  # the token at the edge may belong to either side
            yield [_from(each, place(len(each), steps) - shift) for each in full]

    return [(deviation, partial(of, place)) for deviation, place in CUTS]


def _from(full: Tensor, place: int) -> Tensor:
    return torch.cat([torch.zeros_like(full[: max(0, place)]), full[max(0, place) :]])
