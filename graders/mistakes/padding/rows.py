"""Wrong rows and masks."""

from graders.mistakes import Mistake
from graders.mistakes.padding.words import (
    BELOW,
    GENERATOR_LEFT,
    LEFT_HINT,
    MASK,
    NEW_LIST,
    PAD_RETURN,
    RIGHT,
)

ROWS = "rows = [torch.as_tensor(sequence, dtype=torch.long)[:max_len] for sequence in sequences]"
SHAPE = "B, T = len(rows), max(map(len, rows), default=0)"
FILL = "torch.full((B, T), pad, dtype=torch.long)"
FIRST = 'first = T - len(row) if side == "left" else 0'
WIDTH = "T = int(lengths.max()) if max_len is None else max_len"

ON_LEFT = "test_pads_on_the_left"
CUT = "test_cuts_to_max_len"
MASK_WIDTH = "test_mask_is_as_wide_as_max_len"

KEEP_FIRST, OWN_PAD = "Keep the first tokens", "filled with the id that is given"
SHORT_ROW, LONG_DTYPE = "its first lengths[b] positions", "nn.Embedding looks up integers"

MISTAKES = (
    Mistake(
        "pads with 0 instead of pad",
        ((FILL, FILL.replace("pad", "0")),),
        (RIGHT, ON_LEFT),
        OWN_PAD,
        recognised="fills with 0",
    ),
    Mistake(
        "gives float ids",
        ((FILL, FILL.replace("long", "float")),),
        (RIGHT, GENERATOR_LEFT),
        LONG_DTYPE,
        "real",
        recognised="gives float ids",
    ),
    Mistake(
        "gives ids of 32 bits",
        ((FILL, FILL.replace("long", "int32")),),
        (RIGHT, GENERATOR_LEFT),
        LONG_DTYPE,
        recognised="gives ids of few bits",
    ),
    Mistake(
        "always pads on the right",
        ((FIRST, "first = 0"),),
        (ON_LEFT, GENERATOR_LEFT),
        LEFT_HINT,
        "real",
        recognised="pads on the wrong side",
    ),
    Mistake(
        "exchanges the sides",
        ((FIRST, FIRST.replace("==", "!=")),),
        (RIGHT, ON_LEFT),
        LEFT_HINT,
        recognised="pads on the wrong side",
    ),
    Mistake(
        "pads by one place too many",
        ((SHAPE, SHAPE.replace("default=0)", "default=0) + 1")),),
        (RIGHT, ON_LEFT, CUT, GENERATOR_LEFT),
        "as wide as the longest",
        recognised="pads by one column too many",
    ),
    Mistake(
        "left padding is off by one",
        ((FIRST, FIRST.replace("T - len(row)", "max(0, T - 1 - len(row))")),),
        (ON_LEFT,),
        LEFT_HINT,
        recognised="leaves one pad behind the tokens",
    ),
    Mistake(
        "ignores max_len",
        ((ROWS, ROWS.replace("[:max_len]", "")),),
        (CUT,),
        KEEP_FIRST,
        recognised="ignores max_len",
    ),
    Mistake(
        "keeps the last tokens",
        ((ROWS, ROWS.replace("[:max_len]", "[-(max_len or 0) :]")),),
        (CUT,),
        KEEP_FIRST,
        recognised="keeps the last tokens",
    ),
    Mistake(
        "cuts one token too early",
        ((ROWS, ROWS.replace("[:max_len]", "[: max_len and max_len - 1]")),),
        (CUT,),
        KEEP_FIRST,
        recognised="cuts one token too early",
    ),
    Mistake(
        "pads everything to a fixed width",
        ((SHAPE, "B, T = len(rows), 50"),),
        (RIGHT, ON_LEFT, CUT, GENERATOR_LEFT),
        "as wide as the longest",
        "real",
        recognised="pads to another width",
    ),
    Mistake(
        "cuts to the width of the last row",
        ((SHAPE, "B, T = len(rows), len(rows[-1])\n    rows = [row[:T] for row in rows]"),),
        ("test_an_empty_row_is_all_padding",),
        "as many pads as the longest row",
        recognised="cuts to the length of the last row",
    ),
    Mistake(
        "squeezes the batch",
        ((PAD_RETURN, f"{PAD_RETURN}.squeeze()"),),
        ("test_pads_a_single_row",),
        "Do not squeeze",
        "real",
    ),
    Mistake(
        "drops empty rows",
        ((SHAPE, f"rows = [row for row in rows if len(row)]\n    {SHAPE}"),),
        ("test_an_empty_row_is_all_padding",),
        "Its length is 0",
    ),
    Mistake(
        "gives the batch with time first",
        ((PAD_RETURN, f"{PAD_RETURN}.T"),),
        (RIGHT, ON_LEFT, "test_pads_a_single_row", GENERATOR_LEFT),
        "One row for each sequence",
        "real",
        recognised="gives time first",
    ),
    Mistake(
        "pads the caller's lists",
        (
            (
                PAD_RETURN,
                f"{PAD_RETURN.partition('    return')[0]}"
                "    for sequence in sequences:\n"
                "        sequence += [pad] * (T - len(sequence))\n    return batch",
            ),
        ),
        ("test_padding_leaves_the_rows_alone",),
        NEW_LIST,
        "real",
    ),
    Mistake(
        "marks one place too many",
        ((BELOW, BELOW.replace("<", "<=")),),
        (MASK,),
        SHORT_ROW,
        recognised="marks one place too many",
    ),
    Mistake(
        "marks the padding",
        ((BELOW, BELOW.replace("<", ">=")),),
        (MASK,),
        SHORT_ROW,
        recognised="marks the padding",
    ),
    Mistake(
        "gives ones and zeros",
        ((BELOW, "return (position < lengths[:, None]).long()"),),
        (MASK, MASK_WIDTH),
        SHORT_ROW,
        "real",
        recognised="gives ones and zeros",
    ),
    Mistake(
        "gives the mask with time first",
        ((BELOW, "return position[:, None] < lengths"),),
        (MASK, MASK_WIDTH),
        SHORT_ROW,
        recognised="gives time first",
    ),
    Mistake(
        "ignores the mask's width",
        ((WIDTH, "T = int(lengths.max())"),),
        (MASK_WIDTH,),
        "the width of the mask",
        recognised="ignores the mask's width",
    ),
    Mistake(
        "counts the longest as one shorter",
        ((WIDTH, WIDTH.replace("lengths.max())", "lengths.max()) - 1")),),
        (MASK,),
        SHORT_ROW,
        recognised="makes the mask one column short",
    ),
)
