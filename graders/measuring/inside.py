"""A student's own layer inside a model of theirs: so that a fault of the layer costs points once."""

from collections.abc import Iterator, Sequence

from torch import Tensor

from graders.harness.told import Parameter


def split(
    parameters: Sequence[Parameter], inner: Sequence[Parameter]
) -> Iterator[tuple[dict[str, Tensor], list[Parameter]]]:
    """Find a layer's parameters inside a model's: the same names behind some prefix.

    Yields:
        Values for the layer, by its own names, and the model's other parameters.
    """
    named = {p.name: p for p in parameters}
    first = inner[0].name if inner else ""
    for start in [name.removesuffix(first) for name in named if inner and name.endswith(first)]:
        own = {start + p.name: p for p in inner}
        if all(n in named and named[n].values.shape == p.values.shape for n, p in own.items()):
            values = {p.name: named[n].values.detach() for n, p in own.items()}
            yield values, [p for p in parameters if p.name not in own]
