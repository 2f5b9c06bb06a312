"""The autoregressive LSTM on ndfa or brackets: is the majority of 10 samples valid?"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

import torch
from tqdm import tqdm

from experiments import curves
from experiments.progress import Shown
from experiments.reference import module
from graders.oracles.grammars import GRAMMARS, Broken, marked

SEQUENCES = 150_000
SHOWN = 10  # samples that are printed and judged, as the sheet says
SIZES = {"emb": 32, "hidden": 16, "num_layers": 1}


@dataclass(frozen=True)
class Settings:
    """How a language is learned; each can be changed on the command line."""

    epochs: int
    lr: float
    max_tokens: int
    clip: float
    temperature: float


SETTINGS = {
    "ndfa": Settings(epochs=3, lr=0.01, max_tokens=2048, clip=1.0, temperature=1.0),
    "brackets": Settings(epochs=3, lr=0.01, max_tokens=2048, clip=1.0, temperature=0.5),
}


@dataclass(frozen=True)
class Clock:
    """Seconds since some moment: on the wall, and of this process on all cores."""

    wall: float = field(default_factory=time.perf_counter)
    cpu: float = field(default_factory=time.process_time)


@dataclass
class Epochs:
    """Valid samples and time at the end of each epoch; the first time is the start."""

    valid: list[int] = field(default_factory=list)
    ended: list[Clock] = field(default_factory=list)


def run(options: argparse.Namespace) -> int:
    """Train, print samples after each epoch; return 0 if most of the last ones are valid, else 1."""
    name, autoregressive = options.task, module("autoregressive")
    rows, symbols = load(options)
    torch.manual_seed(options.seed)
    model = autoregressive.LSTMLanguageModel(len(symbols), **SIZES).to(options.device)
    shown = Shown(rows, options.epochs, name)
    seen = Epochs(ended=[Clock()])

    def on_epoch(samples: list[list[int]]) -> None:
        seen.ended.append(Clock())
        written = write(model, samples, options)
        judged = [judge(name, sample, symbols) for sample in written]
        seen.valid.append(valid(judged))
        tqdm.write(report(len(seen.valid), judged, options.epochs))

    chosen = (options.epochs, options.lr, options.clip)
    with shown.bar:
        history = autoregressive.train_autoregressive(model, shown, *chosen, on_epoch)
    print(table(history, seen, options))
    keep(history, options)
    return 0 if 2 * seen.valid[-1] > options.samples else 1


def load(options: argparse.Namespace) -> tuple[list[torch.Tensor], list[str]]:
    """Draw the sequences; return batches (B, T) on the device, and the symbols of the ids."""
    data, padding = module("data"), module("padding")
    draw = {"ndfa": data.load_ndfa, "brackets": data.load_brackets}[options.task]
    x_train, (i2w, _) = draw(n=options.limit or SEQUENCES, seed=options.seed, char=True)
    rows = padding.add_start_end(x_train, data.START, data.END)
    batches = [
        padding.pad_batch([rows[i] for i in chosen], data.PAD).to(options.device)
        for chosen in padding.token_batches(rows, options.max_tokens)
    ]
    return batches, i2w


def write(
    model: torch.nn.Module, samples: list[list[int]], options: argparse.Namespace
) -> list[list[int]]:
    """Return the samples of the training, or new ones for another number or temperature."""
    if options.temperature == 1 and options.samples == len(samples):
        return samples
    data, autoregressive = module("data"), module("autoregressive")
    longest = autoregressive.MAX_LENGTH
    return [
        autoregressive.generate(model, [data.START], longest, data.END, options.temperature)
        for _ in range(options.samples)
    ]


def judge(name: str, sample: Sequence[int], symbols: Sequence[str]) -> tuple[str, Broken]:
    """Return a sample's text without start and end, and where it first breaks the grammar."""
    data = module("data")
    body = list(sample[1:])
    ended = body[-1:] == [data.END]
    text = "".join(symbols[token] for token in (body[:-1] if ended else body))
    if not ended:
        return text, GRAMMARS[name](text) or (len(text), "it does not end")
    return text, GRAMMARS[name](text)


def report(epoch: int, judged: list[tuple[str, Broken]], epochs: int) -> str:
    """Return the number of valid samples, and the first 10 with their first violation marked."""
    head = (
        f"Epoch {epoch} of {epochs}: {valid(judged[:SHOWN])} of {len(judged[:SHOWN])} samples valid"
    )
    if len(judged) > SHOWN:
        head += f", {valid(judged)} of all {len(judged)}"
    return "\n  ".join([head, *(marked(text, broken) for text, broken in judged[:SHOWN])])


def valid(judged: list[tuple[str, Broken]]) -> int:
    """Count the samples that follow the grammar."""
    return sum(broken is None for _, broken in judged)


def table(history: Any, seen: Epochs, options: argparse.Namespace) -> str:
    """Return one line per epoch: mean loss per token and gradient norm, valid samples, seconds."""
    lines = ["epoch  loss per token  gradient norm  valid  seconds  on the CPU"]
    steps = len(history.loss_per_token) // options.epochs
    for epoch, right in enumerate(seen.valid):
        chosen = slice(epoch * steps, (epoch + 1) * steps)
        loss, norm = fmean(history.loss_per_token[chosen]), fmean(history.grad_norm[chosen])
        before, after = seen.ended[epoch : epoch + 2]
        wall, cpu = after.wall - before.wall, after.cpu - before.cpu
        lines.append(
            f"{epoch + 1:5}  {loss:14.4f}  {norm:13.3f}  {right:5}  {wall:7.1f}  {cpu:10.1f}"
        )
    return "\n".join(lines)


def keep(history: Any, options: argparse.Namespace) -> None:
    """Save the requested curves."""
    found: curves.Curves = {
        "loss per token": {"training": history.loss_per_token},
        "gradient norm before clipping": {"training": history.grad_norm},
    }
    name = f"{options.task}-seed{options.seed}"
    if options.curves:
        curves.draw(options.curves, name, found, "step")
    if options.tensorboard:
        curves.log(options.tensorboard, name, found)
