"""Checks of padding.py: sequences of unequal length become batches."""

from collections import Counter
from itertools import pairwise

import torch

from graders.assertions.compare import equal, holds, plain, several, shaped
from graders.assertions.figures import grids
from graders.assertions.properties import any_reading, items_of
from graders.assertions.recognise import recognised
from graders.deviations.padding import batches as padding_batches
from graders.deviations.padding import budget as padding_budget
from graders.deviations.padding import rows as deviations
from graders.oracles import padding as oracle

LEFT = (
    "With side='left' the tokens end at the right edge, so that the last position is a real token."
)
OWN_PAD = (
    "One row for each sequence, as wide as the longest of them, filled with the id that is given "
    "as `pad`: 0 is a token in other vocabularies."
)
PAD = 77  # of the generator; no token of its examples
OWN_WIDTH = "Each batch is as wide as the longest of its own rows: wider ones waste time."
NEW_LIST = (
    "`row += …`, `row.append(…)` and `row.insert(…)` change the caller's list: build a new one."
)


def _rows(draw):
    lengths = draw.shuffled([1, 3, *draw.sizes(2, 2, 5)])
    return draw.rows([*lengths[:2], 6, *lengths[2:], 4], high=50)  # the longest is not the last


def _tensors(rows):
    return [torch.tensor(row, dtype=torch.int64) for row in rows]


def _pad_batch(student, rows, *arguments):
    return any_reading(student.pad_batch, (rows, *arguments), (_tensors(rows), *arguments))


def _is_padded(student, rows, pad, *how, hint):
    """Raise Failed unless pad_batch pads these rows; `how` is the side and max_len."""
    returned = _pad_batch(student, rows, pad, *how)
    with recognised(returned, deviations.rows_padded(returned, rows, pad, *how)):
        equal(returned, oracle.padded(rows, pad, *how), hint)


def test_pads_on_the_right(student, draw):
    """pad_batch returns one int64 tensor, each row padded on the right to the longest."""
    rows, pad = _rows(draw), draw.integer(60, 90)
    _is_padded(student, rows, pad, hint=OWN_PAD)


def test_pads_on_the_left(student, draw):
    """With side="left", pad_batch puts the padding before the tokens."""
    rows, pad = _rows(draw), draw.integer(60, 90)
    _is_padded(student, rows, pad, "left", hint=LEFT)
    _is_padded(student, rows, pad, "left", max(map(len, rows)), hint=LEFT)


def test_cuts_to_max_len(student, draw):
    """pad_batch truncates rows to their first max_len tokens."""
    rows, pad = _rows(draw), draw.integer(60, 90)
    _is_padded(student, rows, pad, "right", 3, hint="Keep the first tokens and drop the rest.")


def test_pads_a_single_row(student, draw):
    """pad_batch returns shape (1, T) for a single row."""
    rows = draw.rows([draw.integer(3, 6)], high=50)
    equal(_pad_batch(student, rows, 0), oracle.padded(rows, 0), "Do not squeeze the batch axis.")


def test_an_empty_row_is_all_padding(student, draw):
    """pad_batch turns an empty row into a row of padding."""
    rows = [*draw.rows([3], high=50), [], *draw.rows([2], high=50)]
    pad = draw.integer(60, 90)
    hint = "Its length is 0: it gets as many pads as the longest row has tokens, and stays a row."
    equal(_pad_batch(student, rows, pad), oracle.padded(rows, pad), hint)


def test_padding_leaves_the_rows_alone(student, draw):
    """pad_batch does not modify the given rows."""
    rows = _rows(draw)
    shaped(_pad_batch(student, rows, 0), (len(rows), max(map(len, rows))))
    holds(not student.mutated, "The rows that were passed in are changed.", hint=NEW_LIST)


def _length_mask(student, lengths, *width):
    tensor = torch.tensor(lengths)
    return any_reading(student.length_mask, (tensor, *width), (lengths, *width))


