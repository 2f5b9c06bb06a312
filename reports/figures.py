"""A check's figures as a page prints them: small tables, and SVG whose every number is also told.

The numbers come from result.json. Whatever does not fit its kind is left out: a picture is no
reason for a report to fail.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.text import line, sentence

WIDTH, HEIGHT = 360, 190
LEFT, RIGHT, TOP, BOTTOM = 52, 8, 22, 34
STYLES = ("one", "two", "three", "four")  # each has its own stroke and fill, besides its colour
NUMBERS = (int, float)


@dataclass(frozen=True)
class CellView:
    """One number of a matrix, and whether it differs from the other matrix's."""

    text: str
    wrong: bool


@dataclass(frozen=True)
class GridView:
    """A matrix, or a part of it, with the numbers of its rows and columns."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[CellView, ...]], ...]


@dataclass(frozen=True)
class BarView:
    """One bar of a chart, in its coordinates."""

    style: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True)
class LabelView:
    """A text in a chart; `anchor` is start, middle or end."""

    text: str
    x: str
    y: str
    anchor: str


@dataclass(frozen=True)
class ChartView:
    """A chart of bars or curves in a frame of 360 by 190."""

    bars: tuple[BarView, ...]
    paths: tuple[tuple[str, str], ...]  # (style, d)
    level: str  # the path of a threshold, or ""
    base: str  # the path of the axis: at zero, or at the lower edge
    labels: tuple[LabelView, ...]
    legend: tuple[tuple[str, str], ...]  # (style, name)


@dataclass(frozen=True)
class TextView:
    """A text up to its first violation, the symbol there, and what follows it."""

    before: str
    broken: str
    after: str
    why: str


@dataclass(frozen=True)
class FigureView:
    """One figure: a title, a sentence that tells what is seen, and what is drawn."""

    title: str
    told: str
    grids: tuple[GridView, ...] = ()
    chart: ChartView | None = None
    texts: tuple[TextView, ...] = ()


def figure_views(figures: Sequence[Mapping[str, Any]]) -> tuple[FigureView, ...]:
    """Prepare the figures of a check; those that cannot be drawn are left out."""
    return tuple(view for figure in figures[:4] if (view := _view(figure)))


def _view(figure: Mapping[str, Any]) -> FigureView | None:
    kinds = {"matrices": _matrices, "bars": _bars, "curves": _curves, "texts": _texts}
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
    return FigureView(title, _told_of_matrices(figure), grids)


def _cells(numbers: Sequence[Any], marks: Sequence[Any]) -> tuple[CellView, ...]:
    pairs = zip(numbers, marks, strict=True)
    return tuple(CellView(_number(number), bool(wrong)) for number, wrong in pairs)


def _told_of_matrices(figure: Mapping[str, Any]) -> str:
    height, width = figure["shape"]
    rows, columns = len(figure["wrong"]), len(figure["wrong"][0])
    every = all(all(marks) for marks in figure["wrong"])
    told = "Every number differs." if every else "Framed numbers differ."
    if figure["matrix"]:
        told += f" This is the matrix at [{', '.join(map(str, figure['matrix']))}]."
    if (rows, columns) != (height, width):
        told += f" Shown are {rows} of {height} rows and {columns} of {width} columns."
    return told


def _number(value: Any) -> str:
    if isinstance(value, bool):
        return "True" if value else "False"
    return line(f"{value:.3g}" if isinstance(value, float) else str(value), 24)


# Charts ---------------------------------------------------------------------------------------


def _bars(figure: Mapping[str, Any], title: str) -> FigureView:
    labels, series = [line(text) for text in figure["labels"]], figure["series"]
    level = figure["line"]
    scale = _Scale([0.0, *_known(series, level)], figure["percent"])
    slot = (WIDTH - LEFT - RIGHT) / len(labels)
    width = min(34.0, slot * 0.8 / len(series))
    bars, texts = [], []
    for i, label in enumerate(labels):
        start = LEFT + slot * (i + 0.5) - width * len(series) / 2
        texts.append(LabelView(label, _at(LEFT + slot * (i + 0.5)), _at(HEIGHT - 20), "middle"))
        for k, values in enumerate(series.values()):
            if i < len(values) and isinstance(values[i], NUMBERS):
                ends = sorted((scale.y(values[i]), scale.y(0.0)))
                x, y, high = start + k * width, ends[0], max(1.0, ends[1] - ends[0])
                bars.append(BarView(STYLES[k], _at(x), _at(y), _at(width - 2), _at(high)))
                if slot >= 34 * len(series):
                    shown = scale.text(values[i])
                    texts.append(LabelView(shown, _at(x + width / 2), _at(y - 4), "middle"))
    told = "; ".join(
        f"{label}: " + ", ".join(f"{n} {scale.text(v[i])}" for n, v in series.items() if i < len(v))
        for i, label in enumerate(labels)
    )
    chart = _chart(scale, level, series, tuple(bars), (), texts)
    return FigureView(title, sentence(told + _told_of_line(level, scale) + "."), chart=chart)


def _curves(figure: Mapping[str, Any], title: str) -> FigureView:
    x, series, level = figure["x"], figure["series"], figure["line"]
    scale = _Scale(_known(series, level), False)
    across = _Scale([value for value in x if isinstance(value, NUMBERS)], False)
    paths = tuple(
        (style, _path([across.x(v) if isinstance(v, NUMBERS) else None for v in x], values, scale))
        for style, values in zip(STYLES, series.values(), strict=False)
    )
    texts = [
        LabelView(across.text(across.low), _at(LEFT), _at(HEIGHT - 20), "start"),
        LabelView(line(figure["axis"]), _at((LEFT + WIDTH) / 2), _at(HEIGHT - 20), "middle"),
        LabelView(across.text(across.high), _at(WIDTH - RIGHT), _at(HEIGHT - 20), "end"),
    ]
    told = "; ".join(f"{name}: {_told_of_curve(values, scale)}" for name, values in series.items())
    chart = _chart(scale, level, series, (), paths, texts)
    return FigureView(title, sentence(told + _told_of_line(level, scale) + "."), chart=chart)


def _told_of_curve(values: Sequence[Any], scale: "_Scale") -> str:
    known = [value for value in values if isinstance(value, NUMBERS)]
    if not known:
        return "no number"
    ends = f"from {scale.text(known[0])} to {scale.text(known[-1])}"
    lost = len(values) - len(known)
    return f"{ends}, lowest {scale.text(min(known))}" + (f", {lost} not shown" if lost else "")


def _told_of_line(level: Any, scale: "_Scale") -> str:
    return f"; {line(level[0])}: {scale.text(level[1])}" if level else ""


def _known(series: Mapping[str, Sequence[Any]], level: Any) -> list[float]:
    values = [float(v) for each in series.values() for v in each if isinstance(v, NUMBERS)]
    return [*values, float(level[1])] if level and isinstance(level[1], NUMBERS) else values


class _Scale:
    """Maps numbers onto the frame, the lowest below or on the left."""

    def __init__(self, values: Sequence[float], percent: bool) -> None:
        self.low, self.high = min(values), max(values)
        self._percent = percent
        if self._percent:
            self.high = max(self.high, 1.0) if self.high > 0.6 else self.high
        self._span = (self.high - self.low) or 1.0

    def x(self, value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (value - self.low) / self._span

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - self.low) / self._span

    def text(self, value: Any) -> str:
        if not isinstance(value, NUMBERS):
            return "not finite"
        return f"{100 * value:.3g} %" if self._percent else f"{value:.3g}"


def _path(places: Sequence[float | None], values: Sequence[Any], scale: _Scale) -> str:
    """Draw a curve; where a number is missing it is broken."""
    parts, pen = [], "M"
    for x, value in zip(places, values, strict=False):
        if x is None or not isinstance(value, NUMBERS):
            pen = "M"
            continue
        dot = "h0" if pen == "M" else ""  # a number alone between missing ones is seen, too
        parts.append(f"{pen}{_at(x)} {_at(scale.y(value))}{dot}")
        pen = "L"
    return "".join(parts)


def _chart(
    scale: _Scale,
    level: Any,
    series: Mapping[str, Any],
    bars: tuple[BarView, ...],
    paths: tuple[tuple[str, str], ...],
    texts: list[LabelView],
) -> ChartView:
    edge = [
        LabelView(scale.text(scale.high), _at(LEFT - 4), _at(TOP + 4), "end"),
        LabelView(scale.text(scale.low), _at(LEFT - 4), _at(HEIGHT - BOTTOM + 3), "end"),
    ]
    drawn = bool(level) and isinstance(level[1], NUMBERS)
    legend = [(STYLES[i], line(name)) for i, name in enumerate(series)]
    if drawn:
        legend.append(("level", f"{line(level[0])}: {scale.text(level[1])}"))
    return ChartView(
        bars,
        paths,
        _across(scale.y(level[1])) if drawn else "",
        _across(scale.y(0.0) if bars else float(HEIGHT - BOTTOM)),
        (*edge, *texts),
        tuple(legend),
    )


def _across(y: float) -> str:
    return f"M{LEFT} {_at(y)}H{WIDTH - RIGHT}"


def _at(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


# Texts ----------------------------------------------------------------------------------------


def _texts(figure: Mapping[str, Any], title: str) -> FigureView:
    rows = tuple(_text(*row) for row in figure["rows"])
    right = sum(not row.why for row in rows)
    told = f"{right} of {len(rows)} keep to the rules; in the others the first violation is marked."
    return FigureView(title, told, texts=rows)


def _text(text: str, place: int | None, why: str) -> TextView:
    if place is None:
        return TextView(line(text), "", "", "")
    return TextView(
        line(text[:place]), line(text[place : place + 1]), line(text[place + 1 :]), line(why)
    )
