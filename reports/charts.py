"""Charts of bars and curves as SVG, in a frame of 360 by 190; every number is also in the text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graders.text import line, sentence

WIDTH, HEIGHT = 360, 190
LEFT, RIGHT, TOP, BOTTOM = 52, 8, 22, 34
STYLES = ("one", "two", "three", "four")  # each has its own stroke and fill, besides its colour
NUMBERS = (int, float)


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
    band: str  # the path around the range of correct answers, or ""
    base: str  # the path of the axis: at zero, or at the lower edge
    labels: tuple[LabelView, ...]
    legend: tuple[tuple[str, str], ...]  # (style, name)


Described = tuple[str, ChartView]  # the chart's text and the chart


def bars(figure: Mapping[str, Any]) -> Described:
    """Return a bar chart with one bar of each series at each label."""
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
    text = "; ".join(
        f"{label}: " + ", ".join(f"{n} {scale.text(v[i])}" for n, v in series.items() if i < len(v))
        for i, label in enumerate(labels)
    )
    chart = _chart(scale, level, series, tuple(bars), (), texts)
    return sentence(text + _line_text(level, scale) + "."), chart


def curves(figure: Mapping[str, Any]) -> Described:
    """Return a chart of curves, over a band if there is one."""
    x, series, level = figure["x"], figure["series"], figure["line"]
    band = figure.get("band")  # older results have none
    ends = {"lower": band[1], "upper": band[2]} if band else {}
    scale = _Scale(_known({**series, **ends}, level), False)
    across = _Scale([value for value in x if isinstance(value, NUMBERS)], False)
    places = [across.x(v) if isinstance(v, NUMBERS) else None for v in x]
    paths = tuple(
        (style, _path(places, values, scale))
        for style, values in zip(STYLES, series.values(), strict=False)
    )
    texts = [
        LabelView(across.text(across.low), _at(LEFT), _at(HEIGHT - 20), "start"),
        LabelView(line(figure["axis"]), _at((LEFT + WIDTH) / 2), _at(HEIGHT - 20), "middle"),
        LabelView(across.text(across.high), _at(WIDTH - RIGHT), _at(HEIGHT - 20), "end"),
    ]
    text = "; ".join(f"{name}: {_curve_text(values, scale)}" for name, values in series.items())
    chart = _chart(scale, level, series, (), paths, texts)
    if band:
        text += (
            f"; {line(band[0])} end between {scale.text(band[1][-1])} and {scale.text(band[2][-1])}"
        )
        chart = replace(
            chart,
            band=_around(places, band[1], band[2], scale),
            legend=(*chart.legend, ("band", line(band[0]))),
        )
    return sentence(text + _line_text(level, scale) + "."), chart


def _around(
    places: Sequence[float | None], lower: Sequence[Any], upper: Sequence[Any], scale: "_Scale"
) -> str:
    """Return the path around the area between two curves, as far as both are known."""
    known = [
        (x, low, high)
        for x, low, high in zip(places, lower, upper, strict=False)
        if x is not None and isinstance(low, NUMBERS) and isinstance(high, NUMBERS)
    ]
    there = [f"{_at(x)} {_at(scale.y(high))}" for x, _, high in known]
    back = [f"{_at(x)} {_at(scale.y(low))}" for x, low, _ in reversed(known)]
    return f"M{'L'.join(there + back)}Z" if known else ""


def _curve_text(values: Sequence[Any], scale: "_Scale") -> str:
    known = [value for value in values if isinstance(value, NUMBERS)]
    if not known:
        return "no number"
    ends = f"from {scale.text(known[0])} to {scale.text(known[-1])}"
    lost = len(values) - len(known)
    return f"{ends}, lowest {scale.text(min(known))}" + (f", {lost} not shown" if lost else "")


def _line_text(level: Any, scale: "_Scale") -> str:
    return f"; {line(level[0])}: {scale.text(level[1])}" if level else ""


def _known(series: Mapping[str, Sequence[Any]], level: Any) -> list[float]:
    values = [float(v) for each in series.values() for v in each if isinstance(v, NUMBERS)]
    return [*values, float(level[1])] if level and isinstance(level[1], NUMBERS) else values


class _Scale:
    """Maps numbers to the frame, the lowest at the bottom or on the left."""

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
    """Return the path of a curve; it is interrupted at missing numbers."""
    parts, pen = [], "M"
    for x, value in zip(places, values, strict=False):
        if x is None or not isinstance(value, NUMBERS):
            pen = "M"
            continue
        dot = "h0" if pen == "M" else ""  # shows a single number between missing ones, too
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
        "",
        _across(scale.y(0.0) if bars else float(HEIGHT - BOTTOM)),
        (*edge, *texts),
        tuple(legend),
    )


def _across(y: float) -> str:
    return f"M{LEFT} {_at(y)}H{WIDTH - RIGHT}"


def _at(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
