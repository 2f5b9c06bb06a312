"""Checks of mlp.py: the classifier that reads each token by itself."""

from functools import partial

import torch

from graders.assertions.compare import close, holds, passes, shaped
from graders.assertions.properties import (
    arguments_unchanged,
    gradients_match,
    has_widths,
    ignores_device,
    matches_one,
    no_softmax,
    same_twice,
    samples_apart,
    under_other_weights,
    varies,
    weighted,
)
from graders.assertions.recognise import named_if, recognised
from graders.deviations.mlp import layers as deviations
from graders.oracles import formulas
from graders.probes import learning
from graders.remote.faults import StudentError

ZERO = (
    "Do not mask anything: each row begins with token 0, which counts like any other. If the "
    "check of the layers fails too, fix that first."
)
LAYERS = (
    "Embedding → Linear on every token → ReLU → max over the time axis (dim=1) → Linear. "
    "Add no other layers."
)


def _sizes(draw):
    """Draw V, C, one width for E and H as in the assignment, and B and T."""
    V, C, N, B = (draw.integer(low, high) for low, high in ((13, 17), (2, 3), (5, 8), (9, 10)))
    return [V, C, N, N], B, 11


def _model(student, sizes):
    return student.MLPClassifier(*sizes)


def _setting(student, draw, dtype=torch.float32):
    """Make a model and a batch in which some rows repeat one token, so that other inputs show."""
    sizes, B, T = _sizes(draw)
    model = _model(student, sizes)
    parameters = weighted(student, model, draw, dtype)
    x = draw.tokens(B, T, high=sizes[0])
    x[2:6] = x[2:6, :1]
    return model, parameters, sizes, x


def _equals_layers(student, model, parameters, sizes, x, hint):
    readings, logits = list(formulas.mlp_logits(parameters, sizes, x)), model(x)
    with _named(student, model, parameters, sizes, x, logits):
        matches_one(logits, readings, parameters, hint, "The matrix of logits")


def _named(student, model, parameters, sizes, x, logits):
    """Name in a failure the deviation that leads to these logits."""
    reads_all = partial(_reads_all, student, model, sizes, x)
    return recognised(logits, deviations.mlp_logits(parameters, sizes, x, reads_all))


def _reads_all(student, model, sizes, x):
    """Return whether the model looks up the last token: an id beyond the vocabulary must raise."""
    called, beyond = student.called, x.clone()
    beyond[:, -1] = sizes[0]
    try:
        model(beyond)
    except StudentError:
        return True
    finally:
        student.called = called
    return False


def _are_unlisted(student, model, parameters, sizes, x):
    """Return whether the model multiplies by matrices, and has none among its parameters."""
    V, C, E, _ = sizes
    names = student.operations(model, x).functions
    products = sum(n for name, n in names.items() if name.endswith((".linear", "matmul__")))
    once, again = (shaped(model(x), (len(x), C)) for _ in range(2))
    listed = [p for p in parameters if p.values.ndim > 1 and tuple(p.values.shape) != (V, E)]
    return products > 1 and not listed and torch.equal(once, again)


def test_logits_equal_the_layers(student, draw):
    """The logits are those of Embedding, Linear, ReLU, global max pool and Linear."""
    model, parameters, sizes, x = _setting(student, draw)
    unlisted = partial(_are_unlisted, student, model, parameters, sizes, x)
    with named_if(student, deviations.UNLISTED, unlisted):
        _equals_layers(student, model, parameters, sizes, x, LAYERS)


def test_shape_of_the_logits(student, draw):
    """The MLP's logits have shape (B, C), also when B or T is 1."""
    sizes, B, T = _sizes(draw)
    model = _model(student, sizes)
    hint = "The batch may hold one sequence: squeeze() without a dim drops that axis too."
    for shape in ((B, T), (1, T), (B + 1, 1), (1, 1)):
        shaped(model(draw.tokens(*shape, high=sizes[0])), (shape[0], sizes[1]), hint)


def test_order_of_tokens_does_not_matter(student, draw):
    """The MLP's logits do not depend on the order of the tokens."""
    model, _, sizes, _ = _setting(student, draw)
    x = draw.tokens(9, 4, high=sizes[0])  # few tokens, so that each of them matters
    logits = varies(shaped(model(x), (len(x), sizes[1])))
    hint = "Pool only over time, dim=1 of (B, T, H)."
    moved = x.roll(1, dims=1)  # every token moves, and no neighbours stay together
    close(model(moved), logits, hint, "The result for the permuted tokens")


def test_repeating_a_token_changes_nothing(student, draw):
    """Repeating a token does not change the logits: the pool is a maximum."""
    model, _, sizes, x = _setting(student, draw)
    hint = "A mean or a sum depends on how often a token occurs; a maximum does not."
    logits = varies(shaped(model(x), (len(x), sizes[1])))
    close(
        model(torch.cat([x, x[:, :2]], 1)),
        logits,
        hint,
        "The matrix of logits with repeated tokens",
    )


