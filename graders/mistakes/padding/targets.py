"""Wrong targets, and results that are missing."""

from graders.mistakes import Mistake
from graders.mistakes.padding.words import (
    ALIKE,
    ANEW,
    APPEND,
    BATCHES,
    BELOW,
    BUDGET,
    EACH,
    FEW,
    FULL,
    GENERATOR_LEFT,
    MASK,
    NEW_LIST,
    ONCE,
    PAD_RETURN,
    RIGHT,
    TOGETHER,
    YIELD,
)

START_END = "return [[start, *sequence, end] for sequence in sequences]"
SHIFT = "return torch.cat([batch[:, 1:], zeros], dim=1)"

ENDS = "test_adds_start_and_end"
NEXT = "test_targets_are_the_next_tokens"

GROWS, NEXT_TOKEN = "Each sequence grows by two", "the token at t + 1"

MISTAKES = (
    Mistake(
        "adds no start",
        ((START_END, START_END.replace("start, ", "")),),
        (ENDS,),
        GROWS,
        recognised="adds no start",
    ),
    Mistake(
        "adds no end",
        ((START_END, START_END.replace(", end", "")),),
        (ENDS,),
        GROWS,
        "real",
        recognised="adds no end",
    ),
    Mistake(
        "exchanges start and end",
        ((START_END, START_END.replace("start,", "end,").replace(", end]", ", start]")),),
        (ENDS,),
        GROWS,
        recognised="exchanges start and end",
    ),
    Mistake(
        "adds start and end in place",
        (
            (
                START_END,
                "for sequence in sequences:\n        sequence.insert(0, start)\n"
                "        sequence.append(end)\n    return sequences",
            ),
        ),
        ("test_start_and_end_leave_the_rows_alone",),
        NEW_LIST,
        "real",
    ),
    Mistake(
        "does not shift",
        ((SHIFT, "return batch.clone()"),),
        (NEXT,),
        NEXT_TOKEN,
        "real",
        recognised="does not shift",
    ),
    Mistake(
        "shifts the wrong way",
        ((SHIFT, "return torch.cat([zeros, batch[:, :-1]], dim=1)"),),
        (NEXT,),
        NEXT_TOKEN,
        "real",
        recognised="shifts the wrong way",
    ),
    Mistake(
        "shifts the batch axis",
        ((SHIFT, "return torch.cat([batch[1:], torch.zeros_like(batch[:1])], dim=0)"),),
        (NEXT,),
        NEXT_TOKEN,
        recognised="shifts the batch axis",
    ),
    Mistake(
        "wraps around",
        ((SHIFT, "return batch.roll(-1, dims=1)"),),
        (NEXT,),
        NEXT_TOKEN,
        recognised="wraps around",
    ),
    Mistake(
        "drops the first column without a new one",
        ((SHIFT, "return batch[:, 1:]"),),
        (NEXT,),
        NEXT_TOKEN,
        "real",
        recognised="appends no column of zeros",
    ),
    Mistake(
        "shifts the batch itself",
        ((SHIFT, "batch[:, :-1] = batch[:, 1:].clone()\n    batch[:, -1] = 0\n    return batch"),),
        ("test_targets_leave_the_batch_alone",),
        "A slice is a view",
        "real",
    ),
    Mistake(
        "functions return None",
        (
            (PAD_RETURN, PAD_RETURN.replace("return batch", "return None")),
            (BELOW, "return None"),
            (BATCHES, APPEND),
            (START_END, "return None"),
            (SHIFT, "return None"),
        ),
        (
            RIGHT,
            "test_padding_leaves_the_rows_alone",
            MASK,
            GENERATOR_LEFT,
            BUDGET,
            ALIKE,
            FEW,
            "test_start_and_end_leave_the_rows_alone",
            "test_targets_leave_the_batch_alone",
        ),
        "is not a tensor",
        "real",
    ),
    Mistake(
        "the generator gives nothing",
        ((YIELD, f"if False:\n            {YIELD}"),),
        (GENERATOR_LEFT, ONCE, TOGETHER, FULL, ANEW),
        "Yield",
    ),
    Mistake(
        "token_batches gives nothing",
        ((BATCHES, f"{APPEND}\n    return []"),),
        (BUDGET, EACH, ALIKE, FEW),
        "Most sequences are in no batch",
    ),
)
