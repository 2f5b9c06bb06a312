"""What Elman layers compute that do one thing otherwise, under the student's weights.

A run maps weights in their roles, inputs, a first state or None, and an activation to all answers
that one deviation may lead to, as `(outputs, hidden)`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from graders.oracles import elman as oracle
from graders.oracles.elman import Step, elman, step, sums
from graders.oracles.formulas import ACTIVATIONS, Activation, affine
from graders.oracles.roles import Layout, Parameter, Roles, assignments

Run = Callable[[Roles, Tensor, Tensor | None, Activation], Iterable[Any]]
Layouts = Callable[[int, int, int], list[tuple[Layout, Callable[[Roles], Roles]]]]


# What a step does otherwise -------------------------------------------------------------------


def by(*steps: Step) -> Run:
    """Return the run with each of these steps."""
    return lambda w, x, h, f: [elman(w, x, h, f, step) for step in steps]


def with_activation(activation: Callable[[Tensor, Activation], Tensor]) -> Run:
    """Return the run whose state is this of the sum and the layer's activation."""
    return lambda w, x, h, f: [elman(w, x, h, lambda total: activation(total, f))]


def _read_out(w: Roles, h: Tensor) -> Tensor:
    return affine(h, w["W_y"], w.get("c"))


def old_state(w: Roles, x: Tensor, h: Tensor, f: Activation) -> tuple[Tensor, Tensor]:
    return _read_out(w, h), f(sums(w, x, h))


def input_and_old_state(w: Roles, x: Tensor, h: Tensor, f: Activation) -> tuple[Tensor, Tensor]:
    return _read_out(w, torch.cat([x, h], 1)), f(sums(w, x, h))


def old_state_and_input(w: Roles, x: Tensor, h: Tensor, f: Activation) -> tuple[Tensor, Tensor]:
    return _read_out(w, torch.cat([h, x], 1)), f(sums(w, x, h))


def state_as_output(w: Roles, x: Tensor, h: Tensor, f: Activation) -> tuple[Tensor, Tensor]:
    h = f(sums(w, x, h))
    return h, h


def output_as_state(w: Roles, x: Tensor, h: Tensor, f: Activation) -> tuple[Tensor, Tensor]:
    y, _ = step(w, x, h, f)
    return y, y


def sum_as_state(w: Roles, x: Tensor, h: Tensor, f: Activation) -> tuple[Tensor, Tensor]:
    total = sums(w, x, h)
    return _read_out(w, f(total)), total


def residual(w: Roles, x: Tensor, h: Tensor, f: Activation) -> tuple[Tensor, Tensor]:
    h = h + f(sums(w, x, h))
    return _read_out(w, h), h


def shared(w: Roles, x: Tensor, h: Tensor, f: Activation) -> tuple[Tensor, Tensor]:
    return step(w, x, h.mean(0, keepdim=True).expand_as(h), f)


def no_input(w: Roles, x: Tensor, h: Tensor, f: Activation) -> tuple[Tensor, Tensor]:
    return step(w, torch.zeros_like(x), h, f)


def state_for_input(w: Roles, x: Tensor, h: Tensor, f: Activation) -> tuple[Tensor, Tensor]:
    return step(w, h, h, f)


def activated(w: Roles, x: Tensor, h: Tensor | None, f: Activation) -> Iterable[Any]:
    outs, last = elman(w, x, h, f)
    return [(after(outs), last) for after in ACTIVATIONS.values()]


# What the loop does otherwise -----------------------------------------------------------------


def right(w: Roles, x: Tensor, h: Tensor | None, f: Activation) -> Iterable[Any]:
    return [elman(w, x, h, f)]


def never_carried(w: Roles, x: Tensor, h: Tensor | None, f: Activation) -> Iterable[Any]:
    first = x.new_zeros(len(x), w["W_h"].shape[0]) if h is None else h
    steps = [elman(w, x[:, t : t + 1], first, f) for t in range(x.shape[1])]
    outs = torch.cat([y for y, _ in steps], 1)
    return [(outs, first), (outs, steps[-1][1])]


