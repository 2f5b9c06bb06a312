"""Figures of a check as data for the report. Small and finite, whatever a submission returned.

A figure is a dict that fits into result.json: its kind, a title, and numbers. NaN and infinity are
None. The report decides how each kind is drawn.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from graders.results.result import Figure

ROWS, COLUMNS = 8, 10  # kept of a matrix, around its first wrong number
BARS, POINTS, SERIES = 16, 240, 4
TEXTS, LETTERS = 10, 80
LARGEST = 1e30


def matrices(what: str, returned: Tensor, expected: Tensor, wrong: Tensor) -> Figure | None:
    """Show two tensors of one shape side by side and where they differ; None if there is no matrix.

    With more than two axes, only the matrix with the first wrong number is kept; of a large matrix,
    a part.
    """
    places = wrong.nonzero()
    if expected.ndim == 0 or not len(places) or expected.numel() < 2:
        return None
    *before, row, column = (1, *places[0].tolist()) if expected.ndim == 1 else places[0].tolist()
    if expected.ndim == 1:
        before, row = [], 0
    grids = [
        t.detach()[tuple(before)].reshape(-1, t.shape[-1]) for t in (returned, expected, wrong)
    ]
    height, width = grids[0].shape
    top, left = _first(row, height, ROWS), _first(column, width, COLUMNS)
    part = [grid[top : top + ROWS, left : left + COLUMNS].tolist() for grid in grids]
    return {
        "kind": "matrices",
        "title": what[:200],
        "matrix": before,
        "shape": [height, width],
        "first": [top, left],
        "returned": [[_cell(v) for v in line] for line in part[0]],
        "expected": [[_cell(v) for v in line] for line in part[1]],
        "wrong": part[2],
    }


def bars(
    title: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[Any]],
    line: tuple[str, float] | None = None,
    percent: bool = False,
) -> Figure:
    """Return a bar chart: one bar of each series at each label; `line` is a threshold."""
    return {
        "kind": "bars",
        "title": title[:200],
        "labels": [str(label)[:12] for label in labels[:BARS]],
        "series": {n: [finite(v) for v in s[:BARS]] for n, s in [*series.items()][:SERIES]},
        "line": [line[0], finite(line[1])] if line else None,
        "percent": percent,
    }


def curves(
    title: str,
    series: Mapping[str, Sequence[Any]],
    x: Sequence[Any] | None = None,
    line: tuple[str, float] | None = None,
    axis: str = "step",
    band: tuple[str, Sequence[Any], Sequence[Any]] | None = None,
) -> Figure:
    """Return curves over `x`, or over 1, 2, …; long ones are thinned out evenly.

    Args:
        line: a threshold, by name and height.
        band: the range of correct answers at each x: name, lower and upper ends.
    """
    kept = [*series.items()][:SERIES]
    longest = max((len(values) for _, values in kept), default=0)
    every = max(1, math.ceil(longest / POINTS))
    positions = range(1, longest + 1) if x is None else x
    return {
        "kind": "curves",
        "title": title[:200],
        "axis": axis[:60],
        "x": [finite(v) for v in positions[:longest:every]],
        "series": {name: [finite(v) for v in values[::every]] for name, values in kept},
        "line": [line[0], finite(line[1])] if line else None,
        "band": [
            band[0],
            *([finite(v) for v in each[:longest:every]] for each in band[1:]),
        ]
        if band
        else None,
    }


def grids(title: str, named: Mapping[str, Tensor], row: str, column: str) -> Figure:
    """Show similar matrices side by side, as far as they fit; `row` and `column` name their axes."""
    shown = [*named.items()][:SERIES]
    return {
        "kind": "grids",
        "title": title[:200],
        "row": row[:20],
        "column": column[:20],
        "grids": {
            name[:60]: [[_cell(v) for v in line] for line in grid[:ROWS, :COLUMNS].tolist()]
            for name, grid in shown
        },
    }


def influence(of: str, one: Tensor, other: Tensor) -> Figure:
    """Show the distance at each step between two runs (B, T, …) that differ in one input."""
    apart = (one.double() - other.double()).abs().transpose(0, 1).flatten(1).amax(1).tolist()
    title = f"How far {of} moves the output of each step"
    return bars(title, [f"step {t + 1}" for t in range(len(apart))], {"moved by": apart})


def texts(title: str, rows: Sequence[tuple[str, tuple[int, str] | None]]) -> Figure:
    """Show generated texts, each with the place and the name of its first violation, or None."""
    return {
        "kind": "texts",
        "title": title[:200],
        "rows": [
            [text[:LETTERS], *((min(bad[0], LETTERS), bad[1][:120]) if bad else (None, ""))]
            for text, bad in rows[:TEXTS]
        ],
    }


def finite(value: Any) -> float | None:
    """Return a number that JSON can represent, with six digits, or None."""
    if isinstance(value, Tensor):
        value = value.item() if value.numel() == 1 and not value.is_complex() else None
    if not isinstance(value, (bool, int, float)) or value != value:
        return None
    if abs(value) > LARGEST:
        return None
    return float(f"{float(value):.6g}") + 0.0  # no negative zero


def _cell(value: Any) -> Any:
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    number = finite(value)
    return f"{value:.2g}" if number is None else number


def _first(place: int, size: int, most: int) -> int:
    """Return the start of a window of `most` that contains `place`, a little before it."""
    return max(0, min(place - most // 4, size - most))


def differing(returned: Tensor, expected: Tensor) -> Tensor:
    """Return where two tensors of one shape differ by more than rounding, else where at all."""
    if not (returned.is_floating_point() or expected.is_floating_point()):
        return returned != expected
    one, other = returned.to(torch.float64), expected.to(torch.float64)
    wrong = ~torch.isclose(one, other, rtol=1e-4, atol=2e-5)
    return wrong if bool(wrong.any()) else one != other
