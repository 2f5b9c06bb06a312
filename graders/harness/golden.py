"""Make `fixtures/golden.safetensors`: small weights and inputs, and what the equations give for them.

Tests hold the oracles against these numbers, so nothing here is shared with the oracles, nor with
torch: plain equations, one sample and one step at a time. Every number is computed with 50 decimal
digits and rounded to float64 at the end, which gives the same bytes on every machine; a gradient is
the difference of two values at this precision, so no rule of differentiation has a part in it.
"""

import decimal
import random
from collections.abc import Callable, Mapping
from decimal import Decimal

import numpy as np
from safetensors.numpy import save

DIGITS = 50
STEP = Decimal("1e-16")  # a central difference is off by about its square, 1e-32
Arrays = dict[str, np.ndarray]  # of Decimal, but for token ids
Run = Callable[[Arrays], Arrays]  # from named inputs and weights to named outputs


def golden() -> bytes:
    """Compute all cases; keys are `case/name`, and `case/d_name` for the gradients."""
    with decimal.localcontext() as context:
        context.prec = DIGITS
        cases = {**_elman_cases(), **_gru_cases(), "lstm": _lstm_case(), **_tagger_cases()}
    arrays = {f"{case}/{name}": v for case, named in cases.items() for name, v in named.items()}
    return bytes(save({name: _plain(array) for name, array in sorted(arrays.items())}))


def _plain(array: np.ndarray) -> np.ndarray:
    return array if array.dtype == np.int64 else array.astype(np.float64)


# Elman: h = f(W_x x + W_h h + b_1), y = W_y h + c ---------------------------------------------


def _elman_cases() -> dict[str, Arrays]:
    B, T, I, H, O = 2, 3, 2, 4, 3
    shapes = {"W_x": (H, I), "W_h": (H, H), "b_1": (H,), "W_y": (O, H), "c": (O,)}
    given = _numbers(7, {**shapes, "x": (B, T, I), "hidden": (B, H)})
    given |= _numbers(8, {"to_outs": (B, T, O), "to_last": (B, H)})
    functions = {"tanh": _tanh, "sigmoid": _sigmoid, "ReLU": _relu}
    return {f"elman/{name}": _case(_elman(f), given) for name, f in functions.items()}


def _elman(activation: Callable[[np.ndarray], np.ndarray]) -> Run:
    def run(w: Arrays) -> Arrays:
        outs, last = [], []
        for steps, h in zip(w["x"], w["hidden"], strict=True):
            rows = []
            for x in steps:
                h = activation(w["W_x"] @ x + w["W_h"] @ h + w["b_1"])
                rows.append(w["W_y"] @ h + w["c"])
            outs.append(rows)
            last.append(h)
        return {"outs": np.array(outs), "last": np.array(last)}

    return run


# GRU and LSTM: one step of a cell -------------------------------------------------------------


def _gru_cases() -> dict[str, Arrays]:
    given = _cell(9, "zrn", {"b_m": (3,)}) | _numbers(10, {"to_h": (2, 3)})
    plain = {name: value for name, value in given.items() if name != "b_m"}
    return {
        f"gru/{mix}_{reset}": _case(_gru(mix, reset), given if reset == "after" else plain)
        for mix in ("take", "keep")
        for reset in ("before", "after")
    }


def _gru(mix: str, reset: str) -> Run:
    def run(w: Arrays) -> Arrays:
        new = []
        for x, h in zip(w["x"], w["h_0"], strict=True):
            z, r = (_sigmoid(_gate(w, name, x, h)) for name in "zr")
            if reset == "before":
                n = _tanh(_gate(w, "n", x, r * h))
            else:
                n = _tanh(w["W_n"] @ x + w["b_n"] + r * (w["U_n"] @ h + w["b_m"]))
            new.append(h + z * (n - h) if mix == "take" else n + z * (h - n))
        return {"h": np.array(new)}

    return run


def _lstm_case() -> Arrays:
    given = _cell(11, "ifgo", {"c_0": (2, 3)}) | _numbers(12, {"to_h": (2, 3), "to_c": (2, 3)})

    def run(w: Arrays) -> Arrays:
        new_h, new_c = [], []
        for x, h, c in zip(w["x"], w["h_0"], w["c_0"], strict=True):
            i, f, o = (_sigmoid(_gate(w, name, x, h)) for name in "ifo")
            c = f * c + i * _tanh(_gate(w, "g", x, h))
            new_h.append(o * _tanh(c))
            new_c.append(c)
        return {"h": np.array(new_h), "c": np.array(new_c)}

    return _case(run, given)


