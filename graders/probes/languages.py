"""Learned languages: a model is trained in the student's process, and the grader generates texts.

The grader draws the tokens itself and checks them with the exact grammar, so neither `sample` nor
`generate` matters. A check fails only when all attempts miss; fixtures/calibration.json states how
often one training of the reference does.
"""

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor

from graders.assertions.compare import holds, shaped
from graders.assertions.draw import Draw
from graders.assertions.figures import texts
from graders.oracles.grammars import GRAMMARS, Broken, marked
from graders.probes.learning import FIXTURES, threshold
from graders.remote.student import RemoteSubmission

PAD, START, END = 0, 1, 2
SAMPLES, LONGEST = 10, 40
TEMPERATURES = {"ndfa": 0.5, "brackets": 0.35}
ATTEMPTS = 3
WINDOW = (3, 10.0)  # of given/language.py: tokens that are read, scale
NDFA = {"batch": 32, "epochs": 15, "lr": 0.01, "clip": 1.0}
BRACKETS = {"batch": 300, "epochs": 60, "lr": 0.02}  # one batch for each length: rare ones count
BRACKET_SIZES = (8, 16)  # embedding and hidden width
OPEN, CLOSE = 4, 5
SEEDS = {  # of the ten texts; like the assignment's own `.start ( (`, but longer ones
    "ndfa": [[START]] * SAMPLES,
    "brackets": [[START, OPEN, OPEN, OPEN, OPEN]] * 5
    + [[START, OPEN, OPEN, OPEN, CLOSE]] * 3
    + [[START, OPEN, OPEN, CLOSE, OPEN]] * 2,
}

Written = list[tuple[str, Broken]]


@cache
def language(name: str) -> dict[str, Any]:
    """Read a tiny language: `i2w`, and the rows of `train` from START to END."""
    document: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return document


def training_batches(name: str, size: int, draw: Draw) -> list[Tensor]:
    """Split a tiny language into batches of one length each, in random order: no pads are needed."""
    rows = language(name)["train"]
    by_length: dict[int, list[list[int]]] = {}
    for place in draw.shuffled(list(range(len(rows)))):
        by_length.setdefault(len(rows[place]), []).append(rows[place])
    batches = [
        torch.tensor(group[first : first + size])
        for group in by_length.values()
        for first in range(0, len(group), size)
    ]
    return [batches[place] for place in draw.shuffled(list(range(len(batches))))]


def write(name: str, model: Callable[[Tensor], Any], draw: Draw) -> Written:
    """Generate a text from each seed; return the texts with their first violations."""
    symbols = language(name)["i2w"]
    tokens = torch.tensor(SEEDS[name])
    while tokens.shape[1] < LONGEST and not (tokens == END).any(1).all():
        logits = shaped(model(tokens), (*tokens.shape, len(symbols)), what="The logits")[:, -1]
        tokens = torch.cat([tokens, _drawn(logits / TEMPERATURES[name], draw)[:, None]], 1)
    return [_judged(name, row, symbols) for row in tokens.tolist()]


def _drawn(logits: Tensor, draw: Draw) -> Tensor:
    """Draw an index from each row: the smallest of exponential variables with these rates."""
    clocks = draw.normal(2, *logits.shape, dtype=torch.float64).square().sum(0)
    return (clocks.log() - logits.double()).argmin(-1)


def _judged(name: str, row: Sequence[int], symbols: Sequence[str]) -> tuple[str, Broken]:
    ended = END in row
    body = row[1 : row.index(END)] if ended else row[1:]
    text = "".join(symbols[token] for token in body)
    place = len("".join(symbols[t] for t in body[: next(_specials(body), len(body))]))
    if place < len(text):
        return text, (place, "a special token")
    broken = GRAMMARS[name](text)
    return text, broken or (None if ended else (len(text), "it does not end"))


def _specials(body: Sequence[int]) -> Any:
    return (place for place, token in enumerate(body) if token < 4)


def valid(written: Written) -> int:
    """Count the texts that follow the grammar."""
    return sum(broken is None for _, broken in written)


def learns(
    student: RemoteSubmission, name: str, trained: Callable[[], Callable[[Tensor], Any]], draw: Draw
) -> None:
    """Raise Failed unless most of ten texts follow the grammar after one of three trainings."""
    wanted, counts = threshold(name), []
    for _ in range(ATTEMPTS):
        written = write(name, trained(), draw)
        counts.append(valid(written))
        student.figure(texts("Texts generated after the last training", written))
        if counts[-1] >= wanted:
            return
    shown = "; ".join(marked(text, broken) for text, broken in written if broken)[:400]
    holds(
        False,
        f"Too few of {SAMPLES} texts follow the grammar: {' / '.join(map(str, counts))} in "
        f"{ATTEMPTS} trainings.",
        shown,
        f"at least {wanted:.0f}; the reference always reaches it",
        "▶◀ marks the first symbol that breaks the rules. Check that the target is the next token, "
        "that every step trains, and that the state is carried from token to token.",
    )
