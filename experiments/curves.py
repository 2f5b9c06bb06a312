"""Curves of a training, saved as images and as a TensorBoard log."""

from collections.abc import Sequence
from pathlib import Path

Curves = dict[str, dict[str, Sequence[float]]]  # a panel's title to its lines: name to values
WINDOW = 50  # values of the running mean that is drawn over a long line


def draw(folder: Path, name: str, curves: Curves, step: str) -> None:
    """Save one panel per curve, side by side, as NAME.png and NAME.svg.

    Args:
        folder: an existing folder.
        name: the picture's name, without an ending.
        curves: the panels; a line of many values is pale, with its running mean on top.
        step: the label of the horizontal axis.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5 * len(curves), 3.5), layout="constrained")
    panels = figure.subplots(1, len(curves), squeeze=False)[0]
    for panel, (title, lines) in zip(panels, curves.items(), strict=True):
        for label, values in lines.items():
            steps, many = range(1, len(values) + 1), len(values) > 2 * WINDOW
            (line,) = panel.plot(
                steps, values, alpha=0.3 if many else 1, label="" if many else label
            )
            if many:
                panel.plot(steps[WINDOW - 1 :], smooth(values), color=line.get_color(), label=label)
        panel.set(title=title, xlabel=step)
        if len(lines) > 1:
            panel.legend()
    for ending in ("png", "svg"):
        figure.savefig(folder / f"{name}.{ending}", dpi=150)


def smooth(values: Sequence[float]) -> list[float]:
    total, means = sum(values[:WINDOW]), []
    for place in range(WINDOW, len(values) + 1):
        means.append(total / WINDOW)
        if place < len(values):
            total += values[place] - values[place - WINDOW]
    return means


def log(folder: Path, name: str, curves: Curves) -> None:
    """Write the curves where `tensorboard --logdir FOLDER` finds them, as the run NAME."""
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(str(folder / name)) as writer:
        for title, lines in curves.items():
            for label, values in lines.items():
                for step, value in enumerate(values, 1):
                    writer.add_scalar(f"{title}/{label}", value, step)