def on(inputs: Callable[[Tensor], Tensor]) -> Run:
    """Return the run over other inputs (B, T, I)."""
    return lambda w, x, h, f: [elman(w, inputs(x), h, f)]


def backwards(w: Roles, x: Tensor, h: Tensor | None, f: Activation) -> Iterable[Any]:
    outs, last = elman(w, x.flip(1), h, f)
    return [(outs, last), (outs.flip(1), last)]


def over_samples(w: Roles, x: Tensor, h: Tensor | None, f: Activation) -> Iterable[Any]:
    outs, last = elman(w, x.transpose(0, 1), h, f)
    return [(outs.transpose(0, 1), last), (outs, last)]


def from_ones(w: Roles, x: Tensor, h: Tensor | None, f: Activation) -> Iterable[Any]:
    return [elman(w, x, x.new_ones(len(x), w["W_h"].shape[0]), f)] if h is None else []


def from_learned(w: Roles, x: Tensor, h: Tensor | None, f: Activation) -> Iterable[Any]:
    return [elman(w, x, w["h_0"].expand(len(x), -1), f)] if h is None else []


def ignores(w: Roles, x: Tensor, h: Tensor | None, f: Activation) -> Iterable[Any]:
    return [] if h is None else [elman(w, x, None, f)]


# What is returned otherwise -------------------------------------------------------------------


def returns(change: Callable[[Tensor, Tensor], Any]) -> Run:
    """Return the run whose right outputs and state come back otherwise."""
    return lambda w, x, h, f: [change(*elman(w, x, h, f))]


def reshaped(outs: Tensor, last: Tensor) -> Any:
    return outs.transpose(0, 1).reshape(outs.shape), last


def first_state(w: Roles, x: Tensor, h: Tensor | None, f: Activation) -> Iterable[Any]:
    outs, last = elman(w, x, h, f)
    return [(outs, torch.zeros_like(last) if h is None else h)]


def all_states(w: Roles, x: Tensor, h: Tensor | None, f: Activation) -> Iterable[Any]:
    outs, _ = elman(w, x, h, f)
    states, _ = elman(w, x, h, f, state_as_output)
    return [(outs, states), (outs, states.transpose(0, 1))]


def fitted(
    parameters: Sequence[Parameter],
    sizes: Sequence[int],
    x: Tensor,
    hidden: Tensor | None,
    returned: Any,
) -> Iterator[Any]:
    """Yield right states, and outputs that are some linear map of them, if no weight is left."""
    found = returned[0].double().flatten(0, 1)
    count = sum(p.values.numel() for p in parameters)
    for layout, split in _without_output(*sizes):
        for w in assignments(parameters, layout):
            whole = count == sum(value.numel() for value in w.values())
            for f in ACTIVATIONS.values() if whole else ():
                states, last = elman(split(w), x, hidden, f, state_as_output)
                read = torch.cat([states, torch.ones_like(states[..., :1])], 2).detach().double()
                weight = torch.linalg.lstsq(read.flatten(0, 1), found).solution
                yield (read @ weight).to(x.dtype), last


# The layouts of other parameters --------------------------------------------------------------


def wide_output(I: int, O: int, H: int) -> list[tuple[Layout, Callable[[Roles], Roles]]]:
    return [
        (Layout({**layout.needed, "W_y": (O, I + H)}, layout.optional), split)
        for layout, split in oracle.elman_layouts(I, O, H)
    ]


def _without_output(I: int, O: int, H: int) -> list[tuple[Layout, Callable[[Roles], Roles]]]:
    biases = {"b_1": (H,), "b_2": (H,)}
    return [
        (Layout({n: s for n, s in layout.needed.items() if n != "W_y"}, biases), split)
        for layout, split in oracle.elman_layouts(I, O, H)
    ]


def learned_state(I: int, O: int, H: int) -> list[tuple[Layout, Callable[[Roles], Roles]]]:
    return [
        (Layout({**layout.needed, "h_0": (H,)}, layout.optional), split)
        for layout, split in oracle.elman_layouts(I, O, H)
    ]
