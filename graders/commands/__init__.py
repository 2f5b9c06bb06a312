"""The commands of `python -m graders`: their options and actions.

Imports are inside the commands, so that each starts at once.
"""

import argparse
import secrets
from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

from rich.console import Console

from graders.uploads.lms import BY_NAME

Command = Callable[[argparse.Namespace, Console], int]
FORMS = ("auto", *BY_NAME)  # of uploads
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def sheet_and_seed(
    command: argparse.ArgumentParser, default: int | None = 1, words: str = "1"
) -> None:
    """Add the options `--assignment` and `--seed`.

    Args:
        default: of the seed; what grades for points draws its own, which nobody can know.
        words: the default, for the help.
    """
    command.add_argument("--assignment", default="rnn", help="which assignment (default: rnn)")
    command.add_argument(
        "--seed",
        type=int,
        default=default,
        help=f"seed of all random inputs and sizes (default: {words})",
    )


def secret_seed() -> int:
    """Return a seed that no submission can know, so that a table of answers is worth nothing."""
    return secrets.randbelow(2**31)


def count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def points(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        raise argparse.ArgumentTypeError(f"{text} is not a number") from None
