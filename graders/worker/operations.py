"""Operations that neural-network checks need besides calls, run with the student's model."""

import copy
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode, resolve_name
from torch.utils._python_dispatch import TorchDispatchMode

from .values import check_travels
from .wire import TENSOR_CAP, too_large


def seed_all(seed: int) -> None:
    """Seed the generators of Python, NumPy and PyTorch."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.default_generator.manual_seed(seed)  # the one on the CPU: quicker


def gradients(
    function: Any, arguments: Sequence[Any], cotangents: Sequence[Tensor | None]
) -> dict[str, Any]:
    """Differentiate the sum of outputs times cotangents.

    Args:
        function: a module, or any callable.
        arguments: its inputs; floating tensors among them are differentiated too.
        cotangents: one for each returned tensor, in order; None leaves that one out.

    Returns:
        `parameters` by name and `inputs` by position, None if there is no gradient.
    """
    inputs = [a.requires_grad_() if _is_floating(a) else a for a in arguments]
    total = _total(function(*inputs), cotangents)
    named = dict(function.named_parameters()) if isinstance(function, nn.Module) else {}
    wanted = {name: p for name, p in named.items() if p.requires_grad}
    places = [i for i, a in enumerate(inputs) if _is_floating(a)]
    leaves = [*wanted.values(), *(inputs[i] for i in places)]
    found: Sequence[Tensor | None] = [None] * len(leaves)
    if isinstance(total, Tensor) and total.requires_grad:
        found = torch.autograd.grad(total, leaves, allow_unused=True)
    by_name = dict.fromkeys(named) | dict(zip(wanted, found, strict=False))
    by_place = dict(zip(places, found[len(wanted) :], strict=True))
    return {"parameters": by_name, "inputs": [by_place.get(i) for i in range(len(inputs))]}


def differences(
    function: Any, arguments: Sequence[Any], cotangents: Sequence[Tensor | None], step: float
) -> dict[str, Any]:
    """Return the same as `gradients`, by central differences of the values, without autograd."""
    named = dict(function.named_parameters()) if isinstance(function, nn.Module) else {}

    def total() -> float:
        fresh = [a.clone() if isinstance(a, Tensor) else a for a in arguments]
        return float(_total(function(*fresh), cotangents))

    def slopes(values: Tensor) -> Tensor:
        found = torch.zeros(values.shape, dtype=torch.float64)
        for place in np.ndindex(tuple(values.shape)):
            before = values[place].item()
            values[place] = before + step
            above = total()
            values[place] = before - step
            found[place] = (above - total()) / (2 * step)
            values[place] = before
        return found

    with torch.no_grad():
        by_name = {name: slopes(p) for name, p in named.items()}
        by_place = [slopes(a) if _is_floating(a) else None for a in arguments]
    return {"parameters": by_name, "inputs": by_place}


def fit(
    model: nn.Module, batches: Sequence[tuple[Tensor, Tensor]], epochs: int, lr: float
) -> dict[str, list[float]]:
    """Train a classifier with Adam and cross entropy, one step a batch, in the order given.

    Returns:
        `loss` of each step and `gradient_norm` before it.
    """
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, foreach=False)
    losses, norms = [], []
    for _ in range(epochs):
        for inputs, labels in batches:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(inputs), labels)
            loss.backward()  # type: ignore[no-untyped-call]
            norm = nn.utils.clip_grad_norm_(model.parameters(), float("inf"))
            norms.append(norm.item())
            optimizer.step()
            losses.append(loss.item())
    model.eval()
    return {"loss": losses, "gradient_norm": norms}


def operations(function: Any, arguments: Sequence[Any]) -> dict[str, Any]:
    """Return the operations of one call: ATen operators and torch functions by count, and modules."""
    with _Functions() as functions, _Operators() as operators, torch.no_grad():
        function(*arguments)
    modules = function.modules() if isinstance(function, nn.Module) else []
    return {
        "aten": dict(sorted(operators.seen.items())),
        "functions": dict(sorted(functions.seen.items())),
        "modules": [f"{type(m).__module__}.{type(m).__qualname__}" for m in modules],
    }


def on_meta(module: nn.Module, arguments: Sequence[Any]) -> None:
    """Run a copy of `module` on torch's meta device, which refuses tensors on the CPU."""
    moved = copy.deepcopy(module).to("meta")
    with _Writes():  # type: ignore[no-untyped-call]
        results = moved(*(a.to("meta") if isinstance(a, Tensor) else a for a in arguments))
    for result in tensors_in(results):
        _expect_meta(result, "what comes back")


def _expect_meta(tensor: Tensor, what: str) -> None:
    if tensor.device.type != "meta":
        raise RuntimeError(f"{what} is not on the expected device meta, but on {tensor.device}")


def parameters(module: nn.Module, with_values: bool) -> list[list[Any]]:
    """Return the parameters: name, values or shape and dtype, whether trained, class of the owner.

    Raises:
        BadFrame: some cannot be sent with their values.
    """
    owners, size = dict(module.named_modules()), 0
    found = []
    for name, values in module.named_parameters():
        check_travels(values)
        size += values.nbytes
        shown = [values] if with_values else [list(values.shape), values.dtype]
        owner = type(owners[name.rpartition(".")[0]]).__name__
        found.append([name, *shown, values.requires_grad, owner])
    if size > TENSOR_CAP:
        raise too_large(size)
    return found


def set_parameters(module: nn.Module, values: dict[str, Tensor]) -> None:
    """Write `values` into the parameters of these names, in place and in their own dtype."""
    named = dict(module.named_parameters())
    with torch.no_grad():
        for name, value in values.items():
            named[name].copy_(value)


def tensors_in(value: Any) -> Iterable[Tensor]:
    """Yield the tensors of a nested list, tuple or dict, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        yield from tensors_in(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from tensors_in(item)


def _total(value: Any, cotangents: Sequence[Tensor | None]) -> Any:
    """Return the sum of the returned tensors, each times its cotangent."""
    outputs = list(tensors_in(value))
    pairs = [(o, c) for o, c in zip(outputs, cotangents, strict=False) if c is not None]
    if len(outputs) < len(cotangents) or any(o.shape != c.shape for o, c in pairs):
        shapes = ", ".join(str(tuple(o.shape)) for o in outputs) or "no tensor"
        raise ValueError(f"cannot be differentiated: it returned {shapes}")
    return sum((o * c.to(o.dtype)).sum() for o, c in pairs)


def _is_floating(value: Any) -> bool:
    return isinstance(value, Tensor) and value.is_floating_point()


class _Operators(TorchDispatchMode):  # type: ignore[no-untyped-call]
    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seen: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.seen[str(func)] += 1
        return func(*args, **(kwargs or {}))


class _Writes(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Refuses writing results into a slice of a tensor on the CPU, which other devices allow."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is torch.ops.aten.copy_.default and args[1].device.type == "meta":
            _expect_meta(args[0], "the tensor that is written into")
        return func(*args, **(kwargs or {}))


class _Functions(TorchFunctionMode):
    def __init__(self) -> None:
        super().__init__()
        self.seen: Counter[str] = Counter()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.seen[resolve_name(func) or getattr(func, "__name__", str(func))] += 1
        return func(*args, **(kwargs or {}))
