"""Measure the checks of sampling: how often does a correct sampler fail, and a wrong one pass?"""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from graders.oracles import autoregressive as oracle
from graders.probes.sampling import CHANCE, DRAWS

TEMPERATURES = (0.5, 1.0, 2.0)  # a check of its own for each
HEIGHTS = torch.tensor([0.5, 1.3, 2.1, 2.9, 3.7])  # the logits of these checks, in some order
LIMIT = math.log(2 * len(HEIGHTS) / CHANCE)
Sampler = Callable[[float], Tensor]  # of a temperature: the probabilities that it draws from

MISTAKES: dict[str, Sampler] = {
    "the temperature is not used": lambda t: HEIGHTS.softmax(0),
    "logits times the temperature": lambda t: (HEIGHTS * t).softmax(0),
    "the temperature divides probabilities": lambda t: (HEIGHTS.softmax(0) / t).softmax(0),
    "always the argmax": lambda t: torch.eye(len(HEIGHTS))[HEIGHTS.argmax()],
    "all indices equally likely": lambda t: torch.ones(len(HEIGHTS)) / len(HEIGHTS),
    "a softmax of the softmax": lambda t: (HEIGHTS / t).softmax(0).softmax(0),
    "logits as they are, for weights": lambda t: HEIGHTS / HEIGHTS.sum(),
    "the last index never comes": lambda t: (HEIGHTS / t)[:-1].softmax(0),
}


def sampling(runs: int) -> dict[str, Any]:
    """Run correct and wrong samplers; by Chernoff's bound a correct one exceeds the limit once in 1e7.

    A wrong one is caught if one of the three temperatures shows it.
    """
    torch.manual_seed(0)
    right = [
        _exponent(lambda t: (HEIGHTS / t).softmax(0), t) for _ in range(runs) for t in TEMPERATURES
    ]
    few = max(1, runs // 10)
    caught = {
        name: sum(any(_exponent(it, t) >= LIMIT for t in TEMPERATURES) for _ in range(few)) / few
        for name, it in MISTAKES.items()
    }
    return {
        "threshold": round(LIMIT, 4),
        "trials": len(right),
        "reference": {"highest": round(max(right), 4), "missed": sum(e >= LIMIT for e in right)},
        "false_alarm_of_the_check_below": CHANCE,
        "mistakes_caught": caught,
    }


def shuffling(runs: int) -> dict[str, Any]:
    """Count orders: how often do two epochs of a correct answer have the same order by chance?

    Args:
        runs: not needed, the numbers are exact.
    """
    generator = 1 / math.factorial(10)  # ten batches, two epochs
    training = 2 / math.factorial(12)  # twelve batches, three epochs
    return {
        "threshold": 0,
        "false_alarm_of_the_check_below": float(f"{max(generator, training):.3g}"),
        "mistakes_caught": {"one order for all epochs": 1.0},
    }


def _exponent(sampler: Sampler, temperature: float) -> float:
    draws = torch.multinomial(sampler(temperature), DRAWS, replacement=True).tolist()
    wanted = oracle.tilted(HEIGHTS.tolist(), temperature)
    return oracle.surprise(draws, wanted)[0]
