"""Deviations of mlp.py: other layers, another pool, a last step too many."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import torch
from torch import Tensor

from graders.deviations import Candidate, Deviation
from graders.deviations.mlp.pools import MAXIMUM, MODEL, POOLS, Run
from graders.oracles import formulas
from graders.oracles.formulas import affine, hidden_layer, max_over_time, mlp_layers, same
from graders.oracles.roles import Layout, Parameter, Roles

RAW = "The assignment asks for the logits: cross_entropy applies the softmax itself."
ORDER = "The assignment asks for Embedding → Linear on every token → ReLU → max → Linear."

UNLISTED = Deviation(
    "does not register its layers",
    "major",
    "Your model computes with weights that it does not list among its parameters, as with layers "
    "in a plain list: an optimiser never trains them. Make each layer an attribute of the model, "
    "or use nn.ModuleList.",
)
CAST = Deviation(
    "casts to float32",
    "slip",
    "Your gradients are right, but rounded to float32, although the model is float64. Do not "
    "hard-code a dtype: use that of the layers.",
)
EXCHANGED = Deviation(
    "exchanges its two widths",
    "slip",
    "The embedding has the hidden layer's width, and the hidden layer has the embedding's. The "
    "arguments are emb, then hidden.",
)
FIRST = Deviation(
    "takes the first step",
    "major",
    f"{MODEL} takes the features of the first time step alone. {MAXIMUM}",
)
READS_FIRST = Deviation(
    "reads only the first token",
    "fatal",
    f"{MODEL} reads the first token alone: it does not even look the others up. {MAXIMUM}",
)


def mlp_logits(
    parameters: Sequence[Parameter], sizes: Sequence[int], x: Tensor, reads_all: Callable[[], bool]
) -> Iterator[Candidate]:
    """Yield the deviations of the classifier, with the logits (B, C) that each leads to.

    Args:
        reads_all: finds out whether the model looks up the tokens after the first.
    """
    first = partial(formulas.mlp_logits, pool=lambda f: f[:, 0])
    for deviation, runs in (*POOLS, *LAYERS, *EMBEDDINGS, *ENDS):
        yield deviation, partial(_all, runs, parameters, sizes, x)
    for deviation, wanted in ((FIRST, True), (READS_FIRST, False)):
        yield deviation, partial(_if, reads_all, wanted, first, parameters, sizes, x)


def _all(
    runs: Sequence[Run], parameters: Sequence[Parameter], sizes: Sequence[int], x: Tensor
) -> Iterator[Tensor]:
    for run in runs:
        yield from run(parameters, sizes, x)


def _if(
    reads_all: Callable[[], bool],
    wanted: bool,
    run: Run,
    parameters: Sequence[Parameter],
    sizes: Sequence[int],
    x: Tensor,
) -> Iterator[Tensor]:
    """Yield the logits if the model reads all tokens as `wanted`; it is asked only now."""
    yield from run(parameters, sizes, x) if reads_all() is wanted else ()


def _two_hidden(V: int, C: int, E: int, H: int) -> Layout:
    usual = mlp_layers(V, C, E, H)
    return Layout({**usual.needed, "W_more": (H, H)}, {**usual.optional, "b_more": (H,)})


def _no_hidden(V: int, C: int, E: int, H: int) -> Layout:
    return Layout({"embedding": (V, E), "W_out": (C, E)}, {"b_out": (C,)})


def _twice(w: Roles, embedded: Tensor) -> Tensor:
    return torch.relu(affine(hidden_layer(w, embedded), w["W_more"], w.get("b_more")))


def _features(*features: Callable[[Roles, Tensor], Tensor]) -> list[Run]:
    return [partial(formulas.mlp_logits, features=each) for each in features]


LAYERS: tuple[tuple[Deviation, list[Run]], ...] = (
    (
        Deviation(
            "leaves out the ReLU",
            "major",
            f"{MODEL} has no activation between its two Linear layers. {ORDER}",
        ),
        _features(partial(hidden_layer, activation=same)),
    ),
    (
        Deviation(
            "uses tanh for the ReLU", "minor", f"{MODEL} uses tanh instead of the ReLU. {ORDER}"
        ),
        _features(partial(hidden_layer, activation=torch.tanh)),
    ),
    (
        Deviation(
            "has two hidden layers",
            "minor",
            f"{MODEL} has two hidden layers, each with a ReLU, before the pool. {ORDER}",
        ),
        [partial(formulas.mlp_logits, layers=_two_hidden, features=_twice)],
    ),
    (
        Deviation(
            "leaves out the hidden layer",
            "major",
            f"{MODEL} has no Linear between the Embedding and the pool. {ORDER}",
        ),
        [
            partial(formulas.mlp_logits, layers=_no_hidden, features=features)
            for features in (lambda w, e: torch.relu(e), lambda w, e: e)
        ],
    ),
    (
        Deviation(
            "pools before the hidden layer",
            "major",
            f"{MODEL} takes the maximum of the embeddings, before the first Linear. {ORDER}",
        ),
        [
            partial(
                formulas.mlp_logits,
                features=lambda w, e: hidden_layer(w, max_over_time(e)),
                pool=same,
            )
        ],
    ),
)


def _masked(pool: bool, fill: float) -> Run:
    """Return the run in which token 0 is blanked, in its embedding or before the pool."""

    def run(parameters: Sequence[Parameter], sizes: Sequence[int], x: Tensor) -> Iterator[Tensor]:
        def blank(values: Tensor) -> Tensor:
            return values.masked_fill((x == 0)[..., None], fill)

        if pool:
            return formulas.mlp_logits(parameters, sizes, x, pool=lambda f: max_over_time(blank(f)))
        return formulas.mlp_logits(
            parameters, sizes, x, embed=lambda table, x: blank(formulas.look_up(table, x))
        )

    return run


def _with_zero(table: Tensor, x: Tensor) -> Tensor:
    return table[torch.cat([x, torch.zeros_like(x[:, :1])], dim=1)]


EMBEDDINGS: tuple[tuple[Deviation, list[Run]], ...] = (
    (
        Deviation(
            "masks token 0",
            "minor",
            f"{MODEL} leaves token 0 out. Do not mask anything: token 0 counts like any other.",
        ),
        [_masked(True, 0.0), _masked(True, -torch.inf), _masked(False, 0.0)],
    ),
    (
        Deviation(
            "misreads the highest id",
            "slip",
            f"{MODEL} reads the highest token id as the one below it. Ids go from 0 to "
            "vocab_size - 1, and each has a vector of its own.",
        ),
        [partial(formulas.mlp_logits, embed=lambda t, x: t[x.clamp(max=len(t) - 2)])],
    ),
    (
        Deviation(
            "adds token 0 to every sequence",
            "minor",
            f"{MODEL} puts token 0 into every sequence. Look the embedding up by token id; "
            "nothing else may enter the sequence.",
        ),
        [partial(formulas.mlp_logits, embed=_with_zero)],
    ),
)


def _last(last: Callable[[Tensor], Tensor]) -> list[Run]:
    return [partial(formulas.mlp_logits, last=last)]


ENDS: tuple[tuple[Deviation, list[Run]], ...] = (
    (
        Deviation(
            "ends with a softmax", "major", f"{MODEL} ends with a softmax over the classes. {RAW}"
        ),
        _last(lambda v: v.softmax(dim=1)),
    ),
    (
        Deviation("ends with a log-softmax", "minor", f"{MODEL} ends with a log-softmax. {RAW}"),
        _last(lambda v: v.log_softmax(dim=1)),
    ),
    (
        Deviation(
            "ends with a softmax over the batch",
            "major",
            f"{MODEL} ends with a softmax over dim 0, the batch. {RAW}",
        ),
        _last(lambda v: v.softmax(dim=0)),
    ),
    (
        Deviation("ends with a sigmoid", "major", f"{MODEL} ends with a sigmoid. {RAW}"),
        _last(torch.sigmoid),
    ),
    (
        Deviation(
            "returns the class",
            "fatal",
            f"{MODEL} returns the class, the argmax, which has no gradient. {RAW}",
        ),
        _last(lambda v: v.argmax(dim=1)),
    ),
)
