"""A check's figures as a page prints them: small tables, and SVG with every number in a text.

The numbers come from result.json. A figure that does not fit its kind is left out: a report must
not fail because of a figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graders.text import line
from reports.charts import ChartView, bars, curves


@dataclass(frozen=True)
class CellView:
    """One number of a matrix, and whether it differs from the other matrix's."""

    text: str
    wrong: bool
    shade: str = ""  # s1 to s4 by its size, if sizes can be compared


@dataclass(frozen=True)
class GridView:
    """A matrix, or a part of it, with the numbers of its rows and columns."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[CellView, ...]], ...]


@dataclass(frozen=True)
class TextView:
    """A text up to its first violation, the symbol there, and what follows it."""

    before: str
    broken: str
    after: str
    why: str


@dataclass(frozen=True)
class FigureView:
    """One figure: a title, a text that describes it, and the drawing."""

    title: str
    text: str
    grids: tuple[GridView, ...] = ()
    chart: ChartView | None = None
    texts: tuple[TextView, ...] = ()


def figure_views(figures: Sequence[Mapping[str, Any]]) -> tuple[FigureView, ...]:
    """Prepare the figures of a check; those that cannot be drawn are left out."""
    return tuple(view for figure in figures[:4] if (view := _view(figure)))


def _view(figure: Mapping[str, Any]) -> FigureView | None:
    kinds = {
        "matrices": _matrices,
        "grids": _grids,
        "bars": _chart,
        "curves": _chart,
        "texts": _texts,
    }
    try:
        return kinds[figure["kind"]](figure, line(figure["title"]))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError):
        return None


# Matrices -------------------------------------------------------------------------------------


def _matrices(figure: Mapping[str, Any], title: str) -> FigureView:
    wrong = figure["wrong"]
    framed = wrong if not all(map(all, wrong)) else [[False] * len(marks) for marks in wrong]
    top, left = figure["first"]
    grids = tuple(
        GridView(
            name,
            tuple(str(left + i) for i in range(len(wrong[0]))),
            tuple(
                (str(top + i), _cells(numbers, marks))
                for i, (numbers, marks) in enumerate(zip(figure[key], framed, strict=True))
            ),
        )
        for name, key in (("Returned", "returned"), ("Expected", "expected"))
    )
    return FigureView(title, _matrices_text(figure), grids)


def _grids(figure: Mapping[str, Any], title: str) -> FigureView:
    named = figure["grids"]
    sizes = [abs(v) for grid in named.values() for row in grid for v in row if _is_size(v)]
    most = max(sizes, default=0.0)
    row, column = line(figure["row"]), line(figure["column"])
    grids = tuple(
        GridView(
            line(name),
            tuple(str(i) for i in range(len(grid[0]))),
            tuple(
                (
                    f"{row} {t + 1}",
                    tuple(CellView(_number(v), False, _shade(v, most)) for v in cells),
                )
                for t, cells in enumerate(grid)
            ),
        )
        for name, grid in named.items()
    )
    text = f"A row is a {row}, a column a {column}."
    return FigureView(title, f"{text} Darker is further from zero." if most else text, grids)


def _is_size(value: Any) -> bool:
    """Return whether a value has a size: numbers and booleans do, ids do not."""
    return isinstance(value, bool | float)


def _shade(value: Any, most: float) -> str:
    step = int(4 * abs(value) / most + 0.5) if most and _is_size(value) else 0
    return f"s{step}" if step else ""


def _chart(figure: Mapping[str, Any], title: str) -> FigureView:
    text, chart = bars(figure) if figure["kind"] == "bars" else curves(figure)
    return FigureView(title, text, chart=chart)


def _cells(numbers: Sequence[Any], marks: Sequence[Any]) -> tuple[CellView, ...]:
    pairs = zip(numbers, marks, strict=True)
    return tuple(CellView(_number(number), bool(wrong)) for number, wrong in pairs)


def _matrices_text(figure: Mapping[str, Any]) -> str:
    height, width = figure["shape"]
    rows, columns = len(figure["wrong"]), len(figure["wrong"][0])
    every = all(all(marks) for marks in figure["wrong"])
    text = "Every number differs." if every else "Framed numbers differ."
    if figure["matrix"]:
        text += f" This is the matrix at [{', '.join(map(str, figure['matrix']))}]."
    if (rows, columns) != (height, width):
        text += f" Shown are {rows} of {height} rows and {columns} of {width} columns."
    return text


def _number(value: Any) -> str:
    if isinstance(value, bool):
        return "True" if value else "False"
    return line(f"{value:.3g}" if isinstance(value, float) else str(value), 24)


# Texts ----------------------------------------------------------------------------------------


def _texts(figure: Mapping[str, Any], title: str) -> FigureView:
    rows = tuple(_text(*row) for row in figure["rows"])
    right = sum(not row.why for row in rows)
    text = f"{right} of {len(rows)} follow the rules"
    text += "." if right == len(rows) else "; in the others the first violation is marked."
    return FigureView(title, text, texts=rows)


def _text(text: str, place: int | None, why: str) -> TextView:
    if place is None:
        return TextView(line(text), "", "", "")
    return TextView(
        line(text[:place]), line(text[place : place + 1]), line(text[place + 1 :]), line(why)
    )
