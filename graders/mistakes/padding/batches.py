"""Wrong batches, of a number of rows or of tokens."""

from graders.mistakes import Mistake
from graders.mistakes.padding.words import (
    ALIKE,
    ANEW,
    APPEND,
    BATCHES,
    BUDGET,
    EACH,
    FEW,
    FULL,
    GENERATOR_LEFT,
    LEFT_HINT,
    ONCE,
    TOGETHER,
    YIELD,
)

LABELS = "labels = torch.tensor([int(label) for label in y], dtype=torch.long)"
ORDER = "order = torch.randperm(len(X)).tolist()"
STEPS = "for first in range(0, len(order), batch_size):"
CHOSEN = "chosen = order[first : first + batch_size]"
SORTED = "for i in sorted(range(len(sequences)), key=lambda i: len(sequences[i])):"
FITS = "if batches and (len(batches[-1]) + 1) * len(sequences[i]) <= max_tokens:"

ONE_ORDER, NEW_ORDER = "Draw one order and use it for X and for y", "Draw a new order each time"
STEP, LAST_BATCH = "Step through the data by batch_size", "Keep the last batch"
PLACES, SORT = "rows times its longest row", "Sort by length before cutting"

MISTAKES = (
    Mistake(
        "generator pads on the right",
        ((YIELD, YIELD.replace(', side="left"', "")),),
        (GENERATOR_LEFT,),
        LEFT_HINT,
        "real",
        recognised="pads on the wrong side",
    ),
    Mistake(
        "generator pads to the longest of the whole set",
        ((YIELD, "yield pad_batch([*X], pad_id, 'left')[chosen], labels[chosen]"),),
        (GENERATOR_LEFT,),
        "the longest of its own rows",
        "real",
        recognised="pads to the longest of the whole set",
    ),
    Mistake(
        "steps by 1",
        ((STEPS, STEPS.replace(", batch_size", "")),),
        (ONCE, FULL),
        STEP,
        "real",
        recognised="steps by 1",
    ),
    Mistake(
        "drops the last small batch",
        ((STEPS, STEPS.replace("len(order)", "len(order) - batch_size + 1")),),
        (ONCE, FULL),
        "the last small batch",
        "real",
        recognised="drops the last small batch",
    ),
    Mistake(
        "adds an empty batch",
        ((STEPS, STEPS.replace("len(order)", "len(order) + batch_size")),),
        (FULL,),
        STEP,
        "real",
        recognised="adds an empty batch",
    ),
    Mistake(
        "drops the first example",
        ((STEPS, STEPS.replace("0,", "1,")),),
        (ONCE, FULL),
        "the last small batch",
        recognised="drops one example",
    ),
    Mistake(
        "ignores the batch size",
        ((CHOSEN, "chosen = order"),),
        (ONCE, FULL),
        STEP,
        recognised="puts all examples into each batch",
    ),
    Mistake(
        "draws with replacement",
        ((ORDER, "order = torch.randint(len(X), (len(X),)).tolist()"),),
        (ONCE,),
        "Yield every example once",
        recognised="draws with replacement",
    ),
    Mistake(
        "shuffles X without y",
        ((YIELD, YIELD.replace("labels[chosen]", "labels[first : first + batch_size]")),),
        (TOGETHER,),
        ONE_ORDER,
        "real",
        recognised="shuffles X without y",
    ),
    Mistake(
        "gives labels as floats",
        ((LABELS, LABELS.replace("long", "float")),),
        (TOGETHER,),
        "torch.long",
        "real",
        recognised="gives labels as floats",
    ),
    Mistake(
        "gives labels a second axis",
        ((YIELD, YIELD.replace("labels[chosen]", "labels[chosen, None]")),),
        (TOGETHER,),
        ONE_ORDER,
        "real",
        recognised="gives labels a second axis",
    ),
    Mistake(
        "never shuffles",
        ((ORDER, "order = list(range(len(X)))"),),
        (ANEW,),
        NEW_ORDER,
        "real",
        recognised="never shuffles",
    ),
    Mistake(
        "shuffles with a fixed seed",
        ((ORDER, f"torch.manual_seed(0)\n    {ORDER}"),),
        (ANEW,),
        NEW_ORDER,
        "real",
        recognised="gives the same order each epoch",
    ),
    Mistake(
        "looks for room in the first batch, not the last",
        ((FITS, FITS.replace("len(batches[-1])", "len(batches[0])")),),
        (FEW,),
        "Add sequences to a batch",
        recognised="looks for room in the first batch",
    ),
    Mistake(
        "compares with the index, not with the budget",
        ((FITS, FITS.replace("max_tokens", "i")),),
        (BUDGET,),
        PLACES,
        recognised="compares with the index",
    ),
    Mistake(
        "passes the budget by one row",
        ((FITS, FITS.replace("(len(batches[-1]) + 1)", "len(batches[-1])")),),
        (BUDGET,),
        PLACES,
        recognised="passes the budget by one row",
    ),
    Mistake(
        "counts tokens without their padding",
        (
            (
                FITS,
                "if batches and sum(len(sequences[j]) for j in [*batches[-1], i]) <= max_tokens:",
            ),
        ),
        (BUDGET,),
        PLACES,
        "real",
        recognised="counts tokens without their padding",
    ),
    Mistake(
        "drops sequences that are too long",
        ((FITS, f"if len(sequences[i]) > max_tokens:\n            continue\n        {FITS}"),),
        (EACH,),
        LAST_BATCH,
        recognised="drops sequences that are too long",
    ),
    Mistake(
        "drops the last batch of tokens",
        ((BATCHES, f"{BATCHES}[:-1]"),),
        (EACH,),
        LAST_BATCH,
        "real",
        recognised="drops the last batch of tokens",
    ),
    Mistake(
        "does not sort by length",
        ((SORTED, "for i in range(len(sequences)):"),),
        (ALIKE,),
        SORT,
        "real",
        recognised="does not sort by length",
    ),
    Mistake(
        "gives each sequence a batch of its own",
        ((FITS, "if False:"),),
        (FEW,),
        "Add sequences to a batch",
        recognised="gives each sequence a batch of its own",
    ),
    Mistake(
        "gives sequences instead of indices",
        (
            (
                BATCHES,
                f"{APPEND}\n    return [[sequences[i] for i in batch] for batch in batches]",
            ),
        ),
        (BUDGET, EACH, ALIKE, FEW),
        "Return indices",
        recognised="gives sequences instead of indices",
    ),
)