def test_mask_is_true_on_tokens(student, draw):
    """length_mask returns a bool tensor (B, T), True on tokens and False on padding."""
    lengths = draw.shuffled([1, draw.integer(2, 3), draw.integer(4, 5), draw.integer(6, 8)])
    hint = "Row b is True at its first lengths[b] positions. A comparison returns a bool tensor."
    returned = _length_mask(student, lengths)
    with recognised(returned, deviations.masks(lengths)):
        equal(returned, oracle.mask(lengths, max(lengths)), hint)
    named = {
        "Padded, pad 0": oracle.padded([range(1, n + 1) for n in lengths], 0),
        "Mask": returned,
    }
    student.figure(grids("Positions that hold a token", named, "sequence", "place"))


def test_mask_is_as_wide_as_max_len(student, draw):
    """With max_len, length_mask has max_len columns."""
    lengths, width = draw.shuffled([1, 3, 4]), draw.integer(6, 9)
    hint = "If max_len is given, it is the width of the mask: a batch may be wider than its rows."
    returned = _length_mask(student, lengths, width)
    with recognised(returned, deviations.masks(lengths, width)):
        equal(returned, oracle.mask(lengths, width), hint)


def _examples(draw, count):
    """Make examples whose label is the parity of their first token."""
    lengths = [9, *(draw.integer(1, 6) for _ in range(count - 1))]  # one is by far the longest
    rows = [[100 + i, *row] for i, row in enumerate(draw.rows(lengths, high=50))]
    return rows, [draw.integer(0, 1) for _ in rows]


def _batches(student, rows, labels, *size):
    """List the batches of one epoch, for any types of X and y that the generator takes."""
    tensors, y = _tensors(rows), torch.tensor(labels)
    readings = [(tensors, labels), (rows, labels), (tensors, y), (rows, y), (rows, y.numpy())]

    def epoch(features, labels):
        found = student.data_generator(features, labels, PAD, *size)
        return items_of(student, found, len(rows) + 1)

    batches = any_reading(epoch, *readings)
    holds(len(batches) > 0, "The generator yields no batch.", hint="Yield inside the loop.")
    pairs = [several(batch, 2, "batches of (features, labels)") for batch in batches]
    with _recognised(pairs, rows, labels, *size):
        holds(any(len(_matrix(features)) for features, _ in pairs), "All batches are empty.")
    return pairs


def _recognised(pairs, rows, labels, size=32):
    """Say what is wrong with an epoch of batches, if one thing is."""
    wanted = padding_batches.Epoch(rows, labels, PAD, size)
    return recognised(pairs, padding_batches.epochs(pairs, wanted))


def _unpadded(features):
    return [tuple(t for t in row if t != PAD) for row in plain(_matrix(features))]


def test_generator_pads_on_the_left(student, draw):
    """data_generator pads the features on the left to the longest row of their batch."""
    rows, labels = _examples(draw, 11)
    batches = _batches(student, rows, labels, 4)
    with _recognised(batches, rows, labels, 4):
        for features, _ in batches:
            tokens = _unpadded(features)
            known = all(list(row) in rows for row in tokens)
            holds(known, "A batch has other tokens than X.", features, hint=LEFT)
            wanted = oracle.padded(tokens, PAD, "left")
            shaped(features, wanted.shape, OWN_WIDTH, "A batch of features")
            equal(features, wanted, LEFT, "A batch of features")


def test_generator_gives_each_example_once(student, draw):
    """data_generator yields every example exactly once and does not modify X and y."""
    rows, labels = _examples(draw, 11)
    batches = _batches(student, rows, labels, 4)
    with _recognised(batches, rows, labels, 4):
        _each_once(batches, rows)
    own = "Shuffle a list of indices, and pad new lists: X and y are the caller's."
    holds(not student.mutated, "X or y is changed, which affects the next epoch.", hint=own)


def _each_once(batches, rows):
    found = Counter(row for features, _ in batches for row in _unpadded(features))
    missing = [row for row in rows if found[tuple(row)] == 0]
    again = [list(row) for row, times in found.items() if times > 1]
    hint = "Yield every example once: step by batch_size, and yield the last small batch too."
    holds(not missing, f"{len(missing)} of {len(rows)} examples are missing.", hint=hint)
    whole = not again and len(found) == len(rows)
    holds(whole, "Examples are yielded twice or changed.", again, hint=hint)


