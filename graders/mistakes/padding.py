"""Wrong answers to padding.py."""

from graders.mistakes import Mistake

ROWS = "rows = [torch.as_tensor(sequence, dtype=torch.long)[:max_len] for sequence in sequences]"
SHAPE = "B, T = len(rows), max(map(len, rows), default=0)"
FILL = "torch.full((B, T), pad, dtype=torch.long)"
FIRST = 'first = T - len(row) if side == "left" else 0'
PAD_RETURN = "        batch[b, first : first + len(row)] = row\n    return batch"
WIDTH = "T = int(lengths.max()) if max_len is None else max_len"
BELOW = "return position < lengths[:, None]"
LABELS = "labels = torch.tensor([int(label) for label in y], dtype=torch.long)"
ORDER = "order = torch.randperm(len(X)).tolist()"
STEPS = "for first in range(0, len(order), batch_size):"
CHOSEN = "chosen = order[first : first + batch_size]"
YIELD = 'yield pad_batch([X[i] for i in chosen], pad_id, side="left"), labels[chosen]'
SORTED = "for i in sorted(range(len(sequences)), key=lambda i: len(sequences[i])):"
FITS = "if batches and (len(batches[-1]) + 1) * len(sequences[i]) <= max_tokens:"
APPEND = "            batches.append([i])"
BATCHES = f"{APPEND}\n    return batches"
START_END = "return [[start, *sequence, end] for sequence in sequences]"
SHIFT = "return torch.cat([batch[:, 1:], zeros], dim=1)"

RIGHT, ON_LEFT = "test_pads_on_the_right", "test_pads_on_the_left"
CUT = "test_cuts_to_max_len"
MASK, MASK_WIDTH = "test_mask_is_true_on_tokens", "test_mask_is_as_wide_as_max_len"
GENERATOR_LEFT = "test_generator_pads_on_the_left"
ONCE = "test_generator_gives_each_example_once"
TOGETHER = "test_generator_keeps_labels_with_their_examples"
FULL, ANEW = "test_generator_fills_its_batches", "test_generator_shuffles_each_epoch"
BUDGET = "test_token_batches_stay_in_their_budget"
EACH = "test_token_batches_hold_each_sequence_once"
ALIKE, FEW = "test_token_batches_hold_similar_lengths", "test_token_batches_are_few"
ENDS = "test_adds_start_and_end"
NEXT = "test_targets_are_the_next_tokens"

KEEP_FIRST, OWN_PAD = "Keep the first tokens", "filled with the id that is given"
LEFT_HINT, NEW_LIST = "the last position is a real token", "build a new one"
SHORT_ROW, LONG_DTYPE = "its first lengths[b] positions", "nn.Embedding looks up integers"
ONE_ORDER, NEW_ORDER = "Draw one order and use it for X and for y", "Draw a new order each time"
STEP, LAST_BATCH = "Step through the data by batch_size", "Keep the last batch"
PLACES, SORT = "rows times its longest row", "Sort by length before cutting"
GROWS, NEXT_TOKEN = "Each sequence grows by two", "the token at t + 1"

_PAD_BATCH = (
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
)
_LENGTH_MASK = (
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
_GENERATOR = (
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
)
_TOKEN_BATCHES = (
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
_TARGETS = (
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
)
_EMPTY = (
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
MISTAKES = _PAD_BATCH + _LENGTH_MASK + _GENERATOR + _TOKEN_BATCHES + _TARGETS + _EMPTY