def test_pools_over_the_whole_sequence(student, draw):
    """A token at any position can change the logits: the pool is global."""
    model, parameters, sizes, _ = _setting(student, draw)
    base, changed = _changed_in_one_place(sizes[0], 12)
    logits = shaped(model(base), (len(base), sizes[1])).double()
    others = shaped(model(changed.flatten(0, 2)), (changed[..., 0].numel(), sizes[1])).double()
    moved = (others.unflatten(0, changed.shape[:3]) - logits).abs().amax(dim=(1, 2, 3)) > 1e-4
    still = [place for place in range(12) if not moved[place]]
    hint = "Take the maximum over all of dim=1, not over a window, the first or the last step."
    with _named(student, model, parameters, sizes, changed.flatten(0, 2), others):
        holds(not still, f"No token at the positions {still} changes any logit.", hint=hint)


def _changed_in_one_place(V, places):
    """Make rows of one token throughout, and others: by position, by new token, by row."""
    tokens = torch.arange(1, V)
    base = tokens[:, None].repeat(1, places)
    changed = base[None, None].repeat(places, V - 1, 1, 1)
    for place in range(places):
        changed[place, :, :, place] = tokens[:, None]
    return base, changed


def test_token_zero_is_a_token(student, draw):
    """Every id counts as a token, also 0: the MLP has no pad id."""
    model, parameters, sizes, x = _setting(student, draw)
    x[:, 0] = 0
    _equals_layers(student, model, parameters, sizes, x, ZERO)


def test_no_softmax_inside(student, draw):
    """The MLP returns logits, without a softmax."""
    model, _, _, x = _setting(student, draw)
    no_softmax(model(x), *under_other_weights(student, model, draw, x))


def test_samples_do_not_mix(student, draw):
    """The MLP computes each sequence of a batch independently."""
    model, _, sizes, _ = _setting(student, draw)
    x, other = draw.tokens(9, 3, high=sizes[0]), draw.tokens(3, high=sizes[0])
    samples_apart(model, x, other)


def test_gradients_equal_the_oracle(student, draw):
    """The gradients of the MLP's parameters equal those of the formula (float64)."""
    model, parameters, sizes, x = _setting(student, draw, torch.float64)
    readings = list(formulas.mlp_logits(parameters, sizes, x))
    cotangent = draw.normal(x.shape[0], sizes[1], dtype=torch.float64)

    def match(weights):
        gradients_match(student, model, [x], [weights], parameters, [[r] for r in readings])

    with named_if(
        student, deviations.CAST, lambda: passes(partial(match, cotangent.float().double()))
    ):
        match(cotangent)


def test_only_used_tokens_are_trained(student, draw):
    """Only the embeddings of tokens in the batch get a gradient."""
    model, parameters, (V, C, E, _), _ = _setting(student, draw)
    x = draw.tokens(9, 2, high=V // 2)
    unused = [token for token in range(V) if not (x == token).any()]
    wrong = set()
    for _ in range(3):
        found = student.gradients(model, [x], [draw.normal(9, C)]).parameters
        rows = [found.get(p.name) for p in parameters if tuple(p.values.shape) == (V, E)]
        rows = [shaped(g, (V, E), what="The embedding's gradient") for g in rows if g is not None]
        holds(bool(rows), "No embedding gets a gradient.", hint="It is detached or not used.")
        wrong |= {t for t in unused if any(g[t].abs().sum() > 0 for g in rows)}
        draw.weights(student, model)
    hint = "Look the embedding up by token id; nothing else may enter the sequence."
    what = f"Tokens {sorted(wrong)} do not occur, but their embeddings are trained."
    holds(not wrong, what, hint=hint)


def test_keeps_nothing_between_calls(student, draw):
    """The MLP keeps no state between calls."""
    model, _, sizes, x = _setting(student, draw)
    same_twice(
        lambda batch: shaped(model(batch), (len(batch), sizes[1])),
        [x],
        [draw.tokens(2, 3, high=sizes[0])],
    )


def test_works_in_float64(student, draw):
    """The MLP works in float64."""
    model, _, sizes, x = _setting(student, draw, torch.float64)
    logits = shaped(model(x), (x.shape[0], sizes[1]))
    hint = "Do not hard-code a dtype: use that of the layers."
    holds(logits.dtype == torch.float64, "The logits are not float64.", logits.dtype, hint=hint)


def test_runs_on_any_device(student, draw):
    """The MLP creates no tensor on a fixed device."""
    model, _, sizes, x = _setting(student, draw)
    shaped(model(x), (x.shape[0], sizes[1]))
    ignores_device(student, model, x)


def test_leaves_its_input_alone(student, draw):
    """The MLP does not modify its input."""
    model, _, sizes, x = _setting(student, draw)
    shaped(model(x), (x.shape[0], sizes[1]))
    arguments_unchanged(student)


def test_default_sizes(student, draw):
    """The MLP's embedding and hidden sizes are 300 by default."""
    model = student.MLPClassifier(11, 2)
    has_widths(student, model, [(11, 300), (300, 300), (2, 300)])
    model = student.MLPClassifier(11, 2, 5, 7)
    exchanged = partial(has_widths, student, model, [(11, 7), (5, 7), (2, 5)])
    with named_if(student, deviations.EXCHANGED, lambda: passes(exchanged)):
        has_widths(student, model, [(11, 5), (7, 5), (2, 7)])


def test_learns_the_tiny_reviews(student, draw):
    """After one epoch on the tiny reviews, the MLP passes the threshold on held-out ones."""
    learning.classifies_reviews(student, student.MLPClassifier, draw)
