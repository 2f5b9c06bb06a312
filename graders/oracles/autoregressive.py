"""The language model, its loss, its sampling and its loop: formulas and plain loops over numbers."""

import math
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from graders.oracles.formulas import Activation, affine, same
from graders.oracles.roles import Parameter
from graders.oracles.torch_rnn import Layer, bias_of, lstm, matrices, stacks, states


def window_logits(tables: Tensor, scale: float, x: Tensor) -> Tensor:
    """Return the logits (B, T, V) of a model that adds a row of one table for each recent token.

    Args:
        tables: (width, V + 1, V), one for each distance back; the last row is for no token at all.
        x: (B, T) token ids.
    """
    width, nothing = len(tables), tables.shape[1] - 1
    logits = torch.zeros(*x.shape, tables.shape[2])
    for t in range(x.shape[1]):
        for back in range(width):
            read = x[:, t - back] if t >= back else torch.full((len(x),), nothing)
            logits[:, t] += tables[back][read]
    return logits * scale


def language_model_logits(
    parameters: Sequence[Parameter],
    sizes: Sequence[int],
    layers: int,
    x: Tensor,
    kind: str = "lstm",
    run: Callable[[Layer, Tensor], Tensor] = lstm,
    after: Activation = same,
    directions: int = 1,
) -> Iterator[Tensor]:
    """Yield the logits (B, T, V) of Embedding, `layers` LSTM layers, Linear.

    Args:
        parameters: the student's own.
        sizes: V, E, H, all different.
        layers: the number of layers, in one module or in several.
        x: (B, T) token ids.
        kind, run: of the recurrent layers.
        after: what their outputs go through.
        directions: of each layer, 1 or 2.
    """
    V, E, H = sizes
    tables, weights = (matrices(parameters, V, width) for width in (E, H * directions))
    for stack in stacks(parameters, kind, E):
        if len(stack) != layers or any(len(layer) != directions for layer in stack):
            continue
        for _, table in tables:
            outs = after(states(stack, run, table[x]))
            for name, weight in weights:
                yield affine(outs, weight, bias_of(parameters, name))


def loss_per_token(logits: Tensor, targets: Tensor, pad: int) -> Tensor:
    """Sum -ln softmax(logits)[target] over the targets that are not pads, and divide by their number.

    Args:
        logits: (B, T, V).
        targets: (B, T).
        pad: the id that is left out.
    """
    terms = [term for row in token_losses(logits, targets, pad) for term in row]
    return torch.stack(terms).sum() / len(terms)


def token_losses(logits: Tensor, targets: Tensor, pad: int | None) -> list[list[Tensor]]:
    """List -ln softmax(logits)[target] of the targets that are not pads, row by row."""
    rows: list[list[Tensor]] = []
    for row, wanted in zip(logits, targets.tolist(), strict=True):
        rows.append([])
        for scores, token in zip(row, wanted, strict=True):
            if token != pad:
                highest = scores.detach().max()
                rows[-1].append(highest + (scores - highest).exp().sum().log() - scores[token])
    return rows


def next_tokens(batch: Tensor, pad: int) -> Tensor:
    """Shift a batch (B, T) to the left by one, with pads in the last column."""
    return torch.tensor([[*row[1:], pad] for row in batch.tolist()])


def tilted(logits: Sequence[float], temperature: float) -> list[float]:
    """Return softmax(logits / temperature)."""
    highest = max(logits)
    parts = [math.exp((value - highest) / temperature) for value in logits]
    return [part / sum(parts) for part in parts]


def surprise(draws: Sequence[int], probabilities: Sequence[float]) -> tuple[float, int]:
    """Bound how unlikely the rarest of the frequencies is: the exponent n·KL and its category.

    For n independent draws and one category of probability p, the chance that its frequency f lies
    on one side with n·KL(f, p) ≥ c is at most exp(-c) (Chernoff). With K categories and two sides,
    some frequency does so with a chance of 2·K·exp(-c) at most.
    """
    n = len(draws)
    exponents = [
        n * _divergence(draws.count(category) / n, p) for category, p in enumerate(probabilities)
    ]
    worst = max(range(len(exponents)), key=exponents.__getitem__)
    return exponents[worst], worst


def _divergence(f: float, p: float) -> float:
    """Return the Kullback-Leibler divergence of a coin with f from one with p, in nats."""
    first = f * math.log(f / p) if f else 0.0
    second = (1 - f) * math.log((1 - f) / (1 - p)) if f < 1 else 0.0
    return first + second


def forced_path(
    seed: Sequence[int],
    vocab_size: int,
    path: Sequence[int],
    length: int,
    feed: Callable[[list[int]], list[int]] = list,
) -> list[int]:
    """Continue a seed as `given/scripted.py` forces it to, up to `length` tokens, without an end.

    Args:
        seed: the first tokens.
        vocab_size: the ids end below this.
        path: a multiplier, an offset, and the first id of those that can come next.
        length: of the whole list.
        feed: which of the tokens so far the model reads: all of them.
    """
    multiplier, offset, lowest = path
    tokens = list(seed)
    while len(tokens) < length:
        fed = feed(tokens)
        total = sum(token * (multiplier + place) for place, token in enumerate(fed, 1))
        tokens.append(lowest + (total + offset * len(fed)) % (vocab_size - lowest))
    return tokens