def test_generator_keeps_labels_with_their_examples(student, draw):
    """data_generator shuffles features and labels together; labels are int64 of shape (B,)."""
    rows, labels = _examples(draw, 23)
    label_of = {tuple(row): label for row, label in zip(rows, labels, strict=True)}
    batches = _batches(student, rows, labels, 5)
    hint = "Draw one order and use it for X and for y; make the labels a torch.long tensor."
    with _recognised(batches, rows, labels, 5):
        for features, given in batches:
            wanted = [label_of.get(row, -1) for row in _unpadded(features)]
            equal(given, _long(wanted), hint, "A batch of labels")


def test_generator_fills_its_batches(student, draw):
    """data_generator yields batch_size examples per batch; the last batch has the rest."""
    hint = (
        "Step through the data by batch_size, which is 32 by default; if it divides the number of "
        "examples, there is no further batch."
    )
    for given, wanted in (([4], [4, 4, 3]), ([4], [4, 4, 4]), ([], [32, 1])):
        rows, labels = _examples(draw, sum(wanted))
        batches = _batches(student, rows, labels, *given)
        with _recognised(batches, rows, labels, *given):
            sizes = [len(_matrix(features)) for features, _ in batches]
            equal(sizes, wanted, hint, f"The list of batch sizes for {len(rows)} examples")


def test_generator_shuffles_each_epoch(student, draw):
    """data_generator reshuffles the examples every epoch."""
    rows, labels = _examples(draw, 40)
    orders = []
    for _ in range(2):  # ten batches: even an order of whole batches repeats once in 3.6 million
        batches = _batches(student, rows, labels, 4)
        orders.append([row for features, _ in batches for row in _unpadded(features)])
    hint = "Draw a new order each time the generator is called, without a fixed seed."
    with recognised(orders, padding_batches.two_epochs(orders, rows)):
        holds(orders[0] != orders[1], "Two epochs have the same order.", hint=hint)


def _matrix(features):
    """Return features if they are an integer tensor with two axes; raise Failed otherwise."""
    whole = isinstance(features, torch.Tensor) and features.dtype == torch.int64
    hint = "Make them with dtype=torch.long: nn.Embedding looks up integers only."
    fits = whole and features.ndim == 2
    holds(fits, "Features are not an int64 tensor (B, T).", features, hint=hint)
    return features


def _long(values):
    return torch.tensor(values, dtype=torch.int64)


BUDGET = 20
LENGTHS = [1, 1, 2, 2, 3, 3, 3, 4, 5, 5, 6, 7, 8, 9, 9, 12, 12]


def _lengths(draw, longest=(24, 26)):
    """Draw many lengths about these; those of `longest` exceed the budget."""
    near = [max(1, length + draw.integer(-1, 1)) for length in 3 * LENGTHS]
    return draw.shuffled(near + [draw.integer(*longest) for _ in range(3) if longest])


def _token_batches(student, draw):
    """Call token_batches on rows of many lengths, one of them longer than the budget."""
    lengths = _lengths(draw)
    return lengths, _indices(student, draw.rows(lengths, high=50))


def _indices(student, rows):
    found = plain(any_reading(student.token_batches, (rows, BUDGET), (_tensors(rows), BUDGET)))
    with recognised(found, padding_budget.sequence_batches(rows, BUDGET)):
        return _are_indices(found, rows)


def _are_indices(found, rows):
    """Return the batches of indices, without empty ones; raise Failed if they are something else."""
    indices = [list(batch) if isinstance(batch, list) else [batch] for batch in _list(found)]
    whole = all(type(i) is int and 0 <= i < len(rows) for batch in indices for i in batch)
    hint = "Return indices, which a training loop can use for X and for y, not the sequences."
    problem = "token_batches does not return lists of indices into the sequences."
    holds(whole, problem, found, hint=hint)
    used = {i for batch in indices for i in batch}
    most = 2 * len(used) > len(rows)
    hint = "Append each batch to the list that is returned, including the last one."
    holds(most, "Most sequences are in no batch.", found, hint=hint)
    return [batch for batch in indices if batch]


def _list(value):
    holds(isinstance(value, list), "The result is not a list of lists.", value)
    return value


def _recognised_batches(student, draw, lengths, batches):
    """Say by which other rule batches were made; without long rows where two rules agree."""

    def again():
        others = _lengths(draw, ())
        return _told(_indices(student, draw.rows(others, high=50)), others)

    return recognised(*_told(batches, lengths), again=again)


