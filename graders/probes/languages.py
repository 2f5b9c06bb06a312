"""Learned languages: a model is trained in the student's process, and the grader generates texts.

The grader draws the tokens itself and checks them with the exact grammar, so neither `sample` nor
`generate` matters. A check fails only when all attempts miss; fixtures/calibration.json states how
often one training of the reference does.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import torch
from torch import Tensor

from graders.assertions.compare import holds, shaped
from graders.assertions.draw import Draw
from graders.assertions.figures import texts
from graders.oracles.autoregressive import window_logits
from graders.oracles.grammars import GRAMMARS, Broken, marked
from graders.oracles.roles import Parameter
from graders.probes.learning import FIXTURES, threshold
from graders.remote.student import RemoteSubmission

PAD, START, END = 0, 1, 2
SAMPLES, LONGEST = 10, 40
TEMPERATURES = {"ndfa": 0.5, "brackets": 0.35}
ATTEMPTS = 3
REPEATED = 4  # times that one text counts
WINDOW = (3, 10.0)  # of given/language.py: tokens that are read, scale
NDFA = {"batch": 32, "epochs": 15, "lr": 0.01, "clip": 1.0}
BRACKETS = {"batch": 300, "epochs": 60, "lr": 0.02}  # one batch for each length: rare ones count
BRACKET_SIZES = (8, 16)  # embedding and hidden width
SYMBOLS = 4  # the first id of a symbol; special tokens are below
BEGINNINGS = {  # of the ten texts; like the assignment's own `.start ( (`, but longer ones
    "ndfa": [""] * SAMPLES,
    "brackets": ["(((("] * 5 + ["((()"] * 3 + ["(()("] * 2,
}

Written = list[tuple[str, Broken]]


@cache
def _stored(name: str) -> dict[str, Any]:
    """Read a tiny language: `i2w`, and the rows of `train` from START to END."""
    document: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return document


@dataclass(frozen=True)
class Language:
    """A tiny language with ids of its own: no model knows before training which symbol is which.

    Args:
        symbols: by id.
        rows: token ids of the training texts, from START to END.
    """

    name: str
    symbols: Sequence[str]
    rows: Sequence[Sequence[int]]

    def batches(self, size: int, draw: Draw) -> list[Tensor]:
        """Split the texts into batches of one length each, in random order: no pads are needed."""
        by_length: dict[int, list[Sequence[int]]] = {}
        for place in draw.shuffled(list(range(len(self.rows)))):
            by_length.setdefault(len(self.rows[place]), []).append(self.rows[place])
        batches = [
            torch.tensor(group[first : first + size])
            for group in by_length.values()
            for first in range(0, len(group), size)
        ]
        return [batches[place] for place in draw.shuffled(list(range(len(batches))))]

    def written(self, model: Callable[[Tensor], Any], draw: Draw) -> Written:
        """Generate a text from each beginning; return the texts with their first violations."""
        ids = {symbol: place for place, symbol in enumerate(self.symbols)}
        tokens = torch.tensor(
            [[START, *(ids[symbol] for symbol in text)] for text in BEGINNINGS[self.name]]
        )
        while tokens.shape[1] < LONGEST and not (tokens == END).any(1).all():
            shape = (*tokens.shape, len(self.symbols))
            logits = shaped(model(tokens), shape, what="The logits")[:, -1]
            tokens = torch.cat([tokens, _drawn(logits / TEMPERATURES[self.name], draw)[:, None]], 1)
        return [_judged(self.name, row, self.symbols) for row in tokens.tolist()]


def language(name: str, draw: Draw) -> Language:
    """Return a tiny language whose symbols have random ids."""
    stored = _stored(name)
    new = draw.renaming(len(stored["i2w"]), SYMBOLS)
    symbols = [symbol for _, symbol in sorted(zip(new, stored["i2w"], strict=True))]
    return Language(name, symbols, [[new[token] for token in row] for row in stored["train"]])


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
    return (place for place, token in enumerate(body) if token < SYMBOLS)


def valid(written: Written) -> int:
    """Count the texts that follow the grammar.

    One text that was learnt by heart is no language: a text counts a few times at most.
    """
    counts = Counter(text for text, broken in written if broken is None)
    return sum(min(count, REPEATED) for count in counts.values())


def window_of(parameters: Sequence[Parameter]) -> Callable[[Tensor], Tensor]:
    """Return what a trained Window computes by its weights, whatever the worker says of it."""
    width, scale = WINDOW
    tables = [p.values for p in parameters if p.values.ndim == 3 and len(p.values) == width]
    holds(len(tables) == 1, "The weights of the given model were replaced.", hint="Train in place.")
    return partial(window_logits, tables[0], scale)


def learns(
    student: RemoteSubmission,
    language: Language,
    trained: Callable[[], Callable[[Tensor], Any]],
    draw: Draw,
) -> None:
    """Raise Failed unless most of ten texts follow the grammar after one of three trainings."""
    wanted, counts = threshold(language.name), []
    for _ in range(ATTEMPTS):
        written = language.written(trained(), draw)
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
