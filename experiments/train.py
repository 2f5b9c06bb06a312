"""Train the reference at full size: `python -m experiments.train ndfa | brackets | imdb PATH`.

ndfa and brackets print 10 samples after each epoch and the number of valid ones; imdb trains four
classifiers and prints their accuracies. Exit codes: 0 done (ndfa, brackets: the majority of the last
samples is valid), 1 it is not, 2 usage error, in one sentence.
"""

import argparse
import math
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import torch

from experiments import languages, reviews
from graders.errors import UsageError


class Parser(argparse.ArgumentParser):
    """Reports an error in the command line in one sentence."""

    def error(self, message: str) -> NoReturn:
        """Print the sentence and exit with 2."""
        self.exit(2, f"{message} (see {self.prog} --help)\n")


def main(arguments: list[str] | None = None) -> int:
    """Run one training."""
    options = parser().parse_args(arguments)
    try:
        prepare(options)
        return int(options.run(options))
    except UsageError as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped; nothing was saved.", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    about = __doc__.splitlines()[0]
    top = Parser(prog="python -m experiments.train", description=about)
    tasks = top.add_subparsers(dest="task", required=True, metavar="ndfa|brackets|imdb")
    for name, settings in languages.SETTINGS.items():
        task = tasks.add_parser(name, help=f"the autoregressive LSTM on {name}")
        task.set_defaults(run=languages.run, **vars(settings))
        task.add_argument("--clip", type=_positive, help="gradient norm (default %(default)s)")
        help_ = "0 takes the most likely token (default %(default)s)"
        task.add_argument("--temperature", type=_not_negative, help=help_)
        help_ = "how many to write after each epoch (default %(default)s; 10 are printed)"
        task.add_argument("--samples", type=_count, default=languages.SHOWN, help=help_)
        _common(task)
    imdb = tasks.add_parser("imdb", help="MLP, Elman, LSTM and GRU on the IMDb reviews")
    imdb.set_defaults(run=reviews.run, **vars(reviews.SETTINGS))
    imdb.add_argument("path", type=Path, metavar="PATH", help="aclImdb, its .tar.gz or the pickle")
    models = list(reviews.MODELS)
    help_ = f"which of them to train (default {' '.join(models)})"
    imdb.add_argument("--models", nargs="+", choices=models, default=models, help=help_)
    help_ = "tokens kept of a review, from its start (default %(default)s)"
    imdb.add_argument("--max-length", type=_count, help=help_)
    _common(imdb)
    return top


def _common(task: argparse.ArgumentParser) -> None:
    task.add_argument("--epochs", type=_count, help="passes over the data (default %(default)s)")
    task.add_argument("--lr", type=_positive, help="learning rate (default %(default)s)")
    help_ = "tokens in a batch, with padding (default %(default)s)"
    task.add_argument("--max-tokens", type=_count, help=help_)
    help_ = "of data, weights, order and samples (default %(default)s)"
    task.add_argument("--seed", type=int, default=0, help=help_)
    help_ = "train on N sequences only (default: all)"
    task.add_argument("--limit", type=_count, metavar="N", help=help_)
    help_ = "save loss curves as PNG and SVG (default: none)"
    task.add_argument("--curves", type=Path, metavar="DIR", help=help_)
    help_ = "write a TensorBoard log (default: none)"
    task.add_argument("--tensorboard", type=Path, metavar="DIR", help=help_)
    task.add_argument("--device", default="cpu", help="such as cuda (default %(default)s)")
    task.add_argument("--threads", type=_count, default=1, help="on the CPU (default %(default)s)")


def prepare(options: argparse.Namespace) -> None:
    """Set the threads, and check before the training that device and folders can be used."""
    torch.set_num_threads(options.threads)
    try:
        torch.ones(1, device=options.device).item()
    except Exception as problem:  # each backend raises its own error
        raise UsageError(f"Device {options.device} is not available here.") from problem
    for folder, package in ((options.curves, "matplotlib"), (options.tensorboard, "tensorboard")):
        if folder is None:
            continue
        if find_spec(package) is None:
            raise UsageError(f"To write into {folder}, install {package} first.")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise UsageError(
                f"The folder {folder} cannot be created: {problem.strerror}."
            ) from problem


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text}")
    return int(text)


def _positive(text: str) -> float:
    if _not_negative(text) == 0:
        raise argparse.ArgumentTypeError("expected a number above 0, got 0")
    return float(text)


def _not_negative(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f"expected a number, 0 or more, got {text}")
    return number


if __name__ == "__main__":
    sys.exit(main())
