"""Deviations of padding.py: rows, masks, sequences and targets with one thing wrong."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from graders.deviations import Candidate, Deviation, each
from graders.oracles.padding import mask, padded

Rows = Sequence[Sequence[int]]
MOST = 1000  # columns of a batch that is compared

ZEROS = Deviation(
    "fills with 0",
    "minor",
    "Your rows are filled with 0. The assignment asks for the id that is given as `pad`, because 0 "
    "is a token in other vocabularies: they must be filled with the id that is given.",
)
FLOATS = Deviation(
    "gives float ids",
    "minor",
    "Your ids are right, but they are floating-point numbers. The assignment asks for int64, since "
    "nn.Embedding looks up integers only.",
)
NARROW = Deviation(
    "gives ids of few bits",
    "slip",
    "Your ids are right, but they are integers of fewer than 64 bits. The assignment asks for "
    "int64 (torch.long), in which nn.Embedding looks up integers and which the losses ask for.",
)
WRONG_SIDE = Deviation(
    "pads on the wrong side",
    "minor",
    "Your rows are padded on the other side than asked. With side='left' the padding comes before "
    "the tokens, so that the last position is a real token; otherwise it comes after them.",
)
ONE_WIDER = Deviation(
    "pads by one column too many",
    "minor",
    "Your batch has one column of padding too many. The assignment asks for a batch that is as "
    "wide as the longest of its rows.",
)
FIXED_WIDTH = Deviation(
    "pads to another width",
    "minor",
    "Your rows are padded to a width that none of them has. The assignment asks for a batch that "
    "is as wide as the longest of its rows.",
)
LEFT_OFF = Deviation(
    "leaves one pad behind the tokens",
    "minor",
    "Your shorter rows stand one place too far to the left, with one pad behind them. With "
    "side='left' all padding comes before the tokens: the last position is a real token.",
)
UNCUT = Deviation(
    "ignores max_len",
    "minor",
    "Your rows are as long as without max_len. Keep the first tokens, max_len of them, of a row "
    "that is longer.",
)
LAST_TOKENS = Deviation(
    "keeps the last tokens",
    "minor",
    "Your long rows keep their last tokens. The assignment asks for the others: Keep the first "
    "tokens, and drop the rest.",
)
CUT_EARLY = Deviation(
    "cuts one token too early",
    "minor",
    "Your long rows keep one token less than max_len. Keep the first tokens, as many as max_len.",
)
CUT_TO_LAST = Deviation(
    "cuts to the length of the last row",
    "major",
    "Your batch is as wide as its last row, so longer rows lose tokens. Each row gets as many pads "
    "as the longest row has more tokens.",
)
TIME_FIRST = Deviation(
    "gives time first",
    "minor",
    "Your result has the right values, but its two axes are exchanged. The assignment asks for "
    "(B, T): One row for each sequence, in which row b is True at its first lengths[b] positions "
    "if it is a mask.",
)

ONE_MORE = Deviation(
    "marks one place too many",
    "minor",
    "Your mask is True at one place of padding in each row. Row b is True at its first lengths[b] "
    "positions, which count from 0.",
)
INVERTED = Deviation(
    "marks the padding",
    "major",
    "Your mask is exactly the opposite: True on padding and False on tokens. Row b is True at its "
    "first lengths[b] positions.",
)
NUMBERS = Deviation(
    "gives ones and zeros",
    "slip",
    "Your mask has 1 and 0 at the right places. The assignment asks for a tensor of bool: row b is "
    "True at its first lengths[b] positions.",
)
OWN_WIDTH = Deviation(
    "ignores the mask's width",
    "minor",
    "Your mask is as wide as the longest length. If max_len is given, it is the width of the mask.",
)
ONE_SHORTER = Deviation(
    "makes the mask one column short",
    "minor",
    "Your mask lacks its last column. Row b is True at its first lengths[b] positions, so the mask "
    "is as wide as the longest length.",
)

NO_START = Deviation(
    "adds no start",
    "minor",
    "Your sequences have the end token, but not the start token. Each sequence grows by two.",
)
NO_END = Deviation(
    "adds no end",
    "minor",
    "Your sequences have the start token, but not the end token. Each sequence grows by two.",
)
ENDS_EXCHANGED = Deviation(
    "exchanges start and end",
    "minor",
    "Your sequences begin with the end token and end with the start token. Each sequence grows by "
    "two: `start` at the beginning, `end` at the end.",
)

UNSHIFTED = Deviation(
    "does not shift",
    "fatal",
    "Your targets are the batch itself. The target at position t is the token at t + 1.",
)
BACKWARDS = Deviation(
    "shifts the wrong way",
    "major",
    "The target at position t is the token at t + 1. Yours is exactly the token at t - 1.",
)
OTHER_AXIS = Deviation(
    "shifts the batch axis",
    "major",
    "Your targets are exactly the rows of the next sequence: the batch axis is shifted. The target "
    "at position t is the token at t + 1 of the same row.",
)
ROUND = Deviation(
    "wraps around",
    "minor",
    "Your last column holds the first tokens. The target at position t is the token at t + 1, and "
    "the last column has no next token: the assignment asks for zeros there.",
)
COLUMN_LOST = Deviation(
    "appends no column of zeros",
    "minor",
    "Your targets have one column too few. The target at position t is the token at t + 1; the "
    "last column has no next token, and the assignment asks for zeros there.",
)


def rows_padded(
    returned: Any, rows: Rows, pad: int, side: str = "right", most: int | None = None
) -> Iterator[Candidate]:
    """Yield what pad_batch returns with one thing wrong; `most` is max_len."""
    cut = [row[:most] for row in rows]
    wide = max(map(len, cut))
    yield from each(padded_wrongly(returned, cut, pad, side))
    if most is None:
        yield from each({CUT_TO_LAST: [padded(rows, pad, side, len(rows[-1]))]})
    elif wide < max(map(len, rows)):
        early = [row[: most - 1] for row in rows]
        yield from each(
            {
                UNCUT: [padded(rows, pad, side)],
                LAST_TOKENS: [padded([row[-most:] for row in rows], pad, side)],
                CUT_EARLY: [padded(early, pad, side), padded(early, pad, side, wide)],
            }
        )


def padded_wrongly(
    returned: Any, rows: Rows, pad: int, side: str, wide: int = -1
) -> dict[Deviation, list[Tensor]]:
    """Return what a batch of rows becomes with one thing wrong, none of which cuts them."""
    wide = max(map(len, rows), default=0) if wide < 0 else wide
    right = padded(rows, pad, side, wide)
    other = "right" if side == "left" else "left"
    found = {
        ZEROS: [padded(rows, 0, side, wide)],
        FLOATS: [right.to(dtype) for dtype in (torch.float32, torch.float64)],
        NARROW: [right.to(dtype) for dtype in (torch.int32, torch.int16, torch.uint8)],
        WRONG_SIDE: [padded(rows, pad, other, wide)],
        ONE_WIDER: [padded(rows, pad, side, wide + 1)],
        TIME_FIRST: [right.T],
    }
    if side == "left":
        moved = [[*row, pad] if len(row) < wide else row for row in rows]
        found[LEFT_OFF] = [padded(moved, pad, side, wide)]
    if isinstance(returned, Tensor) and returned.ndim == 2 and wide + 1 < returned.shape[1] < MOST:
        found[FIXED_WIDTH] = [padded(rows, pad, side, returned.shape[1])]
    return found


def masks(lengths: Sequence[int], width: int | None = None) -> Iterator[Candidate]:
    """Yield what length_mask returns with one thing wrong; `width` is max_len."""
    longest = max(lengths)
    wide = longest if width is None else width
    right = mask(lengths, wide)
    found = {
        ONE_MORE: [mask([length + 1 for length in lengths], wide)],
        INVERTED: [~right],
        NUMBERS: [right.to(dtype) for dtype in (torch.int64, torch.float32, torch.uint8)],
        TIME_FIRST: [right.T],
    }
    if width is None:
        found[ONE_SHORTER] = [mask(lengths, longest - 1)]
    else:
        found[OWN_WIDTH] = [mask(lengths, longest)]
    yield from each(found)


def with_ends(rows: Rows, start: int, end: int) -> Iterator[Candidate]:
    """Yield what add_start_end returns with one thing wrong."""
    yield from each(
        {
            NO_START: [[[*row, end] for row in rows]],
            NO_END: [[[start, *row] for row in rows]],
            ENDS_EXCHANGED: [[[end, *row, start] for row in rows]],
        }
    )


def targets(batch: Tensor) -> Iterator[Candidate]:
    """Yield what shift_targets returns with one thing wrong."""
    column, row = torch.zeros_like(batch[:, :1]), torch.zeros_like(batch[:1])
    yield from each(
        {
            UNSHIFTED: [batch],
            BACKWARDS: [torch.cat([column, batch[:, :-1]], dim=1)],
            OTHER_AXIS: [torch.cat([batch[1:], row])],
            ROUND: [torch.cat([batch[:, 1:], batch[:, :1]], dim=1)],
            COLUMN_LOST: [batch[:, 1:]],
        }
    )
