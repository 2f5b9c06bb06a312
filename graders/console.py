"""How every command of ours speaks and ends: with its exit code, and at worst with a sentence."""

import io
import sys
from collections.abc import Callable

from rich.console import Console

from graders.errors import Unreadable, UsageError


def say(console: Console, text: str) -> None:
    """Print a sentence as it is, in one line however long."""
    console.print(text, markup=False, soft_wrap=True)


def ended(command: Callable[[Console], int], stopped: str) -> int:
    """Run a command; a fault of the user's is a sentence and exit code 2, Ctrl-C is exit code 1.

    A console that cannot show a letter, as on Windows, shows `?` instead.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        return command(Console(highlight=False))
    except (UsageError, Unreadable) as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(stopped, file=sys.stderr)
        return 1
