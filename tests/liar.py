"""A session whose worker tells anything at all: for a test that no check breaks by it."""

import random
from collections import namedtuple
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
import torch

from graders.remote.faults import StudentError

Record = namedtuple("Record", "loss _1", rename=True)
SHAPES = [(), (0,), (1,), (4,), (2, 3), (3, 1), (0, 4), (6, 6), (2, 0, 3), (5, 7, 2), (1,) * 20]
DTYPES = [torch.complex64, torch.bool, torch.uint8, torch.float16, torch.bfloat16, torch.float64]
PLAIN = [
    *(None, True, False, 0, 1, -1, 7, 2**63 - 1, -(2**63), 0.5, -0.0, 1e308, float("nan")),
    *(float("inf"), "", "x", "a" * 1000, "\0", "loss", torch.float64),
]
NAMES = ["a", "lin.weight", "", "x" * 99, "lin.bias", "embedding.weight", "weight", "M"]
KEYS = [1, "a", None, 2.5, "loss", (1, 2), True]
CSV = b"model,val acc,test acc\nMLP,9e99,nan\n,,\n"


OWNERS = ["Linear", "Embedding", "X", "RNN"]


class Liar:
    """Answers every request with something that `decode` can give, drawn at random."""

    review = None

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)
        self._handles: Any = None

    def files(self, name: str) -> list[bytes]:
        return [self._random.randbytes(100), CSV][: self._random.randrange(3)]

    def load_for(self, part: str, name: str) -> None:
        """Find every name."""

    def patience(self, definition: object) -> AbstractContextManager[None]:
        """Hang never."""
        return nullcontext()

    def later(
        self, request: dict[str, Any], values: dict[str, Any], handles: Any, called: str
    ) -> None:
        """Take what needs no answer."""

    def settle(self) -> None:
        """Let nothing wait."""

    def ask(self, request: dict[str, Any], values: dict[str, Any], handles: Any) -> Any:
        self._handles = handles[1]
        chance = self._random.random()
        if chance < 0.04:
            kind = self._random.choice(["IndexError", "TypeError", "NotImplementedError"])
            raise StudentError("x", type_name=kind, text="size mismatch")
        told = getattr(self, f"_{request['do']}", None)
        return told(request, values) if told and chance > 0.06 else self._value()

    def _call(self, request: dict[str, Any], values: object) -> dict[str, Any]:
        makes = "given" in request or str(request.get("name", ""))[:1].isupper()
        value = self._handle() if makes and self._random.random() < 0.9 else self._value()
        return {"value": value, "mutated": self._random.random() < 0.3}

    def _collect(self, request: object, values: object) -> dict[str, Any]:
        items = [self._value() for _ in range(self._random.randrange(6))]
        return {"items": items, "mutated": self._random.random() < 0.3}

    def _parameters(self, request: dict[str, Any], values: object) -> list[list[Any]]:
        rows = []
        for _ in range(self._random.randrange(8)):
            tensor, name = self._tensor(), self._random.choice(NAMES)
            told = [tensor] if request["values"] else [[*tensor.shape], tensor.dtype]
            trained = self._random.random() < 0.9
            rows.append([name, *told, trained, self._random.choice(OWNERS)])
        return rows

    def _gradients(self, request: object, values: dict[str, Any]) -> dict[str, Any]:
        named = self._random.sample(NAMES, self._random.randrange(5))
        count = len(values["arguments"]) - (self._random.random() < 0.1)
        return {
            "parameters": {name: self._random.choice([None, self._tensor()]) for name in named},
            "inputs": [self._random.choice([None, self._tensor()]) for _ in range(count)],
        }

    _differences = _gradients

    def _fit(self, request: object, values: object) -> dict[str, Any]:
        losses = [self._random.choice([1.0, float("nan")]) for _ in range(3)]
        return {"loss": losses[: self._random.randrange(4)], "gradient_norm": [1.0]}

    def _repeat(self, request: dict[str, Any], values: object) -> list[Any]:
        return [self._leaf()] * request["times"]

    def _operations(self, request: object, values: object) -> dict[str, Any]:
        return {
            "aten": {self._random.choice(["aten.mm.default", 3]): self._leaf()},
            "functions": {self._random.choice(["torch.relu", None]): 2},
            "modules": [self._random.choice(["torch.nn.modules.rnn.RNN", self._leaf()])],
        }

    def _value(self, depth: int = 0) -> Any:
        if depth > 3 or self._random.random() < 0.5:
            return self._leaf()
        count, kind = self._random.choice([0, 1, 1, 2, 2, 3, 5]), self._random.randrange(5)
        if kind == 0:
            return tuple(self._value(depth + 1) for _ in range(count))
        if kind == 1:
            return {self._random.choice(KEYS): self._value(depth + 1) for _ in range(count)}
        if kind == 2:
            return Record(self._value(depth + 1), self._value(depth + 1))
        return [self._value(depth + 1) for _ in range(count)]

    def _leaf(self) -> Any:
        kind = self._random.randrange(8)
        if kind < 2:
            return self._random.choice(PLAIN)
        if kind < 4:
            return self._handle()
        if kind == 4:
            name = self._random.choice(["f8", "f4", "i8", "u1", "?"])
            return np.zeros(self._random.choice(SHAPES)).astype(name)
        return self._tensor()

    def _handle(self) -> Any:
        return self._handles({"handle": self._random.randrange(9), "type": "T"})

    def _tensor(self) -> torch.Tensor:
        shape, kind = self._random.choice(SHAPES), self._random.randrange(6)
        generator = torch.Generator().manual_seed(self._random.randrange(2**32))
        if kind == 0:
            return torch.full(shape, float("nan"))
        if kind < 3:
            high = self._random.choice([2, 60, 2**62])
            return torch.randint(0, high, shape, generator=generator)
        number = torch.randn(shape, generator=generator)
        return number if kind < 5 else number.to(self._random.choice(DTYPES))