def _told(batches, lengths):
    summed_up = padding_budget.summed_up(batches, lengths)
    return summed_up, padding_budget.token_batches(lengths, BUDGET)


def test_token_batches_stay_in_their_budget(student, draw):
    """In token_batches, rows * longest row is at most max_tokens, except for a single long row."""
    lengths, batches = _token_batches(student, draw)
    over = [b for b in batches if len(b) > 1 and len(b) * max(lengths[i] for i in b) > BUDGET]
    shown = f"lengths {[[lengths[i] for i in batch] for batch in over]}"
    hint = "Padding counts as well: the cost of a batch is rows times its longest row."
    with _recognised_batches(student, draw, lengths, batches):
        holds(not over, f"A batch exceeds its budget of {BUDGET} tokens.", shown, hint=hint)


def test_token_batches_hold_each_sequence_once(student, draw):
    """token_batches puts every sequence in exactly one batch, even one longer than max_tokens."""
    lengths, batches = _token_batches(student, draw)
    hint = "Keep the last batch, and give a sequence that is too long a batch of its own."
    found = sorted(i for batch in batches for i in batch)
    with _recognised_batches(student, draw, lengths, batches):
        equal(found, list(range(len(lengths))), hint, "The sorted list of all indices")


def test_token_batches_hold_similar_lengths(student, draw):
    """token_batches groups sequences of similar length."""
    lengths, batches = _token_batches(student, draw)
    spans = sorted((min(lengths[i] for i in b), max(lengths[i] for i in b)) for b in batches)
    overlap = any(a[1] > b[0] for a, b in pairwise(spans))
    shown = f"shortest and longest per batch: {spans}"
    hint = "Sort by length before cutting; otherwise short rows are mostly padding."
    with _recognised_batches(student, draw, lengths, batches):
        holds(not overlap, "The batches mix lengths.", shown, hint=hint)


def test_token_batches_are_few(student, draw):
    """token_batches makes at most twice as many batches as greedy packing."""
    lengths, batches = _token_batches(student, draw)
    count, most = len(batches), 2 * oracle.greedy_batches(lengths, BUDGET)
    hint = "Add sequences to a batch until the next one would exceed max_tokens."
    with _recognised_batches(student, draw, lengths, batches):
        holds(count <= most, "There are too many batches.", count, f"at most {most}", hint)


def test_adds_start_and_end(student, draw):
    """add_start_end puts `start` before and `end` after every sequence."""
    rows = draw.rows([3, 1, 4], high=50, low=10)
    found = any_reading(student.add_start_end, (rows, 1, 2), (_tensors(rows), 1, 2))
    hint = "Each sequence grows by two: `start` at the beginning, `end` at the end, before any padding."
    with recognised(plain(found), deviations.with_ends(rows, 1, 2)):
        equal(found, [[1, *row, 2] for row in rows], hint)


def test_start_and_end_leave_the_rows_alone(student, draw):
    """add_start_end does not modify the given sequences."""
    rows = draw.rows([3, 1, 4], high=50, low=10)
    found = any_reading(student.add_start_end, (rows, 1, 2), (_tensors(rows), 1, 2))
    lengths = [len(row) if isinstance(row, list) else 0 for row in _list(plain(found))]
    equal(lengths, [5, 3, 6], what="The lengths of the sequences")
    holds(not student.mutated, "The sequences that were passed in are changed.", hint=NEW_LIST)


def test_targets_are_the_next_tokens(student, draw):
    """shift_targets drops the first column and appends a column of zeros."""
    batch = draw.tokens(3, draw.integer(4, 6), high=50)
    wanted = _long([[*row[1:], 0] for row in batch.tolist()])
    hint = "The target at position t is the token at t + 1."
    returned = student.shift_targets(batch)
    with recognised(returned, deviations.targets(batch)):
        equal(returned, wanted, hint)


def test_targets_leave_the_batch_alone(student, draw):
    """shift_targets does not modify the given batch."""
    shaped(
        student.shift_targets(draw.tokens(3, 5, high=50)), (3, 5), "The batch keeps its T columns."
    )
    hint = "A slice is a view: writing into it writes into the batch. Build a new tensor."
    holds(not student.mutated, "The batch that was passed in is changed.", hint=hint)