def _cell(seed: int, gates: str, more: Mapping[str, tuple[int, ...]]) -> Arrays:
    B, D, H = 2, 2, 3
    weights = {f"W_{g}": (H, D) for g in gates} | {f"U_{g}": (H, H) for g in gates}
    biases = {f"b_{g}": (H,) for g in gates}
    return _numbers(seed, {**weights, **biases, "x": (B, D), "h_0": (B, H), **more})


def _gate(w: Arrays, name: str, x: np.ndarray, h: np.ndarray) -> np.ndarray:
    return np.asarray(w[f"W_{name}"] @ x + w[f"U_{name}"] @ h + w[f"b_{name}"])


# The tagger: h = sigmoid(W_x W_e[word] + W_h h), p = softmax(W_y h); the mean of -log p ----------


def _tagger_cases() -> dict[str, Arrays]:
    V, E, H, C = 6, 2, 4, 3
    weights = _numbers(13, {"W_e": (V, E), "W_x": (H, E), "W_h": (H, H), "W_y": (C, H)})
    sentences = {"repeated": ([4, 1, 4, 0], [2, 0, 1, 1]), "single": ([5], [2])}
    found = {}
    for name, (words, tags) in sentences.items():
        ids = {"words": np.array(words, np.int64), "tags": np.array(tags, np.int64)}
        to_loss = {"to_loss": _decimals(np.ones(1))}
        found[f"tagger/{name}"] = _case(_tagger, {**weights, **ids, **to_loss})
    return found


def _tagger(w: Arrays) -> Arrays:
    h = _decimals(np.zeros(len(w["W_h"])))
    rows, total = [], Decimal(0)
    for word, tag in zip(w["words"], w["tags"], strict=True):
        h = _sigmoid(w["W_x"] @ w["W_e"][word] + w["W_h"] @ h)
        scores = w["W_y"] @ h
        rows.append(scores - sum(score.exp() for score in scores).ln())
        total -= rows[-1][tag]
    return {"log_p": np.array(rows), "loss": np.array([total / len(rows)])}


# What the cases share -------------------------------------------------------------------------


def _case(run: Run, given: Arrays) -> Arrays:
    """Give what went in, what comes out, and the derivatives of the sum of each output times `to_…`."""

    def total(named: Arrays) -> Decimal:
        outputs = run(named)
        weighed = [name for name in outputs if f"to_{name}" in given]
        return sum(((outputs[n] * named[f"to_{n}"]).sum() for n in weighed), Decimal(0))

    gradients = {}
    for name, values in given.items():
        if name.startswith("to_") or values.dtype == np.int64:
            continue
        slopes = np.empty(values.shape, dtype=object)
        for place in np.ndindex(values.shape):
            high, low = values.copy(), values.copy()
            high[place] += STEP
            low[place] -= STEP
            slopes[place] = (total(given | {name: high}) - total(given | {name: low})) / (2 * STEP)
        gradients[f"d_{name}"] = slopes
    return given | run(given) | gradients


def _numbers(seed: int, shapes: Mapping[str, tuple[int, ...]]) -> Arrays:
    """Draw numbers between -1 and 1 with three decimal places, rounded to float64."""
    chance = random.Random(seed)

    def one(_: float) -> float:
        return chance.randint(-999, 999) / 1000

    return {name: _decimals(np.vectorize(one)(np.zeros(shape))) for name, shape in shapes.items()}


def _decimals(values: np.ndarray) -> np.ndarray:
    found = np.empty(values.shape, dtype=object)
    for place in np.ndindex(values.shape):
        found[place] = Decimal(float(values[place]))
    return found


def _each(function: Callable[[Decimal], Decimal]) -> Callable[[np.ndarray], np.ndarray]:
    return np.vectorize(function, otypes=[object])


_sigmoid = _each(lambda a: 1 / (1 + (-a).exp()))
_tanh = _each(lambda a: 1 - 2 / (1 + (2 * a).exp()))
_relu = _each(lambda a: max(a, Decimal(0)))
